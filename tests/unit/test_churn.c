/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Workers: memory taken, given back and taken again, every touch counted and the share whole. */
#include "nrb/churn.h"

#include "tree.h"

#include <errno.h>
#include <sys/mman.h>

enum { PAGE = 4096, SLOT = 256, PAGES = 3 * SLOT + 100 };

static struct nrb_shared *shared;
static struct nrb_cell cell;

/* -- what is replaced -- */

static struct {
	int given_back, fail_at; /* 0: never */
	const char *at[16];
	size_t len[16];
} seen;

int __real_madvise(void *mem, size_t len, int advice);
int __wrap_madvise(void *mem, size_t len, int advice);
int __wrap_madvise(void *mem, size_t len, int advice)
{
	if (advice != MADV_DONTNEED) {
		return __real_madvise(mem, len, advice);
	}
	seen.at[seen.given_back] = mem;
	seen.len[seen.given_back] = len;
	if (++seen.given_back == seen.fail_at) {
		errno = EINVAL;
		return -1;
	}
	return __real_madvise(mem, len, advice);
}

/* -- the cell -- */

static int setup(void **state)
{
	(void)state;
	shared = calloc(1, sizeof(*shared));
	nrb_sample_init(&shared->sample);
	shared->phase = NRB_PHASE_ALLOCATE;
	memset(&seen, 0, sizeof(seen));
	cell = (struct nrb_cell){
		.shared = shared,
		.clock = nrb_clock_init(false),
		.arm = { .threads = 1 },
	};
	return nrb_arena_map(&cell.arena, (size_t)PAGES * PAGE, NRB_PAGE_4K);
}

static int teardown(void **state)
{
	(void)state;
	nrb_arena_unmap(&cell.arena);
	free(shared);
	return 0;
}

static void assert_whole(void)
{
	for (size_t at = 0; at < cell.arena.len; at += PAGE) {
		assert_int_equal(*(uint64_t *)(void *)(cell.arena.mem + at), 1);
	}
}

/* So many slots. */
static bool goes_on(const void *left)
{
	return (*(int *)(uintptr_t)left)-- > 0;
}

static void test_rounds(void **state)
{
	static const size_t slots[] = { SLOT, SLOT, SLOT, 100, SLOT, SLOT };
	size_t at = 0;
	int left = 6;

	(void)state;
	nrb_churn_fill(&cell, 0);
	assert_int_equal(shared->thread_pages[0], PAGES);
	assert_int_equal(shared->thread_hist[0].n, PAGES);
	assert_int_equal(seen.given_back, 0);
	assert_whole();
	assert_int_equal(nrb_churn_again(&cell, 0, goes_on, &left), 0);
	assert_int_equal(seen.given_back, 6);
	for (int i = 0; i < 6; i++) {
		assert_ptr_equal(seen.at[i], cell.arena.mem + at % PAGES * PAGE);
		assert_int_equal(seen.len[i], slots[i] * PAGE);
		at += slots[i];
	}
	assert_int_equal(shared->thread_pages[0], PAGES); /* those of the first round */
	assert_int_equal(shared->thread_again[0], PAGES + 2 * SLOT);
	assert_int_equal(shared->thread_hist[0].n, 2 * PAGES + 2 * SLOT);
	assert_int_equal(nrb_cell_written(shared), PAGES);
	assert_int_equal(nrb_cell_progress(shared), 2 * PAGES + 2 * SLOT);
	assert_whole();
}

static void test_each_worker_has_a_share(void **state)
{
	(void)state;
	cell.arm.threads = 3;
	for (int i = 0; i < 3; i++) {
		int left = 1;

		nrb_churn_fill(&cell, i);
		assert_int_equal(nrb_churn_again(&cell, i, goes_on, &left), 0);
		assert_int_equal(shared->thread_again[i], SLOT);
	}
	assert_int_equal(nrb_cell_written(shared), PAGES);
	assert_whole();
}

/* More workers than pages: one without a share has nothing to go round in. */
static void test_no_share(void **state)
{
	int left = 100;

	(void)state;
	nrb_arena_unmap(&cell.arena);
	assert_int_equal(nrb_arena_map(&cell.arena, PAGE, NRB_PAGE_4K), 0);
	cell.arm.threads = 2;
	nrb_churn_fill(&cell, 0);
	assert_int_equal(nrb_churn_again(&cell, 0, goes_on, &left), 0);
	assert_int_equal(left, 100);
}

static void test_huge_pages_are_slots(void **state)
{
	int left = 2;

	(void)state;
	nrb_arena_unmap(&cell.arena);
	assert_int_equal(nrb_arena_map(&cell.arena, (size_t)4 << 20, NRB_PAGE_THP), 0);
	shared->sample.alloc_page_bytes = 2 << 20;
	nrb_churn_fill(&cell, 0);
	assert_int_equal(shared->thread_pages[0], 2);
	assert_int_equal(nrb_churn_again(&cell, 0, goes_on, &left), 0);
	assert_int_equal(seen.len[0], 2 << 20);
	assert_int_equal(shared->thread_again[0], 2);
	assert_int_equal(nrb_cell_progress(shared), 4 * 512);
	assert_whole();
}

static void test_what_cannot_be_given_back(void **state)
{
	int left = 5;

	(void)state;
	seen.fail_at = 2;
	nrb_churn_fill(&cell, 0);
	assert_int_equal(nrb_churn_again(&cell, 0, goes_on, &left), -EINVAL);
	assert_int_equal(shared->thread_again[0], SLOT);
}

#define CHURN_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CHURN_TEST(test_rounds),
		CHURN_TEST(test_each_worker_has_a_share),
		CHURN_TEST(test_no_share),
		CHURN_TEST(test_huge_pages_are_slots),
		CHURN_TEST(test_what_cannot_be_given_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
