/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cells brought together: which count where, medians, and what a figure is made of. */
#include "grouptest.h"

#include <errno.h>

static struct nrb_group group;

static int start(void **state)
{
	(void)state;
	memset(&group, 0, sizeof(group));
	return 0;
}

static int finish(void **state)
{
	(void)state;
	nrb_group_free(&group);
	return 0;
}

static void add(enum nrb_status status)
{
	sample.status = status;
	assert_int_equal(nrb_group_add(&group, &sample), 0);
}

/* A record without a cell: there is an array, if of none. */
static void test_nothing(void **state)
{
	(void)state;
	assert_int_equal(nrb_group_finish(&group), 0);
	assert_int_equal(group.n_arms, 0);
	assert_non_null(group.arms);
}

static void test_median(void **state)
{
	static const int64_t local[] = { 90, 10, 50, 40 };

	(void)state;
	for (int i = 0; i < 4; i++) {
		make(1, i + 1, local[i]);
		add(NRB_STATUS_OK);
	}
	assert_int_equal(nrb_group_finish(&group), 0);
	assert_int_equal(group.n_arms, 1);
	assert_int_equal(group.blocks, 4);
	assert_near(nrb_group_median(group.arms[0], NRB_VALUE_LOCAL_RATIO), 0.45);
	assert_near(nrb_group_min(group.arms[0], NRB_VALUE_LOCAL_RATIO), 0.1);
	assert_near(nrb_group_max(group.arms[0], NRB_VALUE_LOCAL_RATIO), 0.9);
}

static void test_fates(void **state)
{
	(void)state;
	make(1, 0, 1);
	add(NRB_STATUS_WARM_UP); /* in no figure, and no row of its own */
	add(NRB_STATUS_STALLED); /* the same, but it is odd */
	make(1, 1, 100);
	nrb_histogram_add(&sample.alloc_hist, 1);
	add(NRB_STATUS_OK);
	make(1, 2, 20);
	nrb_histogram_add(&sample.alloc_hist, 1000);
	add(NRB_STATUS_STALLED);
	add(NRB_STATUS_DISTURBED);
	make(4, 1, 20);
	nrb_histogram_add(&sample.alloc_hist, 1000);
	add(NRB_STATUS_STALLED);
	make(5, 1, 20);
	add(NRB_STATUS_DISTURBED); /* shown, never used */
	assert_int_equal(nrb_group_finish(&group), 0);
	assert_int_equal(group.n_arms, 3);
	assert_int_equal(group.cells, 5);
	assert_int_equal(group.n_odd, 5);
	assert_int_equal(group.odd[0].block, 0);
	assert_int_equal(group.odd[0].status, NRB_STATUS_STALLED);
	assert_true(nrb_group_measured(group.arms, 1));
	assert_true(
		nrb_group_measured(group.arms + 1, 1)); /* stalled ones are figures too */
	assert_false(nrb_group_measured(group.arms + 2, 1));
	assert_near(nrb_figure_number(NRB_FIGURE_CELLS, group.arms[0]), 3);
	assert_near(nrb_figure_number(NRB_FIGURE_CELLS_OK, group.arms[0]), 1);
	assert_near(nrb_figure_number(NRB_FIGURE_LOCAL_RATIO, group.arms[0]), 1);
	assert_near(nrb_figure_number(NRB_FIGURE_ALLOC_MAX, group.arms[0]), 1);
	/* none is ok: the stalled one speaks */
	assert_near(nrb_figure_number(NRB_FIGURE_CELLS_OK, group.arms[1]), 0);
	assert_near(nrb_figure_number(NRB_FIGURE_LOCAL_RATIO, group.arms[1]), 0.2);
	assert_near(nrb_figure_number(NRB_FIGURE_ALLOC_MAX, group.arms[1]), 1000);
	assert_true(isnan(nrb_figure_number(NRB_FIGURE_LOCAL_RATIO, group.arms[2])));
}

