/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The gates of node reclaim, a row each, and what lies behind them. */
#include "nrb/reclaimgates.h"

#include "nrb/mode.h"
#include "nrb/units.h"

#include <stddef.h>

enum {
	SWAP_CLUSTER = 32, /* SWAP_CLUSTER_MAX: that node reclaim wants at least */
	MGLRU_BATCH = 64,  /* MIN_LRU_BATCH on 64 bits */
	FIRST_PART = 16, /* of a list it scans 1/16 at first (NODE_RECLAIM_PRIORITY 4) */
	LARGE_FOLIO = 512, /* pages of 2 MiB, the largest folio of a file on x86 */
	SHIFTED_WRITE = 1, /* bits of 5.8 to 5.11 */
	SHIFTED_UNMAP = 2,
};

/* What all rows look at. */
struct looking {
	const struct nrb_vmstate *state;
	const struct nrb_request *request;
	int preferred_node;
	const struct nrb_vmnode *node;
};

static int64_t at_least_0(int64_t pages)
{
	return pages > 0 ? pages : 0;
}

static bool exceeds(const struct nrb_limit *test)
{
	return test->value != NRB_ABSENT && test->limit != NRB_ABSENT &&
	       test->value > test->limit;
}

bool nrb_gates_may_write(const struct nrb_kernelrules *rules, int mode)
{
	return mode &
	       (rules->has[NRB_KERNELRULE_SHIFTED_BITS] ? SHIFTED_WRITE : NRB_MODE_WRITE);
}

bool nrb_gates_may_unmap(const struct nrb_kernelrules *rules, int mode)
{
	return mode &
	       (rules->has[NRB_KERNELRULE_SHIFTED_BITS] ? SHIFTED_UNMAP : NRB_MODE_UNMAP);
}

static bool may_write(const struct looking *at)
{
	return nrb_gates_may_write(&at->state->rules, at->request->mode);
}

static bool may_unmap(const struct looking *at)
{
	return nrb_gates_may_unmap(&at->state->rules, at->request->mode);
}

bool nrb_gates_may_wait(
	const struct nrb_vmstate *state, const struct nrb_request *request)
{
	if (nrb_request_is_huge(request)) {
		return (request->is_advised ? state->thp_advised : state->thp) ==
		       NRB_THP_RECLAIMS;
	}
	return nrb_gfp_table[request->gfp].may_reclaim;
}

int64_t nrb_gates_reclaimable(
	const struct nrb_vmstate *state, const struct nrb_vmnode *node, int mode)
{
	const struct nrb_kernelrules *rules = &state->rules;
	int64_t pages;

	if (nrb_gates_may_unmap(rules, mode)) {
		pages = nrb_units_or_0(node->file_pages);
	} else {
		pages = at_least_0(nrb_units_or_0(node->active_file_pages) +
				   nrb_units_or_0(node->inactive_file_pages) -
				   nrb_units_or_0(node->mapped_pages));
	}
	if (rules->has[NRB_KERNELRULE_DIRTY_FILTER] ||
		!nrb_gates_may_write(rules, mode)) {
		pages -= nrb_units_or_0(node->dirty_pages);
	}
	return at_least_0(pages);
}

/* -- the gates: each says whether it is open, and its numbers -- */

static bool look_at_mode(const struct looking *at, struct nrb_gate_look *look)
{
	int mode = at->request->mode;

	look->test = (struct nrb_limit){ .value = mode };
	return at->state->rules.has[NRB_KERNELRULE_ANY_VALUE]
		       ? mode != 0
		       : (mode & NRB_MODE_BITS) != 0;
}

static bool look_at_distance(const struct looking *at, struct nrb_gate_look *look)
{
	look->test = (struct nrb_limit){
		.value = nrb_vmstate_distance(
			at->state, at->preferred_node, at->node->node),
		.limit = at->state->reclaim_distance,
	};
	return look->test.value <= look->test.limit;
}

