/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The percentile output, held against what hdr-histogram-js 3.0 (outputPercentileDistribution(5, 1), of
 * the values 1 to 100 and of others below 128, which its buckets hold exactly as ours do) prints. */
#include "exporttest.h"

#include <stdint.h>

static const char one_to_hundred[] =
	"       Value     Percentile TotalCount 1/(1-Percentile)\n\n"
	"       1.000 0.000000000000          1           1.00\n"
	"      10.000 0.100000000000         10           1.11\n"
	"      20.000 0.200000000000         20           1.25\n"
	"      30.000 0.300000000000         30           1.43\n"
	"      40.000 0.400000000000         40           1.67\n"
	"      50.000 0.500000000000         50           2.00\n"
	"      55.000 0.550000000000         55           2.22\n"
	"      60.000 0.600000000000         60           2.50\n"
	"      65.000 0.650000000000         65           2.86\n"
	"      70.000 0.700000000000         70           3.33\n"
	"      75.000 0.750000000000         75           4.00\n"
	"      78.000 0.775000000000         78           4.44\n"
	"      80.000 0.800000000000         80           5.00\n"
	"      83.000 0.825000000000         83           5.71\n"
	"      85.000 0.850000000000         85           6.67\n"
	"      88.000 0.875000000000         88           8.00\n"
	"      89.000 0.887500000000         89           8.89\n"
	"      90.000 0.900000000000         90          10.00\n"
	"      92.000 0.912500000000         92          11.43\n"
	"      93.000 0.925000000000         93          13.33\n"
	"      94.000 0.937500000000         94          16.00\n"
	"      95.000 0.943750000000         95          17.78\n"
	"      95.000 0.950000000000         95          20.00\n"
	"      96.000 0.956250000000         96          22.86\n"
	"      97.000 0.962500000000         97          26.67\n"
	"      97.000 0.968750000000         97          32.00\n"
	"      98.000 0.971875000000         98          35.56\n"
	"      98.000 0.975000000000         98          40.00\n"
	"      98.000 0.978125000000         98          45.71\n"
	"      99.000 0.981250000000         99          53.33\n"
	"      99.000 0.984375000000         99          64.00\n"
	"      99.000 0.985937500000         99          71.11\n"
	"      99.000 0.987500000000         99          80.00\n"
	"      99.000 0.989062500000         99          91.43\n"
	"     100.000 0.990625000000        100         106.67\n"
	"     100.000 1.000000000000        100\n"
	"#[Mean    =       50.500, StdDeviation   =       28.866]\n"
	"#[Max     =      100.000, Total count    =          100]\n"
	"#[Buckets =           29, SubBuckets     =          128]\n";

static void touched(int mode, int from, int to)
{
	begin("clean", mode, 500);
	for (int ns = from; ns <= to; ns++) {
		nrb_histogram_add(&sample.alloc_hist, (uint64_t)ns);
	}
	put();
}

static void test_as_the_original(void **state)
{
	(void)state;
	touched(0, 1, 60);
	touched(0, 61, 100); /* of another cell */
	group();
	assert_int_equal(print(nrb_exporthgrm_print), 0);
	assert_plain();
	assert_string_equal(strstr(text, "       Value"), one_to_hundred);
	assert_true(has("in ns, of all cells of scenario=clean"));
}

static void test_one_value(void **state)
{
	(void)state;
	touched(0, 7, 7);
	group();
	assert_int_equal(print(nrb_exporthgrm_print), 0);
	assert_string_equal(strstr(text, "\n\n"),
		"\n\n       7.000 0.000000000000          1           1.00\n"
		"       7.000 1.000000000000          1\n"
		"#[Mean    =        7.000, StdDeviation   =        0.000]\n"
		"#[Max     =        7.000, Total count    =            1]\n"
		"#[Buckets =           29, SubBuckets     =          128]\n");
}

