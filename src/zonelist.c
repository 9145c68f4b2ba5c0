/* SPDX-License-Identifier: GPL-2.0-or-later */
/* find_next_best_node() and build_zonelists() of mm/page_alloc.c (6.1, 7.3), over a state. */
#include "nrb/zonelist.h"

#include <limits.h>
#include <string.h>

enum { MAX_NUMNODES = 1024 }; /* NODES_SHIFT is 10 in distributions' kernels */

/* What decides between nodes at one distance, and is not told to user space. */
struct variant {
	/* x86 and arm64 build the lists before other CPUs are up, so that no node has any; memory that
	 * is added later has them built anew, and nodes with CPUs then count as one farther */
	bool minds_cpus;
	bool by_one; /* NRB_KERNELRULE_LOAD_BY_ONE */
	bool minds_load;
};

struct building {
	const struct nrb_vmstate *state;
	struct variant variant;
	int load[NRB_MAX_NODES]; /* by position: first of its distance so often, or so early */
};

static int distance(const struct building *b, int from, int to)
{
	return b->state->distances[from * b->state->n_nodes + to];
}

/* Positions throughout. A node without memory is in nobody's list, not even its own. */
static int next_best(const struct building *b, int node, const bool *is_used)
{
	const struct nrb_vmstate *state = b->state;
	int best = -1, least = INT_MAX;

	if (!is_used[node] && state->nodes[node].has_memory) {
		return node;
	}
	for (int n = 0; n < state->n_nodes; n++) {
		int value = distance(b, node, n) + (n < node);

		if (is_used[n] || !state->nodes[n].has_memory) {
			continue;
		}
		if (b->variant.minds_cpus && state->nodes[n].has_cpus) {
			value++;
		}
		value *= MAX_NUMNODES;
		value += b->variant.minds_load ? b->load[n] : 0;
		if (value < least) {
			least = value;
			best = n;
		}
	}
	return best;
}

/* The list of one node, after which others' lists find its load. Returns its length. */
static int build_one(struct building *b, int node, int *order)
{
	bool is_used[NRB_MAX_NODES] = { false };
	int n = 0, next, previous = node;

	while ((next = next_best(b, node, is_used)) >= 0) {
		is_used[next] = true;
		if (distance(b, node, next) != distance(b, node, previous)) {
			b->load[next] = b->variant.by_one ? b->load[next] + 1
							  : b->state->n_nodes - n;
		}
		order[n++] = next;
		previous = next;
	}
	return n;
}

/* The kernel builds all lists, by rising number of the node. */
static int build(
	const struct nrb_vmstate *state, struct variant variant, int node, int *order)
{
	struct building b = { .state = state, .variant = variant };
	int n = 0;

	for (int i = 0; i <= node; i++) {
		n = build_one(&b, i, order);
	}
	return n;
}

/* Whether the order is the same whatever is not told. */
static bool is_told(const struct nrb_vmstate *state, struct variant variant, int node,
	const int *order, int n)
{
	struct variant with_cpus = variant, without_load = variant;
	int other[NRB_MAX_NODES];

	with_cpus.minds_cpus = true;
	without_load.minds_load = false;
	(void)build(state, with_cpus, node, other);
	if (memcmp(order, other, (size_t)n * sizeof(*order)) != 0) {
		return false;
	}
	(void)build(state, without_load, node, other);
	return !state->has_more_nodes ||
	       memcmp(order, other, (size_t)n * sizeof(*order)) == 0;
}

static void add_zones(struct nrb_zonelist *list, const struct nrb_vmstate *state,
	int node, int highest_index)
{
	const struct nrb_zones *zones = &state->zones;

	for (int i = zones->n - 1; i >= 0; i--) {
		if (zones->zones[i].node == node &&
			zones->zones[i].index <= highest_index) {
			list->zones[list->n_zones++] = i;
		}
	}
}

void nrb_zonelist_build(struct nrb_zonelist *list, const struct nrb_vmstate *state,
	int node, int highest_index, bool only_node)
{
	const struct variant variant = {
		.by_one = state->rules.has[NRB_KERNELRULE_LOAD_BY_ONE],
		.minds_load = true,
	};
	const struct nrb_vmnode *entry = nrb_vmstate_node(state, node);
	int order[NRB_MAX_NODES], at, n;

	*list = (struct nrb_zonelist){ .is_sure = true };
	if (entry == NULL) {
		return;
	}
	at = (int)(entry - state->nodes);
	n = build(state, variant, at, order);
	list->is_sure = only_node || is_told(state, variant, at, order, n);
	for (int i = 0; i < n; i++) {
		int number = state->nodes[order[i]].node;

		if (!only_node || number == node) {
			list->nodes[list->n_nodes++] = number;
			add_zones(list, state, number, highest_index);
		}
	}
}
