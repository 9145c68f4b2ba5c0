/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The chain is one cycle that visits each of its lines exactly once. */
#include "nrb/chain.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { PAGE = 4096, PAGES = 48, MAX_LINES = PAGES * PAGE / sizeof(void *) };

/* What walking a chain met. */
struct walked {
	size_t lines;
	size_t on_page[PAGES];
	char seen[PAGES * PAGE]; /* by offset */
};

static struct nrb_arena arena;
static volatile int32_t stop;
static volatile int64_t progress;

static int map(void **state)
{
	(void)state;
	if (nrb_arena_map(&arena, PAGES * PAGE, NRB_PAGE_4K) < 0) {
		return -1;
	}
	memset(arena.mem, 0xa5, arena.len);
	return 0;
}

static int unmap(void **state)
{
	(void)state;
	nrb_arena_unmap(&arena);
	return 0;
}

/* Walk lines steps by hand: every one is on a line of the arena that was not met before, and the
 * last leads back. */
static void walk(const struct nrb_chain *chain, size_t line_bytes, struct walked *walked)
{
	void **at = chain->start;

	memset(walked, 0, sizeof(*walked));
	for (size_t i = 0; i < chain->lines; i++) {
		size_t offset = (size_t)((char *)at - arena.mem);

		assert_in_range(offset, 0, arena.len - 1);
		assert_int_equal(offset % line_bytes, 0);
		assert_int_equal(walked->seen[offset], 0);
		walked->seen[offset] = 1;
		walked->on_page[offset / PAGE]++;
		walked->lines++;
		at = *at;
	}
	assert_ptr_equal(at, chain->start);
}

static int build(struct nrb_chain *chain, const uint32_t *pages, size_t n_pages,
	size_t line_bytes, size_t max_lines, struct nrb_rng *rng)
{
	const struct nrb_chain_lines lines = { pages, n_pages, line_bytes, max_lines };

	return nrb_chain_build(chain, &arena, &lines, rng, &stop, &progress);
}

static void build_and_walk(const uint32_t *pages, size_t n_pages, size_t line_bytes,
	size_t max_lines, uint64_t seed, struct walked *walked)
{
	struct nrb_rng rng = nrb_rng_init(seed);
	struct nrb_chain chain;

	memset(arena.mem, 0xa5, arena.len);
	assert_int_equal(build(&chain, pages, n_pages, line_bytes, max_lines, &rng), 0);
	walk(&chain, line_bytes, walked);
}

static void test_every_line_is_met_once(void **state)
{
	static const size_t line_bytes[] = { sizeof(void *), 32, 64, 128, 2048, PAGE };
	struct walked walked;

	(void)state;
	for (size_t i = 0; i < sizeof(line_bytes) / sizeof(line_bytes[0]); i++) {
		for (uint64_t seed = 0; seed < 8; seed++) {
			build_and_walk(NULL, PAGES, line_bytes[i], 0, seed, &walked);
			assert_int_equal(walked.lines, PAGES * PAGE / line_bytes[i]);
		}
	}
}

static void test_more_lines_than_there_are_is_all(void **state)
{
	struct walked walked;

	(void)state;
	build_and_walk(NULL, PAGES, 64, (size_t)PAGES * 64 + 1, 1, &walked);
	assert_int_equal(walked.lines, PAGES * 64);
}

static void test_only_the_pages_listed_are_used(void **state)
{
	static const uint32_t pages[] = { 3, 4, 7, 21, PAGES - 1 };
	struct walked walked;

	(void)state;
	for (size_t max_lines = 0; max_lines < 400; max_lines += 19) {
		size_t want = max_lines == 0 || max_lines > 320 ? 320 : max_lines;

		build_and_walk(pages, 5, 64, max_lines, max_lines, &walked);
		assert_int_equal(walked.lines, want);
		for (size_t i = 0; i < 5; i++) {
			want -= walked.on_page[pages[i]];
		}
		assert_int_equal(want, 0);
	}
}

/* However few the lines, no page has two more than another one. */
static void test_a_sample_is_spread_over_all_pages(void **state)
{
	struct walked walked;

	(void)state;
	for (size_t max_lines = PAGES; max_lines < (size_t)PAGES * 64; max_lines += 41) {
		build_and_walk(NULL, PAGES, 64, max_lines, max_lines, &walked);
		assert_int_equal(walked.lines, max_lines);
		for (size_t i = 0; i < PAGES; i++) {
			assert_in_range(walked.on_page[i], max_lines / PAGES,
				max_lines / PAGES + 1);
		}
	}
}

static void test_a_smaller_sample_skips_pages_evenly(void **state)
{
	struct walked walked;
	size_t last;

	(void)state;
	for (size_t max_lines = 2; max_lines < PAGES; max_lines++) {
		build_and_walk(NULL, PAGES, 64, max_lines, max_lines, &walked);
		assert_int_equal(walked.lines, max_lines);
		last = 0;
		for (size_t i = 0; i < PAGES; i++) {
			assert_in_range(walked.on_page[i], 0, 1);
			if (walked.on_page[i] == 1) {
				assert_in_range(i - last, 0, PAGES / max_lines + 1);
				last = i;
			}
		}
	}
}