/* A bucket's value is the highest that it holds, but none that was not there. */
static void test_large_values(void **state)
{
	(void)state;
	begin("clean", 0, 500);
	nrb_histogram_add(&sample.alloc_hist, 1000000);
	nrb_histogram_add(&sample.alloc_hist, 1000001);
	nrb_histogram_add(&sample.alloc_hist, (uint64_t)1 << 60);
	put();
	group();
	assert_int_equal(print(nrb_exporthgrm_print), 0);
	assert_true(has(" 1003519.000 0.000000000000          2           1.00\n"));
	assert_true(has("1152921504606846976.000 1.000000000000          3\n"));
}

/* So many that the last of them are no share of all. */
static void test_huge_counts(void **state)
{
	(void)state;
	begin("clean", 0, 500);
	nrb_histogram_add(&sample.alloc_hist, 1);
	nrb_histogram_add(&sample.alloc_hist, 2);
	sample.alloc_hist.count[1] += INT64_MAX - 2;
	sample.alloc_hist.n += INT64_MAX - 2;
	put();
	group();
	assert_int_equal(print(nrb_exporthgrm_print), 0);
	assert_true(text_len < 20000);
	assert_true(has("       2.000 1.000000000000 9223372036854775807\n"));
}

static void assert_refused(const char *why, const char *arms)
{
	assert_true(print(nrb_exporthgrm_print) < 0);
	assert_int_equal(nrb_diag_exit(-1), NRB_EXIT_USAGE);
	assert_int_equal(text_len, 0);
	assert_non_null(strstr(nrb_diag_message(), why));
	assert_non_null(strstr(nrb_diag_message(), arms));
}

static void test_which_arm(void **state)
{
	(void)state;
	begin("anon", 0, 500);
	put(); /* one without times has no number */
	touched(0, 1, 2);
	touched(7, 1, 3);
	begin("hot", 7, 500);
	nrb_histogram_add(&sample.alloc_hist, 4);
	put();
	group();
	assert_refused("hgrm is of one arm",
		"1: scenario=clean mode=0; 2: scenario=clean mode=7; 3: scenario=hot mode=7");
	exporting.mode = 0;
	assert_int_equal(print(nrb_exporthgrm_print), 0);
	assert_true(has("Total count    =            2]"));
	exporting.mode = 7;
	assert_refused(
		"hgrm is of one arm", "has 2: scenario=clean mode=7; 3: scenario=hot");
	exporting.mode = 3;
	assert_refused("no arm of that mode", "1: scenario=clean mode=0; 2");
	exporting.mode = NRB_ABSENT;
	exporting.arm = 3;
	assert_int_equal(print(nrb_exporthgrm_print), 0);
	assert_true(has("Total count    =            1]"));
	exporting.arm = 4;
	assert_refused("no such arm", "1: scenario=clean mode=0; 2");
}

static void test_many_arms(void **state)
{
	(void)state;
	for (int i = 1; i <= 20; i++) {
		begin("clean", 0, 500);
		sample.threads = i;
		nrb_histogram_add(&sample.alloc_hist, 4);
		put();
	}
	group();
	assert_refused("threads=12; and 8 more", "1: scenario=clean mode=0 threads=1;");
}

static void test_no_times(void **state)
{
	(void)state;
	clean(0, 500, 500);
	group();
	assert_true(print(nrb_exporthgrm_print) < 0);
	assert_int_equal(nrb_diag_exit(-1), NRB_EXIT_FAILED);
}

static void test_rehearsal_says_so(void **state)
{
	(void)state;
	touched(0, 1, 2);
	group();
	header.rehearsal = true;
	assert_int_equal(print(nrb_exporthgrm_print), 0);
	assert_true(strncmp(text, "# Rehearsal in a virtual machine", 32) == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		EXPORT_TEST(test_as_the_original),
		EXPORT_TEST(test_one_value),
		EXPORT_TEST(test_large_values),
		EXPORT_TEST(test_huge_counts),
		EXPORT_TEST(test_which_arm),
		EXPORT_TEST(test_many_arms),
		EXPORT_TEST(test_no_times),
		EXPORT_TEST(test_rehearsal_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
