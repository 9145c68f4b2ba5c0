/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A topology for the record and for `check`. */
#include "nrb/topologyjson.h"

static struct nrb_json *node_json(const struct nrb_topology_node *node)
{
	struct nrb_json *json = nrb_json_object();
	char cpus[1024];

	nrb_json_set_int(json, "node", node->node);
	nrb_json_set_int(json, "memory_bytes", node->memory_bytes);
	nrb_json_set_str(json, "cpus", nrb_idset_format(&node->cpus, cpus, sizeof(cpus)));
	nrb_json_set_known(json, "latency_ns", node->latency_ns);
	nrb_json_set_known(json, "bandwidth_mib_s", node->bandwidth_mib_s);
	return json;
}

static struct nrb_json *distances_json(const struct nrb_topology *topology)
{
	struct nrb_json *rows = nrb_json_array();

	for (int i = 0; i < topology->n_nodes; i++) {
		struct nrb_json *row = nrb_json_array();

		for (int j = 0; j < topology->n_nodes; j++) {
			nrb_json_append(row,
				nrb_json_int(
					topology->distances[i * topology->n_nodes + j]));
		}
		nrb_json_append(rows, row);
	}
	return rows;
}

struct nrb_json *nrb_topology_json(const struct nrb_topology *topology, bool xml)
{
	struct nrb_json *json = nrb_json_object(), *nodes = nrb_json_array();

	nrb_json_set_str(json, "hwloc_api", topology->library);
	for (int i = 0; i < topology->n_nodes; i++) {
		nrb_json_append(nodes, node_json(&topology->nodes[i]));
	}
	nrb_json_set(json, "nodes", nodes);
	if (topology->distances != NULL) {
		nrb_json_set(json, "distances", distances_json(topology));
	}
	if (xml) {
		nrb_json_set_str(json, "xml", topology->xml);
	}
	return json;
}
