/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looks at the nodes, as many as a sample holds. */
#include "nrb/looks.h"

#include "nrb/counters.h"
#include "nrb/topologynodes.h"

static int nodes_with_memory(const struct nrb_cell *cell, struct nrb_idset *nodes)
{
	nrb_topology_memory_nodes(cell->topology, nodes);
	return nrb_idset_count(nodes);
}

/* Of the points in time, each n looks long, keep the first, third, fifth... */
static void drop_every_second(struct nrb_sample *sample, int n)
{
	int64_t kept = 0;

	for (int64_t i = 0; i < sample->n_looks; i++) {
		if (i / n % 2 == 0) {
			sample->looks[kept++] = sample->looks[i];
		}
	}
	sample->n_looks = kept;
}

static void look_at(struct nrb_cell *cell, int node, int64_t t_ns)
{
	struct nrb_node_memory memory;
	struct nrb_look *look = nrb_sample_look(&cell->shared->sample, t_ns, node);

	/* a point in time has a look at each node, or points could not be told apart */
	if (look == NULL || nrb_counters_read_node(cell->root, node, &memory) < 0) {
		return;
	}
	look->free_bytes = memory.free_bytes;
	look->file_bytes = memory.file_bytes;
	look->dirty_bytes = memory.dirty_bytes;
	look->writeback_bytes = memory.writeback_bytes;
}

static void take(struct nrb_looks *looks, struct nrb_cell *cell, bool is_last)
{
	struct nrb_sample *sample = &cell->shared->sample;
	struct nrb_idset nodes;
	int64_t t_ns;
	int n, call;

	if (!(nrb_arm_needs(&cell->arm) & NRB_NEEDS_LOOKS)) {
		return;
	}
	call = looks->calls++;
	if (call % looks->stride != 0 && !is_last) {
		return;
	}
	n = nodes_with_memory(cell, &nodes);
	if (sample->n_looks + n > NRB_MAX_LOOKS) {
		drop_every_second(sample, n);
		looks->stride *= 2;
	}
	/* over 128 nodes: the first point is all that fits */
	if ((call % looks->stride != 0 && !is_last) ||
		sample->n_looks + n > NRB_MAX_LOOKS) {
		return;
	}
	t_ns = (int64_t)(nrb_clock_ns() - looks->since_ns);
	nrb_for_each_id(node, &nodes) {
		look_at(cell, node, t_ns);
	}
}

void nrb_looks_take(struct nrb_looks *looks, struct nrb_cell *cell)
{
	take(looks, cell, false);
}

void nrb_looks_end(struct nrb_looks *looks, struct nrb_cell *cell)
{
	take(looks, cell, true);
}

void nrb_looks_begin(struct nrb_looks *looks, struct nrb_cell *cell)
{
	*looks = (struct nrb_looks){ .since_ns = nrb_clock_ns(), .stride = 1 };
	nrb_looks_take(looks, cell);
}
