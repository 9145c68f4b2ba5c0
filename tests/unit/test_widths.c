/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How wide the intervals of a run under way are, and how many blocks that takes. */
#include "nrb/widths.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Modes 0 and 7, mode 0 once more, and both with another policy. */
static struct nrb_arm arms[] = {
	{ .mode = 0 },
	{ .mode = 7 },
	{ .mode = 0, .control = true },
	{ .mode = 0, .policy = NRB_ARM_BIND },
	{ .mode = 7, .policy = NRB_ARM_BIND },
};

static const struct nrb_plan plan = { .arms = arms, .n_arms = 5, .reference = 0 };
static struct nrb_widths widths;
static struct nrb_sample sample;

static int setup(void **state)
{
	(void)state;
	return nrb_widths_begin(&widths, &plan);
}

static int teardown(void **state)
{
	(void)state;
	nrb_widths_finish(&widths);
	return 0;
}

static void note_of(int arm, int64_t block, double ns, int faults, enum nrb_status status)
{
	nrb_sample_init(&sample);
	sample.status = status;
	for (int i = 0; i < faults; i++) {
		nrb_histogram_add(&sample.alloc_hist, (uint64_t)ns);
	}
	nrb_widths_note(&widths, arm, block, &sample);
}

static void note(int arm, int64_t block, double ns)
{
	note_of(arm, block, ns, 1000, NRB_STATUS_OK);
}

/* Of six log ratios the interval is from the least to the most: 0.9 to 1.4. */
static void note_blocks(int arm, int reference)
{
	static const double ratios[] = { 1, 1.1, 0.9, 1.4, 1, 1.2 };

	for (int block = 1; block <= 6; block++) {
		note(reference, block, 100000.0 * block);
		note(arm, block, 100000.0 * block * ratios[block - 1]);
	}
}

static void test_the_whole_interval(void **state)
{
	(void)state;
	note_blocks(1, 0);
	assert_true(fabs(nrb_widths_widest(&widths) - 0.5) < 0.02);
}

static void test_the_widest_counts(void **state)
{
	(void)state;
	for (int block = 1; block <= 6; block++) {
		note(0, block, 100000);
		note(1, block, 110000);
	}
	assert_true(nrb_widths_widest(&widths) < 1e-9);
	note_blocks(4, 3);
	assert_true(fabs(nrb_widths_widest(&widths) - 0.5) < 0.02);
}

/* The control is no mode; a pair of different policies is none. */
static void test_what_is_no_pair(void **state)
{
	(void)state;
	note_blocks(2, 0);
	note_blocks(4, 0);
	assert_true(isnan(nrb_widths_widest(&widths)));
}

static void test_too_few(void **state)
{
	(void)state;
	assert_true(isnan(nrb_widths_widest(&widths)));
	for (int block = 1; block <= 8; block++) {
		note(0, block, 100000);
		/* too few faults, a cell that stalled, and five that count */
		note_of(1, block, 100000 + block, block == 2 ? 999 : 1000,
			block == 3 || block == 5 ? NRB_STATUS_STALLED : NRB_STATUS_OK);
	}
	assert_true(isnan(nrb_widths_widest(&widths)));
	note(1, 3, 100003);
	assert_false(isnan(nrb_widths_widest(&widths)));
	/* neither the warm-up nor what is beyond the last look */
	note(1, 0, 1);
	note(1, NRB_WIDTHS_MOST + 1, 1);
	assert_true(nrb_widths_widest(&widths) < 0.01);
}

static void test_looks(void **state)
{
	static const struct {
		int64_t blocks;
		double now, wished;
		int64_t next;
	} rows[] = {
		{ 6, 0.11, 0.10, 8 },    /* 7.3 */
		{ 6, 0.1154, 0.10, 8 },  /* 7.99 */
		{ 6, 0.12, 0.10, 12 },   /* 8.6 */
		{ 6, 0.18, 0.10, 24 },   /* 19.4 */
		{ 6, 5, 0.10, 32 },      /* it would take 15,000 */
		{ 6, NAN, 0.10, 8 },     /* a cell was lost */
		{ 12, 0.101, 0.10, 16 }, /* on, however little is missing */
		{ 24, 0.2, 0.10, 32 },
		{ 32, 0.2, 0.10, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(
			nrb_widths_next(rows[i].blocks, rows[i].now, rows[i].wished),
			rows[i].next);
	}
}

#define WIDTHS_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WIDTHS_TEST(test_the_whole_interval),
		WIDTHS_TEST(test_the_widest_counts),
		WIDTHS_TEST(test_what_is_no_pair),
		WIDTHS_TEST(test_too_few),
		WIDTHS_TEST(test_looks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
