/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is read of a machine at two moments, and what lies between them. */
#include "nrb/watchmoment.h"

#include "tree.h"

#include <errno.h>
#include <math.h>
#include <sys/stat.h>
#include <unistd.h>

#define NODES "sys/devices/system/node/"

static struct nrb_watch_reader reader;
static struct nrb_watch_moment before, after;

static void write_zones(const struct tree *tree)
{
	tree_write(tree, "proc/zoneinfo",
		"Node 0, zone   Normal\n  pages free     900\n        boost    0\n"
		"        min      50\n        low      100\n        high     150\n"
		"        managed  1000\n"
		"Node 1, zone   Normal\n  pages free     10\n        min      50\n"
		"        low      100\n        high     150\n        managed  1000\n");
}

/* Two nodes of 7.1 and later. */
static void write_first(const struct tree *tree)
{
	write_zones(tree);
	tree_write(tree, "proc/vmstat",
		"nr_free_pages 910\nnr_dirty 3\nnuma_local 100\nallocstall_dma 1\n"
		"allocstall_normal 2\nworkingset_refault 70\nworkingset_refault_file 60\n"
		"pgdemote_kswapd 3\npgdemote_direct 5\nzone_reclaim_failed 7\n"
		"pgsteal_direct 11\npgsteal_direct_throttle 99\nnonsense\npswpin x\n"
		"pswpout -4\n");
	tree_write(tree, "proc/pressure/memory",
		"some avg10=0.00 avg60=0.00 avg300=0.00 total=1000\n"
		"full avg10=0.00 avg60=0.00 avg300=0.00 total=10\n");
	tree_write(tree, "proc/sys/vm/zone_reclaim_mode", "1\n");
	tree_write(tree, NODES "has_memory", "0-1\n");
	tree_write(tree, NODES "node0/vmstat",
		"nr_free_pages 900\nnuma_local 90\nnuma_other 9\npgsteal_direct 8\n"
		"nr_active_file 2\nnr_inactive_file 5\n");
	tree_write(tree, NODES "node1/vmstat", "nr_free_pages 10\nnuma_local 10\n");
}

static int moments_setup(void **state)
{
	int rc = tree_setup(state);
	struct tree *tree = *state;

	nrb_watchmoment_begin(&reader, &tree->root);
	return rc;
}

static int moments_teardown(void **state)
{
	nrb_watchmoment_end(&reader);
	return tree_teardown(state);
}

#define MOMENT_TEST(test)                                                                \
	cmocka_unit_test_setup_teardown(test, moments_setup, moments_teardown)

static void read_both(const struct tree *tree, void (*change)(const struct tree *tree))
{
	write_first(tree);
	assert_int_equal(nrb_watchmoment_read(&reader, &before), 0);
	change(tree);
	assert_int_equal(nrb_watchmoment_read(&reader, &after), 0);
	assert_true(after.monotonic_ns > before.monotonic_ns);
	after.monotonic_ns = before.monotonic_ns + 500000000;
}

static void change_nothing(const struct tree *tree)
{
	(void)tree;
}

static void what_is_so(void **state)
{
	int64_t page = sysconf(_SC_PAGESIZE);
	struct nrb_watch_tick tick;

	read_both(*state, change_nothing);
	tick = nrb_watchmoment_tick(&before, &after);
	assert_int_equal(after.n_nodes, 2);
	assert_int_equal(after.nodes[1].node, 1);
	assert_int_equal(after.mode, 1);
	assert_int_equal(nrb_watchmoment_now(&tick, 0, NRB_WATCH_OVER_LOW), 800 * page);
	assert_int_equal(nrb_watchmoment_now(&tick, 1, NRB_WATCH_OVER_LOW), -90 * page);
	assert_int_equal(nrb_watchmoment_now(&tick, -1, NRB_WATCH_OVER_LOW), 710 * page);
	assert_int_equal(nrb_watchmoment_now(&tick, -1, NRB_WATCH_DIRTY), 3 * page);
	assert_int_equal(nrb_watchmoment_cache(&tick, 0), 7 * page);
	assert_int_equal(nrb_watchmoment_cache(&tick, 1), NRB_ABSENT);
	assert_int_equal(nrb_watchmoment_now(&tick, -1, NRB_WATCH_ALLOCSTALL), 3);
	assert_int_equal(nrb_watchmoment_now(&tick, -1, NRB_WATCH_PGDEMOTE), 8);
	assert_int_equal(nrb_watchmoment_now(&tick, -1, NRB_WATCH_PGSTEAL_DIRECT), 11);
	assert_int_equal(nrb_watchmoment_now(&tick, -1, NRB_WATCH_REFAULT_FILE), 60);
	assert_int_equal(nrb_watchmoment_now(&tick, -1, NRB_WATCH_ZONE_RECLAIM_SUCCESS),
		NRB_ABSENT);
	assert_int_equal(nrb_watchmoment_now(&tick, -1, NRB_WATCH_PSWPIN), NRB_ABSENT);
	assert_int_equal(nrb_watchmoment_now(&tick, -1, NRB_WATCH_PSWPOUT), NRB_ABSENT);
	assert_int_equal(nrb_watchmoment_count(&tick, 0, NRB_WATCH_NUMA_LOCAL), 0);
	assert_int_equal(
		nrb_watchmoment_count(&tick, 1, NRB_WATCH_PGSTEAL_DIRECT), NRB_ABSENT);
}

