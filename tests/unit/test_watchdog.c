/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Deadlines of phases, by a clock that the test moves. */
#include "nrb/watchdog.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

enum { MS = 1000000 };

static uint64_t now_ns;
static int64_t warm_up[NRB_N_PHASES];
static struct nrb_watchdog watchdog;

int __wrap_clock_gettime(clockid_t id, struct timespec *t);
int __wrap_clock_gettime(clockid_t id, struct timespec *t)
{
	(void)id;
	t->tv_sec = (time_t)(now_ns / 1000000000);
	t->tv_nsec = (long)(now_ns % 1000000000);
	return 0;
}

static int setup(void **state)
{
	(void)state;
	now_ns = 1000000000;
	for (int i = 0; i < NRB_N_PHASES; i++) {
		warm_up[i] = 0;
	}
	nrb_watchdog_begin(&watchdog, warm_up);
	return 0;
}

/* Look once each 100 ms for that long, with progress rising by rise a look, until the verdict is
 * not "fine"; how many ms that took in *ms. */
static enum nrb_watchdog_verdict look_for(
	enum nrb_phase phase, int64_t *progress, int64_t rise, int limit_s, int *ms)
{
	enum nrb_watchdog_verdict verdict = NRB_WATCHDOG_FINE;

	for (*ms = 0; verdict == NRB_WATCHDOG_FINE && *ms < limit_s * 1000; *ms += 100) {
		verdict = nrb_watchdog_look(&watchdog, phase, *progress);
		now_ns += 100 * MS;
		*progress += rise;
	}
	return verdict;
}

static void test_warm_up_fill_goes_on_while_bytes_rise(void **state)
{
	int64_t progress = 0;
	int ms;

	(void)state;
	assert_int_equal(
		look_for(NRB_PHASE_FILL, &progress, 1, 3600, &ms), NRB_WATCHDOG_FINE);
	assert_int_equal(
		look_for(NRB_PHASE_FILL, &progress, 0, 60, &ms), NRB_WATCHDOG_STOP);
	assert_in_range(ms, 10000, 10400);
}

static void test_who_does_not_stop_is_killed(void **state)
{
	int64_t progress = 0;
	int ms;

	(void)state;
	assert_int_equal(
		look_for(NRB_PHASE_FILL, &progress, 0, 60, &ms), NRB_WATCHDOG_STOP);
	/* also if it goes on working */
	assert_int_equal(
		look_for(NRB_PHASE_FILL, &progress, 1, 60, &ms), NRB_WATCHDOG_KILL);
	assert_in_range(ms, 10000, 10400);
}

static void test_a_phase_that_did_stop_is_forgotten(void **state)
{
	int64_t progress = 0;
	int ms;

	(void)state;
	assert_int_equal(
		look_for(NRB_PHASE_FILL, &progress, 0, 60, &ms), NRB_WATCHDOG_STOP);
	progress = 0;
	assert_int_equal(
		look_for(NRB_PHASE_SETTLE, &progress, 1, 9, &ms), NRB_WATCHDOG_FINE);
	progress = 0;
	assert_int_equal(
		look_for(NRB_PHASE_SOAK, &progress, 0, 60, &ms), NRB_WATCHDOG_STOP);
	assert_in_range(ms, 10000, 10400);
}

/* Each look of settling is progress: it needs an end of its own. */
static void test_settling_ends_in_the_warm_up(void **state)
{
	int64_t progress = 0;
	int ms;

	(void)state;
	assert_int_equal(
		look_for(NRB_PHASE_SETTLE, &progress, 1, 60, &ms), NRB_WATCHDOG_STOP);
	assert_in_range(ms, 30000, 30400);
}

static void test_ten_times_the_warm_up(void **state)
{
	int64_t progress = 0;
	int ms;

	(void)state;
	warm_up[NRB_PHASE_FILL] = 3000LL * MS;
	assert_int_equal(
		look_for(NRB_PHASE_FILL, &progress, 1, 60, &ms), NRB_WATCHDOG_STOP);
	assert_in_range(ms, 30000, 30400);
}

static void test_but_at_least_ten_seconds(void **state)
{
	int64_t progress = 0;
	int ms;

	(void)state;
	warm_up[NRB_PHASE_FILL] = 5LL * MS;
	assert_int_equal(
		look_for(NRB_PHASE_FILL, &progress, 1, 60, &ms), NRB_WATCHDOG_STOP);
	assert_in_range(ms, 10000, 10400);
}

/* A warm-up of another scenario may not have had this phase. */
static void test_a_phase_that_the_warm_up_had_not(void **state)
{
	int64_t progress = 0;
	int ms;

	(void)state;
	warm_up[NRB_PHASE_REREAD] = NRB_ABSENT;
	assert_int_equal(
		look_for(NRB_PHASE_REREAD, &progress, 1, 3600, &ms), NRB_WATCHDOG_FINE);
}

