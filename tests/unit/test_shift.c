/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two samples against each other, as R's wilcox.test(x, y, exact = TRUE, conf.int = TRUE) has them. */
#include "nrb/shift.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "vectors/shift_r.h"

enum { MOST = 80, MOST_EXACT = 50 };

static bool is_near(double got, double expected, double by)
{
	return isnan(expected) ? isnan(got) : fabs(got - expected) <= by;
}

static void test_vectors(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(r_shifts) / sizeof(*r_shifts); i++) {
		size_t n_x = r_shifts[i].n_x, n_y = r_shifts[i].n_y;
		bool exact = n_x <= MOST_EXACT && n_y <= MOST_EXACT;
		double x[MOST], y[MOST];
		struct nrb_estimate got;

		memcpy(x, r_shifts[i].x, sizeof(x));
		memcpy(y, r_shifts[i].y, sizeof(y));
		got = nrb_shift_estimate(x, n_x, y, n_y);
		assert_true(is_near(got.at, r_shifts[i].at, 1e-12));
		/* R's are exact there too: ours is a difference nearby */
		assert_true(is_near(got.low, r_shifts[i].low, exact ? 1e-12 : 0.01));
		assert_true(is_near(got.high, r_shifts[i].high, exact ? 1e-12 : 0.01));
		assert_true(isnan(got.low) ? isnan(got.level) : got.level >= 0.95);
	}
}

/* The way round changes the sign alone. */
static void test_turned(void **state)
{
	double x[MOST], y[MOST];
	struct nrb_estimate one, two;

	(void)state;
	memcpy(x, r_shifts[9].x, sizeof(x));
	memcpy(y, r_shifts[9].y, sizeof(y));
	one = nrb_shift_estimate(x, r_shifts[9].n_x, y, r_shifts[9].n_y);
	two = nrb_shift_estimate(y, r_shifts[9].n_y, x, r_shifts[9].n_x);
	assert_true(is_near(one.at, -two.at, 1e-12));
	assert_true(is_near(one.low, -two.high, 1e-12));
	assert_true(is_near(one.high, -two.low, 1e-12));
	assert_true(one.level == two.level);
}

/* 2 / C(8, 4): what 4 and 4 miss. */
static void test_level(void **state)
{
	double x[] = { 5, 6, 7, 8 }, y[] = { 4, 3, 2, 1 };
	struct nrb_estimate got = nrb_shift_estimate(x, 4, y, 4);

	(void)state;
	assert_true(is_near(got.level, 1 - 2.0 / 70, 1e-12));
	assert_true(got.low == 1 && got.high == 7 && got.at == 4);
}

static void test_nothing(void **state)
{
	double x[] = { 1, 1, 1, 1, 1, 1 }, y[] = { 1, 1, 1, 1, 1, 1 };
	struct nrb_estimate got = nrb_shift_estimate(x, 6, y, 0);

	(void)state;
	assert_true(isnan(got.at) && isnan(got.low) && isnan(got.high));
	got = nrb_shift_estimate(x, 6, y, 6);
	assert_true(got.at == 0 && got.low == 0 && got.high == 0);
}

/* Of too many pairs to hold. */
static void test_many(void **state)
{
	double x[20000], y[300];
	struct nrb_estimate got;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		x[i] = 3 + (double)(i * 7919 % 20000) / 20000;
	}
	for (int i = 0; i < 300; i++) {
		y[i] = (double)(i * 101 % 300) / 300;
	}
	got = nrb_shift_estimate(x, 20000, y, 300);
	assert_true(is_near(got.at, 3, 0.01));
	assert_true(got.low < got.at && got.at < got.high && got.high - got.low < 0.1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_turned),
		cmocka_unit_test(test_level),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
