/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How long a plan takes. */
#include "nrb/plantime.h"

#include "nrb/blocks.h"
#include "nrb/units.h"
#include "nrb/zones.h"

#include <inttypes.h>

enum {
	PAGE_BYTES = 4096,
	WARM_LOADS = 16 << 20, /* of nrb_walk_measure, at most */
	MIN_LOADS = 1 << 20,   /* of a walk on hardware, at least */
};

/* Settling, soaking, setting and judging: seen in guests of 512 MiB and 2 GiB a node (6.1). */
static const double fixed_s = 0.7;

static int64_t smaller(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t larger(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* What a fill takes up: as asked, or all that the node has free or in caches, of the file. */
static int64_t filled(
	const struct nrb_plan *plan, const struct nrb_machine *machine, int arm)
{
	const struct nrb_sizes *sizes = &plan->sizes[arm];
	int node = plan->arms[arm].node;
	int64_t room =
		nrb_zones_sum(&machine->zones, node).free_pages * nrb_zones_page_bytes();

	for (int i = 0; i < machine->topology.n_nodes; i++) {
		if (machine->topology.nodes[i].node == node) {
			room += machine->memory[i].file_bytes > 0
					? machine->memory[i].file_bytes
					: 0;
		}
	}
	if (sizes->fill_bytes > 0) {
		room = smaller(room, sizes->fill_bytes);
	}
	return smaller(room, sizes->file_bytes) +
	       sizes->other_bytes * (machine->topology.n_nodes - 1);
}

/* Loads of a walk over all that is allocated. */
static double loads(const struct nrb_sizes *sizes, int64_t lines)
{
	int64_t least = sizes->walk_loads > 0 ? sizes->walk_loads : MIN_LOADS;

	return (double)smaller(lines, WARM_LOADS) + (double)larger(lines, least);
}

static double cell_s(const struct nrb_plan *plan, const struct nrb_machine *machine,
	const struct nrb_pace *pace, int arm)
{
	const struct nrb_sizes *sizes = &plan->sizes[arm];
	int line = machine->cpu.line_bytes > 0 ? (int)machine->cpu.line_bytes : 64;
	int64_t fill = filled(plan, machine, arm), alloc = sizes->alloc_bytes,
		chain = sizes->chain_bytes > 0 ? smaller(sizes->chain_bytes, alloc)
					       : alloc,
		located = sizes->locate_pages > 0
				  ? smaller(sizes->locate_pages * PAGE_BYTES, alloc)
				  : alloc,
		reread = sizes->sparse ? 0
				       : smaller(sizes->reread_bytes > 0
							 ? sizes->reread_bytes
							 : NRB_FIRST_REREAD_BYTES,
						 fill);
	double ns = (double)(fill + reread) * (double)pace->fill_ns +
		    (double)fill * (double)pace->evict_ns +
		    (double)alloc * (double)pace->touch_ns +
		    (double)located * (double)pace->locate_ns +
		    (double)chain * (double)pace->chain_ns;

	return fixed_s + ns / (double)pace->bytes / 1e9 +
	       (alloc > 0 ? loads(sizes, chain / line) * pace->load_ns / 1e9 : 0) +
	       (double)(sizes->serve_ns + sizes->work_ns) / 1e9;
}

void nrb_plantime_of(const struct nrb_plan *plan, const struct nrb_machine *machine,
	const struct nrb_pace *pace, struct nrb_plantime *time)
{
	double before, left;

	*time = (struct nrb_plantime){ .blocks = plan->blocks > 0 ? plan->blocks
								  : INT64_MAX };
	time->file_s = plan->sparse ? 0
				    : (double)plan->file_bytes * (double)pace->write_ns /
					      (double)pace->bytes / 1e9;
	for (int i = 0; i < plan->n_arms; i++) {
		if (plan->arms[i].unsupported[0] == '\0') {
			double s = cell_s(plan, machine, pace, i);

			time->block_s += s;
			time->cell_s = s > time->cell_s ? s : time->cell_s;
		}
	}
	before = time->file_s +
		 (plan->warm_up >= 0 ? cell_s(plan, machine, pace, plan->warm_up) : 0);
	left = (double)plan->budget_s - before;
	if (plan->budget_s > 0 && time->block_s > 0 &&
		left / time->block_s < (double)time->blocks) {
		time->blocks = larger(1, (int64_t)(left / time->block_s));
	}
	time->all_s = before + (double)time->blocks * time->block_s;
}

void nrb_plantime_print(const struct nrb_planpage *page, const struct nrb_pace *pace)
{
	char file[NRB_UNITS_LEN + 32] = "", block[NRB_UNITS_LEN], all[NRB_UNITS_LEN],
				  text[NRB_UNITS_LEN];
	struct nrb_plantime time;

	if (pace->bytes == 0) {
		if (pace->why[0] != '\0') {
			nrb_planpage_say(page, "time", "not known: %s", pace->why);
		}
		return;
	}
	nrb_plantime_of(page->plan, page->machine, pace, &time);
	if (time.file_s > 0) {
		snprintf(file, sizeof(file), "%s for the file, ",
			nrb_units_seconds(text, time.file_s));
	}
	nrb_planpage_say(page, "time",
		"about %s%s a block: %s for %" PRId64
		" block%s, by the pace of %s tried now; "
		"what reclaim costs comes on top",
		file, nrb_units_seconds(block, time.block_s),
		nrb_units_seconds(all, time.all_s), time.blocks,
		time.blocks == 1 ? "" : "s", nrb_units_bytes(text, pace->bytes));
}

struct nrb_json *nrb_plantime_json(const struct nrb_plan *plan,
	const struct nrb_machine *machine, const struct nrb_pace *pace)
{
	struct nrb_json *object;
	struct nrb_plantime time;

	if (pace->bytes == 0) {
		return NULL;
	}
	nrb_plantime_of(plan, machine, pace, &time);
	object = nrb_json_object();
	nrb_json_set_int(object, "tried_bytes", pace->bytes);
	nrb_json_set_real(object, "file_s", time.file_s);
	nrb_json_set_real(object, "cell_s", time.cell_s);
	nrb_json_set_real(object, "block_s", time.block_s);
	nrb_json_set_int(object, "blocks", time.blocks);
	nrb_json_set_real(object, "all_s", time.all_s);
	return object;
}
