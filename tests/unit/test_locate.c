/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Locating an allocation, all of it or a sample, and walking what was located: for real. */
#include "nrb/steps.h"

#include "nrb/zones.h"
#include "steptest.h"

#include <string.h>
#include <sys/mman.h>

enum { LEN = 4 << 20, MOST = 100 };

static int64_t sum_of_pages(void)
{
	int64_t sum = 0;

	for (int64_t i = 0; i < shared->sample.n_nodes; i++) {
		sum += shared->sample.nodes[i].pages;
	}
	return sum + shared->sample.pages_absent;
}

static int map(void **state)
{
	int rc = begin(state);

	if (rc == 0) {
		rc = nrb_arena_map(&cell.arena, LEN, NRB_PAGE_4K);
	}
	if (rc == 0) {
		memset(cell.arena.mem, 1, LEN);
		shared->sample.seed = 7;
		shared->sample.alloc_page_bytes = 4096;
		cell.line_bytes = 64;
		cell.sizes.walk_loads = 64;
	}
	return rc;
}

static int unmap(void **state)
{
	nrb_arena_unmap(&cell.arena);
	free(cell.located);
	free(cell.node_of);
	return teardown(state);
}

static void test_all_pages(void **state)
{
	const int64_t pages = LEN / nrb_zones_page_bytes();

	(void)state;
	assert_int_equal(nrb_step_locate(&cell), 0);
	assert_null(cell.located);
	assert_int_equal(shared->sample.pages_located, pages);
	assert_int_equal(shared->sample.pages_absent, 0);
	assert_int_equal(sum_of_pages(), pages);
	assert_int_equal(nrb_step_access(&cell), 0);
	assert_in_range(shared->sample.n_walks, 1, 2);
	assert_int_equal(shared->sample.walks[0].lines, LEN / 64);
}

/* What was given back before the look is not present, and in no walk. */
static void test_a_sample(void **state)
{
	const int64_t pages = LEN / nrb_zones_page_bytes();
	int64_t located, absent = 0;

	(void)state;
	cell.sizes.locate_pages = MOST;
	assert_int_equal(madvise(cell.arena.mem, LEN / 4, MADV_DONTNEED), 0);
	assert_int_equal(nrb_step_locate(&cell), 0);
	located = shared->sample.pages_located;
	assert_in_range(located, MOST / 2, MOST);
	assert_int_equal(located, cell.n_located);
	assert_int_equal(sum_of_pages(), located);
	for (size_t i = 0; i < cell.n_located; i++) {
		bool is_there = cell.located[i] >= pages / 4;

		assert_int_equal(cell.node_of[i] >= 0, is_there);
		absent += !is_there;
	}
	assert_int_equal(shared->sample.pages_absent, absent);
	assert_int_equal(shared->sample.alloc_pages, LEN / 4096);
	assert_int_equal(shared->sample.pages_numa_maps, NRB_ABSENT);
	assert_int_equal(nrb_step_access(&cell), 0);
	assert_int_equal(shared->sample.walks[0].lines, (located - absent) * (4096 / 64));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_all_pages, map, unmap),
		cmocka_unit_test_setup_teardown(test_a_sample, map, unmap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
