/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memory and CPUs that come and go under a run. */
#include "nrb/moved.h"

#include "nrb/diag.h"
#include "tree.h"

#include <errno.h>

#define ONLINE "sys/devices/system/cpu/online"

static struct nrb_topology_node nodes[] = { { .node = 0, .memory_bytes = 100 << 20 },
	{ .node = 1, .memory_bytes = 100 << 20 }, { .node = 2 } };
static struct nrb_topology topology = { .n_nodes = 3, .nodes = nodes };

static void has_memory(const struct tree *tree, int kib)
{
	char text[128];

	snprintf(text, sizeof(text), "Node 1 MemTotal:       %d kB\n", kib);
	tree_write(tree, "sys/devices/system/node/node1/meminfo", text);
}

/* As it was planned for: CPUs 2 and 3 are node 1's, of which the cgroup may use 3 alone. */
static void machine_of(const struct tree *tree)
{
	assert_int_equal(nrb_idset_parse("0-1", &nodes[0].cpus), 0);
	assert_int_equal(nrb_idset_parse("2-3", &nodes[1].cpus), 0);
	assert_int_equal(nrb_idset_parse("0-1,3", &topology.allowed_cpus), 0);
	has_memory(tree, 100 << 10);
	tree_write(tree, ONLINE, "0-3\n");
	nrb_diag_reset();
}

static int check(const struct tree *tree)
{
	return nrb_moved_check(&tree->root, &topology, 1, 1);
}

static void assert_moved(const struct tree *tree, const char *says)
{
	nrb_diag_reset();
	assert_int_equal(check(tree), -ESTALE);
	assert_int_equal(nrb_diag_exit(-ESTALE), NRB_EXIT_DISTURBED);
	assert_non_null(strstr(nrb_diag_message(), says));
}

static void test_memory(void **state)
{
	machine_of(*state);
	assert_int_equal(check(*state), 0);
	has_memory(*state, 101 << 10); /* a balloon's */
	assert_int_equal(check(*state), 0);
	has_memory(*state, 99 << 10);
	assert_int_equal(check(*state), 0);
	has_memory(*state, (99 << 10) - 1);
	assert_moved(*state,
		"node 1 had 100 MiB of memory when the plan was made and has 98 MiB now");
	has_memory(*state, 228 << 10);
	assert_moved(*state, "has 228 MiB now");
}

static void test_cpus(void **state)
{
	machine_of(*state);
	tree_write(*state, ONLINE, "0-1,3\n"); /* none that is counted on */
	assert_int_equal(check(*state), 0);
	tree_write(*state, ONLINE, "0-2\n");
	assert_moved(*state, "CPU 3 of node 1 was online");
	assert_int_equal(
		nrb_moved_check(&((struct tree *)*state)->root, &topology, 1, 0), 0);
}

/* What cannot be told has not moved. */
static void test_unknown(void **state)
{
	machine_of(*state);
	tree_write(*state, ONLINE, "many\n");
	tree_write(*state, "sys/devices/system/node/node1/meminfo", "\n");
	assert_int_equal(check(*state), 0);
	assert_int_equal(
		nrb_moved_check(&((struct tree *)*state)->root, &topology, 2, 2), 0);
	assert_int_equal(
		nrb_moved_check(&((struct tree *)*state)->root, &topology, 9, 9), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TREE_TEST(test_memory),
		TREE_TEST(test_cpus),
		TREE_TEST(test_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
