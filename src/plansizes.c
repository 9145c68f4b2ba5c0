/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How much an arm fills and allocates, and what that takes in all. */
#include "nrb/plandraft.h"

#include "nrb/diag.h"
#include "nrb/pagecache.h"

#include <errno.h>
#include <inttypes.h>

enum {
	ALLOC_PERCENT = 40, /* of the node */
	SLACK_PART = 8,     /* of a fill beside a ballast, one part more if it fits */
	REHEARSAL_CHAIN = 16 << 20, /* times mean nothing there, and 90 s are the limit */
	REHEARSAL_REREAD = 64 << 20,
	OWN_BYTES = 64 << 20, /* of ours beside fill and allocation */
	SMALL_PAGE = 4096,
	HUGE_PAGE = 2 << 20,
};

static const int64_t max_default_alloc = 4LL << 30;
static const int64_t wanted_least = 1LL << 20; /* less shows nothing */
/* Nodes up to here are filled whole: it takes a minute or two from a disk. */
static const int64_t max_filled_whole = 16LL << 30;

static int64_t round_up(int64_t bytes, int64_t unit)
{
	return (bytes + unit - 1) / unit * unit;
}

static int64_t larger(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t smaller(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t node_bytes(const struct nrb_plandraft *draft, int node)
{
	return nrb_zones_sum(&draft->machine->zones, node).managed_pages *
	       nrb_zones_page_bytes();
}

static bool is_sized(const struct nrb_arm *arm)
{
	return arm->unsupported[0] == '\0';
}

static bool is_filled(const struct nrb_arm *arm)
{
	return is_sized(arm) && (nrb_arm_needs(arm) & NRB_NEEDS_MODES);
}

static int percent_of(const struct nrb_arm *arm)
{
	int percent = arm->scenario->alloc_percent;

	return percent > 0 ? percent : ALLOC_PERCENT;
}

/* Whatever is filled. */
static int64_t wanted_alloc(const struct nrb_plandraft *draft, const struct nrb_arm *arm)
{
	int64_t bytes = draft->options->alloc_bytes;

	return bytes > 0 ? bytes
			 : smaller(node_bytes(draft, arm->node) / 100 * percent_of(arm),
				   max_default_alloc);
}

/* -- fill -- */

/* Of any arm that can run: one ballast stands beside them all. */
static int64_t largest_alloc(
	const struct nrb_plan *plan, const struct nrb_plandraft *draft)
{
	int64_t bytes = 0;

	for (int i = 0; i < plan->n_arms; i++) {
		if (is_filled(&plan->arms[i])) {
			bytes = larger(bytes, wanted_alloc(draft, &plan->arms[i]));
		}
	}
	return bytes;
}

/* What a node is filled with: --fill; all of a node, or of a large one so much that reclaim finds
 * twice what is allocated above its threshold. */
static int64_t fill_of(const struct nrb_plandraft *draft, int node)
{
	int64_t bytes = draft->options->fill_bytes;

	if (bytes == 0) {
		bytes = node_bytes(draft, node);
		if (bytes > max_filled_whole) {
			bytes = 2 * draft->largest_alloc +
				2 * nrb_planballast_gate(draft, node);
		}
	}
	return round_up(bytes, NRB_REREAD_BLOCK);
}

static bool has_ballast(const struct nrb_plandraft *draft, int node)
{
	return nrb_planballast_is_due(draft, node, fill_of(draft, node));
}

static int64_t slack_of(const struct nrb_plandraft *draft, int node)
{
	return has_ballast(draft, node)
		       ? round_up(fill_of(draft, node) / SLACK_PART, NRB_REREAD_BLOCK)
		       : 0;
}

/* The parts of the file for the other nodes are of one size: that of the largest. */
static int64_t find_others(const struct nrb_plandraft *draft, const struct nrb_arm *arm)
{
	int64_t part = 0;

	nrb_for_each_id(node, &draft->memory_nodes) {
		if (node != arm->node) {
			part = larger(part, fill_of(draft, node) + slack_of(draft, node));
		}
	}
	return part;
}

/* -- allocation -- */

/* Where --fill says how much there is to be reclaimed: half of what it has above the threshold. */
static int64_t find_alloc(const struct nrb_plandraft *draft, const struct nrb_arm *arm)
{
	int64_t bytes = wanted_alloc(draft, arm), most;

	if (draft->options->alloc_bytes == 0 && draft->options->fill_bytes > 0 &&
		has_ballast(draft, arm->node)) {
		most = (fill_of(draft, arm->node) -
			       2 * nrb_planballast_gate(draft, arm->node)) /
		       2 * percent_of(arm) / ALLOC_PERCENT;
		bytes = larger(smaller(bytes, most), 0);
	}
	return round_up(bytes, arm->page_size == NRB_PAGE_THP ? HUGE_PAGE : SMALL_PAGE);
}

/* With no more than its threshold and the allocation, node reclaim would end half-way or never begin,
 * and the comparison would be of nothing. */
static int check_fill(const struct nrb_plandraft *draft, const struct nrb_arm *arm,
	const struct nrb_sizes *sizes)
{
	if (sizes->slack_bytes == 0 ||
		(sizes->alloc_bytes > 0 &&
			sizes->fill_bytes > sizes->gate_bytes + sizes->alloc_bytes)) {
		return 0;
	}
	return nrb_refuse(NRB_EXIT_USAGE,
		draft->options->alloc_bytes > 0
			? "give a larger --fill or a smaller --alloc"
			: "give a larger --fill",
		"--fill of %" PRId64
		" MiB is too little for node %d: node reclaim takes only what exceeds "
		"%" PRId64 " MiB of file cache (vm.min_unmapped_ratio of the whole node) "
		"there, and %" PRId64 " MiB are to be allocated",
		sizes->fill_bytes >> 20, arm->node, sizes->gate_bytes >> 20,
		larger(sizes->alloc_bytes, wanted_least) >> 20);
}

/* -- all of it -- */

/* What an arm takes of memory and of the disk at most. */
static void add_up(
	struct nrb_plan *plan, const struct nrb_plandraft *draft, int i, int64_t fill)
{
	const struct nrb_sizes *sizes = &plan->sizes[i];
	int64_t others = sizes->other_bytes * nrb_plandraft_other_nodes(draft);
	int64_t file = sizes->file_bytes + others + sizes->beside_bytes;
	int64_t filled = sizes->fill_bytes > 0 ? sizes->fill_bytes : fill;
	int64_t memory = larger(filled + sizes->slack_bytes, sizes->served_bytes) +
			 others + sizes->beside_bytes + sizes->alloc_bytes +
			 sizes->victim_bytes + sizes->burst_bytes + OWN_BYTES;

	plan->memory_bytes = larger(plan->memory_bytes, memory);
	plan->file_bytes = larger(plan->file_bytes, file);
}

static void add_ballasts(struct nrb_plan *plan, const struct nrb_plandraft *draft,
	const struct nrb_arm *arm)
{
	nrb_for_each_id(node, &draft->memory_nodes) {
		if ((node == arm->node || arm->fill_all) && has_ballast(draft, node)) {
			nrb_planballast_add(plan, draft, node, fill_of(draft, node));
		}
	}
}

/* The file, the allocation and what they need beside, of an arm that has modes. */
static int size_filled(struct nrb_plan *plan, const struct nrb_plandraft *draft, int i)
{
	const struct nrb_arm *arm = &plan->arms[i];
	struct nrb_sizes *sizes = &plan->sizes[i];
	int64_t fill = fill_of(draft, arm->node);
	int rc;

	sizes->fill_bytes = draft->options->fill_bytes;
	sizes->slack_bytes = slack_of(draft, arm->node);
	if (sizes->slack_bytes > 0) {
		sizes->fill_bytes = fill;
	}
	sizes->gate_bytes = nrb_planballast_gate(draft, arm->node);
	sizes->alloc_bytes = find_alloc(draft, arm);
	if (nrb_arm_needs(arm) & NRB_NEEDS_FILE) {
		sizes->file_bytes = fill + sizes->slack_bytes;
		sizes->other_bytes = arm->fill_all ? find_others(draft, arm) : 0;
	}
	rc = nrb_arm_needs(arm) & NRB_NEEDS_SERVED
		     ? nrb_planserved_find(draft, arm, sizes)
		     : 0;
	if (rc < 0) {
		return rc;
	}
	nrb_planbeside_find(draft, arm, sizes);
	add_ballasts(plan, draft, arm);
	add_up(plan, draft, i, fill);
	return check_fill(draft, arm, sizes);
}

static int size_arm(struct nrb_plan *plan, const struct nrb_plandraft *draft, int i)
{
	struct nrb_sizes *sizes = &plan->sizes[i];

	sizes->headroom_bytes = nrb_planballast_headroom(draft, plan->arms[i].node);
	sizes->sparse = draft->options->sparse;
	if (draft->options->rehearsal) {
		sizes->chain_bytes = REHEARSAL_CHAIN;
		sizes->reread_bytes = REHEARSAL_REREAD;
	}
	if (is_filled(&plan->arms[i])) {
		return size_filled(plan, draft, i);
	}
	nrb_planbeside_find(draft, &plan->arms[i], sizes);
	add_up(plan, draft, i, 0);
	return 0;
}

/* A node that is filled in other cells has its ballast in these, too. */
static int64_t ballast_on(const struct nrb_plan *plan, int node)
{
	for (int i = 0; i < plan->n_ballasts; i++) {
		if (plan->ballasts[i].node == node) {
			return plan->ballasts[i].bytes;
		}
	}
	return 0;
}

/* What spills must fit beside what the other nodes keep: 2 x high. Their read-once cache gives way
 * to it, as it would to anyone's memory. */
static int check_spill(const struct nrb_plan *plan, const struct nrb_plandraft *draft,
	const struct nrb_arm *arm, const struct nrb_sizes *sizes)
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
					nrb_zones_page_bytes() -
				ballast_on(plan, node) +
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
	return nrb_refuse(NRB_EXIT_FAILED, "give smaller --fill and --alloc",
		"the plan takes %" PRId64 " MiB, --max-memory is %" PRId64 " MiB",
		plan->memory_bytes >> 20, limit >> 20);
}

int nrb_plansizes_find(struct nrb_plan *plan, const struct nrb_plandraft *asked)
{
	struct nrb_plandraft draft = *asked;
	int rc = 0;

	draft.largest_alloc = largest_alloc(plan, &draft);
	plan->sparse = draft.options->sparse;
	for (int i = 0; i < plan->n_arms && rc == 0; i++) {
		if (is_sized(&plan->arms[i])) {
			rc = size_arm(plan, &draft, i);
		}
	}
	plan->memory_bytes += nrb_plan_ballast_bytes(plan);
	if (rc == 0) {
		rc = check_limit(plan, &draft);
	}
	for (int i = 0; i < plan->n_arms && rc == 0; i++) {
		if (is_sized(&plan->arms[i])) {
			rc = check_spill(plan, &draft, &plan->arms[i], &plan->sizes[i]);
		}
	}
	return rc;
}