/* Under 256 pages over 20 looks: looks are counted, not time. */
static void test_the_allocation_stalls(void **state)
{
	int64_t progress = 0;
	int ms;

	(void)state;
	assert_int_equal(look_for(NRB_PHASE_ALLOCATE, &progress, 12, 50, &ms),
		NRB_WATCHDOG_STALLED);
	assert_int_equal(ms, 2100); /* the 21st look has 20 before it */
}

static void test_the_allocation_is_slow_but_goes_on(void **state)
{
	int64_t progress = 0;
	int ms;

	(void)state;
	assert_int_equal(
		look_for(NRB_PHASE_ALLOCATE, &progress, 13, 59, &ms), NRB_WATCHDOG_FINE);
	assert_int_equal(look_for(NRB_PHASE_ALLOCATE, &progress, 1000, 5, &ms),
		NRB_WATCHDOG_SLOW); /* 60 s in all */
	assert_in_range(ms, 900, 1300);
}

/* What is waited for beside it, a writer say, is not the allocation's time. */
static void test_the_wait_after_an_allocation(void **state)
{
	int64_t progress = 0;
	int ms;

	(void)state;
	nrb_watchdog_all_written(&watchdog, false); /* not in this phase */
	assert_int_equal(look_for(NRB_PHASE_ALLOCATE, &progress, 1000, 55, &ms),
		NRB_WATCHDOG_FINE);
	for (int i = 0; i < 59; i++) {
		nrb_watchdog_all_written(&watchdog, false);
		assert_int_equal(look_for(NRB_PHASE_ALLOCATE, &progress, 1000, 1, &ms),
			NRB_WATCHDOG_FINE);
	}
	nrb_watchdog_all_written(&watchdog, false); /* once */
	assert_int_equal(
		look_for(NRB_PHASE_ALLOCATE, &progress, 1000, 5, &ms), NRB_WATCHDOG_SLOW);
	assert_in_range(ms, 900, 1300);
}

/* It may be kept waiting for longer than an allocation that goes on, or begins anew. */
static void test_a_wait_without_progress(void **state)
{
	int64_t progress = 0;
	int ms;

	(void)state;
	for (int again = 0; again < 2; again++) {
		setup(state);
		assert_int_equal(look_for(NRB_PHASE_ALLOCATE, &progress, 5000, 15, &ms),
			NRB_WATCHDOG_FINE);
		nrb_watchdog_all_written(&watchdog, again != 0);
		assert_int_equal(look_for(NRB_PHASE_ALLOCATE, &progress, 0, 20, &ms),
			NRB_WATCHDOG_STALLED);
		assert_in_range(ms, again ? 2000 : 10000, again ? 2300 : 10300);
	}
}

static void test_a_starved_guest_is_no_stall(void **state)
{
	(void)state;
	for (int i = 0; i < 10; i++) {
		assert_int_equal(nrb_watchdog_look(&watchdog, NRB_PHASE_ALLOCATE, 0),
			NRB_WATCHDOG_FINE);
		now_ns += 5000ull * MS;
	}
}

/* It stalls late: progress of before must not count. */
static void test_a_stall_after_much_progress(void **state)
{
	int64_t progress = 0;
	int ms;

	(void)state;
	assert_int_equal(
		look_for(NRB_PHASE_ALLOCATE, &progress, 5000, 5, &ms), NRB_WATCHDOG_FINE);
	assert_int_equal(look_for(NRB_PHASE_ALLOCATE, &progress, 0, 20, &ms),
		NRB_WATCHDOG_STALLED);
	assert_in_range(ms, 2000, 2300);
}

#define CLOCK_TEST(test) cmocka_unit_test_setup(test, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CLOCK_TEST(test_warm_up_fill_goes_on_while_bytes_rise),
		CLOCK_TEST(test_who_does_not_stop_is_killed),
		CLOCK_TEST(test_a_phase_that_did_stop_is_forgotten),
		CLOCK_TEST(test_settling_ends_in_the_warm_up),
		CLOCK_TEST(test_ten_times_the_warm_up),
		CLOCK_TEST(test_but_at_least_ten_seconds),
		CLOCK_TEST(test_a_phase_that_the_warm_up_had_not),
		CLOCK_TEST(test_the_allocation_stalls),
		CLOCK_TEST(test_the_allocation_is_slow_but_goes_on),
		CLOCK_TEST(test_the_wait_after_an_allocation),
		CLOCK_TEST(test_a_wait_without_progress),
		CLOCK_TEST(test_a_starved_guest_is_no_stall),
		CLOCK_TEST(test_a_stall_after_much_progress),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
