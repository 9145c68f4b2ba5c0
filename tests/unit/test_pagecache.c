/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is in cache, how it got there, and what reading it again says. */
#include "nrb/pagecache.h"

#include "nrb/cachefile.h"
#include "nrb/diag.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
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

static int reset(void **state)
{
	(void)state;
	memset(&fake, 0, sizeof(fake));
	nrb_diag_reset();
	stop = 0;
	progress = 0;
	return 0;
}

static int make_file(void **state)
{
	reset(state);
	return nrb_cachefile_make(".", LEN, 1, &progress, &stop, &fd);
}

static int close_file(void **state)
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

static int64_t cached(void)
{
	int64_t bytes = -1;

	assert_int_equal(nrb_pagecache_cached_bytes(fd, LEN, &bytes), 0);
	return bytes;
}

static void evict(void)
{
	int64_t left = -1;

	assert_int_equal(nrb_pagecache_evict(fd, LEN, &left), 0);
	assert_int_equal(left, 0);
}

static void fill(int64_t len)
{
	progress = 0;
	assert_int_equal(nrb_pagecache_fill(fd, 0, len, &progress, &stop), 0);
}

/* Both ways of counting see what fill brought, and eviction takes it all. */
static void test_cached_bytes(void **state)
{
	static const int ways[] = { 0, ENOSYS, EPERM };
	int64_t bytes = -1;

	(void)state;
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		fake.cachestat_errno = ways[i];
		evict();
		assert_int_equal(cached(), 0);
		fill(LEN);
		assert_int_equal(cached(), LEN);
		assert_int_equal(nrb_pagecache_cached_bytes(fd, 8 * PAGE, &bytes), 0);
		assert_int_equal(bytes, 8 * PAGE);
		assert_int_equal(nrb_pagecache_cached_bytes(fd, 0, &bytes), 0);
		assert_int_equal(bytes, 0);
	}
	fake.cachestat_errno = EIO;
	assert_int_equal(nrb_pagecache_cached_bytes(fd, LEN, &bytes), -EIO);
}

/* Counting by mincore(2) brings nothing in: it would report what it did itself. */
static void test_looking_caches_nothing(void **state)
{
	(void)state;
	evict();
	fake.cachestat_errno = ENOSYS;
	assert_int_equal(cached(), 0);
	assert_int_equal(cached(), 0);
}

static void test_evict_tells_what_stays(void **state)
{
	int64_t left = 0;
	void *map;

	(void)state;
	fill(LEN);
	map = mmap(NULL, 4 * PAGE, PROT_READ, MAP_SHARED | MAP_POPULATE, fd, 0);
	assert_ptr_not_equal(map, MAP_FAILED);
	assert_int_equal(nrb_pagecache_evict(fd, LEN, &left), 0);
	/* all of the large folios that they are part of */
	assert_in_range(left, 4 * PAGE, LEN);
	munmap(map, 4 * PAGE);
	evict();
	assert_int_equal(nrb_pagecache_evict(-1, LEN, &left), -EBADF);
	assert_string_not_equal(nrb_diag_message(), "");
}

static void test_fill(void **state)
{
	(void)state;
	evict();
	fill(LEN);
	assert_int_equal(progress, LEN);
	assert_int_equal(cached(), LEN);
	evict();
	fill(0);
	assert_int_equal(progress, 0);
	assert_int_equal(cached(), 0);
	stop = 1;
	fill(LEN);
	assert_int_equal(progress, 0);
	assert_int_equal(cached(), 0);
}

/* The flags of a page frame, or of none: root alone may see them. */
static bool page_flags(const char *page, uint64_t *flags)
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

