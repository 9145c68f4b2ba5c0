/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What one cell's numbers come to: ratios, rates and times, and none where nothing is known. */
#include "grouptest.h"

static void add_walk(
	int64_t node, int64_t page_bytes, int64_t huge_bytes, int64_t loads, int64_t ns)
{
	sample.walks[sample.n_walks++] = (struct nrb_walk){ .node = node,
		.page_bytes = page_bytes,
		.huge_bytes = huge_bytes,
		.loads = loads,
		.ns = ns };
}

static void test_access(void **state)
{
	(void)state;
	make(1, 1, 50);
	add_walk(NRB_ABSENT, 4096, 0, 10, 1000);
	add_walk(1, 4096, 0, 10, 800);
	add_walk(0, 4096, 0, 10, 1200);
	add_walk(2, 4096, 0, 30, 6000);
	add_walk(NRB_ABSENT, 1 << 21, 1 << 20, 10, 10);
	assert_near(nrb_cellvalue(&sample, NRB_VALUE_ACCESS_NS), 100);
	assert_near(nrb_cellvalue(&sample, NRB_VALUE_ACCESS_LOCAL_NS), 80);
	/* all other nodes together: 7200 ns for 40 loads */
	assert_near(nrb_cellvalue(&sample, NRB_VALUE_ACCESS_REMOTE_NS), 180);
	/* pages that were to be huge, but are not */
	assert_true(isnan(nrb_cellvalue(&sample, NRB_VALUE_ACCESS_HUGE_NS)));
	sample.walks[4].huge_bytes = 60 << 20;
	assert_near(nrb_cellvalue(&sample, NRB_VALUE_ACCESS_HUGE_NS), 1);
	/* or some of which are not */
	sample.alloc_bytes = 64 << 20;
	assert_true(isnan(nrb_cellvalue(&sample, NRB_VALUE_ACCESS_HUGE_NS)));
	sample.walks[4].huge_bytes = 62 << 20;
	assert_near(nrb_cellvalue(&sample, NRB_VALUE_ACCESS_HUGE_NS), 1);
}

static void test_ratios(void **state)
{
	(void)state;
	make(1, 1, 50);
	sample.alloc_pages = 200; /* pages that vanished stay in the whole */
	assert_near(nrb_cellvalue(&sample, NRB_VALUE_LOCAL_RATIO), 0.25);
	sample.cache_before_bytes = 400;
	sample.cache_after_bytes = 100;
	assert_near(nrb_cellvalue(&sample, NRB_VALUE_CACHE_KEPT_RATIO), 0.25);
	assert_near(nrb_cellvalue(&sample, NRB_VALUE_CACHE_LOST_BYTES), 300);
	assert_true(isnan(nrb_cellvalue(&sample, NRB_VALUE_NODE_LOST_BYTES)));
	sample.nodes[1].file_before_bytes = 800 << 20; /* node 1 is under test */
	sample.nodes[1].file_after_bytes = 600 << 20;
	sample.nodes[0].file_before_bytes = sample.nodes[0].file_after_bytes = 1;
	assert_near(nrb_cellvalue(&sample, NRB_VALUE_NODE_KEPT_RATIO), 0.75);
	assert_near(nrb_cellvalue(&sample, NRB_VALUE_NODE_CACHE_BYTES), 800 << 20);
	assert_near(nrb_cellvalue(&sample, NRB_VALUE_NODE_LOST_BYTES), 200 << 20);
	sample.reread_bytes = 100;
	sample.reread_disk_bytes = 75;
	sample.reread_ns = 50;
	assert_near(nrb_cellvalue(&sample, NRB_VALUE_REREAD_DISK_RATIO), 0.75);
	assert_near(nrb_cellvalue(&sample, NRB_VALUE_REREAD_RATE), 2e9);
	sample.counters.v[NRB_REFAULT_FILE] = 3;
	sample.counters_after.v[NRB_REFAULT_FILE] = 4;
	sample.counters.v[NRB_PGSTEAL_DIRECT] = 5;
	sample.counters_after.v[NRB_PGSTEAL_DIRECT] = 6;
	assert_near(nrb_cellvalue(&sample, NRB_VALUE_REFAULT_FILE), 7);
	assert_near(nrb_cellvalue(&sample, NRB_VALUE_PGSTEAL_DIRECT), 5);
}

