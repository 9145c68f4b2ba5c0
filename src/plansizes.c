/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How much an arm fills and allocates, and what that takes in all. */
#include "nrb/plandraft.h"

#include "nrb/diag.h"
#include "nrb/pagecache.h"

#include <errno.h>
#include <inttypes.h>

enum {
	ALLOC_PERCENT = 40, /* of the node */
	HEADROOM_PERCENT =
		1, /* of the node, left free by a fill; at least MIN_HEADROOM */
	REHEARSAL_CHAIN = 16 << 20, /* times mean nothing there, and 90 s are the limit */
	REHEARSAL_REREAD = 64 << 20,
	OWN_BYTES = 64 << 20, /* of ours beside fill and allocation */
	SMALL_PAGE = 4096,
	HUGE_PAGE = 2 << 20,
};

static const int64_t max_default_alloc = 4LL << 30;
static const int64_t min_headroom =
	8LL << 20; /* per-CPU lists and page tables move a few MiB */
static const int64_t max_unballasted = 16LL << 30;

static int64_t round_up(int64_t bytes, int64_t unit)
{
	return (bytes + unit - 1) / unit * unit;
}

static int64_t node_bytes(const struct nrb_plandraft *draft, int node)
{
	return nrb_zones_sum(&draft->machine->zones, node).managed_pages *
	       nrb_zones_page_bytes();
}

/* What file or memory a node is filled from: --fill, or all of the node. */
static int find_fill(const struct nrb_plandraft *draft, int node, int64_t *fill)
{
	int64_t bytes = node_bytes(draft, node);

	if (bytes > max_unballasted && draft->options->fill_bytes == 0) {
		return nrb_refuse(NRB_EXIT_NOT_HERE,
			"say with --fill how much file cache fills its free memory",
			"node %d has %" PRId64 " GiB, too much to fill by default", node,
			bytes >> 30);
	}
	*fill = round_up(
		draft->options->fill_bytes > 0 ? draft->options->fill_bytes : bytes,
		NRB_REREAD_BLOCK);
	return 0;
}

/* The parts of the file for the other nodes are of one size: that of the largest. */
static int find_others(
	const struct nrb_plandraft *draft, const struct nrb_arm *arm, int64_t *part)
{
	int rc = 0;

	*part = 0;
	nrb_for_each_id(node, &draft->memory_nodes) {
		int64_t fill = 0;

		if (node == arm->node || rc < 0) {
			continue;
		}
		rc = find_fill(draft, node, &fill);
		*part = fill > *part ? fill : *part;
	}
	return rc;
}

static int64_t find_alloc(const struct nrb_plandraft *draft, const struct nrb_arm *arm)
{
	int64_t bytes = draft->options->alloc_bytes;
	int percent = arm->scenario->alloc_percent;

	if (bytes == 0) {
		bytes = node_bytes(draft, arm->node) / 100 *
			(percent > 0 ? percent : ALLOC_PERCENT);
		bytes = bytes > max_default_alloc ? max_default_alloc : bytes;
	}
	return round_up(bytes, arm->page_size == NRB_PAGE_THP ? HUGE_PAGE : SMALL_PAGE);
}

/* What an arm takes of memory and of the disk at most. */
static void add_up(
	struct nrb_plan *plan, const struct nrb_plandraft *draft, int i, int64_t fill)
{
	const struct nrb_sizes *sizes = &plan->sizes[i];
	int64_t others = sizes->other_bytes * nrb_plandraft_other_nodes(draft);
	int64_t file = sizes->file_bytes + others + sizes->beside_bytes;
	int64_t memory = (sizes->fill_bytes > 0 ? sizes->fill_bytes : fill) + others +
			 sizes->beside_bytes + sizes->alloc_bytes + sizes->victim_bytes +
			 sizes->burst_bytes + OWN_BYTES;

	plan->memory_bytes = memory > plan->memory_bytes ? memory : plan->memory_bytes;
	plan->file_bytes = file > plan->file_bytes ? file : plan->file_bytes;
}