/* Every page inactive, and in no page table but the one of this look. */
static void test_fill_leaves_pages_inactive(void **state)
{
	enum { ACTIVE = 1 << 6, LRU = 1 << 5 };
	uint64_t flags;
	char *map;

	(void)state;
	evict();
	fill(LEN);
	map = mmap(NULL, LEN, PROT_READ, MAP_SHARED, fd, 0);
	assert_ptr_not_equal(map, MAP_FAILED);
	assert_int_equal(madvise(map, LEN, MADV_RANDOM), 0);
	for (size_t i = 0; i < LEN; i += PAGE) {
		(void)*(volatile char *)(map + i);
		if (!page_flags(map + i, &flags)) {
			munmap(map, LEN);
			skip();
		}
		assert_int_equal(flags & ACTIVE, 0);
	}
	munmap(map, LEN);
}

/* A disk that fails is an error, not the end of the process; and SIGBUS is given back. */
static void test_fill_survives_sigbus(void **state)
{
	struct sigaction before, after;

	(void)state;
	assert_int_equal(sigaction(SIGBUS, NULL, &before), 0);
	assert_int_equal(
		nrb_pagecache_fill(fd, 0, (int64_t)LEN + 64 * PAGE, &progress, &stop),
		-EIO);
	assert_string_not_equal(nrb_diag_message(), "");
	assert_int_equal(sigaction(SIGBUS, NULL, &after), 0);
	assert_ptr_equal(after.sa_handler, before.sa_handler);
	assert_int_equal(nrb_pagecache_fill(-1, 0, PAGE, &progress, &stop), -EBADF);
}

static struct nrb_histogram hist;

static struct nrb_reread reread(int64_t max_bytes, uint64_t seed)
{
	struct nrb_rng rng = nrb_rng_init(seed);
	struct nrb_reread got;

	memset(&hist, 0, sizeof(hist));
	fake.record = true;
	fake.n_reads = 0;
	memset(fake.block_reads, 0, sizeof(fake.block_reads));
	progress = 0;
	assert_int_equal(nrb_pagecache_reread(
				 fd, LEN, max_bytes, &rng, &hist, &progress, &stop, &got),
		0);
	assert_int_equal(hist.n, fake.n_reads);
	assert_int_equal(hist.sum_ns, got.ns);
	assert_int_equal(progress, got.bytes);
	return got;
}

static void test_reread_of_cached_file_reads_no_disk(void **state)
{
	struct nrb_reread got;

	(void)state;
	fill(LEN);
	got = reread(LEN, 1);
	assert_int_equal(got.bytes, LEN);
	assert_int_equal(got.disk_bytes, 0);
	for (size_t i = 0; i <= BLOCKS; i++) {
		assert_int_equal(fake.block_reads[i], 1);
	}
}

/* No readahead: what comes from disk is what was asked for. */
static void test_reread_of_evicted_file_reads_disk(void **state)
{
	struct nrb_reread got;

	(void)state;
	evict();
	got = reread(LEN, 1);
	assert_int_equal(got.bytes, LEN);
	assert_int_equal(got.disk_bytes, LEN);
	evict();
	got = reread(10 * NRB_REREAD_BLOCK, 1);
	assert_in_range(got.bytes, 9 * NRB_REREAD_BLOCK, 10 * NRB_REREAD_BLOCK);
	assert_int_equal(got.disk_bytes, got.bytes);
	assert_int_equal(cached(), got.bytes);
}

static void test_reread_order_is_seeded(void **state)
{
	int64_t first[8];
	size_t in_order = 0;

	(void)state;
	reread(LEN, 4);
	memcpy(first, fake.first, sizeof(first));
	reread(LEN, 4);
	assert_memory_equal(first, fake.first, sizeof(first));
	reread(LEN, 5);
	assert_memory_not_equal(first, fake.first, sizeof(first));
	for (size_t i = 1; i < 8; i++) {
		in_order += first[i] == first[i - 1] + NRB_REREAD_BLOCK;
	}
	assert_in_range(in_order, 0, 2);
}

static void test_reread_stops_and_fails(void **state)
{
	struct nrb_rng rng = nrb_rng_init(1);
	struct nrb_reread got;

	(void)state;
	stop = 1;
	got = reread(LEN, 1);
	assert_int_equal(got.bytes, 0);
	stop = 0;
	fake.pread_errno = EIO;
	assert_int_equal(
		nrb_pagecache_reread(fd, LEN, LEN, &rng, &hist, &progress, &stop, &got),
		-EIO);
	assert_string_not_equal(nrb_diag_message(), "");
}