/* Of a sample the shares are those of all, within what its size says. */
static void test_a_sample_of_the_pages(void **state)
{
	(void)state;
	make(1, 1, 50);
	sample.alloc_pages = 1000000;
	sample.pages_located = 10000;
	sample.nodes[0].pages = 7900;
	sample.nodes[1].pages = 2000; /* under test */
	sample.pages_absent = 100;
	assert_near(nrb_cellvalue(&sample, NRB_VALUE_LOCAL_RATIO), 0.2);
	assert_near(nrb_cellvalue(&sample, NRB_VALUE_PAGES_ABSENT), 10000);
	assert_near(nrb_cellvalue(&sample, NRB_VALUE_LOCAL_ERROR),
		sqrt(log(200) / (2 * 10000)));
	/* all of them; and a record of before there were samples */
	sample.pages_located = 1000000;
	assert_near(nrb_cellvalue(&sample, NRB_VALUE_LOCAL_RATIO), 0.002);
	assert_near(nrb_cellvalue(&sample, NRB_VALUE_LOCAL_ERROR), 0);
	assert_near(nrb_cellvalue(&sample, NRB_VALUE_PAGES_ABSENT), 100);
	sample.pages_located = NRB_ABSENT;
	assert_near(nrb_cellvalue(&sample, NRB_VALUE_LOCAL_RATIO), 0.002);
	assert_near(nrb_cellvalue(&sample, NRB_VALUE_LOCAL_ERROR), 0);
	sample.nodes[0].pages = sample.nodes[1].pages = NRB_ABSENT;
	assert_true(isnan(nrb_cellvalue(&sample, NRB_VALUE_LOCAL_ERROR)));
}

/* What was read once gives way to what is served, and what others have free is room, too. */
static void test_room(void **state)
{
	(void)state;
	make(1, 1, 50);
	sample.alloc_bytes = 100 << 20;
	sample.serve_set_bytes = 7;
	sample.nodes[1].inactive_file_before_bytes = 400 << 20; /* node 1 is under test */
	sample.nodes[1].active_file_before_bytes = 50 << 20;
	sample.nodes[1].free_before_bytes = 30 << 20;
	assert_near(nrb_cellvalue(&sample, NRB_VALUE_SERVE_SET_BYTES), 7);
	assert_near(nrb_cellvalue(&sample, NRB_VALUE_NODE_ROOM_BYTES), 400 << 20);
	assert_true(isnan(nrb_cellvalue(&sample, NRB_VALUE_ALL_ROOM_BYTES)));
	sample.nodes[0].free_before_bytes = 300 << 20;
	sample.nodes[0].inactive_file_before_bytes = 5 << 20;
	assert_near(nrb_cellvalue(&sample, NRB_VALUE_ALL_ROOM_BYTES), 605 << 20);
	sample.trim_freed_bytes = 60 << 20;
	sample.nodes[1].inactive_file_before_bytes = 340 << 20;
	assert_near(nrb_cellvalue(&sample, NRB_VALUE_NODE_ROOM_BYTES), 400 << 20);
	sample.trim_freed_bytes = -4096; /* it may as well have fallen meanwhile */
	assert_near(nrb_cellvalue(&sample, NRB_VALUE_NODE_ROOM_BYTES), 340 << 20);
}

/* Pages are counted in base pages, touches in huge ones. */
static void test_huge_ratio(void **state)
{
	(void)state;
	make(1, 1, 1024);
	sample.alloc_pages = 4;
	sample.alloc_page_bytes = 2 << 20;
	sample.alloc_huge_bytes = 6 << 20;
	assert_near(nrb_cellvalue(&sample, NRB_VALUE_LOCAL_RATIO), 0.5);
	assert_near(nrb_cellvalue(&sample, NRB_VALUE_ALLOC_HUGE_RATIO), 0.75);
	add_walk(NRB_ABSENT, 2 << 20, 8 << 20, 10, 700);
	add_walk(NRB_ABSENT, 4096, 0, 10, 1000);
	assert_near(nrb_cellvalue(&sample, NRB_VALUE_ACCESS_NS), 70);
}

