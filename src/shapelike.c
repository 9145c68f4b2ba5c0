/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The nodes of a guest after those of a machine: what is kept, and what is cut. */
#include "nrb/shapelike.h"

#include "nrb/diag.h"
#include "nrb/units.h"

#include <errno.h>
#include <string.h>

enum { LOCAL = 10, LEAST_REMOTE = LOCAL + 1, STEP = 32 << 20 };

/* -- which nodes -- */

/* Nodes of the machine by position: their own CPUs, and how they come in the guest. */
struct nodes {
	const struct nrb_topology *topology;
	int cpus[NRB_MAX_NODES];
	int order[NRB_MAX_NODES]; /* positions, in the guest's order */
	int n;                    /* of those in the guest */
};

static bool share_cpus(const struct nrb_idset *a, const struct nrb_idset *b)
{
	nrb_for_each_id(cpu, a) {
		if (nrb_idset_has(b, cpu)) {
			return true;
		}
	}
	return false;
}

/* Of two that share CPUs: the smaller set is a node's own, the larger one that of all nodes nearby. As
 * large, the lower number: a kernel numbers nodes with CPUs first. */
static bool goes_before(
	const struct nrb_topology_node *a, const struct nrb_topology_node *b)
{
	int less = nrb_idset_count(&a->cpus) - nrb_idset_count(&b->cpus);

	return less != 0 ? less < 0 : a->node < b->node;
}

/* hwloc counts CPUs nearby as those of a node that has none. */
static int own_cpus(const struct nrb_topology *topology, int position)
{
	const struct nrb_topology_node *node = &topology->nodes[position];

	for (int i = 0; i < topology->n_nodes; i++) {
		const struct nrb_topology_node *other = &topology->nodes[i];

		if (i != position && goes_before(other, node) &&
			share_cpus(&other->cpus, &node->cpus)) {
			return 0;
		}
	}
	return nrb_idset_count(&node->cpus);
}

static void add_nodes(struct nodes *nodes, bool with_cpus)
{
	for (int i = 0; i < nodes->topology->n_nodes; i++) {
		bool memory = nodes->topology->nodes[i].memory_bytes > 0;

		if (with_cpus ? nodes->cpus[i] > 0 : nodes->cpus[i] == 0 && memory) {
			nodes->order[nodes->n++] = i;
		}
	}
}

static void find_nodes(struct nodes *nodes, const struct nrb_topology *topology)
{
	*nodes = (struct nodes){ .topology = topology };
	for (int i = 0; i < topology->n_nodes; i++) {
		nodes->cpus[i] = own_cpus(topology, i);
	}
	add_nodes(nodes, true);
	add_nodes(nodes, false);
}

static const struct nrb_topology_node *node_of(const struct nodes *nodes, int i)
{
	return &nodes->topology->nodes[nodes->order[i]];
}

/* -- CPUs and memory -- */

static int64_t most_memory(const struct nodes *nodes)
{
	int64_t most = 0;

	for (int i = 0; i < nodes->n; i++) {
		int64_t bytes = node_of(nodes, i)->memory_bytes;

		most = bytes > most ? bytes : most;
	}
	return most;
}

/* In proportion to the largest, and enough for a run. In steps: what a kernel keeps of a node is not there
 * in its size, and nodes of one size should be so here. */
static int64_t scaled(int64_t bytes, int64_t most, int64_t wanted_most)
{
	double part = (double)wanted_most * ((double)bytes / (double)most);
	int64_t steps = ((int64_t)part + STEP - 1) / STEP * STEP;

	if (bytes == 0 || bytes == most) {
		return bytes == 0 ? 0 : wanted_most;
	}
	steps = steps > wanted_most ? wanted_most : steps;
	return steps < NRB_SHAPE_MIN_BYTES ? NRB_SHAPE_MIN_BYTES : steps;
}

static void scale_nodes(struct nrb_shape *shape, const struct nodes *nodes,
	const struct nrb_shape_asked *asked)
{
	int64_t most = most_memory(nodes);

	for (int i = 0; i < nodes->n; i++) {
		int cpus = nodes->cpus[nodes->order[i]];

		shape->nodes[i] = (struct nrb_shape_node){
			.like = node_of(nodes, i)->node,
			.cpus = cpus < asked->cpus_per_node ? cpus : asked->cpus_per_node,
			.bytes = scaled(
				node_of(nodes, i)->memory_bytes, most, asked->node_bytes),
		};
	}
}

