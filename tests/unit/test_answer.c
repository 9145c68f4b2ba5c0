/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The answer for a file server: from cells that are apart, and none from cells that are not. */
#include "answertest.h"

static void test_nobody_asked(void **state)
{
	(void)state;
	clean(0, 0, 1000);
	clean(7, 1000, 500);
	make();
	assert_false(answer.is_asked);
}

static void test_left_out(void **state)
{
	(void)state;
	strcpy(end.left_out, "anon, swapping; fileserver, pinned");
	clean(0, 0, 1000);
	clean(7, 1000, 500);
	make();
	assert_true(answer.is_asked);
	assert_int_equal(answer.mode, -1);
	assert_string_equal(answer.text,
		"none: the scenario fileserver, which asks for it, was not measured");
	assert_true(has_condition("mode 7 keeps 100.0 % of new memory local"));
}

static void test_cache_is_lost(void **state)
{
	(void)state;
	clean(0, 0, 1000);
	clean(1, 0, 1000);
	clean(6, 1000, 500);
	clean(7, 1000, 500);
	serve(0, 0, 970);
	serve(1, 0, 969);
	serve(6, 990, 812);
	serve(7, 990, 812);
	make();
	assert_int_equal(answer.mode, 0);
	assert_string_equal(answer.text,
		"0, since modes 6 and 7 keep new memory local, but serve 81.2 % of requests from "
		"cache (mode 0: 97.0 %) and read 18.8 % of their bytes from disk (3.0 %)");
	assert_true(has_condition("node 0 alone cannot, and threads as in fileserver, "
				  "pinned; on kernel 7.3.4, MGLRU on"));
	assert_true(
		has_condition("modes 6 and 7 keep 100.0 % of new memory local (mode 0: "
			      "0.0 %) and evict 50.0 % of the cached file"));
	assert_true(has_condition("Times were not weighed"));
}

/* One cell of each side that is like one of the other, and nothing is certain. */
static void test_cells_that_are_not_apart(void **state)
{
	(void)state;
	serve(0, 0, 970);
	serve(0, 0, 900);
	serve(7, 1000, 812);
	serve(7, 1000, 901);
	make();
	assert_int_equal(answer.mode, -1);
	assert_non_null(strstr(answer.text, "none: mode 7 keeps new memory local"));
}

/* One that loses speaks for the base; what was not shown of another is said. */
static void test_some_lose(void **state)
{
	(void)state;
	serve(0, 0, 970);
	serve(0, 0, 900);
	serve(4, 1000, 901);
	serve(7, 1000, 812);
	make();
	assert_int_equal(answer.mode, 0);
	assert_non_null(strstr(
		answer.text, "0, since mode 7 keeps new memory local, but serves"));
	assert_non_null(strstr(answer.text, "; of mode 4 that was not shown"));
}

static void test_nothing_is_local(void **state)
{
	(void)state;
	clean(0, 0, 1000);
	clean(7, 10, 1000);
	serve(0, 0, 970);
	serve(7, 0, 960);
	make();
	assert_int_equal(answer.mode, 0);
	assert_string_equal(answer.text,
		"0, since mode 7 kept no more new memory local, and so has nothing to give for what "
		"it costs; modes 1-5 were not compared");
}

/* Of what was not compared nothing is said but that; 2 is one with 3, 4 with 5, 6 with 7. */
static void test_what_was_compared(void **state)
{
	(void)state;
	for (int mode = 0; mode < 4; mode += mode == 0 ? 1 : 2) {
		serve(mode, 0, 970);
	}
	clean(0, 0, 1000);
	clean(4, 0, 1000);
	make();
	assert_int_equal(answer.mode, 0);
	assert_string_equal(answer.text,
		"0, since of modes 1 and 3-4 none kept more new memory local, and so none has "
		"anything to give for what it costs; modes 6 and 7 were not compared");
	nrb_group_free(&data.group);
	for (int mode = 0; mode < 8; mode += mode == 0 ? 2 : 1) {
		serve(mode, 0, 970);
	}
	make();
	assert_non_null(strstr(answer.text, "it costs; mode 1 was not compared"));
	nrb_group_free(&data.group);
	for (int mode = 0; mode < 8; mode++) {
		serve(mode, 0, 970);
	}
	make();
	assert_string_equal(answer.text,
		"0, since of modes 1-7 none kept more new memory local, and so none has anything to "
		"give for what it costs");
}