/* A stall that freed a hundredth of the allocation was no futile one. */
static void test_freeing_stalls(void **state)
{
	(void)state;
	for (int freed = 8; freed < 12; freed++) {
		make(1, freed, 20);
		sample.alloc_pages = 1; /* that were written until then */
		sample.alloc_bytes = 1000 * 4096;
		sample.counters.v[NRB_PGSTEAL_DIRECT] = freed;
		strcpy(sample.note, "stalled: 1 of 1000 pages");
		add(NRB_STATUS_STALLED);
	}
	assert_int_equal(nrb_group_finish(&group), 0);
	assert_int_equal(group.arms[0]->stalls[NRB_STALL_STOPPED], 2);
	assert_int_equal(group.arms[0]->stalls[NRB_STALL_FREEING], 2);
	assert_int_equal(group.arms[0]->stall_freed, 11);
}

/* Values that are shown together are of one cell, though none of them be the median of its kind. */
static void test_typical(void **state)
{
	static const int64_t cells[][3] = { { 10, 0, 900 }, { 40, 7, 0 }, { 90, 5, 100 },
		{ 50, 6, 50 } };

	(void)state;
	for (int i = 0; i < 4; i++) {
		make(1, i + 1, cells[i][0]);
		sample.counters.v[NRB_ZONE_RECLAIM_SUCCESS] = cells[i][1];
		sample.counters.v[NRB_ZONE_RECLAIM_FAILED] = cells[i][2];
		add(NRB_STATUS_OK);
	}
	assert_int_equal(nrb_group_finish(&group), 0);
	assert_near(nrb_group_median(group.arms[0], NRB_VALUE_ZONE_RECLAIM_FAILED), 75);
	assert_near(nrb_group_typical(group.arms[0], NRB_VALUE_ZONE_RECLAIM_SUCCESS), 7);
	assert_near(nrb_group_typical(group.arms[0], NRB_VALUE_ZONE_RECLAIM_FAILED), 0);
	assert_true(isnan(nrb_group_typical(group.arms[0], NRB_VALUE_RETURN_NS)));
}

/* Of few values the slowest tell nothing about one in a hundred. */
static void test_percentiles(void **state)
{
	(void)state;
	make(1, 1, 50);
	for (int i = 0; i < 999; i++) {
		nrb_histogram_add(&sample.alloc_hist, 100);
	}
	add(NRB_STATUS_OK);
	make(2, 1, 50);
	for (int i = 0; i < 1000; i++) {
		nrb_histogram_add(&sample.alloc_hist, 100);
	}
	add(NRB_STATUS_OK);
	assert_int_equal(nrb_group_finish(&group), 0);
	assert_false(isnan(nrb_figure_number(NRB_FIGURE_ALLOC_P50, group.arms[0])));
	assert_true(isnan(nrb_figure_number(NRB_FIGURE_ALLOC_P99, group.arms[0])));
	assert_false(isnan(nrb_figure_number(NRB_FIGURE_ALLOC_P99, group.arms[1])));
	assert_true(isnan(nrb_figure_number(NRB_FIGURE_ALLOC_P999, group.arms[1])));
}

static void test_stalls(void **state)
{
	static const char *const notes[] = { "stalled: 3 pages", "slow: 60 s",
		"slow: 61 s", "slowly" };

	(void)state;
	for (int i = 0; i < 4; i++) {
		make(1, i + 1, 20);
		strcpy(sample.note, notes[i]);
		add(NRB_STATUS_STALLED);
	}
	strcpy(sample.note, "slow: but it ended");
	add(NRB_STATUS_OK);
	assert_int_equal(nrb_group_finish(&group), 0);
	assert_int_equal(group.arms[0]->with[NRB_STATUS_STALLED], 4);
	assert_int_equal(group.arms[0]->stalls[NRB_STALL_STOPPED], 1);
	assert_int_equal(group.arms[0]->stalls[NRB_STALL_SLOW], 2);
}

/* Less than half of the node's cache: not to be judged by what our file kept. */
static void test_whose_cache(void **state)
{
	static const struct {
		int64_t ours, node;
		bool others;
	} cases[] = { { 50, 100, false }, { 49, 100, true }, { 0, 100, true },
		{ NRB_ABSENT, 100, true }, { 0, NRB_ABSENT, false }, { 0, 0, false } };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		make(1, 1, 50);
		sample.cache_before_bytes = cases[i].ours;
		sample.nodes[1].file_before_bytes = cases[i].node;
		add(NRB_STATUS_OK);
		assert_int_equal(nrb_group_finish(&group), 0);
		assert_int_equal(group.arms[0]->cache_is_others, cases[i].others);
		nrb_group_free(&group);
	}
}