/* -- from node to node -- */

static void take_distance(
	struct nrb_shape *shape, const struct nodes *nodes, int from, int to, int unknown)
{
	int found = nrb_topology_distance(
		nodes->topology, shape->nodes[from].like, shape->nodes[to].like);
	int *distance = &shape->distances[from][to];

	*distance = from == to      ? LOCAL
		    : found == 0    ? unknown
		    : found > LOCAL ? found
				    : LEAST_REMOTE;
}

static struct nrb_topology_path path_of(
	const struct nrb_shape *shape, const struct nodes *nodes, int from, int to)
{
	const struct nrb_topology *topology = nodes->topology;
	size_t row = (size_t)nodes->order[from] * (size_t)topology->n_nodes;

	return topology->paths != NULL && shape->nodes[from].cpus > 0 &&
			       shape->nodes[to].bytes > 0
		       ? topology->paths[row + (size_t)nodes->order[to]]
		       : (struct nrb_topology_path){ NRB_ABSENT, NRB_ABSENT };
}

static void take_pairs(struct nrb_shape *shape, const struct nodes *nodes, int unknown)
{
	for (int from = 0; from < shape->n; from++) {
		for (int to = 0; to < shape->n; to++) {
			take_distance(shape, nodes, from, to, unknown);
			shape->paths[from][to] = path_of(shape, nodes, from, to);
		}
	}
}

/* By latency where it is known, else by bandwidth, else by distance. */
static bool is_nearer(const struct nrb_shape *shape, int to, int node, int than)
{
	const struct nrb_topology_path *a = &shape->paths[node][to];
	const struct nrb_topology_path *b = &shape->paths[than][to];

	if (a->latency_ns != b->latency_ns) {
		return b->latency_ns == NRB_ABSENT ||
		       (a->latency_ns != NRB_ABSENT && a->latency_ns < b->latency_ns);
	}
	if (a->bandwidth_mib_s != b->bandwidth_mib_s) {
		return a->bandwidth_mib_s > b->bandwidth_mib_s;
	}
	return shape->distances[node][to] < shape->distances[than][to];
}

static void find_initiators(struct nrb_shape *shape)
{
	for (int to = 0; to < shape->n; to++) {
		int *initiator = &shape->nodes[to].initiator;

		*initiator = shape->nodes[to].cpus > 0 ? to : 0;
		for (int i = 1; shape->nodes[to].cpus == 0 && i < shape->n; i++) {
			if (shape->nodes[i].cpus > 0 &&
				is_nearer(shape, to, i, *initiator)) {
				*initiator = i;
			}
		}
	}
}

/* -- sockets -- */

/* How many nodes from here are of one package: at least this one. */
static int run_length(const struct nodes *nodes, int from, int n)
{
	int to = from + 1;

	while (to < n && node_of(nodes, to)->package == node_of(nodes, from)->package) {
		to++;
	}
	return to - from;
}

/* CPUs are numbered socket by socket and die by die, and nodes in the order of their CPUs: so sockets are
 * those of the machine where each holds as many nodes, one behind the other. */
static void find_sockets(struct nrb_shape *shape, const struct nodes *nodes)
{
	int n = 0, dies;

	while (n < shape->n && shape->nodes[n].cpus > 0) {
		n++;
	}
	shape->sockets = n;
	shape->dies = 1;
	dies = run_length(nodes, 0, n);
	for (int i = 0; i < n; i += dies) {
		if (shape->nodes[i].cpus != shape->nodes[0].cpus ||
			node_of(nodes, i)->package < 0 ||
			run_length(nodes, i, n) != dies) {
			return;
		}
	}
	shape->sockets = n / dies;
	shape->dies = dies;
}

/* -- what is not as it is there -- */

static void say_scale(struct nrb_shape *shape, const struct nodes *nodes)
{
	char there[NRB_UNITS_LEN], here[NRB_UNITS_LEN];
	int64_t bytes = 0;
	int cpus = 0;

	for (int i = 0; i < nodes->n; i++) {
		bytes += node_of(nodes, i)->memory_bytes;
		cpus += nodes->cpus[nodes->order[i]];
	}
	if (cpus > nrb_shape_cpus(shape)) {
		nrb_words_add(&shape->cuts,
			"%d CPUs are %d here, at most %d for each node (--cpus-per-node)",
			cpus, nrb_shape_cpus(shape), nrb_shape_most_cpus(shape));
	}
	if (bytes != nrb_shape_bytes(shape)) {
		nrb_words_add(&shape->cuts,
			"%s of memory are %s here, the largest node is --node-mem",
			nrb_units_bytes(there, bytes),
			nrb_units_bytes(here, nrb_shape_bytes(shape)));
	}
}