static int size_arm(struct nrb_plan *plan, const struct nrb_plandraft *draft, int i)
{
	const struct nrb_run_options *options = draft->options;
	const struct nrb_arm *arm = &plan->arms[i];
	struct nrb_sizes *sizes = &plan->sizes[i];
	int64_t fill = 0;
	int rc = 0;

	sizes->headroom_bytes = node_bytes(draft, arm->node) / 100 * HEADROOM_PERCENT;
	if (sizes->headroom_bytes < min_headroom) {
		sizes->headroom_bytes = min_headroom;
	}
	if (options->rehearsal) {
		sizes->chain_bytes = REHEARSAL_CHAIN;
		sizes->reread_bytes = REHEARSAL_REREAD;
	}
	if (nrb_arm_needs(arm) & NRB_NEEDS_MODES) {
		sizes->fill_bytes = options->fill_bytes;
		sizes->alloc_bytes = find_alloc(draft, arm);
		rc = find_fill(draft, arm->node, &fill);
	}
	if (rc == 0 && (nrb_arm_needs(arm) & NRB_NEEDS_FILE)) {
		sizes->file_bytes = fill;
		rc = arm->fill_all ? find_others(draft, arm, &sizes->other_bytes) : 0;
	}
	if (rc == 0) {
		nrb_planbeside_find(draft, arm, sizes);
		add_up(plan, draft, i, fill);
	}
	return rc;
}

/* What spills must fit beside what the other nodes keep: 2 x high. Their read-once cache gives way
 * to it, as it would to anyone's memory. */
static int check_spill(const struct nrb_plandraft *draft, const struct nrb_arm *arm,
	const struct nrb_sizes *sizes)
{
	const struct nrb_machine *machine = draft->machine;
	int64_t room = 0, spill;

	if (!(nrb_arm_needs(arm) & NRB_NEEDS_SPILL)) {
		return 0;
	}
	for (int i = 0; i < machine->topology.n_nodes; i++) {
		int node = machine->topology.nodes[i].node;
		struct nrb_zone_sums sums = nrb_zones_sum(&machine->zones, node);

		if (node != arm->node) {
			room += (sums.free_pages - 2 * sums.high_pages) *
					nrb_zones_page_bytes() +
				machine->memory[i].inactive_file_bytes;
		}
	}
	spill = nrb_planbeside_spill(arm, sizes);
	if (room >= spill) {
		return 0;
	}
	return nrb_refuse(NRB_EXIT_FAILED, "give a smaller --alloc",
		"the other nodes have %" PRId64 " MiB to spare, and %" PRId64
		" MiB meant for node %d may spill to them",
		room >> 20, spill >> 20, arm->node);
}

static int check_limit(const struct nrb_plan *plan, const struct nrb_plandraft *draft)
{
	int64_t limit = draft->options->max_memory_bytes;

	if (limit == 0 || plan->memory_bytes <= limit) {
		return 0;
	}
	return nrb_refuse(NRB_EXIT_FAILED, "give smaller --fill and --alloc",
		"the plan takes %" PRId64 " MiB, --max-memory is %" PRId64 " MiB",
		plan->memory_bytes >> 20, limit >> 20);
}

int nrb_plansizes_find(struct nrb_plan *plan, const struct nrb_plandraft *draft)
{
	int rc = 0;

	for (int i = 0; i < plan->n_arms && rc == 0; i++) {
		if (plan->arms[i].unsupported[0] == '\0') {
			rc = size_arm(plan, draft, i);
		}
	}
	if (rc == 0) {
		rc = check_limit(plan, draft);
	}
	for (int i = 0; i < plan->n_arms && rc == 0; i++) {
		if (plan->arms[i].unsupported[0] == '\0') {
			rc = check_spill(draft, &plan->arms[i], &plan->sizes[i]);
		}
	}
	return rc;
}