/* What the node kept is a figure beside what the file did, also where the file is not there. */
static void test_node_cache(void **state)
{
	(void)state;
	make(1, 1, 50);
	sample.cache_before_bytes = sample.cache_after_bytes = 0;
	sample.nodes[1].file_before_bytes = 400 << 20;
	sample.nodes[1].file_after_bytes = 300 << 20;
	add(NRB_STATUS_OK);
	assert_int_equal(nrb_group_finish(&group), 0);
	assert_true(isnan(nrb_figure_number(NRB_FIGURE_CACHE_KEPT, group.arms[0])));
	assert_near(nrb_figure_number(NRB_FIGURE_NODE_CACHE, group.arms[0]), 400 << 20);
	assert_near(nrb_figure_number(NRB_FIGURE_NODE_CACHE_KEPT, group.arms[0]), 0.75);
}

static void test_order(void **state)
{
	static const int modes[] = { 7, 0, 3 };

	(void)state;
	nrb_sample_init(&sample);
	strcpy(sample.scenario, "a-matrix");
	sample.cpu_node = sample.node = 0;
	add(NRB_STATUS_OK);
	for (int i = 0; i < 3; i++) {
		make(modes[i], 1, 1);
		add(NRB_STATUS_OK);
	}
	make(3, 1, 1);
	strcpy(sample.set, "vm.min_free_kbytes=1");
	add(NRB_STATUS_OK);
	assert_int_equal(nrb_group_finish(&group), 0);
	assert_int_equal(group.n_arms, 5);
	assert_int_equal(group.n_allocating, 4);
	assert_int_equal(group.arms[0]->key.mode, 0);
	assert_int_equal(group.arms[1]->key.mode, 3);
	assert_int_equal(group.arms[2]->key.mode, 7);
	assert_string_equal(group.arms[3]->key.set, "vm.min_free_kbytes=1");
	assert_string_equal(group.arms[4]->key.scenario, "a-matrix");
	assert_true(nrb_group_same_but_mode(group.arms[0], group.arms[2]));
	assert_false(nrb_group_same_but_mode(group.arms[2], group.arms[3]));
	assert_ptr_equal(nrb_group_find(&group, &group.arms[4]->key), group.arms[4]);
	assert_int_equal(nrb_figure_varying(group.arms, group.n_allocating),
		1u << NRB_FIGURE_MODE | 1u << NRB_FIGURE_SET);
}

/* Who allocates is told from who only walks by the pages asked for, also without the sysctl. */
/* It is an arm of its own, beside all others: no figure of the reference has its cells. */
static void test_controls_stand_apart(void **state)
{
	(void)state;
	for (int block = 1; block <= 2; block++) {
		make(0, block, 10);
		add(NRB_STATUS_OK);
		make(0, block, 30);
		sample.control = 1;
		add(NRB_STATUS_OK);
		make(7, block, 90);
		add(NRB_STATUS_OK);
		make(0, block, 50);
		sample.mode = NRB_ABSENT; /* as of matrix */
		add(NRB_STATUS_OK);
	}
	assert_int_equal(nrb_group_finish(&group), 0);
	assert_int_equal(group.cells, 8);
	assert_int_equal(group.n_arms, 3);
	assert_int_equal(group.n_allocating, 2);
	assert_int_equal(group.n_controls, 1);
	assert_int_equal(group.arms[0]->key.mode, 0);
	assert_int_equal(group.arms[0]->cells, 2);
	assert_near(nrb_group_median(group.arms[0], NRB_VALUE_LOCAL_RATIO), 0.1);
	assert_int_equal(group.controls[0]->key.mode, 0);
	assert_int_equal(group.controls[0]->cells, 2);
	assert_near(nrb_group_median(group.controls[0], NRB_VALUE_LOCAL_RATIO), 0.3);
	assert_false(nrb_group_same_but_mode(group.arms[0], group.controls[0]));
	assert_int_equal(group.arms[2]->key.mode, NRB_ABSENT);
}

/* Of a record that was cut behind its first cell. */
static void test_a_control_alone(void **state)
{
	(void)state;
	make(0, 1, 30);
	sample.control = 1;
	add(NRB_STATUS_OK);
	assert_int_equal(nrb_group_finish(&group), 0);
	assert_int_equal(group.n_arms + group.n_allocating, 0);
	assert_int_equal(group.n_controls, 1);
}

