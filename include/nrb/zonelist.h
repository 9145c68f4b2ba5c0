/* SPDX-License-Identifier: GPL-2.0-or-later */
/* In which order the kernel tries nodes and zones: build_zonelists() of mm/page_alloc.c. */
#ifndef NRB_ZONELIST_H
#define NRB_ZONELIST_H

#include "nrb/sample.h"
#include "nrb/vmstate.h"

struct nrb_zonelist {
	int n_nodes;
	int nodes[NRB_MAX_NODES]; /* OS numbers, nearest first */
	int n_zones;
	int zones[NRB_MAX_NODES * NRB_MAX_NODE_ZONES]; /* positions in state->zones */
	/* false: distances that tie are broken by what is not told (whether the kernel built the list
	 * before its CPUs were up, nodes that may come, a kernel before 5.18) */
	bool is_sure;
};

/**
 * The fallback list of a node: itself, then by distance; a lower-numbered node counts as one farther,
 * and nodes at one distance are taken in turn from list to list. Of each node its zones from
 * highest_index down. Pure.
 * only_node   that node's zones alone (__GFP_THISNODE)
 * A node that is not in the state gives an empty list.
 */
void nrb_zonelist_build(struct nrb_zonelist *list, const struct nrb_vmstate *state,
	int node, int highest_index, bool only_node);

#endif
