/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The clock by itself: its step out of differences, and figures that hang together. */
#include "nrb/stamp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define STEP(...)                                                                        \
	nrb_stamp_step((const uint64_t[]){ __VA_ARGS__ },                                \
		sizeof((const uint64_t[]){ __VA_ARGS__ }) / sizeof(uint64_t))

/* A clock finer than a reading of it. */
static void test_fine(void **state)
{
	(void)state;
	assert_int_equal(STEP(22, 24, 22, 40), 2);
	assert_int_equal(STEP(22, 22, 22), 22);
	assert_int_equal(STEP(22, 23, 400), 1);
}

/* One that stands still between readings, and whose steps are rounded. */
static void test_coarse(void **state)
{
	(void)state;
	assert_int_equal(STEP(0, 0, 101, 0, 100, 0), 100);
	assert_int_equal(STEP(0, 1000, 0, 3000), 1000);
	assert_int_equal(STEP(0, 0), 0);
}

static void assert_plausible(bool use_tsc)
{
	struct nrb_clock clock = nrb_clock_init(use_tsc);
	struct nrb_stamp stamp = { 0 };

	assert_int_equal(nrb_stamp_measure(&stamp, &clock), 0);
	assert_in_range(stamp.cost_ps, 1, 100 * 1000 * 1000);
	assert_in_range(stamp.step_ps, 1, 100 * 1000 * 1000);
	assert_in_range(stamp.floor_ns, stamp.bias_ns, 1000 * 1000 * 1000);
	/* a stamp is within what is recorded of a touch, to a nanosecond */
	assert_true(stamp.bias_ns * 1000 + 1000 >= stamp.cost_ps / 2);
}

static void test_measured(void **state)
{
	(void)state;
	assert_plausible(true);
	assert_plausible(false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fine),
		cmocka_unit_test(test_coarse),
		cmocka_unit_test(test_measured),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
