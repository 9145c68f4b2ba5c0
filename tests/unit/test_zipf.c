/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Popularity: ranks as often as Zipf's law has them, each object in one place. */
#include "nrb/zipf.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { DRAWS = 200000 };

/* Exact, by summing up. */
static double probability(uint64_t rank, uint64_t n, double exponent)
{
	double sum = 0;

	for (uint64_t k = 1; k <= n; k++) {
		sum += pow((double)k, -exponent);
	}
	return pow((double)rank + 1, -exponent) / sum;
}

/* Pearson's statistic is near its degrees of freedom, n - 1, with a deviation of sqrt(2 (n - 1)):
 * four of them are one in ten thousand, and the seed is fixed. */
static void check_law(uint64_t n, double exponent)
{
	struct nrb_zipf zipf = nrb_zipf_init(n, exponent);
	struct nrb_rng rng = nrb_rng_init(7);
	uint64_t *seen = calloc(n, sizeof(*seen));
	double chi = 0, free_cells = (double)n - 1;

	assert_non_null(seen);
	for (int i = 0; i < DRAWS; i++) {
		uint64_t rank = nrb_zipf_draw(&zipf, &rng);

		assert_true(rank < n);
		seen[rank]++;
	}
	for (uint64_t rank = 0; rank < n; rank++) {
		double expected = DRAWS * probability(rank, n, exponent);
		double off = (double)seen[rank] - expected;

		assert_true(expected > 5);
		chi += off * off / expected;
	}
	if (fabs(chi - free_cells) > 4 * sqrt(2 * free_cells)) {
		fail_msg("%llu ranks, exponent %g: chi-square %g", (unsigned long long)n,
			exponent, chi);
	}
	free(seen);
}

static void test_ranks_are_drawn_by_the_law(void **state)
{
	(void)state;
	check_law(2, 0.8);
	check_law(3, 0.8);
	check_law(10, 0.8);
	check_law(1000, 0.8);
	check_law(100, 0.3);
	check_law(100, 1.2);
}

static void test_one_object_has_every_draw(void **state)
{
	struct nrb_zipf zipf = nrb_zipf_init(1, 0.8);
	struct nrb_rng rng = nrb_rng_init(1);

	(void)state;
	for (int i = 0; i < 1000; i++) {
		assert_int_equal(nrb_zipf_draw(&zipf, &rng), 0);
	}
}

/* Of a machine's whole disk: no table, no loss of the last ranks. */
static void test_many_objects(void **state)
{
	const uint64_t n = UINT64_C(1) << 40;
	struct nrb_zipf zipf = nrb_zipf_init(n, 0.8);
	struct nrb_rng rng = nrb_rng_init(1), again = nrb_rng_init(1);
	int in_last_half = 0;

	(void)state;
	for (int i = 0; i < 10000; i++) {
		uint64_t rank = nrb_zipf_draw(&zipf, &rng);

		assert_true(rank < n);
		assert_int_equal(rank, nrb_zipf_draw(&zipf, &again));
		in_last_half += rank >= n / 2;
	}
	/* 1 - 0.5^0.2 of them: 13 % */
	assert_in_range(in_last_half, 1150, 1450);
}

static void check_bijection(uint64_t n, uint64_t seed)
{
	struct nrb_shuffle shuffle = nrb_shuffle_init(n, seed);
	char *seen = calloc(n, 1);

	assert_non_null(seen);
	for (uint64_t at = 0; at < n; at++) {
		uint64_t object = nrb_shuffle_at(&shuffle, at);

		assert_true(object < n);
		assert_int_equal(seen[object], 0);
		seen[object] = 1;
	}
	free(seen);
}

static void test_each_place_has_an_object_of_its_own(void **state)
{
	static const uint64_t sizes[] = { 1, 2, 3, 4, 5, 15, 16, 17, 1000, 4096, 5003 };

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		check_bijection(sizes[i], 0);
		check_bijection(sizes[i], 42);
	}
}

/* What is asked for most must not lie together: it would be cached, or not, as one. */
static void test_an_order_is_none_that_one_sees(void **state)
{
	enum { N = 5000, TOP = 500 };
	struct nrb_shuffle shuffle = nrb_shuffle_init(N, 3),
			   other = nrb_shuffle_init(N, 4);
	int in_first_half = 0, same = 0, neighbours = 0;

	(void)state;
	for (uint64_t at = 0; at < TOP; at++) {
		uint64_t object = nrb_shuffle_at(&shuffle, at);

		in_first_half += object < N / 2;
		same += object == nrb_shuffle_at(&other, at);
		neighbours += object + 1 == nrb_shuffle_at(&shuffle, at + 1);
	}
	assert_in_range(in_first_half, TOP / 2 - 50, TOP / 2 + 50);
	assert_in_range(same, 0, 3);
	assert_in_range(neighbours, 0, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ranks_are_drawn_by_the_law),
		cmocka_unit_test(test_one_object_has_every_draw),
		cmocka_unit_test(test_many_objects),
		cmocka_unit_test(test_each_place_has_an_object_of_its_own),
		cmocka_unit_test(test_an_order_is_none_that_one_sees),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
