/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cells brought together: which count where, and medians. */
#include "onegroup.h"

#include <errno.h>

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
		cmocka_unit_test_setup_teardown(test_too_many, start, finish),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
