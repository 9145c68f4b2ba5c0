/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file that is read again, used again and written: what comes from disk, and what changes. */
#include "cachetest.h"

#include <sys/mman.h>
#include <sys/stat.h>

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
	for (int i = 0; i < TRIES; i++) {
		fill_whole();
		got = reread(LEN, 1);
		if (got.disk_bytes == 0) {
			break;
		}
	}
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
	assert_string_equal(nrb_diag_message(), ""); /* in a thread of its own, for one */
	assert_int_equal(pipe(pipes), 0);
	assert_int_equal(
		nrb_pagecache_write_back(pipes[0], 0, LEN, &progress, &stop), -ESPIPE);
	close(pipes[0]);
	close(pipes[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_reread_of_cached_file_reads_no_disk, reset),
		cmocka_unit_test_setup(test_reread_of_evicted_file_reads_disk, reset),
		cmocka_unit_test_setup(test_reread_order_is_seeded, reset),
		cmocka_unit_test_setup(test_reread_stops_and_fails, reset),
		cmocka_unit_test_setup(test_what_is_used_again_gets_active, reset),
		cmocka_unit_test_setup(test_using_again_brings_nothing_in, reset),
		cmocka_unit_test_setup(test_write_is_in_place_and_nowhere_else, reset),
		cmocka_unit_test_setup(test_write_stops_and_fails, reset),
	};

	if (!can_test_here()) {
		return 77;
	}
	return cmocka_run_group_tests(tests, make_file, close_file);
}
