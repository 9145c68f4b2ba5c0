/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When pages that a CPU frees are free to its zone. */
#include "nrb/cpulist.h"

#include "nrb/units.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct nrb_zone_list lists[] = {
	{ .cpu = 0,
		.count_pages = 90,
		.high_pages = 100,
		.batch_pages = 7,
		.high_min_pages = NRB_ABSENT },
	{ .cpu = 1,
		.count_pages = 50,
		.high_pages = 200,
		.batch_pages = 7,
		.high_min_pages = 60 },
	{ .cpu = 2,
		.count_pages = 500,
		.high_pages = 400,
		.batch_pages = 63,
		.high_min_pages = 400 },
};

static int64_t given_back(int cpu, int64_t pages)
{
	struct nrb_zone zone = { .first_list = 0, .n_lists = 3 };
	struct nrb_vmstate state = {
		.zones = { .n = 1, .zones = &zone, .n_lists = 3, .lists = lists }
	};

	return nrb_cpulist_given_back(&state, 0, cpu, pages);
}

static void a_list_with_room_keeps_all(void **state)
{
	(void)state;
	assert_int_equal(given_back(0, 0), 0);
	assert_int_equal(given_back(0, 9), 0);
	assert_int_equal(given_back(1, 9), 0); /* up to 60, not to 200 */
}

static void the_page_that_fills_it_gives_back_a_batch(void **state)
{
	(void)state;
	assert_int_equal(given_back(0, 10), 7);
	assert_int_equal(given_back(0, 16), 7);
	assert_int_equal(given_back(0, 17), 7 + 14); /* twice as much, up to 6.6 */
	assert_int_equal(given_back(1, 10), 10);     /* all that was freed, since 6.7 */
	assert_int_equal(given_back(1, 19), 10);
	/* fuller than it should be: a batch for each page, until it is not */
	assert_int_equal(given_back(2, 1), 63);
	assert_int_equal(given_back(2, 2), 126);
	assert_int_equal(given_back(2, 20), 126);
}

static void of_any_cpu_the_fullest_list_counts(void **state)
{
	(void)state;
	assert_int_equal(given_back(-1, 1), 63);
}

static void without_a_list_all_are_free(void **state)
{
	struct nrb_zone zone = { .n_lists = 0 };
	struct nrb_vmstate none = { .zones = { .n = 1, .zones = &zone } };

	(void)state;
	assert_int_equal(nrb_cpulist_given_back(&none, 0, 0, 32), 32);
	assert_int_equal(given_back(9, 32), 32);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_list_with_room_keeps_all),
		cmocka_unit_test(the_page_that_fills_it_gives_back_a_batch),
		cmocka_unit_test(of_any_cpu_the_fullest_list_counts),
		cmocka_unit_test(without_a_list_all_are_free),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
