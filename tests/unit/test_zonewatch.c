/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looks at zones over time: what is noted of each, and that looking ends. */
#include "nrb/zonewatch.h"

#include "tree.h"

#include <errno.h>
#include <unistd.h>

static struct nrb_shared *shared;
static struct nrb_topology_node nodes[2] = { { .node = 0, .memory_bytes = 1 },
	{ .node = 1, .memory_bytes = 1 } };
static struct nrb_topology topology = { .n_nodes = 2, .nodes = nodes };
static struct nrb_cell cell;
static int pinned_cpu;

int __wrap_nrb_placement_pin(const struct nrb_idset *cpus);
int __wrap_nrb_placement_pin(const struct nrb_idset *cpus)
{
	pinned_cpu = nrb_idset_next(cpus, -1);
	return 0;
}

static const struct nrb_zone_sample *zone(const char *name)
{
	struct nrb_zone_sample *found = nrb_sample_zone(&shared->sample, name);

	assert_non_null(found);
	return found;
}

static int setup(void **state)
{
	int rc = tree_setup(state);
	struct tree *tree = *state;

	shared = calloc(1, sizeof(*shared));
	nrb_sample_init(&shared->sample);
	for (int node = 0; node < 2; node++) {
		nrb_idset_clear(&nodes[node].cpus);
		nrb_idset_add(&nodes[node].cpus, node);
		nrb_idset_add(&topology.allowed_cpus, node);
	}
	pinned_cpu = -1;
	cell = (struct nrb_cell){ .root = &tree->root,
		.topology = &topology,
		.shared = shared,
		.arm = { .node = 1, .cpu_node = 1 },
		.sizes = { .look_ns = 1000000 } };
	return rc;
}

static int teardown(void **state)
{
	free(shared);
	return tree_teardown(state);
}

static void note(int64_t free_pages, int64_t boost_pages)
{
	struct nrb_zone list[] = {
		{ .node = 0, .name = "Normal", .free_pages = 1 },
		{ .node = 1,
			.name = "DMA32",
			.free_pages = 1000,
			.boost_pages = NRB_ABSENT,
			.min_pages = 10,
			.low_pages = 12,
			.high_pages = 14,
			.managed_pages = 2000 },
		{ .node = 1,
			.name = "Normal",
			.free_pages = free_pages,
			.boost_pages = boost_pages,
			.min_pages = 100 + boost_pages,
			.low_pages = 125 + boost_pages,
			.high_pages = 150 + boost_pages,
			.managed_pages = 9000 },
	};
	const struct nrb_zones zones = { .n = 3, .zones = list };

	nrb_zonewatch_note(&shared->sample, &zones, 1);
}

/* A boost is no part of the marks, when they are first seen or later. */
static void test_what_is_noted(void **state)
{
	const int64_t page = nrb_zones_page_bytes();
	const struct nrb_zone_sample *normal;

	(void)state;
	note(200, 7);
	note(110, 50);
	note(99, 0);
	note(140, 0);
	assert_int_equal(shared->sample.n_zones, 2);
	normal = zone("Normal");
	assert_int_equal(normal->managed_bytes, 9000 * page);
	assert_int_equal(normal->min_bytes, 100 * page);
	assert_int_equal(normal->low_bytes, 125 * page);
	assert_int_equal(normal->high_bytes, 150 * page);
	assert_int_equal(normal->samples, 4);
	assert_int_equal(normal->below_low, 2);
	assert_int_equal(normal->below_min, 1);
	assert_int_equal(normal->free_lowest_bytes, 99 * page);
	assert_int_equal(normal->free_hist.n, 4);
	assert_int_equal(normal->free_hist.max_ns, 200 * page / 1024);
	assert_int_equal(zone("DMA32")->min_bytes, 10 * page);
	assert_int_equal(zone("DMA32")->below_low, 0);
}

/* From a CPU of the other node, until it is told to end. */
static void test_it_looks_from_begin_to_end(void **state)
{
	struct tree *tree = *state;

	tree_write(tree, "proc/zoneinfo",
		"Node 1, zone   Normal\n  pages free     700\n        min      100\n"
		"        low      200\n        high     500\n        managed  10000\n");
	assert_int_equal(nrb_zonewatch_hold(&cell, NRB_HOLD_BEGIN, 0), 0);
	usleep(500000);
	assert_int_equal(nrb_zonewatch_hold(&cell, NRB_HOLD_END, 0), 0);
	assert_int_equal(pinned_cpu, 0);
	assert_true(zone("Normal")->samples >= 2);
	assert_true(shared->sample.zone_gap_ns > 0);
	assert_null(cell.hold_state);
}

/* What cannot be read is the cell's failure, when the watch ends. */
static void test_no_zoneinfo(void **state)
{
	(void)state;
	assert_int_equal(nrb_zonewatch_hold(&cell, NRB_HOLD_BEGIN, 0), 0);
	assert_int_equal(nrb_zonewatch_hold(&cell, NRB_HOLD_END, 0), -ENOENT);
}

#define WATCH_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WATCH_TEST(test_what_is_noted),
		WATCH_TEST(test_it_looks_from_begin_to_end),
		WATCH_TEST(test_no_zoneinfo),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