/* "7" or "5, 6, 8": in the guest's order. */
static void list_nodes(const struct nrb_shape *shape, char *buf, size_t len)
{
	size_t used = 0;

	buf[0] = '\0';
	for (int i = 0; i < shape->n && used < len; i++) {
		used += (size_t)snprintf(buf + used, len - used, "%s%d",
			i == 0 ? "" : ", ", shape->nodes[i].like);
	}
}

static void say_nodes(struct nrb_shape *shape, const struct nodes *nodes)
{
	char list[NRB_SHAPE_MAX_NODES * 6 + 1];
	bool renumbered = false;
	struct nrb_idset none;

	nrb_idset_clear(&none);
	for (int i = 0; i < nodes->topology->n_nodes; i++) {
		const struct nrb_topology_node *node = &nodes->topology->nodes[i];

		if (nodes->cpus[i] == 0 && node->memory_bytes == 0) {
			nrb_idset_add(&none, node->node);
		}
	}
	if (nrb_idset_count(&none) > 0) {
		nrb_words_add(&shape->cuts,
			"neither CPUs nor memory has node %s: left out",
			nrb_idset_format(&none, list, sizeof(list)));
	}
	for (int i = 0; i < shape->n; i++) {
		renumbered |= shape->nodes[i].like != i;
	}
	if (renumbered) {
		list_nodes(shape, list, sizeof(list));
		nrb_words_add(&shape->cuts, "nodes 0 to %d here are nodes %s there",
			shape->n - 1, list);
	}
}

static void say_distances(
	struct nrb_shape *shape, const struct nrb_topology *topology, int unknown)
{
	int none = 0, low = 0;

	for (int i = 0; i < shape->n * shape->n; i++) {
		int from = i / shape->n, to = i % shape->n;
		int found = nrb_topology_distance(
			topology, shape->nodes[from].like, shape->nodes[to].like);

		none += from != to && found == 0;
		low += from != to && found > 0 && found <= LOCAL;
	}
	if (none > 0) {
		nrb_words_add(&shape->cuts,
			"of %d of %d distances nothing is known: %d is taken (--distance)",
			none, shape->n * (shape->n - 1), unknown);
	}
	if (low > 0) {
		nrb_words_add(&shape->cuts,
			"%d of %d distances are %d and not less: kernels take no table of such",
			low, shape->n * (shape->n - 1), LEAST_REMOTE);
	}
}

static int check(const struct nodes *nodes)
{
	if (nodes->n > NRB_SHAPE_MAX_NODES) {
		return nrb_refuse(NRB_EXIT_NOT_HERE, NULL,
			"a guest has at most %d nodes, and that machine has %d",
			NRB_SHAPE_MAX_NODES, nodes->n);
	}
	for (int i = 0; i < nodes->n; i++) {
		if (nodes->cpus[nodes->order[i]] > 0 &&
			node_of(nodes, i)->memory_bytes > 0) {
			return 0;
		}
	}
	return nrb_refuse(NRB_EXIT_NOT_HERE, NULL,
		"no node of that machine has both CPUs and memory");
}

int nrb_shapelike_make(struct nrb_shape *shape, const struct nrb_shape_asked *asked,
	const struct nrb_topology *topology)
{
	struct nodes nodes;
	int rc;

	*shape = (struct nrb_shape){ 0 };
	find_nodes(&nodes, topology);
	rc = check(&nodes);
	if (rc < 0) {
		return rc;
	}
	shape->n = nodes.n;
	scale_nodes(shape, &nodes, asked);
	take_pairs(shape, &nodes, asked->distance);
	find_initiators(shape);
	find_sockets(shape, &nodes);
	say_scale(shape, &nodes);
	say_nodes(shape, &nodes);
	say_distances(shape, topology, asked->distance);
	return shape->cuts.err < 0 ? nrb_fail(shape->cuts.err, "the guest's nodes") : 0;
}
