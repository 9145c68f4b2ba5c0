/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the figures of an arm are made of. */
#include "onegroup.h"

#include <errno.h>

static void test_label(void **state)
{
	char buf[NRB_FIGURE_LEN];

	(void)state;
	make(3, 1, 1);
	strcpy(sample.policy, "bind");
	add(NRB_STATUS_OK);
	assert_int_equal(nrb_group_finish(&group), 0);
	assert_string_equal(
		nrb_figure_label(buf, sizeof(buf), group.arms[0],
			1u << NRB_FIGURE_NODE | 1u << NRB_FIGURE_MODE |
				1u << NRB_FIGURE_SET | 1u << NRB_FIGURE_POLICY),
		"node 1, policy bind");
	assert_string_equal(
		nrb_figure_label(buf, 6, group.arms[0], 1u << NRB_FIGURE_POLICY),
		"polic");
}

static void test_p999(void **state)
{
	(void)state;
	make(1, 1, 50);
	for (int i = 0; i < 9999; i++) {
		nrb_histogram_add(&sample.alloc_hist, 7);
	}
	add(NRB_STATUS_OK);
	assert_int_equal(nrb_group_finish(&group), 0);
	assert_true(isnan(nrb_figure_number(NRB_FIGURE_ALLOC_P999, group.arms[0])));
	nrb_histogram_add(group.arms[0]->ok.alloc, 7);
	assert_near(nrb_figure_number(NRB_FIGURE_ALLOC_P999, group.arms[0]), 7);
}

/* Of requests as of first touches: merged, and none of too few. */
static void test_requests(void **state)
{
	(void)state;
	make(1, 1, 1);
	sample.serve_requests = 600;
	sample.serve_misses = 150;
	sample.serve_disk_bytes = 4096;
	sample.serve_ns = 2000000000;
	for (int i = 0; i < 600; i++) {
		nrb_histogram_add(&sample.serve_hist, i < 300 ? 10 : 20);
	}
	add(NRB_STATUS_OK);
	sample.block++;
	sample.serve_requests = 1000;
	sample.serve_misses = 500;
	sample.serve_disk_bytes = 8192;
	add(NRB_STATUS_OK);
	assert_int_equal(nrb_group_finish(&group), 0);
	assert_int_equal(group.arms[0]->ok.serve->n, 1200);
	assert_near(nrb_figure_number(NRB_FIGURE_REQUEST_P50, group.arms[0]), 10);
	assert_near(nrb_figure_number(NRB_FIGURE_REQUEST_P99, group.arms[0]), 20);
	assert_true(isnan(nrb_figure_number(NRB_FIGURE_REQUEST_P999, group.arms[0])));
	assert_near(nrb_figure_number(NRB_FIGURE_REQUESTS_PER_S, group.arms[0]), 400);
	assert_near(nrb_figure_number(NRB_FIGURE_REQUESTS_LOWEST, group.arms[0]), 300);
	assert_near(nrb_figure_number(NRB_FIGURE_REQUESTS_HIGHEST, group.arms[0]), 500);
	assert_near(nrb_figure_number(NRB_FIGURE_HIT_RATIO, group.arms[0]), 0.625);
	assert_near(nrb_figure_number(NRB_FIGURE_SERVED_DISK, group.arms[0]), 6144);
}

