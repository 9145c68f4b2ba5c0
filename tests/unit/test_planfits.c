/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which arms of a plan do not fit, and when that is all of it. */
#include "plantest.h"

/* Room for 436 MiB of what is meant for node 0: not for a neighbour's 100 MiB too. */
static const struct spec tight[] = {
	{ 0, true, false, 1000, 900, 0 },
	{ 1, true, false, 1000, 540, 0 },
};

static void ask_for(const char *first, const char *second)
{
	options.scenarios[0] = first;
	options.scenarios[1] = second;
	options.n_scenarios = second != NULL ? 2 : 1;
}

/* Every arm of a scenario has that reason, or "" where it runs. */
static void assert_reason(const char *scenario, const char *reason)
{
	int n = 0;

	for (int i = 0; i < plan.n_arms; i++) {
		if (strcmp(plan.arms[i].scenario->name, scenario) == 0) {
			assert_string_equal(plan.arms[i].unsupported, reason);
			n++;
		}
	}
	assert_int_equal(n, 8);
}

static void test_one_of_several_spills_too_much(void **state)
{
	(void)state;
	ask_for("neighbour", "clean");
	options.alloc_bytes = 450LL * MIB;
	assert_int_equal(make(machine_of(0, tight, 2)), 0);
	assert_reason(
		"neighbour", "what may spill of it does not fit into the other nodes");
	assert_reason("clean", "");
	assert_string_equal(plan.arms[plan.warm_up].scenario->name, "clean");
	/* nor is its file made */
	assert_int_equal(plan.file_bytes, 1000LL * MIB);
	ask_for("neighbour", NULL);
	assert_refused(make(machine_of(0, tight, 2)), NRB_EXIT_FAILED,
		"550 MiB meant for node 0 may spill");
	assert_string_equal(nrb_diag_way_out(), "give a smaller --alloc");
}

/* For cells that fill every node the other one has a ballast, which stands there beside all. */
static void test_what_a_ballast_leaves(void **state)
{
	(void)state;
	ask_for("neighbour", "headroom");
	options.fill_bytes = 400LL * MIB;
	options.alloc_bytes = 350LL * MIB;
	assert_int_equal(make(machine_of(0, two, 2)), 0);
	assert_reason("neighbour", "what may spill of it does not fit into the other "
				   "nodes, which have a ballast");
	assert_reason("headroom", "");
	ask_for("neighbour", NULL);
	assert_int_equal(make(machine_of(0, two, 2)), 0);
	assert_reason("neighbour", "");
}

static void test_one_of_several_nodes(void **state)
{
	(void)state;
	options.all_nodes = true;
	options.alloc_bytes = 600LL * MIB;
	assert_int_equal(make(machine_of(0, tight, 2)), 0);
	for (int i = 0; i < plan.n_arms; i++) {
		assert_int_equal(
			plan.arms[i].unsupported[0] == '\0', plan.arms[i].node == 1);
	}
}

/* Memory is not locked for cells that are not run. */
static void test_no_ballast_for_what_is_left_out(void **state)
{
	static const struct spec small_other[] = {
		{ 0, true, false, 1000, 900, 0 },
		{ 1, true, false, 1000, 370, 0 },
	};

	(void)state;
	options.all_nodes = true;
	options.fill_bytes = 400LL * MIB;
	options.alloc_bytes = 380LL * MIB;
	assert_int_equal(make(machine_of(0, small_other, 2)), 0);
	for (int i = 0; i < plan.n_arms; i++) {
		assert_int_equal(
			plan.arms[i].unsupported[0] == '\0', plan.arms[i].node == 1);
	}
	assert_int_equal(plan.n_ballasts, 0);
}

/* What is locked on the other node, for the cells that are run there, is no room. */
static void test_a_ballast_elsewhere(void **state)
{
	(void)state;
	ask_for("neighbour", NULL);
	options.fill_bytes = 400LL * MIB;
	options.alloc_bytes = 380LL * MIB;
	assert_int_equal(make(machine_of(0, two, 2)), 0);
	options.all_nodes = true;
	assert_refused(make(machine_of(0, two, 2)), NRB_EXIT_FAILED, "may spill to them");
}

/* Of several reasons the first one is the error. */
static void test_nothing_fits(void **state)
{
	(void)state;
	ask_for("neighbour", "clean");
	options.alloc_bytes = 450LL * MIB;
	options.dir_total_bytes = 10000LL * MIB;
	assert_refused(make(machine_of(0, tight, 2)), NRB_EXIT_FAILED,
		"550 MiB meant for node 0 may spill");
}

/* The file, and a tenth of the disk besides. */
static void test_one_of_several_files(void **state)
{
	(void)state;
	ask_for("neighbour", "clean");
	options.alloc_bytes = 100LL * MIB;
	options.dir_total_bytes = 10000LL * MIB;
	options.dir_free_bytes = 2000LL * MIB;
	assert_int_equal(make(machine_of(0, two, 2)), 0);
	assert_reason("neighbour", "its cache file does not fit into --dir");
	assert_reason("clean", "");
	assert_int_equal(plan.file_bytes, 1000LL * MIB);
	options.dir_free_bytes--;
	assert_refused(make(machine_of(0, two, 2)), NRB_EXIT_FAILED,
		"has 1999 MiB free; the cache file and 10 % that stay free take 2");
	assert_non_null(strstr(nrb_diag_way_out(), "--sparse"));
	options.dir_total_bytes = 0; /* nobody asked */
	assert_int_equal(make(machine_of(0, two, 2)), 0);
	assert_reason("neighbour", "");
}

/* A hole takes nothing of a disk that is full. */
static void test_a_sparse_file_needs_no_disk(void **state)
{
	(void)state;
	options.dir_total_bytes = 10000LL * MIB;
	assert_refused(make(machine_of(0, two, 2)), NRB_EXIT_FAILED, "has 0 MiB free");
	options.sparse = true;
	assert_int_equal(make(machine_of(0, two, 2)), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLAN_TEST(test_one_of_several_spills_too_much),
		PLAN_TEST(test_what_a_ballast_leaves),
		PLAN_TEST(test_one_of_several_nodes),
		PLAN_TEST(test_no_ballast_for_what_is_left_out),
		PLAN_TEST(test_a_ballast_elsewhere),
		PLAN_TEST(test_nothing_fits),
		PLAN_TEST(test_one_of_several_files),
		PLAN_TEST(test_a_sparse_file_needs_no_disk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