static bool look_at_cache(const struct looking *at, struct nrb_gate_look *look)
{
	const struct nrb_vmnode *node = at->node;

	look->test = (struct nrb_limit){
		.value = nrb_gates_reclaimable(at->state, node, at->request->mode),
		.limit = node->min_unmapped_pages,
		.drift = node->drift_pages,
	};
	look->slab = (struct nrb_limit){
		.value = node->slab_reclaimable_pages,
		.limit = node->min_slab_pages,
		.drift = node->drift_pages,
	};
	return exceeds(&look->test) || exceeds(&look->slab);
}

static bool look_at_waiting(const struct looking *at, struct nrb_gate_look *look)
{
	(void)look;
	return nrb_gates_may_wait(at->state, at->request);
}

static bool look_at_cpu(const struct looking *at, struct nrb_gate_look *look)
{
	look->test = (struct nrb_limit){ .value = at->node->node,
		.limit = at->request->cpu_node };
	return !at->node->has_cpus || at->node->node == at->request->cpu_node;
}

static bool look_again(const struct looking *at, struct nrb_gate_look *look)
{
	bool is_open = look_at_cache(at, look);

	return at->state->rules.has[NRB_KERNELRULE_SLAB_REPEATED] ? is_open
								  : exceeds(&look->test);
}

static bool look_at_mglru(const struct looking *at, struct nrb_gate_look *look)
{
	look->test = (struct nrb_limit){ .value = at->request->mode };
	return !at->request->lru_gen ||
	       !at->state->rules.has[NRB_KERNELRULE_MGLRU_GATE] ||
	       (may_write(at) && may_unmap(at));
}

/* Pages that may go: of a file's those that are clean, and unmapped or bit 4 is set; without swap no
 * other. Mapped ones count shmem too, so that more may go than this says. */
static int64_t candidates(const struct looking *at)
{
	const struct nrb_vmnode *node = at->node;
	int64_t pages = nrb_units_or_0(node->active_file_pages) +
			nrb_units_or_0(node->inactive_file_pages) -
			nrb_units_or_0(node->dirty_pages) -
			nrb_units_or_0(node->writeback_pages);

	pages = at_least_0(
		may_unmap(at) ? pages : pages - nrb_units_or_0(node->mapped_pages));
	if (at->state->has_swap && may_write(at)) {
		pages += nrb_units_or_0(node->shmem_pages);
		pages += may_unmap(at) ? nrb_units_or_0(node->anon_pages) : 0;
	}
	return pages;
}

/* Slab is shrunk beside the lists, by how much nobody can tell. */
static bool look_at_yield(const struct looking *at, struct nrb_gate_look *look)
{
	look->test = (struct nrb_limit){ .value = candidates(at) };
	return look->test.value > 0;
}

typedef bool look_at(const struct looking *at, struct nrb_gate_look *look);

/* clang-format off */
const struct nrb_gate_info nrb_gate_table[NRB_N_GATES] = {
	[NRB_GATE_MODE]     = { "mode", false, "is node reclaim switched on",
		"vm.zone_reclaim_mode has none of its bits set" },
	[NRB_GATE_DISTANCE] = { "distance", false, "is the node near enough",
		"the node is farther than the kernel's node_reclaim_distance" },
	[NRB_GATE_CACHE]    = { "cache", false, "is there enough to reclaim",
		"file cache is not over vm.min_unmapped_ratio, nor slab over vm.min_slab_ratio" },
	[NRB_GATE_WAITING]  = { "waiting", false, "may the request wait",
		"the request must not wait for reclaim" },
	[NRB_GATE_CPU]      = { "cpu", false, "is the CPU on that node, or has the node none",
		"a node with CPUs is reclaimed only for tasks that run on it" },
	[NRB_GATE_REPEATED] = { "cache-again", true, "is there enough file cache, asked once more",
		"before 5.19 slab alone does not open it a second time" },
	[NRB_GATE_MGLRU]    = { "mglru", true, "does MGLRU take part",
		"with MGLRU, kernels since 6.3 reclaim nothing here unless bits 2 and 4 are set" },
	[NRB_GATE_YIELD]    = { "yield", true, "is there a page that may go",
		"no page of the cache is clean and, without bit 4, unmapped" },
};

