/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Nodes by what they have, and by what is near them. */
#include "nrb/topologynodes.h"

static bool has_both(const struct nrb_topology *topology, int node)
{
	struct nrb_idset cpus;

	nrb_topology_usable_cpus(topology, node, &cpus);
	return nrb_topology_node(topology, node)->memory_bytes > 0 &&
	       nrb_idset_count(&cpus) > 0;
}

int nrb_topology_neighbour(const struct nrb_topology *topology, int node)
{
	int nearest = -1, least = 0, first = 0;

	for (int i = 0; i < topology->n_nodes; i++) {
		int other = topology->nodes[i].node;
		int distance = nrb_topology_distance(topology, node, other);
		int steps = (other - node + NRB_MAX_NODE_NUMBER + 1) %
			    (NRB_MAX_NODE_NUMBER + 1);

		if (other == node || !has_both(topology, other)) {
			continue;
		}
		if (nearest < 0 || distance < least ||
			(distance == least && steps < first)) {
			nearest = other;
			least = distance;
			first = steps;
		}
	}
	return nearest;
}

void nrb_topology_memory_nodes(
	const struct nrb_topology *topology, struct nrb_idset *nodes)
{
	nrb_idset_clear(nodes);
	for (int i = 0; i < topology->n_nodes; i++) {
		if (topology->nodes[i].memory_bytes > 0) {
			nrb_idset_add(nodes, topology->nodes[i].node);
		}
	}
}

void nrb_topology_cpu_nodes(const struct nrb_topology *topology, struct nrb_idset *nodes)
{
	nrb_idset_clear(nodes);
	for (int i = 0; i < topology->n_nodes; i++) {
		if (nrb_idset_count(&topology->nodes[i].cpus) > 0) {
			nrb_idset_add(nodes, topology->nodes[i].node);
		}
	}
}