/* From a page's start on, and as far as asked: what lies before it stays on disk. */
static void test_fill_from_the_middle(void **state)
{
	int64_t bytes = -1;

	(void)state;
	evict();
	(void)posix_fadvise(fd, 0, 0, POSIX_FADV_RANDOM); /* no readahead beyond */
	assert_int_equal(
		nrb_pagecache_fill(fd, 64 * PAGE, 8 * PAGE, &progress, &stop), 0);
	(void)posix_fadvise(fd, 0, 0, POSIX_FADV_NORMAL);
	assert_int_equal(progress, 8 * PAGE);
	assert_int_equal(nrb_pagecache_cached_bytes(fd, 64 * PAGE, &bytes), 0);
	assert_int_equal(bytes, 0);
	assert_in_range(cached(), 8 * PAGE, LEN - 64 * PAGE);
	fill(LEN); /* pages that readahead still reads are locked, and would outlast eviction */
}

/* -- used again -- */

static void test_what_is_used_again_gets_active(void **state)
{
	enum { ACTIVE = 1 << 6, LEGACY_LRU_PASSES = 2 };
	int64_t active = 0;
	uint64_t flags;
	char *map;

	(void)state;
	if (access("/sys/kernel/mm/lru_gen/enabled", F_OK) == 0) {
		skip(); /* MGLRU counts what is used, and moves it later */
	}
	evict();
	fill(LEN);
	for (int i = 0; i < LEGACY_LRU_PASSES; i++) {
		assert_int_equal(nrb_pagecache_use_again(fd, LEN, &progress, &stop), 0);
	}
	map = mmap(NULL, LEN, PROT_READ, MAP_SHARED, fd, 0);
	assert_ptr_not_equal(map, MAP_FAILED);
	for (size_t i = 0; i < LEN; i += PAGE) {
		(void)*(volatile char *)(map + i);
		if (!page_flags(map + i, &flags)) {
			munmap(map, LEN);
			skip();
		}
		active += (flags & ACTIVE) != 0;
	}
	munmap(map, LEN);
	assert_in_range(active, LEN / PAGE / 100 * 90, LEN / PAGE);
}

/* Each block once a pass, whole, and none that would have to come from disk. */
static void test_using_again_brings_nothing_in(void **state)
{
	enum { FIRST = 16 << 20 };
	int64_t before;

	(void)state;
	evict();
	fake.record = true;
	assert_int_equal(nrb_pagecache_use_again(fd, LEN, &progress, &stop), 0);
	assert_int_equal(fake.n_reads, 0);
	assert_int_equal(cached(), 0);
	fill(FIRST);
	before = cached();
	assert_int_equal(nrb_pagecache_use_again(fd, LEN, &progress, &stop), 0);
	assert_int_equal(cached(), before);
	/* readahead may have gone beyond, to the end at most */
	assert_in_range(fake.n_reads, FIRST / NRB_REREAD_BLOCK, BLOCKS + 1);
	for (size_t i = 0; i < FIRST / NRB_REREAD_BLOCK; i++) {
		assert_int_equal(fake.block_reads[i], 1);
	}
	fill(LEN);
	memset(fake.block_reads, 0, sizeof(fake.block_reads));
	assert_int_equal(nrb_pagecache_use_again(fd, LEN, &progress, &stop), 0);
	assert_int_equal(progress, 2 * (int64_t)LEN);
	for (size_t i = 0; i <= BLOCKS; i++) {
		assert_int_equal(fake.block_reads[i], 1);
	}
	stop = 1;
	fake.n_reads = 0;
	assert_int_equal(nrb_pagecache_use_again(fd, LEN, &progress, &stop), 0);
	assert_int_equal(fake.n_reads, 0);
	stop = 0;
	fake.pread_errno = EIO;
	assert_int_equal(nrb_pagecache_use_again(fd, LEN, &progress, &stop), -EIO);
}

