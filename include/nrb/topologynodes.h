/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Nodes by what they have, and by what is near them. */
#ifndef NRB_TOPOLOGYNODES_H
#define NRB_TOPOLOGYNODES_H

#include "nrb/topology.h"

/**
 * The nearest other node that has memory, and CPUs that this process may run on; -1: there is none.
 * Of several at one distance the first that memory falls back to: the next higher number, and behind
 * the highest the lowest. Source: find_next_best_node() in mm/page_alloc.c.
 */
int nrb_topology_neighbour(const struct nrb_topology *topology, int node);

/** Nodes that have memory; nodes that have CPUs. */
void nrb_topology_memory_nodes(
	const struct nrb_topology *topology, struct nrb_idset *nodes);
void nrb_topology_cpu_nodes(const struct nrb_topology *topology, struct nrb_idset *nodes);

#endif
