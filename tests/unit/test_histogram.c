/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The histogram against the raw values that went into it. */
#include "nrb/histogram.h"

#include "nrb/rng.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct nrb_histogram h, other;

static void test_buckets(void **state)
{
	(void)state;
	/* every bucket starts where the one before it ends */
	for (unsigned int i = 0; i < NRB_HISTOGRAM_BUCKETS; i++) {
		uint64_t low = nrb_histogram_low_ns(i);

		assert_int_equal(nrb_histogram_bucket(low), i);
		if (i > 0) {
			assert_int_equal(nrb_histogram_bucket(low - 1), i - 1);
			assert_true(nrb_histogram_mid_ns(i - 1) < (double)low);
			assert_true(nrb_histogram_mid_ns(i - 1) >=
				    (double)nrb_histogram_low_ns(i - 1));
		}
	}
	assert_int_equal(nrb_histogram_bucket(UINT64_MAX), NRB_HISTOGRAM_BUCKETS - 1);
	assert_int_equal(nrb_histogram_low_ns(NRB_HISTOGRAM_BUCKETS - 1) >> 28, 127);
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void test_quantiles(void **state)
{
	enum { N = 20000 };
	static const double quantiles[] = { 0.0001, 0.25, 0.5, 0.99, 0.999, 1 };
	struct nrb_rng rng = nrb_rng_init(1);
	uint64_t *values = calloc(N, sizeof(*values)), sum = 0;

	(void)state;
	assert_non_null(values);
	memset(&h, 0, sizeof(h));
	for (int i = 0; i < N; i++) {
		values[i] = nrb_rng_next(&rng) >> (30 + nrb_rng_below(&rng, 34));
		sum += values[i];
		nrb_histogram_add(&h, values[i]);
	}
	qsort(values, N, sizeof(*values), compare);
	for (size_t i = 0; i < sizeof(quantiles) / sizeof(*quantiles); i++) {
		double exact = (double)values[(size_t)ceil(quantiles[i] * N - 1e-6) - 1];

		assert_true(fabs(nrb_histogram_quantile_ns(&h, quantiles[i]) - exact) <=
			    0.004 * exact);
	}
	assert_true(h.n == N && h.sum_ns == sum && h.max_ns == values[N - 1]);
	assert_true(fabs(nrb_histogram_mean_ns(&h) - (double)sum / N) < 1e-6);
	free(values);
}

static void test_rank(void **state)
{
	(void)state;
	/* of 1..100 the 99th percentile is 99: 0.99 * 100 must not round up to rank 100 */
	memset(&h, 0, sizeof(h));
	for (uint64_t i = 1; i <= 100; i++) {
		nrb_histogram_add(&h, i);
	}
	assert_true(nrb_histogram_quantile_ns(&h, 0.99) == 99);
	assert_true(nrb_histogram_quantile_ns(&h, 0.5) == 50);
	assert_true(nrb_histogram_quantile_ns(&h, 1) == 100);
}

static void test_ends(void **state)
{
	(void)state;
	memset(&h, 0, sizeof(h));
	assert_true(isnan(nrb_histogram_quantile_ns(&h, 0.5)));
	assert_true(isnan(nrb_histogram_mean_ns(&h)));
	assert_true(isnan(nrb_histogram_tail_share(&h, 0.001)));
	nrb_histogram_add(
		&h, 1000001); /* a lower value of its bucket: the middle is above it */
	assert_true(nrb_histogram_quantile_ns(&h, 0.5) <= 1000001);
	nrb_histogram_add(&h, 1000000000000); /* beyond the last bucket's nominal end */
	assert_true(nrb_histogram_quantile_ns(&h, 1) == 1e12);
}

static void test_merge(void **state)
{
	(void)state;
	memset(&h, 0, sizeof(h));
	memset(&other, 0, sizeof(other));
	nrb_histogram_add(&h, 10);
	nrb_histogram_add(&other, 10);
	nrb_histogram_add(&other, 3000);
	nrb_histogram_merge(&h, &other);
	assert_true(h.n == 3 && h.sum_ns == 3020 && h.max_ns == 3000);
	assert_int_equal(h.count[10], 2);
	assert_int_equal(h.count[nrb_histogram_bucket(3000)], 1);
}

static void test_tail(void **state)
{
	(void)state;
	memset(&h, 0, sizeof(h));
	for (int i = 0; i < 999; i++) {
		nrb_histogram_add(&h, 1);
	}
	nrb_histogram_add(&h, 100); /* the slowest of a thousand: 100 of 1099 ns */
	assert_true(fabs(nrb_histogram_tail_share(&h, 0.001) - 100.0 / 1099) < 1e-9);
	/* a share that ends within a bucket takes a part of it */
	assert_true(fabs(nrb_histogram_tail_share(&h, 0.01) - 109.0 / 1099) < 1e-9);
	assert_true(fabs(nrb_histogram_tail_share(&h, 1) - 1) < 1e-9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_buckets),
		cmocka_unit_test(test_quantiles),
		cmocka_unit_test(test_rank),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_merge),
		cmocka_unit_test(test_tail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