/* Node 1 is under test. What has no number before or after is in no sum. */
static void test_others(void **state)
{
	(void)state;
	make(1, 1, 1);
	nrb_sample_node(&sample, 2)->free_before_bytes = 50;
	nrb_sample_node(&sample, 3)->free_before_bytes = 50;
	assert_true(isnan(nrb_cellvalue(&sample, NRB_VALUE_OTHERS_FREE_LOST_BYTES)));
	sample.nodes[0].free_before_bytes = 100;
	sample.nodes[0].free_after_bytes = 40;
	sample.nodes[1].free_before_bytes = 1000;
	sample.nodes[1].free_after_bytes = 0;
	sample.nodes[2].free_after_bytes = 55;
	assert_near(nrb_cellvalue(&sample, NRB_VALUE_OTHERS_FREE_LOST_BYTES), 55);
	sample.nodes[2].file_before_bytes = 9;
	sample.nodes[2].file_after_bytes = 2;
	assert_near(nrb_cellvalue(&sample, NRB_VALUE_OTHERS_CACHE_GAINED_BYTES), -7);
}

static void add_look(int64_t t_ns, int node, int64_t dirty, int64_t writeback)
{
	struct nrb_look *look = nrb_sample_look(&sample, t_ns, node);

	assert_non_null(look);
	look->dirty_bytes = dirty;
	look->writeback_bytes = writeback;
}

static void test_dirty_over_time(void **state)
{
	(void)state;
	make(1, 1, 1);
	assert_true(isnan(nrb_cellvalue(&sample, NRB_VALUE_DIRTY_FIRST_BYTES)));
	assert_true(isnan(nrb_cellvalue(&sample, NRB_VALUE_DIRTY_LAST_BYTES)));
	assert_true(isnan(nrb_cellvalue(&sample, NRB_VALUE_OTHERS_DIRTY_HIGHEST_BYTES)));
	add_look(0, 0, 5, 1);
	add_look(0, 1, 900, 50);
	add_look(0, 2, 7, 0);
	add_look(100, 0, 20, 0);
	add_look(100, 1, 800, 0);
	add_look(100, 2, 1, 3);
	add_look(200, 0, 14, 0);
	add_look(200, 1, 30, 2);
	add_look(200, 2, 9, 0);
	assert_near(nrb_cellvalue(&sample, NRB_VALUE_DIRTY_FIRST_BYTES), 950);
	assert_near(nrb_cellvalue(&sample, NRB_VALUE_DIRTY_LAST_BYTES), 32);
	assert_near(nrb_cellvalue(&sample, NRB_VALUE_OTHERS_DIRTY_HIGHEST_BYTES), 24);
	/* a look that could not be read in full is of no point in time's sum */
	add_look(300, 0, NRB_ABSENT, 100);
	add_look(300, 2, 90, 0);
	assert_near(nrb_cellvalue(&sample, NRB_VALUE_OTHERS_DIRTY_HIGHEST_BYTES), 24);
}