static void test_no_knob(void **state)
{
	char buf[NRB_FIGURE_LEN];

	(void)state;
	make(0, 1, 1);
	strcpy(sample.page_size, "4k");
	add(NRB_STATUS_OK);
	sample.mode = NRB_ABSENT;
	add(NRB_STATUS_OK);
	sample.page_size[0] = '\0';
	add(NRB_STATUS_OK);
	assert_int_equal(nrb_group_finish(&group), 0);
	assert_int_equal(group.n_arms, 3);
	assert_int_equal(group.n_allocating, 2);
	assert_true(group.arms[0]->key.mode == NRB_ABSENT);
	assert_string_equal(
		nrb_figure_show(buf, NRB_FIGURE_MODE, group.arms[0], true), "absent");
	assert_string_equal(nrb_figure_plain(buf, NRB_FIGURE_MODE, group.arms[0]), "");
	assert_int_equal(group.arms[1]->key.mode, 0);
	assert_string_equal(group.arms[2]->key.page_size, "");
}

/* The cells of an arm may have been decided by several rules. */
static void test_rules(void **state)
{
	int64_t others = 9;

	(void)state;
	group.kernel = nrb_rule_kernel("6.1.0");
	for (int i = 0; i < 3; i++) {
		make(1, i + 1, 1);
		sample.counters.v[NRB_ZONE_RECLAIM_FAILED] = 5;
		sample.counters.v[NRB_PGSTEAL_DIRECT] = i == 0 ? 7 : 0;
		sample.counters.v[NRB_ALLOCSTALL] = 0;
		add(NRB_STATUS_OK);
	}
	assert_int_equal(nrb_group_finish(&group), 0);
	assert_int_equal(nrb_group_rule(group.arms[0], &others), NRB_RULE_FAILED);
	assert_int_equal(others, 1);
}

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
		"served_disk_ratio,";
	char joined[sizeof(names) + 64] = "";

	(void)state;
	for (int id = 0; id < NRB_N_FIGURES; id++) {
		strcat(joined, nrb_figure_table[id].name);
		strcat(joined, ",");
	}
	assert_string_equal(joined, names); /* scripts rely on them: never change one */
}

static void test_too_many(void **state)
{
	(void)state;
	make(1, 1, 1);
	for (int i = 0; i < NRB_MAX_ARMS; i++) {
		sample.threads = i;
		add(NRB_STATUS_OK);
	}
	sample.threads = NRB_MAX_ARMS;
	assert_int_equal(nrb_group_add(&group, &sample), -E2BIG);
	sample.threads = 0;
	add(NRB_STATUS_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_nothing, start, finish),
		cmocka_unit_test_setup_teardown(test_median, start, finish),
		cmocka_unit_test_setup_teardown(test_fates, start, finish),
		cmocka_unit_test_setup_teardown(test_stalls, start, finish),
		cmocka_unit_test_setup_teardown(test_freeing_stalls, start, finish),
		cmocka_unit_test_setup_teardown(test_typical, start, finish),
		cmocka_unit_test_setup_teardown(test_percentiles, start, finish),
		cmocka_unit_test_setup_teardown(test_whose_cache, start, finish),
		cmocka_unit_test_setup_teardown(test_node_cache, start, finish),
		cmocka_unit_test_setup_teardown(test_order, start, finish),
		cmocka_unit_test_setup_teardown(test_controls_stand_apart, start, finish),
		cmocka_unit_test_setup_teardown(test_a_control_alone, start, finish),
		cmocka_unit_test_setup_teardown(test_no_knob, start, finish),
		cmocka_unit_test_setup_teardown(test_rules, start, finish),
		cmocka_unit_test_setup_teardown(test_label, start, finish),
		cmocka_unit_test_setup_teardown(test_p999, start, finish),
		cmocka_unit_test_setup_teardown(test_requests, start, finish),
		cmocka_unit_test_setup_teardown(test_rare, start, finish),
		cmocka_unit_test_setup_teardown(test_unknown_hits, start, finish),
		cmocka_unit_test(test_columns),
		cmocka_unit_test_setup_teardown(test_too_many, start, finish),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
