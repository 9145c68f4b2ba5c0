/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The nodes of a guest as QEMU's words. */
#include "nrb/guestnodes.h"

#include "nrb/units.h"

#include <inttypes.h>

/* A table's entries are 16 bits wide: of a common unit, which for bandwidths is a power of 2. */
enum { ENTRY_MAX = 65534, ENTRY_BITS = 16 };

bool nrb_guestnodes_have_hmat(const struct nrb_shape *shape)
{
	for (int i = 0; i < shape->n * shape->n; i++) {
		const struct nrb_topology_path *path =
			&shape->paths[i / shape->n][i % shape->n];

		if (path->latency_ns != NRB_ABSENT ||
			path->bandwidth_mib_s != NRB_ABSENT) {
			return true;
		}
	}
	return false;
}

static bool are_alike(const struct nrb_shape *shape)
{
	for (int i = 0; i < shape->n; i++) {
		if (shape->nodes[i].cpus > 0 &&
			shape->nodes[i].cpus != nrb_shape_most_cpus(shape)) {
			return false;
		}
	}
	return true;
}

static void add_cpus(const struct nrb_shape *shape, struct nrb_words *argv)
{
	int cpus = nrb_shape_cpus(shape);
	bool alike = are_alike(shape);

	nrb_words_add(argv, "-smp");
	if (alike && shape->dies > 1) {
		nrb_words_add(argv, "%d,sockets=%d,dies=%d,cores=%d,threads=1", cpus,
			shape->sockets, shape->dies, nrb_shape_most_cpus(shape));
	} else {
		nrb_words_add(argv, "%d,sockets=%d,cores=%d,threads=1", cpus,
			alike ? shape->sockets : cpus,
			alike ? nrb_shape_most_cpus(shape) : 1);
	}
}

static void add_node(
	const struct nrb_shape *shape, int node, int first_cpu, struct nrb_words *argv)
{
	const struct nrb_shape_node *it = &shape->nodes[node];
	char cpus[48] = "", memory[32] = "", initiator[32] = "";

	if (it->bytes > 0) {
		nrb_words_add(argv, "-object");
		nrb_words_add(
			argv, "memory-backend-ram,id=m%d,size=%" PRId64, node, it->bytes);
		snprintf(memory, sizeof(memory), ",memdev=m%d", node);
	}
	if (it->cpus > 0) {
		snprintf(cpus, sizeof(cpus), ",cpus=%d-%d", first_cpu,
			first_cpu + it->cpus - 1);
	} else if (nrb_guestnodes_have_hmat(shape)) {
		snprintf(initiator, sizeof(initiator), ",initiator=%d", it->initiator);
	}
	nrb_words_add(argv, "-numa");
	nrb_words_add(argv, "node,nodeid=%d%s%s%s", node, cpus, memory, initiator);
}

static int64_t most_bandwidth(const struct nrb_shape *shape)
{
	int64_t most = 0;

	for (int i = 0; i < shape->n * shape->n; i++) {
		int64_t it = shape->paths[i / shape->n][i % shape->n].bandwidth_mib_s;

		most = it > most ? it : most;
	}
	return most;
}

static void add_path(const struct nrb_shape *shape, int from, int to, int64_t unit_mib,
	struct nrb_words *argv)
{
	const struct nrb_topology_path *path = &shape->paths[from][to];

	if (path->latency_ns != NRB_ABSENT) {
		nrb_words_add(argv, "-numa");
		nrb_words_add(argv,
			"hmat-lb,initiator=%d,target=%d,hierarchy=memory,"
			"data-type=access-latency,latency=%" PRId64,
			from, to,
			path->latency_ns < ENTRY_MAX ? path->latency_ns : ENTRY_MAX);
	}
	if (path->bandwidth_mib_s >= unit_mib) {
		nrb_words_add(argv, "-numa");
		nrb_words_add(argv,
			"hmat-lb,initiator=%d,target=%d,hierarchy=memory,"
			"data-type=access-bandwidth,bandwidth=%" PRId64 "M",
			from, to, path->bandwidth_mib_s / unit_mib * unit_mib);
	}
}

static void add_pairs(const struct nrb_shape *shape, struct nrb_words *argv)
{
	int64_t unit_mib = 1;

	while (most_bandwidth(shape) / unit_mib >= 1 << ENTRY_BITS) {
		unit_mib *= 2;
	}
	for (int i = 0; i < shape->n * shape->n; i++) {
		int from = i / shape->n, to = i % shape->n;

		if (from != to) {
			nrb_words_add(argv, "-numa");
			nrb_words_add(argv, "dist,src=%d,dst=%d,val=%d", from, to,
				shape->distances[from][to]);
		}
	}
	for (int i = 0; i < shape->n * shape->n; i++) {
		add_path(shape, i / shape->n, i % shape->n, unit_mib, argv);
	}
}

void nrb_guestnodes_words(const struct nrb_shape *shape, struct nrb_words *argv)
{
	int cpu = 0;

	add_cpus(shape, argv);
	nrb_words_add(argv, "-m");
	nrb_words_add(argv, "size=%" PRId64 "B", nrb_shape_bytes(shape));
	for (int i = 0; i < shape->n; i++) {
		add_node(shape, i, cpu, argv);
		cpu += shape->nodes[i].cpus;
	}
	add_pairs(shape, argv);
}
