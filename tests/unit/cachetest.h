/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A file of LEN bytes on the disk of the build directory, and what is read of it. The counting and
 * the reading can be made to fail.
 */
#ifndef NRB_TEST_CACHETEST_H
#define NRB_TEST_CACHETEST_H

#include "nrb/cachefile.h"
#include "nrb/diag.h"
#include "nrb/pagecache.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { PAGE = 4096, BLOCKS = 300, LEN = BLOCKS * NRB_REREAD_BLOCK + 5 * PAGE };

static struct {
	int cachestat_errno; /* cachestat(2) fails so; 0: not */
	int pread_errno;
	bool record; /* what is read into block_reads */
	unsigned int block_reads[BLOCKS + 1];
	int64_t first[8];
	size_t n_reads;
} fake;

static int fd;
static volatile int64_t progress;
static volatile int32_t stop;

static inline int reset(void **state)
{
	(void)state;
	memset(&fake, 0, sizeof(fake));
	nrb_diag_reset();
	stop = 0;
	progress = 0;
	return 0;
}

static inline int make_file(void **state)
{
	reset(state);
	return nrb_cachefile_make(".", LEN, 1, &progress, &stop, &fd);
}

static inline int close_file(void **state)
{
	(void)state;
	return close(fd);
}

long __real_syscall(long number, ...);
long __wrap_syscall(long number, ...);
long __wrap_syscall(long number, ...)
{
	void *range, *counts;
	va_list args;
	int file;

	if (fake.cachestat_errno != 0) {
		errno = fake.cachestat_errno;
		return -1;
	}
	va_start(args, number);
	file = va_arg(args, int);
	range = va_arg(args, void *);
	counts = va_arg(args, void *);
	va_end(args);
	return __real_syscall(number, file, range, counts, 0);
}

ssize_t __real_pread64(int file, void *buf, size_t len, off_t at);
ssize_t __wrap_pread64(int file, void *buf, size_t len, off_t at);
ssize_t __wrap_pread64(int file, void *buf, size_t len, off_t at)
{
	if (fake.pread_errno != 0) {
		errno = fake.pread_errno;
		return -1;
	}
	if (fake.record) {
		assert_int_equal(at % NRB_REREAD_BLOCK, 0);
		fake.block_reads[at / NRB_REREAD_BLOCK]++;
		if (fake.n_reads < 8) {
			fake.first[fake.n_reads] = at;
		}
		fake.n_reads++;
	}
	return __real_pread64(file, buf, len, at);
}

static inline int64_t cached(void)
{
	int64_t bytes = -1;

	assert_int_equal(nrb_pagecache_cached_bytes(fd, LEN, &bytes), 0);
	return bytes;
}

/*
 * Whoever tests on a machine whose kernel has DAMON manage memory has single pages held, taken or marked at any
 * moment (seen: in one of 300 looks). What the code does it does each time: it is tried again.
 */
enum { TRIES = 20, PAUSE_US = 10000 };

static inline void evict(void)
{
	int64_t left = -1;

	for (int i = 0; i < TRIES && left != 0; i++) {
		usleep(i > 0 ? PAUSE_US : 0);
		assert_int_equal(nrb_pagecache_evict(fd, LEN, &left), 0);
	}
	assert_int_equal(left, 0);
}

static inline void fill(int64_t len)
{
	progress = 0;
	assert_int_equal(nrb_pagecache_fill(fd, 0, len, &progress, &stop), 0);
}

/* All of it is in cache behind a fill. */
static inline void fill_whole(void)
{
	fill(LEN);
	for (int i = 1; i < TRIES && cached() != LEN; i++) {
		usleep(PAUSE_US);
		fill(LEN);
	}
	assert_int_equal(progress, LEN);
	assert_int_equal(cached(), LEN);
}

/* The flags of a page frame, or of none: root alone may see them. */
static inline bool page_flags(const char *page, uint64_t *flags)
{
	int maps = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	int kernel = open("/proc/kpageflags", O_RDONLY | O_CLOEXEC);
	uint64_t entry = 0;
	bool got = maps >= 0 && kernel >= 0 &&
		   pread(maps, &entry, 8, (off_t)((uintptr_t)page / PAGE * 8)) == 8;

	entry &= (1ull << 55) - 1; /* the frame's number */
	got = got && entry != 0 && pread(kernel, flags, 8, (off_t)entry * 8) == 8;
	if (maps >= 0) {
		close(maps);
	}
	if (kernel >= 0) {
		close(kernel);
	}
	return got;
}

/* Whether files below the build directory are cached as those of a disk are. */
static inline bool can_test_here(void)
{
	const char *name;
	bool can = nrb_cachefile_check_dir(".", &name) >= 0;

	if (!can) {
		print_message("the build directory is on %s\n", name);
	}
	return can;
}

#endif