static look_at *const looks[NRB_N_GATES] = {
	[NRB_GATE_MODE]     = look_at_mode,
	[NRB_GATE_DISTANCE] = look_at_distance,
	[NRB_GATE_CACHE]    = look_at_cache,
	[NRB_GATE_WAITING]  = look_at_waiting,
	[NRB_GATE_CPU]      = look_at_cpu,
	[NRB_GATE_REPEATED] = look_again,
	[NRB_GATE_MGLRU]    = look_at_mglru,
	[NRB_GATE_YIELD]    = look_at_yield,
};
/* clang-format on */

/* Pages of all lists of files: a sixteenth of them is scanned at first. */
static int64_t first_part(const struct looking *at)
{
	return (nrb_units_or_0(at->node->active_file_pages) +
		       nrb_units_or_0(at->node->inactive_file_pages)) /
	       FIRST_PART;
}

/* MGLRU keeps pages that were used through a mapping lately, once; how many, nothing tells. */
static int64_t sure_pages(const struct looking *at, int64_t pages)
{
	return at->request->lru_gen && may_unmap(at)
		       ? at_least_0(pages - nrb_units_or_0(at->node->mapped_pages))
		       : pages;
}

/* MGLRU takes them by twice as many as the classic lists. */
static int64_t wanted_pages(const struct looking *at)
{
	const int64_t block = (int64_t)1 << at->request->order;
	int64_t wanted = at->request->lru_gen ? MGLRU_BATCH : SWAP_CLUSTER;

	wanted = wanted > block ? wanted : block;
	if (at->request->lru_gen && at->state->rules.has[NRB_KERNELRULE_MGLRU_TO_LOW] &&
		first_part(at) > wanted) {
		wanted = first_part(at);
	}
	return wanted;
}

/* The first pass takes a sixteenth of the lists at most, and stops at what is wanted; if that made no
 * block, further ones go over all of the lists. A folio goes as a whole. */
static void estimate_yield(
	struct nrb_gates *gates, const struct looking *at, int64_t pages)
{
	const int64_t block = (int64_t)1 << at->request->order;
	const int64_t wanted = wanted_pages(at);
	int64_t least = first_part(at) > block ? first_part(at) : block;

	least = least < sure_pages(at, pages) ? least : sure_pages(at, pages);
	gates->yield_min_pages = least < wanted ? least : wanted;
	gates->yield_max_pages =
		wanted + LARGE_FOLIO < pages ? wanted + LARGE_FOLIO : pages;
}

void nrb_gates_look(struct nrb_gates *gates, const struct nrb_vmstate *state,
	const struct nrb_request *request, int preferred_node,
	const struct nrb_vmnode *node)
{
	const struct looking at = { state, request, preferred_node, node };

	*gates = (struct nrb_gates){ .is_passed = true };
	for (int i = 0; i < NRB_N_GATES && gates->is_passed; i++) {
		struct nrb_gate_look *look = &gates->looks[gates->n++];

		*look = (struct nrb_gate_look){ .gate = (enum nrb_gate)i,
			.test = { .value = NRB_ABSENT, .limit = NRB_ABSENT },
			.slab = { .value = NRB_ABSENT, .limit = NRB_ABSENT } };
		gates->is_entered = gates->is_entered || nrb_gate_table[i].is_inside;
		look->is_open = looks[i](&at, look);
		gates->is_passed = look->is_open;
	}
	if (gates->is_passed) {
		estimate_yield(gates, &at, gates->looks[NRB_GATE_YIELD].test.value);
	}
}
