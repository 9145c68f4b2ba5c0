/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A writer beside an allocation ends, whatever the disk does. Waiting takes next to no time here. */
#include "nrb/writer.h"

#include "nrb/diag.h"
#include "nrb/pagecache.h"
#include "nrb/stopword.h"
#include "tree.h"

#include <errno.h>
#include <sched.h>
#include <time.h>

static struct nrb_shared *shared;
static struct nrb_cell cell;
static int sleeps;
static bool is_slow; /* writes until it is stopped */
static int write_rc;

int __real_nanosleep(const struct timespec *time, struct timespec *rest);
int __wrap_nanosleep(const struct timespec *time, struct timespec *rest);
int __wrap_nanosleep(const struct timespec *time, struct timespec *rest)
{
	/* long enough for the other thread to have its turns on a busy machine */
	const struct timespec moment = { .tv_nsec = 20 * 1000 };

	(void)time;
	sleeps++;
	if (sleeps > 10000) {
		fail_msg("waits for ever");
	}
	return __real_nanosleep(&moment, rest);
}

int __wrap_nrb_pagecache_write(int file, int64_t from, int64_t len,
	struct nrb_histogram *hist, volatile int64_t *bytes,
	const volatile int32_t *stop);
int __wrap_nrb_pagecache_write(int file, int64_t from, int64_t len,
	struct nrb_histogram *hist, volatile int64_t *bytes, const volatile int32_t *stop)
{
	(void)file;
	(void)hist;
	assert_int_equal(from, 1 << 20);
	while (is_slow && !nrb_stopword_is_said(stop)) {
		sched_yield();
	}
	*bytes = is_slow ? 2 << 20 : len;
	return write_rc;
}

static int setup(void **state)
{
	(void)state;
	shared = calloc(1, sizeof(*shared));
	nrb_sample_init(&shared->sample);
	shared->phase = NRB_PHASE_ALLOCATE;
	cell = (struct nrb_cell){ .shared = shared,
		.file = 3,
		.sizes = { .beside_from = 1 << 20, .beside_bytes = 8 << 20 } };
	sleeps = 0;
	write_rc = 0;
	return shared == NULL;
}

static int teardown(void **state)
{
	(void)state;
	free(shared);
	return 0;
}

static void write_beside(void)
{
	assert_int_equal(nrb_writer_hold(&cell, NRB_HOLD_BEGIN, 0), 0);
	assert_int_equal(nrb_writer_hold(&cell, NRB_HOLD_END, 0), 0);
}

static void test_all_is_written(void **state)
{
	(void)state;
	is_slow = false;
	write_beside();
	assert_int_equal(shared->sample.writer_bytes, 8 << 20);
	assert_string_equal(shared->sample.note, "");
}

/* The child waits for it: the parent must see that this is no stall, and that it ends. */
static void test_a_slow_one_is_stopped(void **state)
{
	(void)state;
	is_slow = true;
	write_beside();
	assert_true(sleeps >= 10 * 1000 / 50);
	assert_true(shared->progress > 0);
	assert_int_equal(shared->sample.writer_bytes, 2 << 20);
	assert_string_equal(shared->sample.note,
		"the writer was stopped 10 s after the allocation with 2 of 8 MiB written");
}

/* A phase that is ended by its deadline is noted by who ends it. */
static void test_a_deadline_is_not_its_own_limit(void **state)
{
	(void)state;
	is_slow = true;
	shared->stop[NRB_PHASE_ALLOCATE] = 1;
	write_beside();
	assert_int_equal(shared->sample.writer_bytes, 2 << 20);
	assert_string_equal(shared->sample.note, "");
}

/* Each request of a holder begins with a clean slate: the answer that fails must say why itself. */
static void test_its_error_is_told_at_the_end(void **state)
{
	(void)state;
	is_slow = false;
	write_rc = -ENOSPC;
	assert_int_equal(nrb_writer_hold(&cell, NRB_HOLD_BEGIN, 0), 0);
	nrb_diag_reset();
	assert_int_equal(nrb_writer_hold(&cell, NRB_HOLD_END, 0), -ENOSPC);
	assert_string_equal(nrb_diag_message(),
		"the writer beside cannot write the cache file at byte 9437184: "
		"No space left on device");
	assert_int_equal(shared->sample.writer_bytes, 8 << 20);
}

#define WRITER_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WRITER_TEST(test_all_is_written),
		WRITER_TEST(test_a_slow_one_is_stopped),
		WRITER_TEST(test_a_deadline_is_not_its_own_limit),
		WRITER_TEST(test_its_error_is_told_at_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
