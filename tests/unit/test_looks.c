/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looks over time: how many, how far apart, and what is kept when they do not fit. */
#include "nrb/looks.h"

#include "nrb/scenarios.h"
#include "tree.h"

static struct nrb_shared *shared;
static struct nrb_topology_node nodes[4] = { { .node = 0, .memory_bytes = 1 },
	{ .node = 1 }, { .node = 2, .memory_bytes = 1 },
	{ .node = 5, .memory_bytes = 1 } };
static const struct nrb_topology topology = { .n_nodes = 4, .nodes = nodes };
static const struct nrb_variant variant = { .name = "", .needs = NRB_NEEDS_LOOKS };
static const struct nrb_variant other = { .name = "other" };
static struct nrb_cell cell;

static void write_node(const struct tree *tree, int node, int kb)
{
	char path[64], text[256];

	snprintf(path, sizeof(path), "sys/devices/system/node/node%d/meminfo", node);
	snprintf(text, sizeof(text),
		"Node %d MemTotal: 1000 kB\nNode %d MemFree: %d kB\n"
		"Node %d FilePages: %d kB\nNode %d Dirty: %d kB\nNode %d Writeback: %d kB\n",
		node, node, kb, node, kb + 1, node, kb + 2, node, kb + 3);
	tree_write(tree, path, text);
	snprintf(path, sizeof(path), "sys/devices/system/node/node%d/numastat", node);
	tree_write(tree, path, "numa_hit 1\n");
}

static int setup(void **state)
{
	int rc = tree_setup(state);
	struct tree *tree = *state;

	shared = calloc(1, sizeof(*shared));
	nrb_sample_init(&shared->sample);
	cell = (struct nrb_cell){ .root = &tree->root,
		.topology = &topology,
		.shared = shared,
		.arm = { .scenario = &nrb_scenario_clean, .variant = &variant } };
	write_node(tree, 0, 100);
	write_node(tree, 2, 200);
	write_node(tree, 5, 300);
	return rc;
}

static int teardown(void **state)
{
	free(shared);
	return tree_teardown(state);
}

static void test_every_node_with_memory(void **state)
{
	const struct nrb_sample *sample = &shared->sample;
	struct nrb_looks looks;

	nrb_looks_begin(&looks, &cell);
	write_node(*state, 0, 50);
	nrb_looks_take(&looks, &cell);
	assert_int_equal(sample->n_looks, 6);
	for (int i = 0; i < 6; i++) {
		static const int order[] = { 0, 2, 5 };

		assert_int_equal(sample->looks[i].node, order[i % 3]);
		assert_int_equal(sample->looks[i].t_ns, sample->looks[i / 3 * 3].t_ns);
	}
	assert_true(sample->looks[3].t_ns > sample->looks[0].t_ns);
	assert_int_equal(sample->looks[1].free_bytes, 200 << 10);
	assert_int_equal(sample->looks[1].file_bytes, 201 << 10);
	assert_int_equal(sample->looks[1].dirty_bytes, 202 << 10);
	assert_int_equal(sample->looks[1].writeback_bytes, 203 << 10);
	assert_int_equal(sample->looks[0].free_bytes, 100 << 10);
	assert_int_equal(sample->looks[3].free_bytes, 50 << 10);
}

static void test_only_where_they_are_needed(void **state)
{
	struct nrb_looks looks;

	(void)state;
	cell.arm.variant = &other;
	nrb_looks_begin(&looks, &cell);
	nrb_looks_take(&looks, &cell);
	assert_int_equal(shared->sample.n_looks, 0);
}

/* However long it takes, what is kept is as far apart everywhere: the call number is in MemFree. */
static void test_a_full_sample_is_thinned_out_evenly(void **state)
{
	const struct nrb_sample *sample = &shared->sample;
	struct nrb_looks looks;
	const int stride = 8; /* 85 points fit into a sample */

	for (int call = 0; call < 400; call++) {
		write_node(*state, 0, call);
		if (call == 0) {
			nrb_looks_begin(&looks, &cell);
		} else {
			nrb_looks_take(&looks, &cell);
		}
		assert_true(sample->n_looks <= NRB_MAX_LOOKS);
		assert_int_equal(sample->n_looks % 3, 0);
	}
	assert_int_equal(sample->n_looks, 3 * (399 / stride + 1));
	for (int i = 0; i < sample->n_looks; i += 3) {
		assert_int_equal(sample->looks[i].free_bytes, i / 3 * stride * 1024);
	}
}

/* However few calls are kept by then, the end is: also where the sample is full. */
static void test_the_end_is_kept(void **state)
{
	const struct nrb_sample *sample = &shared->sample;

	for (int calls = 1; calls < 300; calls++) {
		struct nrb_looks looks;

		shared->sample.n_looks = 0;
		write_node(*state, 0, 1);
		nrb_looks_begin(&looks, &cell);
		for (int call = 1; call < calls; call++) {
			nrb_looks_take(&looks, &cell);
		}
		write_node(*state, 0, 77);
		nrb_looks_end(&looks, &cell);
		assert_true(sample->n_looks <= NRB_MAX_LOOKS);
		assert_int_equal(
			sample->looks[sample->n_looks - 3].free_bytes, 77 * 1024);
	}
}

#define LOOKS_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LOOKS_TEST(test_every_node_with_memory),
		LOOKS_TEST(test_only_where_they_are_needed),
		LOOKS_TEST(test_a_full_sample_is_thinned_out_evenly),
		LOOKS_TEST(test_the_end_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
