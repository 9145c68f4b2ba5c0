/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kinds of requests, and one made of what a command line names. */
#include "nrb/request.h"

#include "nrb/diag.h"
#include "nrb/mode.h"
#include "nrb/units.h"

#include <inttypes.h>
#include <limits.h>

/* A huge page of 2 MiB on x86 is 2^9 pages of 4 KiB. */
enum { HUGE_ORDER = 9 };

/* clang-format off */
const struct nrb_gfp_info nrb_gfp_table[NRB_N_GFPS] = {
	[NRB_GFP_MOVABLE]     = { "movable", "GFP_HIGHUSER_MOVABLE", "a page of a program's memory",
		.is_movable = true, .may_reclaim = true },
	[NRB_GFP_KERNEL]      = { "kernel", "GFP_KERNEL", "a page for the kernel itself",
		.may_reclaim = true },
	[NRB_GFP_ATOMIC]      = { "atomic", "GFP_ATOMIC", "a page asked for in an interrupt, which cannot wait",
		.uses_reserves = true },
	[NRB_GFP_DIRTY_WRITE] = { "dirty-write", "GFP_HIGHUSER_MOVABLE|__GFP_WRITE",
		"a page of file cache that is about to be written",
		.is_movable = true, .may_reclaim = true, .spreads_dirty = true },
};
/* clang-format on */

const char *const nrb_gfp_words[] = { "movable", "kernel", "atomic", "dirty-write",
	NULL };

const struct nrb_request_asked nrb_request_nothing_asked = { .node = -1,
	.cpu = -1,
	.order = 0,
	.policy = -1,
	.gfp = NRB_GFP_MOVABLE,
	.mode = -1,
	.lru_gen = -1 };

static int first_cpu(const struct nrb_vmnode *node)
{
	return nrb_idset_next(&node->cpus, -1);
}

static const struct nrb_vmnode *first_node(const struct nrb_vmstate *state)
{
	for (int i = 0; i < state->n_nodes; i++) {
		if (state->nodes[i].has_cpus && state->nodes[i].has_memory) {
			return &state->nodes[i];
		}
	}
	return &state->nodes[0];
}

static const struct nrb_vmnode *nearest_with_cpus(
	const struct nrb_vmstate *state, const struct nrb_vmnode *node)
{
	const struct nrb_vmnode *nearest = node;
	int least = INT_MAX;

	for (int i = 0; i < state->n_nodes && !node->has_cpus; i++) {
		const struct nrb_vmnode *from = &state->nodes[i];
		int distance = nrb_vmstate_distance(state, from->node, node->node);

		if (from->has_cpus && distance < least) {
			least = distance;
			nearest = from;
		}
	}
	return nearest;
}

static int find_node(const struct nrb_vmstate *state,
	const struct nrb_request_asked *asked, const struct nrb_vmnode **node)
{
	*node = nrb_vmstate_node(state, (int)asked->node);
	if (*node == NULL) {
		return nrb_refuse(NRB_EXIT_USAGE, "`numa-reclaim-bench check` lists them",
			"--node %" PRId64 ": this machine has no such node", asked->node);
	}
	return (*node)->has_memory
		       ? 0
		       : nrb_refuse(NRB_EXIT_USAGE, "--cpu asks from one of its CPUs",
				 "--node %" PRId64 ": that node has no memory",
				 asked->node);
}

static int find_cpu(struct nrb_request *request, const struct nrb_vmstate *state,
	const struct nrb_request_asked *asked, const struct nrb_vmnode *target)
{
	const struct nrb_vmnode *from;

	if (asked->cpu >= 0) {
		request->cpu = (int)asked->cpu;
		request->cpu_node = nrb_vmstate_node_of_cpu(state, request->cpu);
		return request->cpu_node >= 0
			       ? 0
			       : nrb_refuse(NRB_EXIT_USAGE, NULL,
					 "--cpu %" PRId64
					 ": no such CPU is online on this machine",
					 asked->cpu);
	}
	from = nearest_with_cpus(state, target);
	request->cpu = first_cpu(from);
	request->cpu_node = from->node;
	return 0;
}

static int choose_policy(struct nrb_request *request,
	const struct nrb_request_asked *asked, const struct nrb_vmnode *target)
{
	bool is_own = target == NULL || target->node == request->cpu_node;

	if (nrb_gfp_table[request->gfp].uses_reserves &&
		(!is_own || asked->policy > NRB_ARM_LOCAL)) {
		return nrb_refuse(NRB_EXIT_USAGE, "--cpu chooses the node",
			"--gfp %s: an interrupt has no policy, it takes the memory of its "
			"CPU's node",
			nrb_gfp_table[request->gfp].name);
	}
	request->node = is_own ? request->cpu_node : target->node;
	request->policy = asked->policy >= 0 ? (enum nrb_arm_policy)asked->policy
			  : is_own           ? NRB_ARM_LOCAL
					     : NRB_ARM_PREFERRED;
	return request->policy != NRB_ARM_LOCAL || is_own
		       ? 0
		       : nrb_refuse(NRB_EXIT_USAGE, "--policy preferred asks for a node",
				 "--policy local takes the memory of the CPU's node, "
				 "which is %d, not %d",
				 request->cpu_node, request->node);
}

int nrb_request_make(struct nrb_request *request, const struct nrb_vmstate *state,
	const struct nrb_request_asked *asked)
{
	const struct nrb_vmnode *target = NULL;
	int rc = asked->node >= 0 ? find_node(state, asked, &target) : 0;

	*request = (struct nrb_request){
		.order = (int)asked->order,
		.gfp = (enum nrb_gfp)asked->gfp,
		.mode = asked->mode >= 0            ? asked->mode
			: state->mode == NRB_ABSENT ? 0
						    : (int)state->mode,
		.lru_gen = asked->lru_gen >= 0 ? asked->lru_gen != 0
					       : state->lru_gen == NRB_LRU_GEN_ON,
		.is_advised = true,
	};
	if (rc == 0) {
		rc = find_cpu(request, state, asked,
			target != NULL ? target : first_node(state));
	}
	return rc == 0 ? choose_policy(request, asked, target) : rc;
}

bool nrb_request_is_huge(const struct nrb_request *request)
{
	return request->order == HUGE_ORDER && request->gfp == NRB_GFP_MOVABLE;
}

int nrb_request_list_node(const struct nrb_request *request)
{
	return request->policy == NRB_ARM_PREFERRED ||
			       request->policy == NRB_ARM_INTERLEAVE
		       ? request->node
		       : request->cpu_node;
}

bool nrb_request_may_use(const struct nrb_request *request, const struct nrb_vmnode *node)
{
	return nrb_gfp_table[request->gfp].uses_reserves ||
	       (node->is_allowed &&
		       (request->policy != NRB_ARM_BIND || node->node == request->node) &&
		       (request->policy != NRB_ARM_CPUSET ||
			       node->node != request->node));
}
