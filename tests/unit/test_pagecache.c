/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is in cache, and how it got there. */
#include "cachetest.h"

#include <signal.h>
#include <sys/mman.h>

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
		fill_whole();
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
	fill_whole();
	evict();
	fill(0);
	assert_int_equal(progress, 0);
	assert_int_equal(cached(), 0);
	stop = 1;
	fill(LEN);
	assert_int_equal(progress, 0);
	assert_int_equal(cached(), 0);
}

/* How many pages are active, of a file that was filled anew and is in the page table of this look alone;
 * -1: it is not for us to see. */
static int count_active(void)
{
	enum { ACTIVE = 1 << 6 };
	uint64_t flags;
	int active = 0;
	char *map;

	evict();
	fill(LEN);
	map = mmap(NULL, LEN, PROT_READ, MAP_SHARED, fd, 0);
	assert_ptr_not_equal(map, MAP_FAILED);
	assert_int_equal(madvise(map, LEN, MADV_RANDOM), 0);
	for (size_t i = 0; i < LEN && active >= 0; i += PAGE) {
		(void)*(volatile char *)(map + i);
		active = !page_flags(map + i, &flags) ? -1
						      : active + ((flags & ACTIVE) != 0);
	}
	munmap(map, LEN);
	return active;
}

static void test_fill_leaves_pages_inactive(void **state)
{
	int active = -1;

	(void)state;
	for (int i = 0; i < TRIES && active != 0; i++) {
		active = count_active();
		if (active < 0) {
			skip();
		}
	}
	assert_int_equal(active, 0);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_cached_bytes, reset),
		cmocka_unit_test_setup(test_looking_caches_nothing, reset),
		cmocka_unit_test_setup(test_evict_tells_what_stays, reset),
		cmocka_unit_test_setup(test_fill, reset),
		cmocka_unit_test_setup(test_fill_leaves_pages_inactive, reset),
		cmocka_unit_test_setup(test_fill_survives_sigbus, reset),
		cmocka_unit_test_setup(test_fill_from_the_middle, reset),
	};

	if (!can_test_here()) {
		return 77;
	}
	return cmocka_run_group_tests(tests, make_file, close_file);
}
