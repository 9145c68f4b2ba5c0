/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Summaries against those of R and SciPy: vectors/stats.R and vectors/stats.py made the numbers. */
#include "nrb/stats.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "vectors/stats_r.h"
#include "vectors/stats_scipy.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

enum { MOST = 120, MOST_EXACT = 50 };

static bool is_near(double a, double b, double within)
{
	return fabs(a - b) <= within;
}

static void test_quantiles(void **state)
{
	double x[MOST];

	(void)state;
	for (size_t i = 0; i < COUNT(r_samples); i++) {
		size_t n = r_samples[i].n;

		for (size_t q = 0; q < COUNT(r_q); q++) {
			memcpy(x, r_samples[i].x, sizeof(x));
			assert_true(is_near(nrb_stats_quantile(x, n, r_q[q]),
				r_samples[i].quantiles[q], 1e-15));
			assert_true(nrb_stats_sorted_quantile(x, n, r_q[q]) ==
				    nrb_stats_quantile(x, n, r_q[q]));
		}
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

static void test_the_interval_of_a_median(void **state)
{
	double *x = malloc(1001 * sizeof(*x));

	(void)state;
	for (size_t i = 0; i < COUNT(scipy_medians); i++) {
		size_t n = (size_t)scipy_medians[i][0];
		struct nrb_estimate estimate;

		for (size_t k = 0; k < n; k++) {
			x[k] = (double)(n - k); /* its own rank */
		}
		estimate = nrb_stats_median_interval(x, n);
		assert_true(estimate.at == ((double)n + 1) / 2);
		assert_true(estimate.low == scipy_medians[i][1]);
		assert_true(estimate.high == (double)n + 1 - scipy_medians[i][1]);
		assert_true(is_near(estimate.level, scipy_medians[i][2], 1e-12));
	}
	/* from 1001 on by the normal approximation, which goes on where the exact one ends */
	for (size_t k = 0; k < 1001; k++) {
		x[k] = (double)k + 1;
	}
	assert_true(is_near(nrb_stats_median_interval(x, 1001).low, 470, 1));
	free(x);
}

static void test_the_pseudomedian(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(r_samples); i++) {
		size_t n = r_samples[i].n;
		/* R seeks the roots of a smooth curve there, to 1e-4 */
		double within = n <= MOST_EXACT ? 1e-15 : 2e-3;
		struct nrb_estimate estimate;
		double x[MOST];

		memcpy(x, r_samples[i].x, sizeof(x));
		estimate = nrb_stats_pseudomedian(x, n);
		assert_true(nrb_estimate_is_bounded(&estimate));
		assert_true(is_near(estimate.at, r_samples[i].at, within));
		assert_true(is_near(estimate.low, r_samples[i].low, within));
		assert_true(is_near(estimate.high, r_samples[i].high, within));
		assert_true(estimate.level >= 0.95 && estimate.level < 0.97);
	}
}

/* By all Walsh averages in a list. */
static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void test_no_average_is_stored(void **state)
{
	double x[MOST] = { -1e300, -0.0, 0.0, 5e-324, 1, 1, 1, 2e300, -3, 7 };
	double averages[55];
	size_t n = 0;
	struct nrb_estimate estimate = nrb_stats_pseudomedian(x, 10);

	(void)state;
	for (size_t i = 0; i < 10; i++) {
		for (size_t k = i; k < 10; k++) {
			averages[n++] = x[i] / 2 + x[k] / 2;
		}
	}
	qsort(averages, n, sizeof(*averages), compare);
	assert_true(estimate.at == averages[27]);
	assert_true(
		estimate.low == averages[8]); /* the ninth of R's qsignrank(0.025, 10) */
	assert_true(estimate.high == averages[46]);
	assert_true(is_near(estimate.level, 0.951171875, 1e-12));
}

static void test_few_have_no_interval(void **state)
{
	double x[] = { 3, 1, 2, 5, 4 };
	struct nrb_estimate estimate = nrb_stats_pseudomedian(x, 5);

	(void)state;
	assert_false(nrb_estimate_is_bounded(&estimate));
	assert_true(estimate.at == 3 && isnan(estimate.level));
	estimate = nrb_stats_median_interval(x, 5);
	assert_false(nrb_estimate_is_bounded(&estimate));
	assert_true(estimate.at == 3);
	estimate = nrb_stats_pseudomedian(x, 0);
	assert_true(isnan(estimate.at));
	estimate = nrb_stats_median_interval(x, 0);
	assert_true(isnan(estimate.at));
}

static void test_signed_ranks(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(r_samples); i++) {
		assert_true(
			is_near(nrb_stats_signed_rank_p(r_samples[i].x, r_samples[i].n),
				r_samples[i].p, 1e-12));
	}
	for (size_t i = 0; i < COUNT(scipy_signed_rank); i++) {
		assert_true(is_near(nrb_stats_signed_rank_p(scipy_signed_rank[i].x,
					    scipy_signed_rank[i].n),
			scipy_signed_rank[i].p, 1e-12));
	}
	assert_true(isnan(nrb_stats_signed_rank_p(NULL, 0)));
}

