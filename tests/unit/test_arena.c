/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The arena: nothing is touched until it is touched, and each page is timed once. */
#include "nrb/arena.h"

#include "nrb/diag.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { PAGE = 4096, HUGE_PAGE = 2 << 20, PAGES = 100 };

static int madvise_errno; /* 0: the real one */

int __real_madvise(void *mem, size_t len, int advice);
int __wrap_madvise(void *mem, size_t len, int advice);
int __wrap_madvise(void *mem, size_t len, int advice)
{
	if (madvise_errno != 0) {
		errno = madvise_errno;
		return -1;
	}
	return __real_madvise(mem, len, advice);
}

static int reset(void **state)
{
	(void)state;
	madvise_errno = 0;
	nrb_diag_reset();
	return 0;
}

static size_t resident_pages(const struct nrb_arena *arena)
{
	unsigned char *in = calloc(arena->len / PAGE, 1);
	size_t n = 0;

	assert_non_null(in);
	assert_int_equal(mincore(arena->mem, arena->len, in), 0);
	for (size_t i = 0; i < arena->len / PAGE; i++) {
		n += in[i] & 1;
	}
	free(in);
	return n;
}

static void test_map_touches_nothing(void **state)
{
	struct nrb_arena arena;

	(void)state;
	assert_int_equal(nrb_arena_map(&arena, PAGES * PAGE - 1, NRB_PAGE_4K), 0);
	assert_int_equal(arena.len, PAGES * PAGE);
	assert_int_equal(arena.page_bytes, PAGE);
	assert_int_equal((uintptr_t)arena.mem % HUGE_PAGE, 0);
	assert_int_equal(resident_pages(&arena), 0);
	nrb_arena_unmap(&arena);
	assert_null(arena.mem);
	nrb_arena_unmap(&arena); /* again is nothing */
}

static void test_huge_pages_are_asked_for(void **state)
{
	struct nrb_arena arena;

	(void)state;
	assert_int_equal(nrb_arena_map(&arena, HUGE_PAGE + 1, NRB_PAGE_THP), 0);
	assert_int_equal(arena.len, 2 * HUGE_PAGE);
	assert_int_equal(arena.page_bytes, HUGE_PAGE);
	nrb_arena_unmap(&arena);
}

static void test_a_kernel_without_thp(void **state)
{
	struct nrb_arena arena;

	(void)state;
	madvise_errno = EINVAL;
	assert_int_equal(nrb_arena_map(&arena, PAGE, NRB_PAGE_4K), 0);
	nrb_arena_unmap(&arena);
	assert_int_equal(nrb_arena_map(&arena, PAGE, NRB_PAGE_THP), -EINVAL);
	assert_null(arena.map);
	assert_string_not_equal(nrb_diag_message(), "");
}

static void test_too_large_to_map(void **state)
{
	struct nrb_arena arena;

	(void)state;
	assert_int_equal(nrb_arena_map(&arena, (size_t)1 << 60, NRB_PAGE_4K), -ENOMEM);
	assert_null(arena.map);
	assert_string_not_equal(nrb_diag_message(), "");
}

static void test_touch_times_each_page_once(void **state)
{
	static struct nrb_histogram hist;
	struct nrb_clock clock = nrb_clock_init(false);
	volatile int64_t written = 0;
	volatile int32_t stop = 0;
	struct nrb_arena arena;
	uint64_t counted = 0;

	(void)state;
	memset(&hist, 0, sizeof(hist));
	assert_int_equal(nrb_arena_map(&arena, PAGES * PAGE, NRB_PAGE_4K), 0);
	assert_int_equal(
		nrb_arena_touch(&arena, 10, 30, &clock, &hist, &written, &stop), 20);
	assert_int_equal(written, 20);
	assert_int_equal(resident_pages(&arena), 20);
	assert_int_equal(
		nrb_arena_touch(&arena, 30, PAGES, &clock, &hist, &written, &stop), 70);
	assert_int_equal(resident_pages(&arena), PAGES - 10);
	assert_int_equal(arena.mem[9 * PAGE], 0);
	assert_int_equal(arena.mem[10 * PAGE], 1);
	for (int i = 0; i < NRB_HISTOGRAM_BUCKETS; i++) {
		counted += hist.count[i];
	}
	assert_int_equal(counted, 90);
	assert_int_equal(hist.n, 90);
	assert_true(hist.max_ns > 0);
	nrb_arena_unmap(&arena);
}