static void test_rates(void **state)
{
	(void)state;
	make(1, 1, 1);
	sample.writer_bytes = 100;
	sample.writer_ns = 50;
	sample.return_pages = 8;
	sample.return_ns = 400;
	sample.return_major_faults = 2;
	assert_near(nrb_cellvalue(&sample, NRB_VALUE_WRITER_RATE), 2e9);
	assert_near(nrb_cellvalue(&sample, NRB_VALUE_RETURN_NS), 50);
	assert_near(nrb_cellvalue(&sample, NRB_VALUE_RETURN_DISK_RATIO), 0.25);
	/* what the allocation had read back, and what its owner did */
	sample.counters.v[NRB_PSWPIN] = 3;
	assert_true(isnan(nrb_cellvalue(&sample, NRB_VALUE_PSWPIN)));
	sample.counters_after.v[NRB_PSWPIN] = 40;
	assert_near(nrb_cellvalue(&sample, NRB_VALUE_PSWPIN), 43);
	sample.counters.v[NRB_WRITTEN] = 7;
	assert_near(nrb_cellvalue(&sample, NRB_VALUE_WRITTEN_PAGES), 7);
	/* tmpfs is no file cache */
	sample.nodes[1].file_before_bytes = 800 << 20;
	sample.nodes[1].file_after_bytes = 600 << 20;
	sample.nodes[1].shmem_before_bytes = sample.nodes[1].shmem_after_bytes = 380
										 << 20;
	assert_near(nrb_cellvalue(&sample, NRB_VALUE_NODE_CACHE_BYTES), 800 << 20);
	sample.nodes[1].active_file_before_bytes = 100 << 20;
	sample.nodes[1].inactive_file_before_bytes = 300 << 20;
	sample.nodes[1].active_file_after_bytes = 0;
	sample.nodes[1].inactive_file_after_bytes = 200 << 20;
	assert_near(nrb_cellvalue(&sample, NRB_VALUE_NODE_CACHE_BYTES), 400 << 20);
	assert_near(nrb_cellvalue(&sample, NRB_VALUE_NODE_KEPT_RATIO), 0.5);
	/* what a trim took was there before it */
	sample.trim_freed_bytes = 100 << 20;
	assert_near(nrb_cellvalue(&sample, NRB_VALUE_NODE_KEPT_RATIO), 0.4);
	sample.trim_freed_bytes = 0;
	sample.nodes[1].active_file_before_bytes = 0;
	sample.nodes[1].inactive_file_before_bytes = (1 << 20) - 1; /* next to nothing */
	assert_true(isnan(nrb_cellvalue(&sample, NRB_VALUE_NODE_KEPT_RATIO)));
}

static void test_absent(void **state)
{
	(void)state;
	nrb_sample_init(&sample);
	for (int i = 0; i < NRB_N_VALUES; i++) {
		assert_true(isnan(nrb_cellvalue(&sample, (enum nrb_cellvalue)i)));
	}
	sample.cache_before_bytes = sample.cache_after_bytes = 0; /* nothing to keep */
	sample.alloc_pages = 0;
	nrb_sample_node(&sample, 1)->pages = 0;
	assert_true(isnan(nrb_cellvalue(&sample, NRB_VALUE_CACHE_KEPT_RATIO)));
	assert_true(isnan(nrb_cellvalue(&sample, NRB_VALUE_LOCAL_RATIO)));
}

static void test_neighbour(void **state)
{
	(void)state;
	make(1, 1, 1);
	assert_true(isnan(nrb_cellvalue(&sample, NRB_VALUE_VICTIM_FREE_LOST_BYTES)));
	sample.victim_node = 0;
	sample.nodes[0].free_before_bytes = 500;
	sample.nodes[0].free_after_bytes = 100;
	sample.victim_pages = 200;
	sample.victim_remote_pages = 50;
	sample.victim_bytes = 4096;
	sample.victim_lost_bytes = 1024;
	sample.victim_loads = 10;
	sample.victim_load_ns = 1000;
	assert_near(nrb_cellvalue(&sample, NRB_VALUE_VICTIM_FREE_LOST_BYTES), 400);
	assert_near(nrb_cellvalue(&sample, NRB_VALUE_VICTIM_REMOTE_RATIO), 0.25);
	assert_near(nrb_cellvalue(&sample, NRB_VALUE_VICTIM_LOST_RATIO), 0.25);
	assert_near(nrb_cellvalue(&sample, NRB_VALUE_VICTIM_ACCESS_NS), 100);
}

static void add_zone(const char *name, int64_t managed, int64_t min, int64_t lowest)
{
	struct nrb_zone_sample *zone = nrb_sample_zone(&sample, name);

	zone->managed_bytes = managed;
	zone->min_bytes = min;
	zone->free_lowest_bytes = lowest;
	zone->samples = 100;
	zone->below_low = 20;
	zone->below_min = 5;
	for (uint64_t i = 1; i <= 100; i++) {
		nrb_histogram_add(&zone->free_hist, i);
	}
}

