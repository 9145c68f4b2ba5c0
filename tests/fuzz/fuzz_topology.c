/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any text as a recorded machine's topology.xml and, behind NULs, as what sysfs says of its nodes. */
#include "output.h"
#include "tree.h"

#include "nrb/diag.h"
#include "nrb/guestnodes.h"
#include "nrb/shapelike.h"
#include "nrb/topologyjson.h"
#include "nrb/topologynodes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
const char *__lsan_default_suppressions(void);

/* hwloc forgets objects of a file that it then refuses (2.9); what we forget of it, unit tests find. */
const char *__lsan_default_suppressions(void)
{
	return "leak:libhwloc.so";
}

#define NODE "sys/devices/system/node/"

static const char *const files[] = {
	"topology.xml",
	NODE "online",
	NODE "node0/cpulist",
	NODE "node0/distance",
	NODE "node1/cpulist",
	NODE "node1/distance",
};
enum { N_FILES = sizeof(files) / sizeof(files[0]) };

static void look_at(const struct nrb_topology *topology)
{
	struct nrb_idset set;

	for (int i = 0; i < topology->n_nodes; i++) {
		int node = topology->nodes[i].node;
		int neighbour = nrb_topology_neighbour(topology, node);

		assert(node >= 0 && node < NRB_MAX_NODES);
		assert(i == 0 || node > topology->nodes[i - 1].node);
		assert(neighbour < 0 || nrb_topology_node(topology, neighbour) != NULL);
		assert(topology->nodes[i].memory_bytes >= 0);
		for (int j = 0; j < topology->n_nodes; j++) {
			int distance = nrb_topology_distance(
				topology, node, topology->nodes[j].node);

			assert(distance >= 0 && distance <= 255);
		}
		nrb_topology_usable_cpus(topology, node, &set);
	}
	nrb_topology_memory_nodes(topology, &set);
	nrb_topology_cpu_nodes(topology, &set);
}

/* As nodes of a guest, whose numbers QEMU takes. */
static void make_guest(const struct nrb_topology *topology)
{
	const struct nrb_shape_asked asked = {
		.node_bytes = 512 << 20, .cpus_per_node = 2, .distance = 21
	};
	struct nrb_words argv = { 0 };
	struct nrb_shape shape;

	if (nrb_shapelike_make(&shape, &asked, topology) == 0) {
		assert(shape.n > 0 && shape.n <= NRB_SHAPE_MAX_NODES);
		for (int i = 0; i < shape.n; i++) {
			assert(shape.nodes[i].bytes >= 0 &&
				shape.nodes[i].bytes <= asked.node_bytes);
			assert(shape.nodes[shape.nodes[i].initiator].cpus > 0);
			assert(shape.distances[i][0] >= 10);
		}
		nrb_guestnodes_words(&shape, &argv);
		assert(argv.err == 0);
		nrb_words_finish(&argv);
	}
	nrb_shape_finish(&shape);
}

static void print(const struct nrb_topology *topology)
{
	struct nrb_json *json = nrb_topology_json(topology, true);
	char *text;
	size_t len;

	/* what goes into the record */
	assert(nrb_json_dump(json, 0, &text, &len) == 0);
	free(text);
	nrb_json_free(json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct nrb_topology topology;
	size_t from = 0, to;
	int n = 0;

	if (tree.dir[0] == '\0') {
		tree_make("two-nodes");
	}
	nrb_diag_set_muted(true);
	nrb_diag_reset();
	for (; n < N_FILES && from <= size; from = to + 1) {
		for (to = from; to < size && data[to] != '\0'; to++) {
		}
		tree_put(files[n++], data + from, to - from);
	}
	if (nrb_topology_read(&topology, &tree.root) == 0) {
		look_at(&topology);
		make_guest(&topology);
		print(&topology);
		nrb_topology_finish(&topology);
	} else {
		assert(nrb_diag_message()[0] != '\0');
	}
	for (int i = 0; i < n; i++) {
		tree_put_back(files[i]);
	}
	return 0;
}
