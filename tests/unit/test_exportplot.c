/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Data for gnuplot: plain numbers, a block for each arm, no line of a stranger's. */
#include "exporttest.h"

static void test_blocks(void **state)
{
	(void)state;
	begin("clean", 0, 500);
	for (int ns = 1; ns <= 4; ns++) {
		nrb_histogram_add(&sample.alloc_hist, 10);
	}
	nrb_histogram_add(&sample.alloc_hist, 100);
	put();
	clean(1, 500, 500); /* without times */
	begin("clean", 7, 500);
	nrb_histogram_add(&sample.alloc_hist, 1000001);
	put();
	group();
	assert_int_equal(print(nrb_exportplot_print), 0);
	assert_plain();
	assert_true(has("\n\n# index 0: scenario=clean node=0 cpu_node=0 mode=0 "));
	assert_true(
		has("trim=off\n10 0.8 0.2 4\n100 1 0 1\n\n\n# index 1: scenario=clean "));
	/* a value is that of the figures, at most the largest that was there */
	assert_true(has("trim=off\n1000001 1 0 1\n"));
	assert_false(has("index 2"));
	assert_int_equal(lines_that_count(), 3);
	assert_true(strncmp(text, "# From run", 10) == 0);
}

static void test_without_times(void **state)
{
	(void)state;
	clean(1, 500, 500);
	group();
	assert_int_equal(print(nrb_exportplot_print), 0);
	assert_int_equal(lines_that_count(), 0);
}

static void test_rehearsal_says_so(void **state)
{
	(void)state;
	group();
	header.rehearsal = true;
	assert_int_equal(print(nrb_exportplot_print), 0);
	assert_true(strncmp(text, "# Rehearsal in a virtual machine", 32) == 0);
}

/* gnuplot runs what stands in backquotes of a string, and takes a line on behind a backslash; in data
 * behind '#' it does neither, and no line leaves it. */
static void test_hostile(void **state)
{
	(void)state;
	strcpy(header.host, "a\n`reboot`\\");
	begin("clean\n1 1 1 1", 0, 500);
	strcpy(sample.policy, "b\\");
	nrb_histogram_add(&sample.alloc_hist, 10);
	put();
	group();
	assert_int_equal(print(nrb_exportplot_print), 0);
	assert_plain();
	assert_true(has("scenario=clean\\x0a1 1 1 1"));
	assert_int_equal(lines_that_count(), 1);
	assert_false(has("\\\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		EXPORT_TEST(test_blocks),
		EXPORT_TEST(test_without_times),
		EXPORT_TEST(test_rehearsal_says_so),
		EXPORT_TEST(test_hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
