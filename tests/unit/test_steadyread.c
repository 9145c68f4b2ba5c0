/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A reader at a steady rate: each block once, in an order of its seed, and not before its time. */
#include "nrb/steadyread.h"

#include "nrb/clock.h"
#include "nrb/diag.h"
#include "nrb/pagecache.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { BLOCKS = 30, FROM = 4 };

static int order[BLOCKS + 1], n_reads;
static struct nrb_steadyread reader;
static int fail_at, stop_at; /* reads; 0: never */

ssize_t __wrap_pread64(int fd, void *buf, size_t len, off_t at);
ssize_t __wrap_pread64(int fd, void *buf, size_t len, off_t at)
{
	assert_int_equal(fd, 7);
	assert_int_equal(at % NRB_REREAD_BLOCK, 0);
	assert_true(n_reads < BLOCKS);
	memset(buf, 0, len);
	order[n_reads++] = (int)(at / NRB_REREAD_BLOCK) - FROM;
	reader.stop = n_reads == stop_at;
	if (n_reads == fail_at) {
		errno = EIO;
		return -1;
	}
	return (ssize_t)len;
}

static int setup(void **state)
{
	(void)state;
	nrb_diag_set_muted(true);
	n_reads = fail_at = stop_at = 0;
	reader = (struct nrb_steadyread){ .fd = 7,
		.from = (int64_t)FROM * NRB_REREAD_BLOCK,
		.len = (int64_t)BLOCKS * NRB_REREAD_BLOCK,
		.seed = 1 };
	return 0;
}

static void test_each_block_once(void **state)
{
	int first[BLOCKS], seen[BLOCKS] = { 0 }, in_order = 0;

	(void)state;
	for (uint64_t seed = 1; seed < 50; seed++) {
		setup(NULL);
		reader.seed = seed;
		memset(seen, 0, sizeof(seen));
		assert_int_equal(nrb_steadyread_run(&reader), 0);
		assert_int_equal(reader.bytes, reader.len);
		for (int i = 0; i < BLOCKS; i++) {
			assert_in_range(order[i], 0, BLOCKS - 1);
			assert_int_equal(seen[order[i]]++, 0);
		}
		if (seed > 1) {
			in_order += memcmp(order, first, sizeof(first)) == 0;
		}
		memcpy(first, order, sizeof(first));
	}
	assert_true(in_order < 10);
}

static void test_not_before_its_time(void **state)
{
	uint64_t start = nrb_clock_ns();

	(void)state;
	reader.ns = 60 * 1000000;
	assert_int_equal(nrb_steadyread_run(&reader), 0);
	assert_true(nrb_clock_ns() - start >= 58 * 1000000);
}

static void test_it_ends(void **state)
{
	(void)state;
	stop_at = 5;
	assert_int_equal(nrb_steadyread_run(&reader), 0);
	assert_int_equal(reader.bytes, 5 * NRB_REREAD_BLOCK);
	setup(NULL);
	fail_at = 3;
	assert_int_equal(nrb_steadyread_run(&reader), -EIO);
	assert_int_equal(reader.bytes, 2 * NRB_REREAD_BLOCK);
	setup(NULL);
	reader.len = 0;
	assert_int_equal(nrb_steadyread_run(&reader), 0);
	assert_int_equal(n_reads, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_each_block_once, setup),
		cmocka_unit_test_setup(test_not_before_its_time, setup),
		cmocka_unit_test_setup(test_it_ends, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
