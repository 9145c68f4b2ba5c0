/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Nodes, CPUs and distances of recorded machines, by OS number. */
#include "nrb/topologyjson.h"
#include "nrb/topologynodes.h"

#include "tree.h"

#include <errno.h>

#define SYS_NODE "sys/devices/system/node/"

static void read_fixture(
	struct nrb_topology *topology, struct nrb_root *root, const char *name)
{
	tree_fixture(root, name);
	assert_int_equal(nrb_topology_read(topology, root), 0);
}

static void finish(struct nrb_topology *topology, struct nrb_root *root)
{
	nrb_topology_finish(topology);
	nrb_fsroot_close(root);
}

static void assert_set(const struct nrb_idset *set, const char *list)
{
	char buf[256];

	assert_string_equal(nrb_idset_format(set, buf, sizeof(buf)), list);
}

static void four_nodes(void **state)
{
	static const int distances[4][4] = { { 10, 16, 32, 32 }, { 16, 10, 32, 32 },
		{ 32, 32, 10, 16 }, { 32, 32, 16, 10 } };
	struct nrb_topology topology;
	struct nrb_idset set;
	struct nrb_root root;

	(void)state;
	read_fixture(&topology, &root, "four-nodes");
	assert_int_equal(topology.n_nodes, 4);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(topology.nodes[i].node, i);
		assert_int_equal(nrb_idset_count(&topology.nodes[i].cpus), 1);
		assert_true(nrb_idset_has(&topology.nodes[i].cpus, i));
		assert_int_equal(topology.nodes[i].latency_ns, NRB_ABSENT);
		for (int j = 0; j < 4; j++) {
			assert_int_equal(
				nrb_topology_distance(&topology, i, j), distances[i][j]);
		}
	}
	assert_int_equal(nrb_topology_distance(&topology, 0, 4), 0);
	assert_null(nrb_topology_node(&topology, 4));
	nrb_topology_memory_nodes(&topology, &set);
	assert_set(&set, "0-3");
	assert_non_null(strstr(topology.xml, "<topology"));
	finish(&topology, &root);
}

static void cpuless_node(void **state)
{
	struct nrb_topology topology;
	struct nrb_idset set;
	struct nrb_root root;

	(void)state;
	read_fixture(&topology, &root, "cpuless-node");
	assert_int_equal(topology.n_nodes, 3);
	nrb_topology_memory_nodes(&topology, &set);
	assert_set(&set, "0-2");
	nrb_topology_cpu_nodes(&topology, &set);
	assert_set(&set, "0-1"); /* hwloc alone would give node 2 its parent's CPUs */
	assert_int_equal(nrb_topology_distance(&topology, 0, 2), 38);
	assert_int_equal(nrb_topology_distance(&topology, 1, 2), 45);
	/* of the firmware's HMAT */
	assert_int_equal(nrb_topology_node(&topology, 0)->latency_ns, 90);
	assert_int_equal(nrb_topology_node(&topology, 2)->latency_ns, 250);
	finish(&topology, &root);
}

static void memoryless_node(void **state)
{
	struct nrb_topology topology;
	struct nrb_idset set;
	struct nrb_root root;

	(void)state;
	read_fixture(&topology, &root, "memoryless-node");
	assert_int_equal(topology.n_nodes, 3);
	nrb_topology_memory_nodes(&topology, &set);
	assert_set(&set, "0-1");
	nrb_topology_cpu_nodes(&topology, &set);
	assert_set(&set, "0-2");
	assert_int_equal(nrb_topology_node(&topology, 2)->memory_bytes, 0);
	assert_int_equal(nrb_topology_distance(&topology, 2, 0), 21);
	finish(&topology, &root);
}

static void one_node(void **state)
{
	struct nrb_topology topology;
	struct nrb_root root;

	(void)state;
	read_fixture(&topology, &root, "one-node");
	assert_int_equal(topology.n_nodes, 1);
	assert_set(&topology.nodes[0].cpus, "0-1");
	assert_int_equal(nrb_topology_distance(&topology, 0, 0), 10);
	finish(&topology, &root);
}