static void test_nothing_to_compare(void **state)
{
	(void)state;
	serve(0, 0, 970);
	neighbour(0, 60, 360);
	make();
	assert_int_equal(answer.mode, -1);
	assert_string_equal(answer.text,
		"none: there is nothing to compare mode 0 with: no other value has a cell "
		"that is ok");
	assert_false(has_condition("A job on another node"));
	nrb_group_free(&data.group);
	begin_serve(0, 0, 970, 1000000000);
	sample.mode = NRB_ABSENT;
	put();
	make();
	assert_int_equal(answer.mode, -1);
	assert_non_null(
		strstr(answer.text, "none: the kernel has no vm.zone_reclaim_mode"));
}

/* The scenario was measured, but not in the mode that others are compared with. */
static void test_mode_0_is_missing(void **state)
{
	(void)state;
	clean(0, 0, 1000);
	clean(7, 1000, 500);
	serve(7, 1000, 800);
	make();
	assert_int_equal(answer.mode, -1);
	assert_non_null(strstr(answer.text,
		"none: the scenario fileserver was not measured in mode 0, which"));
	nrb_group_free(&data.group);
	serve(7, 1000, 800);
	begin_serve(0, 0, 970, 1000000000);
	sample.status = NRB_STATUS_STALLED;
	put();
	make();
	assert_int_equal(answer.mode, -1);
	assert_non_null(strstr(answer.text, "has no cell in mode 0 that is ok"));
	nrb_group_free(&data.group);
	header.reference_mode = 1;
	serve(1, 0, 970);
	serve(7, 0, 970);
	make();
	assert_int_equal(answer.mode, 1);
	assert_non_null(strstr(answer.text, "; modes 0 and 2-5 were not compared"));
}

/* What keeps memory local in another scenario, and was not asked to serve. */
static void test_local_elsewhere(void **state)
{
	(void)state;
	clean(0, 0, 1000);
	clean(7, 1000, 500);
	serve(0, 0, 970);
	make();
	assert_int_equal(answer.mode, -1);
	assert_string_equal(answer.text,
		"none: mode 7 keeps new memory local, and what it serves in the scenario "
		"fileserver was not measured");
}

/* What others were set to, is not what this machine is. */
static void test_other_arms_do_not_count(void **state)
{
	(void)state;
	serve(0, 0, 970);
	serve(1, 0, 970);
	begin_serve(7, 1000, 500, 1000000000);
	strcpy(sample.lru_gen, "off");
	put();
	begin_serve(6, 1000, 500, 1000000000);
	strcpy(sample.set, "vm.swappiness=0");
	put();
	make();
	assert_int_equal(answer.mode, 0);
	assert_non_null(
		strstr(answer.text, "0, since mode 1 kept no more new memory local"));
}

/* Who asks first is the scheduler's: what is within a point is no more and no fewer. */
static void test_a_point_is_chance(void **state)
{
	(void)state;
	serve(0, 0, 970);
	serve(6, 1000, 961);
	serve(7, 1000, 979);
	make();
	assert_int_equal(answer.mode, -1);
	assert_non_null(strstr(answer.text, "none: modes 6 and 7 keep new memory local"));
	nrb_group_free(&data.group);
	serve(0, 0, 970);
	serve(6, 1000, 959);
	make();
	assert_int_equal(answer.mode, 0);
	nrb_group_free(&data.group);
	serve(0, 0, 970);
	serve(6, 1000, 981);
	make();
	assert_int_equal(answer.mode, 6);
}

static void serve_for(int mode, int64_t local, int64_t ns, int cells)
{
	for (int i = 0; i < cells; i++) {
		begin_serve(mode, local, 970, ns);
		sample.block = i + 1;
		put();
	}
}