/* Of a part of the time or of all of it, and by one thread or two. */
static void test_reclaim(void **state)
{
	(void)state;
	make(1, 1, 1);
	sample.threads = 2;
	sample.alloc_wall_ns = 1000000;
	sample.reclaim_traced_ns = 100000;
	sample.reclaim_calls = 500;
	sample.reclaim_futile_calls = 125;
	for (int i = 0; i < 500; i++) {
		nrb_histogram_add(&sample.reclaim_hist, i < 250 ? 10 : 110);
	}
	add(NRB_STATUS_OK);
	assert_int_equal(nrb_group_finish(&group), 0);
	assert_near(nrb_figure_number(NRB_FIGURE_RECLAIM_CALLS, group.arms[0]), 5000);
	assert_near(nrb_figure_number(NRB_FIGURE_RECLAIM_FUTILE, group.arms[0]), 0.25);
	assert_near(nrb_figure_number(NRB_FIGURE_RECLAIM_STALL_P50, group.arms[0]), 10);
	assert_true(
		isnan(nrb_figure_number(NRB_FIGURE_RECLAIM_STALL_P99, group.arms[0])));
	assert_near(nrb_figure_number(NRB_FIGURE_RECLAIM_STALL_MAX, group.arms[0]), 110);
	assert_near(nrb_figure_number(NRB_FIGURE_RECLAIM_STALL_RATIO, group.arms[0]),
		30000.0 / 200000);
}

/* Recorded is a little more than the allocation; of a stalled cell there is no more than that. */
static void test_reclaim_of_all(void **state)
{
	(void)state;
	make(1, 1, 1);
	sample.threads = 1;
	sample.alloc_wall_ns = NRB_ABSENT;
	sample.reclaim_traced_ns = 1000;
	sample.reclaim_calls = 1;
	sample.reclaim_futile_calls = 0;
	nrb_histogram_add(&sample.reclaim_hist, 900);
	add(NRB_STATUS_STALLED);
	assert_int_equal(nrb_group_finish(&group), 0);
	assert_near(nrb_figure_number(NRB_FIGURE_RECLAIM_CALLS, group.arms[0]), 1);
	assert_near(
		nrb_figure_number(NRB_FIGURE_RECLAIM_STALL_RATIO, group.arms[0]), 0.9);
}

static void test_reclaim_not_recorded(void **state)
{
	(void)state;
	make(1, 1, 1);
	sample.threads = 1;
	sample.alloc_wall_ns = 1000;
	add(NRB_STATUS_OK);
	assert_int_equal(nrb_group_finish(&group), 0);
	for (int id = NRB_FIGURE_RECLAIM_CALLS; id <= NRB_FIGURE_RECLAIM_STALL_RATIO;
		id++) {
		assert_true(
			isnan(nrb_figure_number((enum nrb_figure_id)id, group.arms[0])));
	}
}

/* What is rare is in few cells, and the lowest in one: a median would have neither. */
static void test_rare(void **state)
{
	static const int64_t lines[] = { 0, 3, 0, 4, NRB_ABSENT },
			     lowest[] = { 21, 20, 1, 22, 21 };

	(void)state;
	for (int i = 0; i < 5; i++) {
		struct nrb_zone_sample *zone;

		make(1, i + 1, 1);
		sample.alloc_failure_lines = lines[i];
		sample.headroom_min_bytes = lowest[i] - 30;
		zone = nrb_sample_zone(&sample, "Normal");
		zone->managed_bytes = 1000 << 20;
		zone->min_bytes = 4 << 20;
		zone->free_lowest_bytes = lowest[i] << 20;
		nrb_histogram_add(&zone->free_hist, (uint64_t)lowest[i] + 5000);
		add(NRB_STATUS_OK);
	}
	assert_int_equal(nrb_group_finish(&group), 0);
	assert_near(nrb_figure_number(NRB_FIGURE_ALLOC_FAILURES, group.arms[0]), 7);
	assert_near(nrb_figure_number(NRB_FIGURE_FREE_LOWEST, group.arms[0]), 1 << 20);
	assert_near(
		nrb_figure_number(NRB_FIGURE_HEADROOM_LOWEST, group.arms[0]), -(3 << 20));
	assert_near(nrb_figure_number(NRB_FIGURE_HEADROOM_MIN, group.arms[0]), -29);
	/* over time is the median of cells */
	assert_near(nrb_figure_number(NRB_FIGURE_HEADROOM_P50, group.arms[0]),
		nrb_group_median(group.arms[0], NRB_VALUE_HEADROOM_P50_BYTES));
	nrb_group_free(&group);
	make(1, 1, 1); /* the log could not be read: not that there was nothing */
	add(NRB_STATUS_OK);
	assert_int_equal(nrb_group_finish(&group), 0);
	assert_true(isnan(nrb_figure_number(NRB_FIGURE_ALLOC_FAILURES, group.arms[0])));
}