/* Above what is exact ranks are large, though few of them count. */
static void test_many_zeros(void **state)
{
	double x[200] = { 0 };

	(void)state;
	x[7] = 1;
	x[99] = -1;
	assert_true(is_near(nrb_stats_signed_rank_p(x, 200), 1, 1e-12));
	for (size_t i = 100; i < 130; i++) {
		x[i] = 2;
	}
	assert_true(nrb_stats_signed_rank_p(x, 200) < 1e-6);
}

static void test_holm(void **state)
{
	double p[COUNT(r_p)], some[] = { 0.04, NAN, 0.01 };

	(void)state;
	memcpy(p, r_p, sizeof(p));
	nrb_stats_holm(p, COUNT(p));
	for (size_t i = 0; i < COUNT(p); i++) {
		assert_true(is_near(p[i], r_holm[i], 1e-15));
	}
	nrb_stats_holm(some, 3); /* what was not tested takes no part */
	assert_true(is_near(some[0], 0.04, 1e-15) && is_near(some[2], 0.02, 1e-15));
	assert_true(isnan(some[1]));
}

static void test_cliff(void **state)
{
	double x[12], y[12];

	(void)state;
	for (size_t i = 0; i < COUNT(scipy_cliff); i++) {
		memcpy(x, scipy_cliff[i].x, sizeof(x));
		memcpy(y, scipy_cliff[i].y, sizeof(y));
		assert_true(is_near(
			nrb_stats_cliff(x, scipy_cliff[i].n_x, y, scipy_cliff[i].n_y),
			scipy_cliff[i].delta, 1e-15));
	}
	assert_true(isnan(nrb_stats_cliff(x, 0, y, 3)));
}

/* sqrt(ln(2 / 0.01) / (2 n)) */
static void test_the_error_of_a_share(void **state)
{
	(void)state;
	assert_true(is_near(nrb_stats_share_error(262144), 0.0031789524, 1e-10));
	assert_true(is_near(nrb_stats_share_error(1), 1.6276236307, 1e-10));
	assert_true(isnan(nrb_stats_share_error(0)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_quantiles),
		cmocka_unit_test(test_median),
		cmocka_unit_test(test_the_interval_of_a_median),
		cmocka_unit_test(test_the_pseudomedian),
		cmocka_unit_test(test_no_average_is_stored),
		cmocka_unit_test(test_few_have_no_interval),
		cmocka_unit_test(test_signed_ranks),
		cmocka_unit_test(test_many_zeros),
		cmocka_unit_test(test_holm),
		cmocka_unit_test(test_cliff),
		cmocka_unit_test(test_the_error_of_a_share),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