/* A machine of two nodes with numbers that are not 0 and 1, as hwloc's XML alone tells it. */
static void write_sparse(const struct tree *tree)
{
	tree_write(tree, "topology.xml",
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<!DOCTYPE topology SYSTEM \"hwloc2.dtd\">\n"
		"<topology version=\"2.0\">\n"
		"<object type=\"Machine\" os_index=\"0\" cpuset=\"0x3\" complete_cpuset=\"0x3\" "
		"allowed_cpuset=\"0x3\" nodeset=\"0x24\" complete_nodeset=\"0x24\" "
		"allowed_nodeset=\"0x24\" gp_index=\"1\">\n"
		"<object type=\"Package\" os_index=\"0\" cpuset=\"0x1\" complete_cpuset=\"0x1\" "
		"nodeset=\"0x4\" complete_nodeset=\"0x4\" gp_index=\"2\">\n"
		"<object type=\"NUMANode\" os_index=\"2\" cpuset=\"0x1\" complete_cpuset=\"0x1\" "
		"nodeset=\"0x4\" complete_nodeset=\"0x4\" gp_index=\"3\" "
		"local_memory=\"1048576\"/>\n"
		"<object type=\"PU\" os_index=\"0\" cpuset=\"0x1\" complete_cpuset=\"0x1\" "
		"nodeset=\"0x4\" complete_nodeset=\"0x4\" gp_index=\"4\"/>\n"
		"</object>\n"
		"<object type=\"Package\" os_index=\"1\" cpuset=\"0x2\" complete_cpuset=\"0x2\" "
		"nodeset=\"0x20\" complete_nodeset=\"0x20\" gp_index=\"5\">\n"
		"<object type=\"NUMANode\" os_index=\"5\" cpuset=\"0x2\" complete_cpuset=\"0x2\" "
		"nodeset=\"0x20\" complete_nodeset=\"0x20\" gp_index=\"6\" "
		"local_memory=\"2097152\"/>\n"
		"<object type=\"PU\" os_index=\"1\" cpuset=\"0x2\" complete_cpuset=\"0x2\" "
		"nodeset=\"0x20\" complete_nodeset=\"0x20\" gp_index=\"7\"/>\n"
		"</object>\n</object>\n</topology>\n");
}

static void sparse_numbers(void **state)
{
	struct tree *tree = *state;
	struct nrb_topology topology;

	write_sparse(tree);
	assert_int_equal(nrb_topology_read(&topology, &tree->root), 0);
	assert_int_equal(topology.n_nodes, 2);
	assert_int_equal(nrb_topology_node(&topology, 2)->memory_bytes, 1 << 20);
	assert_set(&nrb_topology_node(&topology, 5)->cpus, "1");
	assert_null(nrb_topology_node(&topology, 0));
	assert_null(topology.distances);
	assert_int_equal(nrb_topology_distance(&topology, 2, 5), 0);
	nrb_topology_finish(&topology);
}

/* sysfs knows a node more, and the distances that hwloc lacks. */
static void sysfs_adds(void **state)
{
	struct tree *tree = *state;
	struct nrb_topology topology;

	write_sparse(tree);
	tree_write(tree, SYS_NODE "online", "2,5,7\n");
	tree_write(tree, SYS_NODE "node2/cpulist", "0\n");
	tree_write(tree, SYS_NODE "node5/cpulist", "\n");
	tree_write(tree, SYS_NODE "node7/cpulist", "1,3\n");
	tree_write(tree, SYS_NODE "node2/distance", "10 20 30 \n");
	tree_write(tree, SYS_NODE "node7/distance", "30 17 10\n");
	assert_int_equal(nrb_topology_read(&topology, &tree->root), 0);
	assert_int_equal(topology.n_nodes, 3);
	assert_set(&nrb_topology_node(&topology, 5)->cpus, "");
	assert_set(&nrb_topology_node(&topology, 7)->cpus, "1,3");
	assert_int_equal(nrb_topology_node(&topology, 7)->memory_bytes, 0);
	assert_int_equal(nrb_topology_distance(&topology, 2, 7), 30);
	assert_int_equal(nrb_topology_distance(&topology, 7, 5), 17);
	assert_int_equal(nrb_topology_distance(&topology, 5, 2), 0);
	nrb_topology_finish(&topology);
}

/* hwloc 2.9 dies of a machine that has no complete sets. */
static void deadly(void **state)
{
	struct tree *tree = *state;
	struct nrb_topology topology;

	tree_write(tree, "topology.xml",
		"<?xml version=\"1.0\"?>\n<topology version=\"2.0\">"
		"<object type=\"Machine\" cpuset=\"0x1\" nodeset=\"0x1\"><info/>"
		"<object type=\"NUMANode\" os_index=\"0\" cpuset=\"0x1\" "
		"nodeset=\"0x1\"/></object></topology>");
	assert_int_equal(nrb_topology_read(&topology, &tree->root), -EPROTO);
	assert_null(topology.nodes);
	assert_non_null(strstr(nrb_diag_message(), "topology.xml"));
}

