/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The options that name what is compared: lists in the order given, none twice, the last option wins. */
#include "nrb/take.h"

#include "nrb/diag.h"
#include "nrb/options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct nrb_options options;

static int setup(void **state)
{
	(void)state;
	nrb_diag_set_muted(true);
	nrb_diag_reset();
	options = (struct nrb_options){ 0 };
	return 0;
}

static void assert_levels(const struct nrb_levels *levels, int n, const int *v)
{
	assert_int_equal(levels->n, n);
	for (int i = 0; i < n; i++) {
		assert_int_equal(levels->v[i], v[i]);
	}
}

static void test_words(void **state)
{
	struct nrb_run_options *run = &options.run;

	(void)state;
	assert_int_equal(nrb_take_lru_gen(&options, "on,off,on"), 0);
	assert_levels(&run->lru_gen, 2, (const int[]){ 1, 0 });
	assert_int_equal(nrb_take_policy(&options, "cpuset,local,bind"), 0);
	assert_levels(&run->policy, 3,
		(const int[]){ NRB_ARM_CPUSET, NRB_ARM_LOCAL, NRB_ARM_BIND });
	assert_int_equal(nrb_take_page_size(&options, "thp"), 0);
	assert_levels(&run->page_size, 1, (const int[]){ NRB_PAGE_THP });
	assert_int_equal(nrb_take_fill_on(&options, "all"), 0);
	assert_levels(&run->fill_on, 1, (const int[]){ 1 });
	assert_int_equal(nrb_take_trim(&options, "off,on"), 0);
	assert_levels(&run->trim, 2, (const int[]){ 0, 1 });
	assert_int_equal(nrb_take_swap(&options, "off"), 0);
	assert_levels(&run->swap, 1, (const int[]){ 0 });
	assert_int_equal(nrb_take_threads(&options, "4,1,4"), 0);
	assert_levels(&run->threads, 2, (const int[]){ 4, 1 });
}

static void assert_meant(int rc, const char *way_out)
{
	assert_true(rc < 0);
	if (strncmp(nrb_diag_way_out(), way_out, strlen(way_out)) != 0) {
		fail_msg(
			"\"%s\" does not begin with \"%s\"", nrb_diag_way_out(), way_out);
	}
	nrb_diag_reset();
}

static void test_did_you_mean(void **state)
{
	(void)state;
	assert_meant(nrb_take_policy(&options, "bind,locl"), "did you mean local?");
	assert_meant(nrb_take_policy(&options, "inter,bind"), "did you mean interleave?");
	assert_meant(nrb_take_policy(&options, "near"), "of local, bind, preferred");
	assert_meant(nrb_take_policy(&options, "bind,"), "of local, bind, preferred");
	assert_meant(nrb_take_fill_on(&options, "tagret"), "did you mean target?");
	assert_meant(nrb_take_fill_on(&options, "others"), "target, all or");
}

static void test_the_last_one_wins(void **state)
{
	(void)state;
	assert_int_equal(nrb_take_policy(&options, "local,bind"), 0);
	assert_int_equal(nrb_take_policy(&options, "bind"), 0);
	assert_levels(&options.run.policy, 1, (const int[]){ NRB_ARM_BIND });
	assert_int_equal(nrb_take_threads(&options, "1,2"), 0);
	assert_int_equal(nrb_take_threads(&options, "8"), 0);
	assert_levels(&options.run.threads, 1, (const int[]){ 8 });
	assert_int_equal(nrb_take_cpu_node(&options, "same,1"), 0);
	assert_int_equal(nrb_take_cpu_node(&options, "0"), 0);
	assert_false(options.run.cpu_node_same);
	assert_int_equal(nrb_idset_count(&options.run.cpu_nodes), 1);
	assert_int_equal(nrb_take_set(&options, "vm.swappiness=1,vm.swappiness=2"), 0);
	assert_int_equal(nrb_take_set(&options, "vm.swappiness=3"), 0);
	assert_int_equal(options.run.n_sets, 1);
	assert_string_equal(options.run.sets[0].text, "vm.swappiness=3");
}

static void test_same_stands_among_numbers(void **state)
{
	char buf[64];

	(void)state;
	assert_int_equal(nrb_take_cpu_node(&options, "4,same,0-2"), 0);
	assert_true(options.run.cpu_node_same);
	assert_string_equal(
		nrb_idset_format(&options.run.cpu_nodes, buf, sizeof(buf)), "0-2,4");
	assert_true(nrb_take_cpu_node(&options, "same,nodes") < 0);
	assert_int_equal(nrb_diag_exit(-1), NRB_EXIT_USAGE);
}

static void test_variants(void **state)
{
	(void)state;
	assert_int_equal(nrb_take_variant(&options, "all"), 0);
	assert_true(options.run.all_variants);
	assert_int_equal(nrb_take_variant(&options, "writer,full"), 0);
	assert_false(options.run.all_variants);
	assert_int_equal(options.run.n_variants, 2);
	assert_string_equal(options.run.variants[0], "writer");
	assert_string_equal(options.run.variants[1], "full");
	assert_true(nrb_take_variant(&options, "a,,b") < 0);
	assert_int_equal(options.run.n_variants, 0);
	nrb_options_finish(&options);
}

static void test_sets(void **state)
{
	char many[512] = "vm.swappiness=0";

	(void)state;
	assert_int_equal(
		nrb_take_set(&options, "found,vm.swappiness=10+vm.dirty_ratio=40,found"),
		0);
	assert_int_equal(options.run.n_sets, 2);
	assert_int_equal(options.run.sets[0].n, 0);
	assert_int_equal(options.run.sets[1].n, 2);
	assert_true(nrb_take_set(&options, "vm.zone_reclaim_mode=1") < 0);
	assert_int_equal(nrb_diag_exit(-1), NRB_EXIT_USAGE);
	nrb_diag_reset();
	for (int i = 1; i < 17; i++) {
		char arm[32];

		snprintf(arm, sizeof(arm), ",vm.swappiness=%d", i);
		strcat(many, arm);
	}
	assert_true(nrb_take_set(&options, many) < 0);
	assert_non_null(strstr(nrb_diag_way_out(), "up to 16 arms"));
}

#define TAKE_TEST(test) cmocka_unit_test_setup(test, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TAKE_TEST(test_words),
		TAKE_TEST(test_did_you_mean),
		TAKE_TEST(test_the_last_one_wins),
		TAKE_TEST(test_same_stands_among_numbers),
		TAKE_TEST(test_variants),
		TAKE_TEST(test_sets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
