/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Quantiles against R 4.2: quantile(x, type = 7). */
#include "nrb/stats.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void test_quantiles(void **state)
{
	static const struct {
		double q, expected;
	} cases[] = { { 0, 1 }, { 0.1, 1.9 }, { 0.25, 3.25 }, { 0.5, 5.5 }, { 0.9, 9.1 },
		{ 1, 10 } };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		double values[] = { 10, 3, 5, 1, 2, 9, 4, 8, 6, 7 };

		assert_true(fabs(nrb_stats_quantile(values, 10, cases[i].q) -
				    cases[i].expected) < 1e-12);
		assert_true(values[0] == 1 && values[9] == 10);
		assert_true(nrb_stats_sorted_quantile(values, 10, cases[i].q) ==
			    nrb_stats_quantile(values, 10, cases[i].q));
	}
}

static void test_median(void **state)
{
	double odd[] = { 3, 1, 2 }, even[] = { 4, 1, 3, 2 }, one[] = { 5 };

	(void)state;
	assert_true(nrb_stats_median(odd, 3) == 2);
	assert_true(nrb_stats_median(even, 4) == 2.5);
	assert_true(nrb_stats_median(one, 1) == 5);
	assert_true(isnan(nrb_stats_median(NULL, 0)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_quantiles),
		cmocka_unit_test(test_median),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