/* Times decide on hardware alone, and there by six blocks and more. */
static void test_times(void **state)
{
	(void)state;
	for (int on_hardware = 0; on_hardware < 2; on_hardware++) {
		nrb_group_free(&data.group);
		header.rehearsal = !on_hardware;
		serve_for(0, 0, 1000000000, 6);
		serve_for(6, 1000, 500000000, 6);
		serve_for(7, 1000, 500000000, 6);
		make();
		assert_int_equal(answer.mode, on_hardware ? 7 : -1);
		assert_int_equal(has_condition("Times were not weighed"), !on_hardware);
	}
	assert_string_equal(answer.text,
		"7, since modes 6 and 7 keep new memory local, and serve 97.0 % of requests from "
		"cache (mode 0: 97.0 %) and read 3.0 % of their bytes from disk (3.0 %); requests in "
		"a second: 2,000 (1,000)");
	for (int slower = 0; slower < 2; slower++) {
		nrb_group_free(&data.group);
		serve_for(0, 0, 1000000000, 6);
		serve_for(7, 1000, slower ? 1060000000 : 1040000000, 6);
		make();
		assert_int_equal(answer.mode, slower ? 0 : -1);
	}
	assert_non_null(strstr(answer.text, "; requests in a second: 943 (1,000)"));
	nrb_group_free(&data.group);
	serve_for(0, 0, 1000000000, 6);
	serve_for(7, 1000, 500000000, 5);
	make();
	assert_int_equal(answer.mode, -1);
	/* what matters is asked for */
	nrb_group_free(&data.group);
	data.roi = 0.1;
	serve_for(0, 0, 1000000000, 6);
	serve_for(7, 1000, 1060000000, 6);
	make();
	assert_int_equal(answer.mode, -1);
}

static void test_neighbours(void **state)
{
	(void)state;
	serve(0, 0, 970);
	serve(7, 1000, 800);
	neighbour(0, 60, 10);
	neighbour(7, 0, 10);
	make();
	assert_true(has_condition("A job on another node has 60.0 % of its new memory "
				  "elsewhere in mode 0, and 0.0 % in mode 7"));
	assert_false(has_condition("The node of a job elsewhere"));
	nrb_group_free(&data.group);
	serve(0, 0, 970);
	serve(7, 1000, 800);
	neighbour(0, 5, 10);
	neighbour(7, 5, 0);
	make();
	assert_true(has_condition(
		"was not seen to keep more of its new memory there, nor its "
		"node more of what was free, in mode 7"));
}

/* Its pages may stay near while its node loses what was free. */
static void test_free_memory_of_neighbours(void **state)
{
	(void)state;
	serve(0, 0, 970);
	serve(7, 1000, 800);
	neighbour(0, 0, 360);
	neighbour(7, 0, 8);
	make();
	assert_true(
		has_condition("The node of a job elsewhere loses 360 MiB of what is free "
			      "there in mode 0, and 8.00 MiB in mode 7"));
	assert_false(has_condition("A job on another node"));
}

static void test_risks(void **state)
{
	(void)state;
	serve(0, 0, 970);
	serve(7, 1000, 800);
	begin("anon", 5, 0);
	sample.status = NRB_STATUS_STALLED;
	put();
	begin("anon", 7, 1000);
	sample.counters.v[NRB_PSWPOUT] = 20000;
	put();
	make();
	assert_true(has_condition("Mode 5 let an allocation all but stop"));
	assert_true(has_condition("Mode 7 swapped memory out"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ANSWER_TEST(test_nobody_asked),
		ANSWER_TEST(test_left_out),
		ANSWER_TEST(test_cache_is_lost),
		ANSWER_TEST(test_cells_that_are_not_apart),
		ANSWER_TEST(test_some_lose),
		ANSWER_TEST(test_nothing_is_local),
		ANSWER_TEST(test_what_was_compared),
		ANSWER_TEST(test_nothing_to_compare),
		ANSWER_TEST(test_mode_0_is_missing),
		ANSWER_TEST(test_local_elsewhere),
		ANSWER_TEST(test_other_arms_do_not_count),
		ANSWER_TEST(test_a_point_is_chance),
		ANSWER_TEST(test_times),
		ANSWER_TEST(test_neighbours),
		ANSWER_TEST(test_free_memory_of_neighbours),
		ANSWER_TEST(test_risks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
