/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How much an arm fills and allocates, and what that takes in all. */
#include "nrb/plandraft.h"

#include "nrb/diag.h"
#include "nrb/pagecache.h"
#include "nrb/pagesample.h"

enum {
	ALLOC_PERCENT = 40, /* of the node */
	SLACK_PART = 8,     /* of a fill beside a ballast, one part more if it fits */
	REHEARSAL_CHAIN = 4 << 20, /* times mean nothing there, and 90 s are the limit */
	REHEARSAL_LOADS = 1 << 16, /* that chain once */
	REHEARSAL_REREAD = 64 << 20,
	OWN_BYTES = 64 << 20, /* of ours beside fill and allocation */
	SMALL_PAGE = 4096,
	HUGE_PAGE = 2 << 20,
};

static const int64_t max_default_alloc = 4LL << 30;
/* To locate all pages of more and walk all their lines takes minutes. */
static const int64_t max_located_whole = 16LL << 30;
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
 * twice what is allocated above its threshold, whatever the watermarks of an arm. */
static int64_t fill_of(const struct nrb_plandraft *draft, int node)
{
	int64_t bytes = draft->options->fill_bytes;

	if (bytes == 0) {
		bytes = node_bytes(draft, node);
		if (bytes > max_filled_whole) {
			bytes = nrb_planfits_beside_marks(draft, node,
				2 * draft->largest_alloc +
					2 * nrb_planballast_gate(draft, node));
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
			       nrb_planballast_most_raised(draft, arm->node) -
			       2 * nrb_planballast_gate(draft, arm->node)) /
		       2 * percent_of(arm) / ALLOC_PERCENT;
		bytes = larger(smaller(bytes, most), 0);
	}
	return round_up(bytes, arm->page_size == NRB_PAGE_THP ? HUGE_PAGE : SMALL_PAGE);
}

static int64_t locate_pages(const struct nrb_plandraft *draft, int64_t alloc_bytes)
{
	enum nrb_locate locate = draft->options->locate;

	return locate == NRB_LOCATE_SAMPLE || (locate == NRB_LOCATE_BY_SIZE &&
						      alloc_bytes > max_located_whole)
		       ? NRB_PAGESAMPLE_MOST
		       : 0;
}

/* -- all of it -- */

/* Of what is served, all that can be cached at a time: the fill of the target, and what the other nodes
 * have to spare. */
static int64_t cached_of_served(const struct nrb_plandraft *draft,
	const struct nrb_arm *arm, const struct nrb_sizes *sizes, int64_t filled)
{
	int64_t elsewhere = nrb_planfits_elsewhere(draft, arm->node);

	return smaller(sizes->served_bytes, filled + larger(elsewhere, 0));
}

/* What an arm takes of memory and of the disk at most. */
static void add_up(struct nrb_plan *plan, const struct nrb_plandraft *draft, int i)
{
	const struct nrb_arm *arm = &plan->arms[i];
	const struct nrb_sizes *sizes = &plan->sizes[i];
	int64_t others = sizes->other_bytes * nrb_plandraft_other_nodes(draft);
	int64_t file = nrb_planfits_file(draft, sizes);
	int64_t filled = sizes->fill_bytes;
	int64_t memory;

	if (filled == 0 && is_filled(arm)) {
		filled = fill_of(draft, arm->node);
	}
	filled += sizes->slack_bytes;
	memory = larger(filled, cached_of_served(draft, arm, sizes, filled)) + others +
		 sizes->beside_bytes + sizes->alloc_bytes + sizes->victim_bytes +
		 sizes->burst_bytes + OWN_BYTES;
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

/* Of what fits so far. */
static void find_ballasts(struct nrb_plan *plan, const struct nrb_plandraft *draft)
{
	plan->n_ballasts = 0;
	for (int i = 0; i < plan->n_arms; i++) {
		if (is_filled(&plan->arms[i])) {
			add_ballasts(plan, draft, &plan->arms[i]);
		}
	}
}

/* The file, the allocation and what they need beside, of an arm that has modes. */
static void size_filled(
	const struct nrb_plandraft *draft, struct nrb_arm *arm, struct nrb_sizes *sizes)
{
	int64_t fill = fill_of(draft, arm->node);

	sizes->fill_bytes = draft->options->fill_bytes;
	sizes->slack_bytes = slack_of(draft, arm->node);
	if (sizes->slack_bytes > 0) {
		sizes->fill_bytes = fill;
	}
	sizes->gate_bytes = nrb_planballast_gate(draft, arm->node);
	sizes->alloc_bytes = find_alloc(draft, arm);
	sizes->locate_pages = locate_pages(draft, sizes->alloc_bytes);
	if (nrb_arm_needs(arm) & NRB_NEEDS_FILE) {
		sizes->file_bytes = fill + sizes->slack_bytes;
		sizes->other_bytes = arm->fill_all ? find_others(draft, arm) : 0;
	}
	if (nrb_arm_needs(arm) & NRB_NEEDS_SERVED) {
		nrb_planserved_find(draft, arm, sizes);
	}
	nrb_planfits_check_fill(draft, arm, sizes);
}

static void size_arm(
	const struct nrb_plandraft *draft, struct nrb_arm *arm, struct nrb_sizes *sizes)
{
	sizes->headroom_bytes = nrb_planballast_headroom(draft, arm->node);
	sizes->sparse = draft->options->sparse && !nrb_plandraft_serves_files(draft, arm);
	if (draft->options->rehearsal) {
		sizes->chain_bytes = REHEARSAL_CHAIN;
		sizes->walk_loads = REHEARSAL_LOADS;
		sizes->reread_bytes = REHEARSAL_REREAD;
	}
	if (is_filled(arm)) {
		size_filled(draft, arm, sizes);
	}
	nrb_planbeside_find(draft, arm, sizes);
}

/* Ballasts first, since what is beside one is sized by what it leaves; and again where arms are dropped:
 * of what does not fit there is none in the end. */
int nrb_plansizes_find(struct nrb_plan *plan, const struct nrb_plandraft *asked)
{
	struct nrb_plandraft draft = *asked;
	struct nrb_refusal refusal = { 0 };

	draft.refusal = &refusal;
	draft.plan = plan;
	draft.largest_alloc = largest_alloc(plan, &draft);
	plan->sparse = draft.options->sparse;
	find_ballasts(plan, &draft);
	for (int i = 0; i < plan->n_arms; i++) {
		if (is_sized(&plan->arms[i])) {
			size_arm(&draft, &plan->arms[i], &plan->sizes[i]);
		}
	}
	find_ballasts(plan, &draft);
	for (int i = 0; i < plan->n_arms; i++) {
		if (is_sized(&plan->arms[i])) {
			nrb_planfits_check(&draft, &plan->arms[i], &plan->sizes[i]);
		}
	}
	if (nrb_plan_runnable(plan) == 0) {
		return nrb_refuse(refusal.code, refusal.way_out, "%s", refusal.why);
	}
	find_ballasts(plan, &draft);
	for (int i = 0; i < plan->n_arms; i++) {
		if (is_sized(&plan->arms[i])) {
			add_up(plan, &draft, i);
		}
	}
	plan->memory_bytes += nrb_plan_ballast_bytes(plan);
	return nrb_planfits_check_limit(plan, &draft);
}