/* The stamps leave no gap: what the faults took in sum is what the loop took, less its tail. */
static void test_touch_misses_no_time(void **state)
{
	static struct nrb_histogram hist;
	struct nrb_clock clock = nrb_clock_init(false);
	volatile int64_t written = 0;
	volatile int32_t stop = 0;
	struct nrb_arena arena;
	uint64_t start, wall;

	(void)state;
	memset(&hist, 0, sizeof(hist));
	assert_int_equal(
		nrb_arena_map(&arena, (size_t)64 * PAGES * PAGE, NRB_PAGE_4K), 0);
	start = nrb_clock_ns();
	nrb_arena_touch(&arena, 0, 64 * PAGES, &clock, &hist, &written, &stop);
	wall = nrb_clock_ns() - start;
	assert_in_range(hist.sum_ns, wall / 2, wall);
	nrb_arena_unmap(&arena);
}

static void test_touch_stops(void **state)
{
	static struct nrb_histogram hist;
	struct nrb_clock clock = nrb_clock_init(false);
	volatile int64_t written = 0;
	volatile int32_t stop = 1;
	struct nrb_arena arena;

	(void)state;
	assert_int_equal(nrb_arena_map(&arena, PAGES * PAGE, NRB_PAGE_4K), 0);
	assert_int_equal(
		nrb_arena_touch(&arena, 0, PAGES, &clock, &hist, &written, &stop), 0);
	assert_int_equal(resident_pages(&arena), 0);
	nrb_arena_unmap(&arena);
}

static void test_huge_bytes_of_this_process(void **state)
{
	struct nrb_root root;
	struct nrb_arena arena;
	int64_t bytes = -1;

	(void)state;
	assert_int_equal(nrb_fsroot_open(&root, "/"), 0);
	assert_int_equal(nrb_arena_map(&arena, 2 * HUGE_PAGE, NRB_PAGE_4K), 0);
	memset(arena.mem, 1, arena.len);
	assert_int_equal(nrb_arena_huge_bytes(&root, &arena, &bytes), 0);
	assert_int_equal(bytes, 0);
	nrb_arena_unmap(&arena);
	nrb_fsroot_close(&root);
}

/* Only mappings within the range count, all of them, and a range must be there. */
static void test_huge_bytes_of_a_recorded_process(void **state)
{
	static const char smaps[] =
		"55d0c0000000-55d0c0021000 rw-p 00000000 00:00 0     [heap]\n"
		"AnonHugePages:      4096 kB\n"
		"7f0000000000-7f0000400000 rw-p 00000000 00:00 0 \n"
		"Size:               4096 kB\n"
		"AnonHugePages:      2048 kB\n"
		"AnonHugePages:      9223372036854775807 kB\n" /* more than it has */
		"AnonHugePages:      -8 kB\n"
		"7f0000400000-7f0000800000 rw-p 00000000 00:00 0 \n"
		"AnonHugePages:      4096 kB\n"
		"7f0000800000-7f0000a00000 rw-p 00000000 00:00 0 \n"
		"AnonHugePages:      2048 kB\n";
	struct nrb_arena arena = { .mem = (char *)0x7f0000000000, .len = 8 << 20 };
	char dir[] = "/tmp/nrb-arena-XXXXXX", path[64];
	struct nrb_root root;
	int64_t bytes = 0;
	FILE *f;

	(void)state;
	assert_non_null(mkdtemp(dir));
	assert_int_equal(nrb_fsroot_open(&root, dir), 0);
	assert_int_equal(nrb_arena_huge_bytes(&root, &arena, &bytes), -ENOENT);
	assert_int_equal(mkdirat(root.fd, "proc", 0700), 0);
	assert_int_equal(mkdirat(root.fd, "proc/self", 0700), 0);
	(void)snprintf(path, sizeof(path), "%s/proc/self/smaps", dir);
	f = fopen(path, "we");
	assert_non_null(f);
	assert_true(fputs(smaps, f) >= 0);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(nrb_arena_huge_bytes(&root, &arena, &bytes), 0);
	assert_int_equal(bytes, (2048 + 4096) * 1024);
	arena.mem = (char *)0x600000000000;
	assert_int_equal(nrb_arena_huge_bytes(&root, &arena, &bytes), -ENOENT);
	assert_int_equal(unlinkat(root.fd, "proc/self/smaps", 0), 0);
	assert_int_equal(unlinkat(root.fd, "proc/self", AT_REMOVEDIR), 0);
	assert_int_equal(unlinkat(root.fd, "proc", AT_REMOVEDIR), 0);
	nrb_fsroot_close(&root);
	assert_int_equal(rmdir(dir), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_map_touches_nothing, reset),
		cmocka_unit_test_setup(test_huge_pages_are_asked_for, reset),
		cmocka_unit_test_setup(test_a_kernel_without_thp, reset),
		cmocka_unit_test_setup(test_too_large_to_map, reset),
		cmocka_unit_test_setup(test_touch_times_each_page_once, reset),
		cmocka_unit_test_setup(test_touch_misses_no_time, reset),
		cmocka_unit_test_setup(test_touch_stops, reset),
		cmocka_unit_test_setup(test_huge_bytes_of_this_process, reset),
		cmocka_unit_test_setup(test_huge_bytes_of_a_recorded_process, reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