/* Where it is not known what was cached, there is no share of hits. */
static void test_unknown_hits(void **state)
{
	(void)state;
	make(1, 1, 1);
	sample.serve_requests = 600;
	sample.serve_ns = 1000000000;
	add(NRB_STATUS_OK);
	assert_int_equal(nrb_group_finish(&group), 0);
	assert_true(isnan(nrb_figure_number(NRB_FIGURE_HIT_RATIO, group.arms[0])));
	assert_near(nrb_figure_number(NRB_FIGURE_REQUESTS_PER_S, group.arms[0]), 600);
}

static void test_columns(void **state)
{
	static const char names[] =
		"scenario,variant,node,cpu_node,mode,lru_gen,policy,page_size,threads,set,"
		"fill_on,swap,trim,cells,cells_ok,local_ratio,pages_absent,alloc_mean_ns,"
		"alloc_p50_ns,alloc_p99_ns,alloc_p999_ns,alloc_max_ns,access_ns,access_local_ns,"
		"access_remote_ns,cache_kept_ratio,reread_bytes_per_s,reread_disk_ratio,"
		"headroom_min_bytes,zone_reclaim_success,zone_reclaim_failed,pgsteal_direct,"
		"pgsteal_kswapd,allocstall,pswpout,refault_file,pgscan_direct,vmscan_write,"
		"written_pages,swapout_kswapd_pages,return_ns,return_disk_ratio,"
		"writer_bytes_per_s,writer_max_ns,alloc_huge_ratio,trim_freed_bytes,"
		"others_free_lost_bytes,others_cache_gained_bytes,hold_bytes,"
		"alloc_slowest_ratio,victim_access_ns,victim_alloc_p50_ns,"
		"victim_alloc_p99_ns,victim_remote_ratio,victim_lost_ratio,"
		"victim_node_free_lost_bytes,headroom_lowest_bytes,headroom_p1_bytes,"
		"headroom_p50_bytes,free_lowest_bytes,below_low_ratio,below_min_ratio,"
		"kswapd_runs,alloc_failure_lines,requests_per_s,request_p50_ns,"
		"request_p99_ns,request_p999_ns,hit_ratio,served_disk_bytes,"
		"zswpout,trim_ns,dirty_first_bytes,dirty_last_bytes,"
		"others_dirty_highest_bytes,pswpin,requests_per_s_lowest,"
		"requests_per_s_highest,node_cache_bytes,node_cache_kept_ratio,"
		"served_disk_ratio,reclaim_calls,reclaim_futile_ratio,"
		"reclaim_stall_p50_ns,reclaim_stall_p99_ns,reclaim_stall_max_ns,"
		"reclaim_stall_ratio,local_error_ratio,";
	char joined[sizeof(names) + 64] = "";

	(void)state;
	for (int id = 0; id < NRB_N_FIGURES; id++) {
		strcat(joined, nrb_figure_table[id].name);
		strcat(joined, ",");
	}
	assert_string_equal(joined, names); /* scripts rely on them: never change one */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_label, start, finish),
		cmocka_unit_test_setup_teardown(test_p999, start, finish),
		cmocka_unit_test_setup_teardown(test_requests, start, finish),
		cmocka_unit_test_setup_teardown(test_reclaim, start, finish),
		cmocka_unit_test_setup_teardown(test_reclaim_of_all, start, finish),
		cmocka_unit_test_setup_teardown(test_reclaim_not_recorded, start, finish),
		cmocka_unit_test_setup_teardown(test_rare, start, finish),
		cmocka_unit_test_setup_teardown(test_unknown_hits, start, finish),
		cmocka_unit_test(test_columns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