static void change_counts(const struct tree *tree)
{
	tree_write(tree, "proc/vmstat",
		"numa_local 150\nallocstall 9\nworkingset_refault 71\n"
		"zone_reclaim_failed 6\n");
	tree_write(tree, "proc/pressure/memory",
		"some avg10=0.00 avg60=0.00 avg300=0.00 total=1250\nfull nothing\n");
	tree_write(tree, NODES "node0/vmstat", "numa_local 140\nnuma_other 9\n");
}

/* Rates are of the time that passed; a count that went back, or is not there any more, is none. */
static void rates(void **state)
{
	struct nrb_watch_tick tick;

	read_both(*state, change_counts);
	tick = nrb_watchmoment_tick(&before, &after);
	assert_int_equal(tick.interval_ns, 500000000);
	assert_int_equal(nrb_watchmoment_count(&tick, -1, NRB_WATCH_NUMA_LOCAL), 50);
	assert_true(nrb_watchmoment_per_s(&tick, -1, NRB_WATCH_NUMA_LOCAL) == 100);
	assert_true(nrb_watchmoment_per_s(&tick, 0, NRB_WATCH_NUMA_LOCAL) == 100);
	assert_true(nrb_watchmoment_per_s(&tick, 0, NRB_WATCH_NUMA_OTHER) == 0);
	assert_int_equal(nrb_watchmoment_count(&tick, -1, NRB_WATCH_ALLOCSTALL), 6);
	assert_int_equal(nrb_watchmoment_count(&tick, -1, NRB_WATCH_REFAULT_FILE), 11);
	assert_int_equal(nrb_watchmoment_count(&tick, -1, NRB_WATCH_PRESSURE_SOME), 250);
	assert_int_equal(
		nrb_watchmoment_count(&tick, -1, NRB_WATCH_PRESSURE_FULL), NRB_ABSENT);
	assert_int_equal(nrb_watchmoment_count(&tick, -1, NRB_WATCH_ZONE_RECLAIM_FAILED),
		NRB_ABSENT);
	assert_true(
		isnan(nrb_watchmoment_per_s(&tick, -1, NRB_WATCH_ZONE_RECLAIM_FAILED)));
	tick.interval_ns = 0;
	assert_true(isnan(nrb_watchmoment_per_s(&tick, -1, NRB_WATCH_NUMA_LOCAL)));
}

static void swap_nodes(const struct tree *tree)
{
	tree_write(tree, NODES "has_memory", "1,3-4\n");
	tree_write(tree, NODES "node1/vmstat", "numa_local 12\n");
	tree_write(tree, NODES "node3/vmstat", "numa_local 5\nnr_free_pages 1\n");
}

/* Node 0 went, node 3 came, node 4 went between the list and the look. */
static void nodes_that_come_and_go(void **state)
{
	struct nrb_watch_tick tick;

	read_both(*state, swap_nodes);
	tick = nrb_watchmoment_tick(&before, &after);
	assert_int_equal(after.n_nodes, 2);
	assert_int_equal(after.nodes[0].node, 1);
	assert_int_equal(nrb_watchmoment_count(&tick, 0, NRB_WATCH_NUMA_LOCAL), 2);
	assert_int_equal(after.nodes[1].node, 3);
	assert_int_equal(
		nrb_watchmoment_count(&tick, 1, NRB_WATCH_NUMA_LOCAL), NRB_ABSENT);
	assert_int_equal(nrb_watchmoment_now(&tick, 1, NRB_WATCH_NUMA_LOCAL), 5);
	assert_int_equal(nrb_watchmoment_now(&tick, 1, NRB_WATCH_LOW), NRB_ABSENT);
}

static void freeze(const struct tree *tree)
{
	tree_write(tree, "proc/sys/vm/numa_stat", "0\n");
	tree_write(tree, "proc/sys/vm/zone_reclaim_mode", "7\n");
}