/* Not of a tiny zone, and not of one that atomic requests cannot use, though it be the largest. */
static void test_headroom(void **state)
{
	(void)state;
	make(1, 1, 1);
	assert_true(isnan(nrb_cellvalue(&sample, NRB_VALUE_HEADROOM_P1_BYTES)));
	add_zone("DMA", 1 << 20, 1, 2);
	add_zone("Normal", 100 << 20, 10 << 10, 5 << 10);
	add_zone("Movable", 50 << 20, 1, 2);
	assert_near(nrb_cellvalue(&sample, NRB_VALUE_FREE_LOWEST_BYTES), 5 << 10);
	assert_near(nrb_cellvalue(&sample, NRB_VALUE_HEADROOM_LOWEST_BYTES), -(5 << 10));
	assert_near(nrb_cellvalue(&sample, NRB_VALUE_HEADROOM_P1_BYTES), -(9 << 10));
	assert_near(nrb_cellvalue(&sample, NRB_VALUE_HEADROOM_P50_BYTES), 40 << 10);
	assert_near(nrb_cellvalue(&sample, NRB_VALUE_BELOW_LOW_RATIO), 0.2);
	assert_near(nrb_cellvalue(&sample, NRB_VALUE_BELOW_MIN_RATIO), 0.05);
	sample.zones[2].managed_bytes = 5000LL << 20;
	assert_near(nrb_cellvalue(&sample, NRB_VALUE_FREE_LOWEST_BYTES), 5 << 10);
	assert_near(nrb_cellvalue(&sample, NRB_VALUE_HEADROOM_LOWEST_BYTES), -(5 << 10));
	sample.zones[1].min_bytes = NRB_ABSENT; /* then the tiny one is all there is */
	assert_near(nrb_cellvalue(&sample, NRB_VALUE_HEADROOM_LOWEST_BYTES), 1);
	sample.zones[0].min_bytes = NRB_ABSENT;
	assert_true(isnan(nrb_cellvalue(&sample, NRB_VALUE_HEADROOM_LOWEST_BYTES)));
	assert_true(isnan(nrb_cellvalue(&sample, NRB_VALUE_BELOW_LOW_RATIO)));
}

/* Of two zones each figure is that of the one where it is worst. */
static void test_headroom_of_zones(void **state)
{
	(void)state;
	make(1, 1, 1);
	add_zone("DMA32", 10 << 20, 30 << 10, 40 << 10);
	add_zone("Normal", 150 << 20, 50 << 10, 55 << 10);
	sample.zones[0].below_low = 10;
	sample.zones[0].below_min = 8;
	assert_near(nrb_cellvalue(&sample, NRB_VALUE_FREE_LOWEST_BYTES), 40 << 10);
	assert_near(nrb_cellvalue(&sample, NRB_VALUE_HEADROOM_LOWEST_BYTES), 5 << 10);
	assert_near(nrb_cellvalue(&sample, NRB_VALUE_HEADROOM_P1_BYTES), -(49 << 10));
	assert_near(nrb_cellvalue(&sample, NRB_VALUE_HEADROOM_P50_BYTES), 0);
	assert_near(nrb_cellvalue(&sample, NRB_VALUE_BELOW_LOW_RATIO), 0.2);
	assert_near(nrb_cellvalue(&sample, NRB_VALUE_BELOW_MIN_RATIO), 0.08);
	sample.zones[0].managed_bytes = 9 << 20; /* less than a sixteenth */
	assert_near(nrb_cellvalue(&sample, NRB_VALUE_FREE_LOWEST_BYTES), 55 << 10);
	assert_near(nrb_cellvalue(&sample, NRB_VALUE_BELOW_MIN_RATIO), 0.05);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_access),
		cmocka_unit_test(test_huge_ratio),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_neighbour),
		cmocka_unit_test(test_headroom),
		cmocka_unit_test(test_headroom_of_zones),
		cmocka_unit_test(test_dirty_over_time),
		cmocka_unit_test(test_rates),
		cmocka_unit_test(test_ratios),
		cmocka_unit_test(test_a_sample_of_the_pages),
		cmocka_unit_test(test_room),
		cmocka_unit_test(test_absent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