/* It would take half a minute, and 256 MiB a set. */
static void larger_than_any_machine(void **state)
{
	struct tree *tree = *state;
	struct nrb_topology topology;

	tree_write(tree, "topology.xml",
		"<?xml version=\"1.0\"?>\n<topology version=\"2.0\">"
		"<object type=\"Machine\"><object type=\"PU\" os_index=\"2147483648\"/>"
		"</object></topology>");
	assert_int_equal(nrb_topology_read(&topology, &tree->root), -ERANGE);
}

static void malformed(void **state)
{
	struct tree *tree = *state;
	struct nrb_topology topology;

	assert_int_equal(nrb_topology_read(&topology, &tree->root), -ENOENT);
	tree_write(tree, "topology.xml", "<nonsense/>");
	assert_int_equal(nrb_topology_read(&topology, &tree->root), -EPROTO);
	write_sparse(tree);
	tree_write(tree, SYS_NODE "online", "2-\n");
	assert_int_equal(nrb_topology_read(&topology, &tree->root), -EINVAL);
	tree_write(tree, SYS_NODE "online", "2,5,256\n");
	assert_int_equal(nrb_topology_read(&topology, &tree->root), -ERANGE);
	tree_write(tree, SYS_NODE "online", "2,5\n");
	tree_write(tree, SYS_NODE "node2/cpulist", "x\n");
	assert_int_equal(nrb_topology_read(&topology, &tree->root), -EINVAL);
	tree_write(tree, SYS_NODE "node2/cpulist", "0\n");
	tree_write(tree, SYS_NODE "node2/distance", "10 what\n");
	tree_write(tree, SYS_NODE "node5/distance", "10 20 30\n");
	assert_int_equal(nrb_topology_read(&topology, &tree->root), 0);
	assert_null(topology.distances);
	nrb_topology_finish(&topology);
}

/* The nearest; of two as near the next higher number, from the highest on the lowest. */
static void neighbour(void **state)
{
	struct nrb_topology topology;
	struct nrb_root root;

	(void)state;
	read_fixture(&topology, &root, "four-nodes");
	assert_int_equal(nrb_topology_neighbour(&topology, 0), 1);
	assert_int_equal(nrb_topology_neighbour(&topology, 3), 2);
	for (int i = 0; i < 16; i++) {
		topology.distances[i] = i % 5 == 0 ? 10 : 20;
	}
	assert_int_equal(nrb_topology_neighbour(&topology, 1), 2);
	assert_int_equal(nrb_topology_neighbour(&topology, 3), 0);
	topology.nodes[2].memory_bytes = 0;
	assert_int_equal(nrb_topology_neighbour(&topology, 1), 3);
	nrb_idset_remove(&topology.allowed_cpus, 3);
	assert_int_equal(nrb_topology_neighbour(&topology, 1), 0);
	nrb_idset_clear(&topology.nodes[0].cpus);
	assert_int_equal(nrb_topology_neighbour(&topology, 1), -1);
	finish(&topology, &root);
}

static void json(void **state)
{
	struct nrb_json *json, *light;
	struct nrb_topology topology;
	struct nrb_root root;

	(void)state;
	read_fixture(&topology, &root, "cpuless-node");
	json = nrb_topology_json(&topology, true);
	light = nrb_topology_json(&topology, false);
	assert_int_equal(nrb_json_count(nrb_json_get(json, "nodes")), 3);
	assert_int_equal(nrb_json_count(nrb_json_get(json, "distances")), 3);
	assert_non_null(nrb_json_get(json, "xml"));
	assert_null(nrb_json_get(light, "xml"));
	nrb_json_free(json);
	nrb_json_free(light);
	finish(&topology, &root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(four_nodes),
		cmocka_unit_test(cpuless_node),
		cmocka_unit_test(memoryless_node),
		cmocka_unit_test(one_node),
		TREE_TEST(sparse_numbers),
		TREE_TEST(sysfs_adds),
		TREE_TEST(deadly),
		TREE_TEST(larger_than_any_machine),
		TREE_TEST(malformed),
		cmocka_unit_test(neighbour),
		cmocka_unit_test(json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
