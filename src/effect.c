/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Gates and walk, in a word. */
#include "nrb/effect.h"

#include "nrb/allocwalk.h"
#include "nrb/fullnode.h"
#include "nrb/reclaimgates.h"

/* Which gate is closed says what the mode does. */
static const enum nrb_effect effect_of[NRB_N_GATES] = {
	[NRB_GATE_MODE] = NRB_EFFECT_OFF,
	[NRB_GATE_DISTANCE] = NRB_EFFECT_INERT_DISTANCE,
	[NRB_GATE_CACHE] = NRB_EFFECT_INERT_CACHE,
	[NRB_GATE_WAITING] = NRB_EFFECT_OFF, /* a program's memory may wait */
	[NRB_GATE_CPU] = NRB_EFFECT_INERT_CPU,
	[NRB_GATE_REPEATED] = NRB_EFFECT_INERT_CACHE,
	[NRB_GATE_MGLRU] = NRB_EFFECT_INERT_MGLRU,
	[NRB_GATE_YIELD] = NRB_EFFECT_INERT_YIELD,
};

static enum nrb_effect effect_of_gates(const struct nrb_gates *gates)
{
	return gates->is_passed ? NRB_EFFECT_RECLAIMS
				: effect_of[gates->looks[gates->n - 1].gate];
}

/* What the other gates say when a run has filled the node with clean cache. */
static enum nrb_effect without_the_cache(const struct nrb_vmstate *state,
	const struct nrb_request *request, const struct nrb_vmnode *node)
{
	struct nrb_vmnode filled = *node;
	enum nrb_effect effect;
	struct nrb_gates gates;

	filled.inactive_file_pages = INT64_C(1) << 40;
	filled.file_pages = filled.inactive_file_pages;
	nrb_gates_look(&gates, state, request, request->cpu_node, &filled);
	effect = effect_of_gates(&gates);
	return effect == NRB_EFFECT_RECLAIMS ? NRB_EFFECT_INERT_CACHE : effect;
}

/* Whether the walk passes the node over and finds a page elsewhere. */
static int is_passed_over(bool *is_so, const struct nrb_vmstate *state,
	const struct nrb_request *request, int node)
{
	struct nrb_allocwalk walk;
	struct nrb_zones zones = { 0 };
	struct nrb_vmstate full;
	int rc = nrb_fullnode_make(&full, &zones, state, request, node);

	*is_so = false;
	if (rc == 0) {
		rc = nrb_allocwalk_run(&walk, &full, request);
	}
	if (rc == 0) {
		*is_so = walk.n_steps > 0 &&
			 walk.steps[0].verdict == NRB_VERDICT_KSWAPD && walk.node != node;
		nrb_allocwalk_finish(&walk);
	}
	nrb_zones_finish(&zones);
	return rc;
}

int nrb_effect_predict(enum nrb_effect *effect, const struct nrb_vmstate *state,
	int cpu_node, int node, int mode)
{
	const struct nrb_vmnode *entry = nrb_vmstate_node(state, node);
	const struct nrb_request request = {
		.cpu = -1,
		.cpu_node = cpu_node,
		.node = cpu_node,
		.mode = mode,
		.lru_gen = state->lru_gen == NRB_LRU_GEN_ON,
	};
	struct nrb_gates gates;
	bool is_over = false;
	int rc = 0;

	*effect = NRB_EFFECT_OFF;
	if (entry == NULL) {
		return 0;
	}
	nrb_gates_look(&gates, state, &request, cpu_node, entry);
	*effect = effect_of_gates(&gates);
	if (*effect == NRB_EFFECT_INERT_CACHE) {
		*effect = without_the_cache(state, &request, entry);
	}
	if (*effect == NRB_EFFECT_RECLAIMS && node == cpu_node) {
		rc = is_passed_over(&is_over, state, &request, node);
	}
	*effect = is_over ? NRB_EFFECT_INERT_KSWAPD : *effect;
	return rc;
}

/* clang-format off */
static const struct {
	const char *name, *why;
} effects[NRB_N_EFFECTS] = {
	[NRB_EFFECT_OFF]            = { "off",
		"a full node is left alone; new memory comes from other nodes" },
	[NRB_EFFECT_RECLAIMS]       = { "will reclaim",
		"the allocating task frees the node's own cache before it takes memory elsewhere" },
	[NRB_EFFECT_INERT_MGLRU]    = { "inert: MGLRU",
		"with multi-generational LRU, kernels since 6.3 reclaim nothing here unless bits 2 and 4 are both set" },
	[NRB_EFFECT_INERT_CACHE]    = { "inert: too little unmapped cache",
		"reclaimable cache is below vm.min_unmapped_ratio and slab below vm.min_slab_ratio, so the kernel does not even try; a run fills the node first" },
	[NRB_EFFECT_INERT_CPU]      = { "inert: CPU not local",
		"a node that has CPUs is reclaimed only by tasks that run on them" },
	[NRB_EFFECT_INERT_DISTANCE] = { "inert: too far",
		"the node is farther away than the kernel's node_reclaim_distance" },
	[NRB_EFFECT_INERT_YIELD]    = { "inert: nothing may go",
		"node reclaim scans in vain: all of the node's cache is dirty, of tmpfs or, without bit 4, mapped" },
	[NRB_EFFECT_INERT_KSWAPD]   = { "inert: kswapd awake",
		"kernels since 6.18 pass over a node whose kswapd is awake while another has room" },
};
/* clang-format on */

const char *nrb_effect_name(enum nrb_effect effect)
{
	return effects[effect].name;
}

const char *nrb_effect_why(enum nrb_effect effect)
{
	return effects[effect].why;
}
