/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fallback lists: of recorded machines, and of distances that tie. */
#include "nrb/zonelist.h"

#include "statetest.h"
#include "tree.h"

static struct made_state made;
static struct nrb_zonelist list;

/* "0 1 2 3" */
static void list_is(
	const struct nrb_vmstate *state, int node, const char *wanted, bool is_sure)
{
	char text[128] = "";
	size_t used = 0;

	nrb_zonelist_build(&list, state, node, NRB_MAX_NODE_ZONES, false);
	for (int i = 0; i < list.n_nodes; i++) {
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%d",
			i > 0 ? " " : "", list.nodes[i]);
	}
	assert_string_equal(text, wanted);
	assert_int_equal(list.is_sure, is_sure);
}

static void distances(int n, const int *rows)
{
	memcpy(made.distances, rows, (size_t)(n * n) * sizeof(*rows));
}

static void by_distance(void **state)
{
	(void)state;
	state_make(&made, "7.3.4", 3);
	distances(3, (const int[]){ 10, 30, 20, 30, 10, 40, 20, 40, 10 });
	list_is(&made.state, 0, "0 2 1", true);
	list_is(&made.state, 1, "1 0 2", true);
	list_is(&made.state, 2, "2 0 1", true);
}

/* All at one distance: the next higher number first, then in turn by how often each was first. */
static void ties(void **state)
{
	(void)state;
	state_make(&made, "7.3.4", 4);
	list_is(&made.state, 0, "0 1 2 3", true);
	list_is(&made.state, 1, "1 2 3 0", true);
	list_is(&made.state, 2, "2 3 0 1", true);
	/* node 0 is a step farther than it looks, and so are 1 and 2: least loaded first */
	list_is(&made.state, 3, "3 0 1 2", true);
}

/* A lower number counts as one farther: 20 against 21. */
static void lower_numbers_are_farther(void **state)
{
	(void)state;
	state_make(&made, "7.3.4", 3);
	distances(3, (const int[]){ 10, 20, 20, 20, 10, 22, 20, 22, 10 });
	list_is(&made.state, 1, "1 0 2", true);
	made.distances[1 * 3 + 2] = 20;
	list_is(&made.state, 1, "1 2 0", true);
}

/* Whether nodes without CPUs come first among equals depends on when the list was built. */
static void a_node_without_cpus(void **state)
{
	(void)state;
	state_make(&made, "7.3.4", 3);
	made.nodes[2].has_cpus = false;
	list_is(&made.state, 0, "0 1 2", false);
	list_is(&made.state, 2, "2 0 1", true);
	made.distances[2] = 30;
	list_is(&made.state, 0, "0 1 2", true);
}

/* Nodes that may come have lists too, and a turn. */
static void possible_nodes(void **state)
{
	(void)state;
	state_make(&made, "7.3.4", 4);
	distances(4, (const int[]){ 10, 16, 32, 32, 16, 10, 32, 32, 32, 32, 10, 16, 32,
			     32, 16, 10 });
	list_is(&made.state, 1, "1 0 3 2", true);
	made.state.has_more_nodes = true;
	list_is(&made.state, 1, "1 0 3 2", false);
	list_is(&made.state, 0, "0 1 2 3", true);
}

static void zones_from_the_highest_down(void **state)
{
	(void)state;
	state_make(&made, "7.3.4", 2);
	made.state.zones.n = 0;
	state_zone(&made, 0, DMA32);
	state_zone(&made, 0, NORMAL);
	state_zone(&made, 1, NORMAL);
	state_zone(&made, 1, MOVABLE);
	nrb_zonelist_build(&list, &made.state, 0, MOVABLE, false);
	assert_int_equal(list.n_zones, 4);
	assert_memory_equal(list.zones, ((const int[]){ 1, 0, 3, 2 }), 4 * sizeof(int));
	nrb_zonelist_build(&list, &made.state, 1, NORMAL, false);
	assert_int_equal(list.n_zones, 3);
	assert_memory_equal(list.zones, ((const int[]){ 2, 1, 0 }), 3 * sizeof(int));
	nrb_zonelist_build(&list, &made.state, 1, MOVABLE, true);
	assert_int_equal(list.n_nodes, 1);
	assert_int_equal(list.n_zones, 2);
	nrb_zonelist_build(&list, &made.state, 7, MOVABLE, false);
	assert_int_equal(list.n_zones, 0);
}

static void recorded_machines(void **state)
{
	static const struct {
		const char *machine;
		int node;
		const char *order;
	} lists[] = {
		{ "one-node", 0, "0" },
		{ "two-nodes", 0, "0 1" },
		{ "two-nodes", 1, "1 0" },
		{ "four-nodes", 0, "0 1 2 3" },
		{ "four-nodes", 1, "1 0 3 2" },
		{ "four-nodes", 2, "2 3 0 1" },
		{ "four-nodes", 3, "3 2 1 0" },
		{ "cpuless-node", 0, "0 1 2" },
		{ "cpuless-node", 1, "1 0 2" },
		{ "cpuless-node", 2, "2 0 1" },
		{ "memoryless-node", 2, "0 1" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		struct nrb_vmstate recorded;
		struct nrb_root root;

		tree_fixture(&root, lists[i].machine);
		assert_int_equal(nrb_vmstate_read(&recorded, &root), 0);
		list_is(&recorded, lists[i].node, lists[i].order, true);
		nrb_vmstate_finish(&recorded);
		nrb_fsroot_close(&root);
	}
}

/* Five nodes at one distance, the last without CPUs: what their kernel itself logged at boot ("Fallback order
 * for Node 0: ..."). It did not prefer the node without CPUs, for then none had any; our lists say so, and that
 * they may be wrong after memory is added. */
static void as_the_kernel_said(void **state)
{
	struct nrb_vmstate recorded;
	struct nrb_root root;
	char *text = NULL, *rest, *line;
	int n = 0;

	(void)state;
	tree_fixture(&root, "tied-nodes");
	assert_int_equal(nrb_vmstate_read(&recorded, &root), 0);
	assert_false(recorded.nodes[4].has_cpus);
	assert_int_equal(nrb_fsroot_read_all(&root, "fallback-order.txt", &text), 0);
	rest = text;
	while ((line = strsep(&rest, "\n")) != NULL && line[0] != '\0') {
		int node, at;

		assert_int_equal(sscanf(line, "%d: %n", &node, &at), 1);
		list_is(&recorded, node, line + at, node >= 3);
		n++;
	}
	assert_int_equal(n, 5);
	free(text);
	nrb_vmstate_finish(&recorded);
	nrb_fsroot_close(&root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_distance),
		cmocka_unit_test(ties),
		cmocka_unit_test(lower_numbers_are_farther),
		cmocka_unit_test(a_node_without_cpus),
		cmocka_unit_test(possible_nodes),
		cmocka_unit_test(zones_from_the_highest_down),
		cmocka_unit_test(recorded_machines),
		cmocka_unit_test(as_the_kernel_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
