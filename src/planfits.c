/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether an arm fits into what the machine has; what does not is left out, and said. */
#include "nrb/plandraft.h"

#include "nrb/diag.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

enum { DISK_FREE_PERCENT = 10 /* that stays free */ };

/* Of a fill that is so many parts whole, watermarks may keep so many free. */
enum { WHOLE_PARTS = 8, RAISED_PARTS = 3 };

static const int64_t wanted_least = 1LL << 20;   /* less shows nothing */
static const int64_t default_least = 64LL << 20; /* of a fill, beside what stays */

static int64_t larger(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

void nrb_planfits_drop(const struct nrb_plandraft *draft, struct nrb_arm *arm,
	const struct nrb_misfit *misfit, const char *fmt, ...)
{
	struct nrb_refusal *first = draft->refusal;
	va_list args;

	snprintf(arm->unsupported, sizeof(arm->unsupported), "%s", misfit->brief);
	if (first->code != NRB_EXIT_OK) {
		return;
	}
	first->code = misfit->code;
	snprintf(first->way_out, sizeof(first->way_out), "%s", misfit->way_out);
	va_start(args, fmt);
	vsnprintf(first->why, sizeof(first->why), fmt, args);
	va_end(args);
}

int64_t nrb_planfits_beside_marks(
	const struct nrb_plandraft *draft, int node, int64_t bytes)
{
	int64_t raise = nrb_planballast_most_raised(draft, node);

	return larger(bytes + raise, raise * WHOLE_PARTS / RAISED_PARTS);
}

/* A --fill that will do, and not much more: with an --alloc, or with little to be allocated. */
static int64_t enough_fill(const struct nrb_plandraft *draft, const struct nrb_arm *arm,
	const struct nrb_sizes *sizes)
{
	int64_t alloc = draft->options->alloc_bytes;
	int64_t cache = alloc > 0 ? sizes->gate_bytes + alloc
				  : 2 * sizes->gate_bytes + default_least;

	return nrb_planfits_beside_marks(draft, arm->node, cache) / 100 * 101 +
	       wanted_least;
}

/* Under some arm's marks a part of what the ballast leaves is kept free, and not filled. */
static bool leaves_too_little(const struct nrb_sizes *sizes, int64_t raise)
{
	return raise > sizes->fill_bytes / WHOLE_PARTS * RAISED_PARTS ||
	       sizes->alloc_bytes <= 0 ||
	       sizes->fill_bytes - raise <= sizes->gate_bytes + sizes->alloc_bytes;
}

/* With no more than its threshold and the allocation, node reclaim would end half-way or never begin,
 * and the comparison would be of nothing. All arms of --set have one ballast, and allocate the same. */
void nrb_planfits_check_fill(const struct nrb_plandraft *draft, struct nrb_arm *arm,
	const struct nrb_sizes *sizes)
{
	int64_t raise = nrb_planballast_most_raised(draft, arm->node);
	char way_out[96], alloc[64] = "twice that is to be there", marks[128] = "";
	const struct nrb_misfit misfit = {
		.code = NRB_EXIT_USAGE,
		.way_out = way_out,
		.brief =
			"--fill is too little for what node reclaim and watermarks leave "
			"and what is allocated",
	};

	if (sizes->slack_bytes == 0 || !leaves_too_little(sizes, raise)) {
		return;
	}
	snprintf(way_out, sizeof(way_out), "give --fill %" PRId64 "M or more%s",
		enough_fill(draft, arm, sizes) >> 20,
		draft->options->alloc_bytes > 0 ? ", or a smaller --alloc" : "");
	if (draft->options->alloc_bytes > 0) {
		snprintf(alloc, sizeof(alloc), "%" PRId64 " MiB are to be allocated",
			sizes->alloc_bytes >> 20);
	}
	if (raise > 0) {
		snprintf(marks, sizeof(marks),
			"the watermarks of --set keep %" PRId64
			" MiB free, which may be three eighths; ",
			raise >> 20);
	}
	nrb_planfits_drop(draft, arm, &misfit,
		"--fill of %" PRId64
		" MiB is too little for node %d: node reclaim takes only what exceeds "
		"%" PRId64 " MiB of file cache (vm.min_unmapped_ratio of the whole node) "
		"there; %s%s",
		sizes->fill_bytes >> 20, arm->node, sizes->gate_bytes >> 20, marks,
		alloc);
}

int64_t nrb_planfits_elsewhere(const struct nrb_plandraft *draft, int target)
{
	const struct nrb_machine *machine = draft->machine;
	int64_t room = 0 - nrb_plan_ballast_beside(draft->plan, target);

	for (int i = 0; i < machine->topology.n_nodes; i++) {
		int node = machine->topology.nodes[i].node;
		struct nrb_zone_sums sums = nrb_zones_sum(&machine->zones, node);

		if (node != target) {
			room += (sums.free_pages - 2 * sums.high_pages) *
					nrb_zones_page_bytes() -
				2 * nrb_planballast_most_raised(draft, node) +
				machine->memory[i].inactive_file_bytes;
		}
	}
	return room;
}

static void check_spill(const struct nrb_plandraft *draft, struct nrb_arm *arm,
	const struct nrb_sizes *sizes)
{
	static const struct nrb_misfit misfit = {
		.code = NRB_EXIT_FAILED,
		.way_out = "give a smaller --alloc",
		.brief = "what may spill of it does not fit into the other nodes",
	};
	static const struct nrb_misfit locked = {
		.code = NRB_EXIT_FAILED,
		.way_out = "give a smaller --alloc, or run what fills the other nodes by "
			   "itself",
		.brief = "what may spill of it does not fit into the other nodes, which "
			 "have a ballast",
	};
	int64_t room = nrb_planfits_elsewhere(draft, arm->node);
	int64_t spill = nrb_planbeside_spill(arm, sizes);

	if (!(nrb_arm_needs(arm) & NRB_NEEDS_SPILL) || room >= spill) {
		return;
	}
	nrb_planfits_drop(draft, arm,
		nrb_plan_ballast_beside(draft->plan, arm->node) > 0 ? &locked : &misfit,
		"the other nodes have %" PRId64 " MiB to spare, and %" PRId64
		" MiB meant for node %d may spill to them",
		room >> 20, spill >> 20, arm->node);
}

int64_t nrb_planfits_file(
	const struct nrb_plandraft *draft, const struct nrb_sizes *sizes)
{
	return sizes->file_bytes + sizes->other_bytes * nrb_plandraft_other_nodes(draft) +
	       sizes->beside_bytes;
}

/* A file that is all holes takes nothing of the disk. */
static void check_disk(const struct nrb_plandraft *draft, struct nrb_arm *arm,
	const struct nrb_sizes *sizes)
{
	static const struct nrb_misfit misfit = {
		.code = NRB_EXIT_FAILED,
		.way_out = "name a roomier directory with --dir, or give a smaller "
			   "--fill, or --sparse",
		.brief = "its cache file does not fit into --dir",
	};
	const struct nrb_run_options *options = draft->options;
	int64_t need = nrb_planfits_file(draft, sizes) +
		       options->dir_total_bytes / 100 * DISK_FREE_PERCENT;

	if (options->dir_total_bytes == 0 || options->sparse ||
		nrb_planfits_file(draft, sizes) == 0 || options->dir_free_bytes >= need) {
		return;
	}
	nrb_planfits_drop(draft, arm, &misfit,
		"%s has %" PRId64
		" MiB free; the cache file and %d %% that stay free take "
		"%" PRId64 " MiB",
		options->dir, options->dir_free_bytes >> 20, DISK_FREE_PERCENT,
		need >> 20);
}

void nrb_planfits_check(const struct nrb_plandraft *draft, struct nrb_arm *arm,
	const struct nrb_sizes *sizes)
{
	check_spill(draft, arm, sizes);
	if (arm->unsupported[0] == '\0') {
		check_disk(draft, arm, sizes);
	}
}

int nrb_planfits_check_limit(
	const struct nrb_plan *plan, const struct nrb_plandraft *draft)
{
	int64_t limit = draft->options->max_memory_bytes;

	if (limit == 0 || plan->memory_bytes <= limit) {
		return 0;
	}
	if (plan->n_ballasts > 0) {
		return nrb_refuse(NRB_EXIT_FAILED,
			"raise it, or test a smaller node: what is free on a filled node "
			"is taken up",
			"the plan takes %" PRId64 " MiB, %" PRId64
			" MiB of it to lock what cells do not need, --max-memory is "
			"%" PRId64 " MiB",
			plan->memory_bytes >> 20, nrb_plan_ballast_bytes(plan) >> 20,
			limit >> 20);
	}
	return nrb_refuse(NRB_EXIT_FAILED,
		draft->options->served == NULL
			? "give smaller --fill and --alloc"
			: "raise it: files that are served fill what nodes have free",
		"the plan takes %" PRId64 " MiB, --max-memory is %" PRId64 " MiB",
		plan->memory_bytes >> 20, limit >> 20);
}