/* -- written -- */

static void test_write_is_in_place_and_nowhere_else(void **state)
{
	enum { FROM = 10 * NRB_REREAD_BLOCK, N = 6 * NRB_REREAD_BLOCK };
	static char before[20 * NRB_REREAD_BLOCK], after[sizeof(before)];
	struct stat stat;

	(void)state;
	memset(&hist, 0, sizeof(hist));
	assert_int_equal(pread(fd, before, sizeof(before), 0), sizeof(before));
	assert_int_equal(nrb_pagecache_write(fd, FROM, N, &hist, &progress, &stop), 0);
	assert_int_equal(progress, N);
	assert_int_equal(hist.n, N / NRB_REREAD_BLOCK);
	assert_int_equal(pread(fd, after, sizeof(after), 0), sizeof(after));
	assert_memory_equal(before, after, FROM);
	assert_memory_equal(
		before + FROM + N, after + FROM + N, sizeof(before) - FROM - N);
	for (size_t at = FROM; at < FROM + N; at += NRB_REREAD_BLOCK) {
		assert_memory_not_equal(before + at, after + at, PAGE);
		assert_memory_not_equal(after + at, after, PAGE);
	}
	/* no two blocks are the same */
	assert_memory_not_equal(after + FROM, after + FROM + NRB_REREAD_BLOCK, PAGE);
	assert_int_equal(fstat(fd, &stat), 0);
	assert_int_equal(stat.st_size, LEN);
	assert_int_equal(nrb_pagecache_write_back(fd, FROM, N, &progress, &stop), 0);
	assert_int_equal(progress, 2 * N);
}

static void test_write_stops_and_fails(void **state)
{
	int pipes[2];

	(void)state;
	stop = 1;
	assert_int_equal(
		nrb_pagecache_write(fd, 0, 4 * NRB_REREAD_BLOCK, NULL, &progress, &stop),
		0);
	assert_int_equal(nrb_pagecache_write_back(fd, 0, LEN, &progress, &stop), 0);
	assert_int_equal(progress, 0);
	stop = 0;
	assert_int_equal(
		nrb_pagecache_write(-1, 0, NRB_REREAD_BLOCK, NULL, &progress, &stop),
		-EBADF);
	assert_string_not_equal(nrb_diag_message(), "");
	assert_int_equal(pipe(pipes), 0);
	assert_int_equal(
		nrb_pagecache_write_back(pipes[0], 0, LEN, &progress, &stop), -ESPIPE);
	close(pipes[0]);
	close(pipes[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_cached_bytes, reset),
		cmocka_unit_test_setup(test_looking_caches_nothing, reset),
		cmocka_unit_test_setup(test_evict_tells_what_stays, reset),
		cmocka_unit_test_setup(test_fill, reset),
		cmocka_unit_test_setup(test_fill_leaves_pages_inactive, reset),
		cmocka_unit_test_setup(test_fill_survives_sigbus, reset),
		cmocka_unit_test_setup(test_reread_of_cached_file_reads_no_disk, reset),
		cmocka_unit_test_setup(test_reread_of_evicted_file_reads_disk, reset),
		cmocka_unit_test_setup(test_reread_order_is_seeded, reset),
		cmocka_unit_test_setup(test_reread_stops_and_fails, reset),
		cmocka_unit_test_setup(test_fill_from_the_middle, reset),
		cmocka_unit_test_setup(test_what_is_used_again_gets_active, reset),
		cmocka_unit_test_setup(test_using_again_brings_nothing_in, reset),
		cmocka_unit_test_setup(test_write_is_in_place_and_nowhere_else, reset),
		cmocka_unit_test_setup(test_write_stops_and_fails, reset),
	};
	const char *name;

	if (nrb_cachefile_check_dir(".", &name) < 0) {
		print_message("the build directory is on %s\n", name);
		return 77;
	}
	return cmocka_run_group_tests(tests, make_file, close_file);
}
