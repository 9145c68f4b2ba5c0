/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The nodes of a guest. */
#include "nrb/shape.h"

#include "nrb/diag.h"

enum { LOCAL = 10 };

void nrb_shape_make(struct nrb_shape *shape, const struct nrb_shape_asked *asked)
{
	*shape = (struct nrb_shape){
		.n = asked->nodes, .sockets = asked->nodes, .dies = 1
	};
	for (int i = 0; i < shape->n; i++) {
		shape->nodes[i] = (struct nrb_shape_node){ i, asked->cpus_per_node,
			asked->node_bytes, i };
		for (int j = 0; j < shape->n; j++) {
			shape->distances[i][j] = i == j ? LOCAL : asked->distance;
			shape->paths[i][j] =
				(struct nrb_topology_path){ NRB_ABSENT, NRB_ABSENT };
		}
	}
}

int64_t nrb_shape_bytes(const struct nrb_shape *shape)
{
	int64_t bytes = 0;

	for (int i = 0; i < shape->n; i++) {
		bytes += shape->nodes[i].bytes;
	}
	return bytes;
}

int nrb_shape_cpus(const struct nrb_shape *shape)
{
	int cpus = 0;

	for (int i = 0; i < shape->n; i++) {
		cpus += shape->nodes[i].cpus;
	}
	return cpus;
}

int64_t nrb_shape_most_bytes(const struct nrb_shape *shape)
{
	int64_t most = 0;

	for (int i = 0; i < shape->n; i++) {
		most = shape->nodes[i].bytes > most ? shape->nodes[i].bytes : most;
	}
	return most;
}

int nrb_shape_most_cpus(const struct nrb_shape *shape)
{
	int most = 0;

	for (int i = 0; i < shape->n; i++) {
		most = shape->nodes[i].cpus > most ? shape->nodes[i].cpus : most;
	}
	return most;
}

int nrb_shape_one_distance(const struct nrb_shape *shape)
{
	int distance = shape->n > 1 ? shape->distances[0][1] : LOCAL;

	for (int i = 0; i < shape->n * shape->n; i++) {
		int from = i / shape->n, to = i % shape->n;

		if (from != to && shape->distances[from][to] != distance) {
			return 0;
		}
	}
	return distance;
}

int nrb_shape_check_nodes(
	const struct nrb_shape *shape, const struct nrb_idset *nodes, const char *option)
{
	nrb_for_each_id(node, nodes) {
		if (node >= shape->n) {
			return nrb_refuse(NRB_EXIT_USAGE,
				shape->like == NULL ? "--nodes N makes more" : NULL,
				"%s: the guest has no node %d; it has %d, from 0", option,
				node, shape->n);
		}
	}
	return 0;
}

void nrb_shape_finish(struct nrb_shape *shape)
{
	nrb_words_finish(&shape->cuts);
	*shape = (struct nrb_shape){ 0 };
}
