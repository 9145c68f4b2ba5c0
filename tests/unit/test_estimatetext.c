/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Estimates and their intervals in words. */
#include "nrb/estimatetext.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static char buf[NRB_ESTIMATE_LEN];

static void test_one(void **state)
{
	const struct nrb_estimate some = { 1.624, 1.549, 1.7, 0.951 },
				  few = { 1.624, NAN, NAN, NAN },
				  tiny = { 0.002618, 0.00255, 0.0999, 0.95 },
				  near = { 1.00213, 1.0017, 1.0026, 0.95 },
				  none = { NAN, NAN, NAN, NAN },
				  large = { 123456.7, 12.34, 1e9, 0.951 },
				  share = { 0.98, 0.979, 0.982, 0.951 },
				  less = { -0.98, -1, 0, 0.951 };

	(void)state;
	assert_string_equal(nrb_estimate_ratio(buf, &some), "1.62x [1.55, 1.70]");
	assert_string_equal(nrb_estimate_ratio(buf, &tiny), "0.00262x [0.00255, 0.10]");
	assert_string_equal(nrb_estimate_ratio(buf, &near), "1.0021x [1.0017, 1.0026]");
	assert_string_equal(nrb_estimate_count(buf, &tiny), "under 1 [under 1, under 1]");
	assert_string_equal(nrb_estimate_ratio(buf, &few), "1.62x");
	assert_string_equal(nrb_estimate_ratio(buf, &none), "n/a");
	assert_string_equal(nrb_estimate_ratio(buf, &large), "123457x [12.3, 1e+09]");
	assert_string_equal(
		nrb_estimate_count(buf, &large), "123,457 [12, 1,000,000,000]");
	assert_string_equal(
		nrb_estimate_points(buf, &share), "+98.0 points [+97.9, +98.2]");
	assert_string_equal(
		nrb_estimate_points(buf, &less), "-98.0 points [-100.0, +0.0]");
}

/* Whatever a record holds, nothing is written beyond the buffer. */
static void test_the_longest(void **state)
{
	const struct nrb_estimate most[] = { { -1.7e308, -1.7e308, 1.7e308, 0.95 },
		{ 9e14, -9e14, 9e14, 0.95 } };

	(void)state;
	assert_true(strlen(nrb_estimate_ratio(buf, most)) < sizeof(buf));
	assert_true(strlen(nrb_estimate_count(buf, most)) < sizeof(buf));
	assert_true(strlen(nrb_estimate_points(buf, most)) < sizeof(buf));
	assert_true(strlen(nrb_estimate_range(buf, most, 2, true)) < sizeof(buf));
	assert_true(strlen(nrb_estimate_range(buf, most, 2, false)) < sizeof(buf));
}

static void test_a_range(void **state)
{
	const struct nrb_estimate list[] = { { 1.6, 1.57, 1.62, 0.95 },
		{ 1.64, 1.61, 1.66, 0.95 }, { 1.62, NAN, NAN, NAN } };

	(void)state;
	assert_string_equal(
		nrb_estimate_range(buf, list, 1, false), "1.60x [1.57, 1.62]");
	assert_string_equal(
		nrb_estimate_range(buf, list, 2, false), "1.60x to 1.64x [1.57, 1.66]");
	assert_string_equal(nrb_estimate_range(buf, list, 2, true), "2 [2, 2]");
	/* there is no interval of all where one has none */
	assert_string_equal(nrb_estimate_range(buf, list, 3, false), "1.60x to 1.64x");
	assert_string_equal(
		nrb_estimate_range(buf, list + 1, 2, false), "1.62x to 1.64x");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one),
		cmocka_unit_test(test_the_longest),
		cmocka_unit_test(test_a_range),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