/* At a fixed place in each page, a sample would meet few of a cache's sets. */
static void test_a_sample_lies_at_random_places(void **state)
{
	struct walked walked;
	size_t places = 0;

	(void)state;
	build_and_walk(NULL, PAGES, 64, PAGES, 5, &walked);
	for (size_t place = 0; place < PAGE; place += 64) {
		size_t at = place;

		while (at < arena.len && walked.seen[at] == 0) {
			at += PAGE;
		}
		places += at < arena.len;
	}
	assert_in_range(places, PAGES / 3, PAGES);
}

static void test_the_seed_decides(void **state)
{
	static void *first[MAX_LINES], *second[MAX_LINES];
	struct walked walked;

	(void)state;
	build_and_walk(NULL, PAGES, 64, 0, 7, &walked);
	memcpy(first, arena.mem, arena.len);
	build_and_walk(NULL, PAGES, 64, 0, 7, &walked);
	memcpy(second, arena.mem, arena.len);
	assert_memory_equal(first, second, arena.len);
	build_and_walk(NULL, PAGES, 64, 0, 8, &walked);
	assert_memory_not_equal(first, arena.mem, arena.len);
}

/* In a random cycle over n lines, the next line is the neighbour about once; in an ordered one,
 * which prefetchers see through, always. */
static void test_the_order_is_not_the_address_order(void **state)
{
	struct nrb_rng rng = nrb_rng_init(3);
	struct nrb_chain chain;
	size_t neighbours = 0;
	void **at;

	(void)state;
	assert_int_equal(build(&chain, NULL, PAGES, 64, 0, &rng), 0);
	at = chain.start;
	for (size_t i = 0; i < chain.lines; i++) {
		ptrdiff_t step = (char *)*at - (char *)at;

		neighbours += step == 64 || step == -64;
		at = *at;
	}
	assert_in_range(neighbours, 0, 16);
}

static void test_no_chain_of_under_two_lines(void **state)
{
	struct nrb_rng rng = nrb_rng_init(1);
	struct nrb_chain chain;

	(void)state;
	assert_int_equal(build(&chain, NULL, 0, 64, 0, &rng), -EINVAL);
	assert_int_equal(build(&chain, NULL, 1, PAGE, 0, &rng), -EINVAL);
	assert_int_equal(build(&chain, NULL, PAGES, 64, 1, &rng), -EINVAL);
}

static void test_a_page_listed_twice_is_no_cycle(void **state)
{
	static const uint32_t pages[] = { 1, 1 };
	struct nrb_rng rng = nrb_rng_init(1);
	struct nrb_chain chain;

	(void)state;
	assert_int_equal(build(&chain, pages, 2, 64, 0, &rng), -EIO);
}

/* So often that the places where counting begins are one. */
static void test_a_page_listed_often_is_no_cycle(void **state)
{
	uint32_t pages[256];
	struct nrb_rng rng = nrb_rng_init(1);
	struct nrb_chain chain;

	(void)state;
	for (size_t i = 0; i < 256; i++) {
		pages[i] = 2;
	}
	assert_int_equal(build(&chain, pages, 256, PAGE, 0, &rng), -EIO);
	/* no mark is left */
	assert_ptr_equal(*(void **)(void *)(arena.mem + 2 * (size_t)PAGE),
		arena.mem + 2 * (size_t)PAGE);
}

/* Big enough that it must look up while it works. */
static void test_building_shows_progress_and_stops(void **state)
{
	static const struct nrb_chain_lines lines = { NULL, 2048, 64, 0 };
	struct nrb_rng rng = nrb_rng_init(1);
	struct nrb_chain chain = { 0 };
	struct nrb_arena big;

	(void)state;
	assert_int_equal(nrb_arena_map(&big, 2048 * (size_t)PAGE, NRB_PAGE_4K), 0);
	progress = 0;
	assert_int_equal(
		nrb_chain_build(&chain, &big, &lines, &rng, &stop, &progress), 0);
	assert_int_equal(chain.lines, 2048 * 64);
	assert_in_range(progress, 4 * 65536, 6 * 65536);
	stop = 1;
	progress = 0;
	assert_int_equal(nrb_chain_build(&chain, &big, &lines, &rng, &stop, &progress),
		-ECANCELED);
	assert_in_range(progress, 1, 65536);
	stop = 0;
	nrb_arena_unmap(&big);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_line_is_met_once),
		cmocka_unit_test(test_more_lines_than_there_are_is_all),
		cmocka_unit_test(test_only_the_pages_listed_are_used),
		cmocka_unit_test(test_a_sample_is_spread_over_all_pages),
		cmocka_unit_test(test_a_smaller_sample_skips_pages_evenly),
		cmocka_unit_test(test_a_sample_lies_at_random_places),
		cmocka_unit_test(test_the_seed_decides),
		cmocka_unit_test(test_the_order_is_not_the_address_order),
		cmocka_unit_test(test_no_chain_of_under_two_lines),
		cmocka_unit_test(test_a_page_listed_twice_is_no_cycle),
		cmocka_unit_test(test_a_page_listed_often_is_no_cycle),
		cmocka_unit_test(test_building_shows_progress_and_stops),
	};

	return cmocka_run_group_tests(tests, map, unmap);
}