static void counts_that_stand_still(void **state)
{
	struct nrb_watch_tick tick;

	read_both(*state, freeze);
	tick = nrb_watchmoment_tick(&before, &after);
	assert_false(before.numa_frozen);
	assert_true(after.numa_frozen);
	assert_int_equal(after.mode, 7);
	assert_int_equal(
		nrb_watchmoment_now(&tick, -1, NRB_WATCH_NUMA_LOCAL), NRB_ABSENT);
	assert_int_equal(nrb_watchmoment_now(&tick, 0, NRB_WATCH_NUMA_OTHER), NRB_ABSENT);
	assert_int_equal(nrb_watchmoment_now(&tick, 0, NRB_WATCH_PGSTEAL_DIRECT), 8);
}

static void what_is_missing(void **state)
{
	struct tree *tree = *state;

	assert_int_equal(nrb_watchmoment_read(&reader, &after), -ENOENT);
	tree_write(tree, "proc/vmstat", "");
	assert_true(nrb_watchmoment_read(&reader, &after) < 0);
	nrb_diag_reset();
	assert_int_equal(nrb_watchmoment_read(&reader, &after), -ECANCELED);
	assert_int_equal(nrb_diag_exit(-1), NRB_EXIT_NOT_HERE);
	tree_write(tree, NODES "has_memory", "x\n");
	assert_int_equal(nrb_watchmoment_read(&reader, &after), -EINVAL);
	tree_write(tree, NODES "has_memory", "0\n");
	assert_int_equal(nrb_watchmoment_read(&reader, &after), -ENOENT);
	tree_write(tree, "proc/zoneinfo", "");
	assert_int_equal(nrb_watchmoment_read(&reader, &after), -EPROTO);
	write_zones(tree);
	assert_int_equal(nrb_watchmoment_read(&reader, &after), 0);
	assert_int_equal(after.n_nodes, 0);
	assert_int_equal(after.mode, NRB_ABSENT);
	assert_int_equal(after.machine.v[NRB_WATCH_PRESSURE_SOME], NRB_ABSENT);
	assert_int_equal(after.machine.v[NRB_WATCH_OVER_LOW], NRB_ABSENT);
}

/* Watermarks are read again and cannot be: the old ones stay, and it is no failure. */
static void watermarks_that_fail_once(void **state)
{
	struct tree *tree = *state;

	write_first(tree);
	assert_int_equal(nrb_watchmoment_read(&reader, &before), 0);
	tree_write(tree, "proc/zoneinfo", "");
	reader.zones_ns -= UINT64_C(31000000000);
	assert_int_equal(nrb_watchmoment_read(&reader, &after), 0);
	assert_int_equal(after.nodes[0].values.v[NRB_WATCH_LOW],
		before.nodes[0].values.v[NRB_WATCH_LOW]);
	assert_string_equal(nrb_diag_message(), "");
	assert_true(after.monotonic_ns == reader.zones_ns); /* not again at once */
}

/* Not there is one thing, not to be had another. */
static void no_list_for_another_reason(void **state)
{
	struct tree *tree = *state;

	write_first(tree);
	assert_int_equal(unlinkat(tree->root.fd, NODES "has_memory", 0), 0);
	assert_int_equal(mkdirat(tree->root.fd, NODES "has_memory", 0700), 0);
	assert_int_equal(nrb_watchmoment_read(&reader, &after), -EISDIR);
	assert_int_equal(nrb_diag_exit(-1), NRB_EXIT_FAILED);
}

/* No kernel has counted so much: sums stay within 64 bits. */
static void numbers_that_cannot_be(void **state)
{
	struct tree *tree = *state;

	write_first(tree);
	tree_write(tree, "proc/vmstat",
		"nr_free_pages 9000000000000000\nallocstall_a 9007199254740992\n"
		"allocstall_b 1\nnuma_hit 99999999999999999999\n");
	assert_int_equal(nrb_watchmoment_read(&reader, &after), 0);
	assert_int_equal(after.machine.v[NRB_WATCH_FREE], NRB_ABSENT);
	assert_int_equal(after.machine.v[NRB_WATCH_ALLOCSTALL], (int64_t)1 << 53);
	assert_int_equal(after.machine.v[NRB_WATCH_NUMA_HIT], NRB_ABSENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		MOMENT_TEST(what_is_so),
		MOMENT_TEST(rates),
		MOMENT_TEST(nodes_that_come_and_go),
		MOMENT_TEST(counts_that_stand_still),
		MOMENT_TEST(what_is_missing),
		MOMENT_TEST(watermarks_that_fail_once),
		MOMENT_TEST(no_list_for_another_reason),
		MOMENT_TEST(numbers_that_cannot_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
