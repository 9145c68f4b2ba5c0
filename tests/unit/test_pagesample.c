/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A sample of pages is spread, and its error is what is said. */
#include "nrb/pagesample.h"
#include "nrb/stats.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum { PAGES = 100003, MOST = 4096 };

static uint32_t numbers[PAGES];

static void test_all_where_they_are_few(void **state)
{
	(void)state;
	assert_int_equal(nrb_pagesample_step(0, MOST), 1);
	assert_int_equal(nrb_pagesample_step(MOST, MOST), 1);
	assert_int_equal(nrb_pagesample_step(MOST + 1, MOST), 2);
	assert_int_equal(nrb_pagesample_step(PAGES, 0), 1);
	assert_int_equal(nrb_pagesample_size(MOST, 1), MOST);
	assert_int_equal(nrb_pagesample_size(0, 1), 0);
}

static void test_never_more_and_never_under_half(void **state)
{
	(void)state;
	for (size_t pages = MOST + 1; pages < 100 * (size_t)MOST; pages += 1237) {
		size_t n = nrb_pagesample_size(pages, nrb_pagesample_step(pages, MOST));

		assert_in_range(n, MOST / 2 + 1, MOST);
	}
	/* a tebibyte */
	assert_int_equal(
		nrb_pagesample_size((size_t)1 << 28,
			nrb_pagesample_step((size_t)1 << 28, NRB_PAGESAMPLE_MOST)),
		NRB_PAGESAMPLE_MOST);
}

static void test_one_of_each_part(void **state)
{
	size_t step = nrb_pagesample_step(PAGES, MOST), n, differ = 0;
	struct nrb_rng rng = nrb_rng_init(3);

	(void)state;
	n = nrb_pagesample_draw(&rng, PAGES, step, numbers);
	assert_int_equal(n, nrb_pagesample_size(PAGES, step));
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(numbers[i] / step, i);
		assert_in_range(numbers[i], 0, PAGES - 1);
		differ += numbers[i] % step != numbers[0] % step;
	}
	assert_in_range(differ, n / 2, n);
}

static void test_the_seed_decides(void **state)
{
	size_t step = nrb_pagesample_step(PAGES, MOST);
	struct nrb_rng one = nrb_rng_init(3), two = nrb_rng_init(3),
		       three = nrb_rng_init(4);
	static uint32_t again[PAGES];
	size_t n = nrb_pagesample_draw(&one, PAGES, step, numbers);

	(void)state;
	nrb_pagesample_draw(&two, PAGES, step, again);
	assert_memory_equal(numbers, again, n * sizeof(*again));
	nrb_pagesample_draw(&three, PAGES, step, again);
	assert_memory_not_equal(numbers, again, n * sizeof(*again));
}

/* Places that memory may have: which pages are local. */
static int at_first(size_t page)
{
	return page < PAGES / 3;
}

static int by_turns(size_t page)
{
	return page % 25 < 12;
}

static int scattered(size_t page)
{
	return (page * 2654435761u >> 7) % 2;
}

/* Of all seeds' samples hardly any is farther off than is said; one of 100 may be. */
static void test_the_share_is_within_its_error(void **state)
{
	static int (*const places[])(size_t page) = { at_first, by_turns, scattered };
	size_t step = nrb_pagesample_step(PAGES, MOST),
	       n = nrb_pagesample_size(PAGES, step);
	double error = nrb_stats_share_error((double)n);

	(void)state;
	for (size_t place = 0; place < 3; place++) {
		double truth = 0;
		int off = 0;

		for (size_t i = 0; i < PAGES; i++) {
			truth += places[place](i);
		}
		truth /= PAGES;
		for (uint64_t seed = 0; seed < 200; seed++) {
			struct nrb_rng rng = nrb_rng_init(seed);
			double share = 0;

			nrb_pagesample_draw(&rng, PAGES, step, numbers);
			for (size_t i = 0; i < n; i++) {
				share += places[place](numbers[i]);
			}
			off += fabs(share / (double)n - truth) > error;
		}
		assert_in_range(off, 0, 2);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_where_they_are_few),
		cmocka_unit_test(test_never_more_and_never_under_half),
		cmocka_unit_test(test_one_of_each_part),
		cmocka_unit_test(test_the_seed_decides),
		cmocka_unit_test(test_the_share_is_within_its_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
