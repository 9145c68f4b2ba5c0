/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sentences on gates, scans, swapping, writing and threads, and on what does without node reclaim. */
#include "claimtest.h"

#define MIB (1LL << 20)

static void test_alternative(void **state)
{
	(void)state;
	add(0, 0, 1000, 0, 0);
	add(1, 990, 600, 1, 500);
	policy = "bind";
	add(0, 1000, 900, 0, 500);
	policy = "interleave";
	add(0, 500, 1000, 0, 0); /* less than mode 1 */
	policy = "local";
	trim = "on";
	add(0, 990, 1000, 0, 0);
	add(1, 1000, 500, 0, 500); /* a value of the sysctl is no alternative to it */
	claim_so_many(3);
	assert_kind(1, NRB_CLAIM_ALTERNATIVE);
	assert_int_equal(claims.list[1].modes, 1);
	assert_says(1,
		"Policy bind keeps 100.0 % of new memory local without node reclaim, at least as "
		"much as any of modes 0 and 1 without it (at best 99.0 %, mode 1), and evicts "
		"10.0 % of the cached file.");
	assert_says(2,
		"Trim on keeps 99.0 % of new memory local at mode 0, at least as much as any of "
		"modes 0 and 1 without it (at best 99.0 %, mode 1), and evicts no more cache.");
}

/* Where a CPU of the node itself allocates, preferring it is what local is. */
static void test_alternative_to_preferred(void **state)
{
	(void)state;
	policy = "preferred";
	add(0, 0, 1000, 0, 0);
	add(1, 500, 600, 1, 500);
	policy = "bind";
	add(0, 1000, 900, 0, 500);
	claim_so_many(2);
	assert_says(1,
		"Policy bind keeps 100.0 % of new memory local without node reclaim, more than any "
		"of modes 0 and 1 without it (at best 50.0 %, mode 1), and evicts 10.0 % of the "
		"cached file.");
}

/* Of a cache of 500 GiB, 2 GiB in place of 2 GiB are evicted all the same. */
static void test_alternative_on_a_huge_node(void **state)
{
	(void)state;
	for (int bind = 0; bind < 2; bind++) {
		policy = bind ? "bind" : "local";
		make(0, bind ? 512 << 10 : 0, 0, 0, 0);
		sample.alloc_pages = 512 << 10;
		sample.cache_before_bytes = 500LL << 30;
		sample.cache_after_bytes = (500LL - 2 * bind) << 30;
		assert_int_equal(nrb_group_add(&group, &sample), 0);
	}
	claim_so_many(1);
	assert_says(0,
		"Policy bind keeps 100.0 % of new memory local without node reclaim, more than "
		"mode 0 without it (0.0 %), and evicts 2.00 GiB of the cached file.");
}

/* Of modes that were not run nothing is said. */
static void test_alternative_to_mode_0(void **state)
{
	(void)state;
	add(0, 0, 1000, 0, 0);
	policy = "bind";
	add(0, 1000, 1000, 0, 500);
	claim_so_many(1);
	assert_says(0,
		"Policy bind keeps 100.0 % of new memory local without node reclaim, more than "
		"mode 0 without it (0.0 %), and evicts no more cache.");
}

/* One cell that keeps less, and it is no alternative any more. */
static void test_no_alternative(void **state)
{
	(void)state;
	add(0, 0, 1000, 0, 0);
	add(1, 990, 600, 1, 500);
	policy = "bind";
	add(0, 1000, 900, 0, 500);
	add(0, 900, 900, 0, 500);
	claim_so_many(1);
}

/* Without the sysctl the alternatives are all there is. */
static void test_no_knob(void **state)
{
	(void)state;
	for (int bind = 0; bind < 2; bind++) {
		policy = bind ? "bind" : "local";
		make(0, bind ? 1000 : 0, 1000, 0, 0);
		sample.mode = NRB_ABSENT;
		assert_int_equal(nrb_group_add(&group, &sample), 0);
	}
	claim_so_many(1);
	assert_kind(0, NRB_CLAIM_ALTERNATIVE);
	assert_int_equal(claims.list[0].modes, 0);
	assert_says(0,
		"Policy bind keeps 100.0 % of new memory local without node reclaim, more than "
		"without it (0.0 %), and evicts no more cache.");
}

static int64_t zswapped; /* in mode 6 and 7 alone; 0: no zswap */

static void add_swapping(int mode, int64_t pages)
{
	make(mode, mode > 5 ? 1000 : 0, 1000, 0, pages);
	sample.counters.v[NRB_PSWPOUT] = pages;
	sample.counters.v[NRB_ZSWPOUT] = zswapped != 0 ? zswapped : NRB_ABSENT;
	sample.counters.v[NRB_ALLOCSTALL] = 0;
	sample.swapout_kswapd_pages = 0;
	sample.return_pages = 1000;
	sample.return_major_faults = pages / 2;
	sample.return_ns = 1000 * (100 + pages);
	assert_int_equal(nrb_group_add(&group, &sample), 0);
}

static void assert_swap_claim(const char *text)
{
	claim();
	for (int i = 0; i < claims.n; i++) {
		if (claims.list[i].kind == NRB_CLAIM_SWAP) {
			assert_says(i, text);
			return;
		}
	}
	fail_msg("no claim about swapping");
}

static void test_swap(void **state)
{
	(void)state;
	add_swapping(0, 0);
	add_swapping(6, 800);
	add_swapping(7, 600);
	assert_swap_claim(
		"Modes 6 and 7 swapped out 600 to 800 pages, none of them by kswapd; of "
		"their owner's touches afterwards, 30.0 % to 40.0 % read from disk (a touch "
		"took up to 900 ns on average); mode 0 swapped out none.");
}

/* What zswap took is swapped out too, though nothing was written to disk. */
static void test_swap_to_zswap(void **state)
{
	(void)state;
	add_swapping(0, 0);
	zswapped = 400;
	add_swapping(6, 0);
	add_swapping(7, 600);
	assert_swap_claim(
		"Modes 6 and 7 swapped out 400 to 1,000 pages, none of them by kswapd; of "
		"their owner's touches afterwards, 0.0 % to 30.0 % read from disk (a touch "
		"took up to 700 ns on average); mode 0 swapped out none.");
	zswapped = 0;
}

/* In a rehearsal nothing is said of times; and what is not known is not said. */
static void test_swap_rehearsed(void **state)
{
	(void)state;
	header.rehearsal = true;
	add_swapping(7, 600);
	assert_swap_claim(
		"Mode 7 swapped out 600 pages, none of them by kswapd; of their owner's "
		"touches afterwards, 30.0 % read from disk.");
}

static void test_swap_sometimes(void **state)
{
	(void)state;
	add_swapping(7, 600);
	add_swapping(7, 0);
	claim();
	for (int i = 0; i < claims.n; i++) {
		assert_int_not_equal(claims.list[i].kind, NRB_CLAIM_SWAP);
	}
}

static void test_scans(void **state)
{
	(void)state;
	make(4, 10, 1000, 0, 0);
	sample.status = NRB_STATUS_STALLED;
	strcpy(sample.note, "stalled: 3 pages in 20 looks");
	sample.counters.v[NRB_PGSCAN_DIRECT] = 60000000;
	sample.counters.v[NRB_ALLOCSTALL] = 0;
	assert_int_equal(nrb_group_add(&group, &sample), 0);
	claim_so_many(2);
	assert_kind(0, NRB_CLAIM_SCANS);
	assert_says(0, "Mode 4 scanned 60,000,000 pages in a cell and freed none.");
	assert_kind(1, NRB_CLAIM_STALLED);
}

/* The node's memory: so much file cache and dirty, before and after. */
static void add_dirty(int mode, int64_t local, const int64_t *file, const int64_t *dirty,
	int64_t written)
{
	struct nrb_node_sample *node;

	make(mode, local, file[1], 0, file[0] - file[1]);
	node = nrb_sample_node(&sample, 0);
	node->file_before_bytes = node->inactive_file_before_bytes = file[0];
	node->file_after_bytes = node->inactive_file_after_bytes = file[1];
	node->active_file_before_bytes = node->active_file_after_bytes = 0;
	node->mapped_before_bytes = node->mapped_after_bytes = 0;
	node->dirty_before_bytes = dirty[0];
	node->dirty_after_bytes = dirty[1];
	node->slab_before_bytes = node->slab_after_bytes = 0;
	sample.min_unmapped_bytes = 10;
	sample.min_slab_bytes = 10;
	sample.counters.v[NRB_ALLOCSTALL] = 0;
	sample.counters.v[NRB_WRITTEN] = written;
	sample.counters.v[NRB_VMSCAN_WRITE] = 0;
	assert_int_equal(nrb_group_add(&group, &sample), 0);
}

static void test_dirty(void **state)
{
	static const int64_t kept[] = { 1000, 1000 }, less[] = { 1000, 905 },
			     all_dirty[] = { 995, 995 }, some_dirty[] = { 900, 900 },
			     written[] = { 900, 5 }, taken[] = { 1000, 600 };

	(void)state;
	group.kernel = nrb_rule_kernel("6.1.0");
	add_dirty(0, 0, kept, some_dirty, 0);
	add_dirty(1, 350, less, some_dirty, 0);
	add_dirty(2, 1000, taken, written, 880);
	add_dirty(5, 0, kept, all_dirty, 0);
	claim_so_many(4);
	assert_kind(0, NRB_CLAIM_UNTRIED);
	assert_says(0,
		"Mode 5 did nothing: the kernel did not try node reclaim once (dirty pages do not "
		"count without bit 2).");
	assert_kind(1, NRB_CLAIM_LOCAL);
	assert_says(1,
		"Mode 1 keeps 35.0 % of new memory local (mode 0: 0.0 %) and evicts 9.5 % of the "
		"cached file; then the gate closed: dirty pages do not count without bit 2.");
	assert_kind(3, NRB_CLAIM_WRITTEN);
	assert_says(3,
		"Mode 2 freed 400 pages while the machine wrote 880 to disk, none of them by "
		"reclaim itself.");
}

/* Without a mode to compare with, the gate is all there is to say; with one, and no more memory
 * kept, it is said of those modes alone for which it closed. */
static void test_gates(void **state)
{
	static const int64_t less[] = { 1000, 905 }, some_dirty[] = { 900, 900 },
			     clean[] = { 0, 0 };

	(void)state;
	group.kernel = nrb_rule_kernel("6.1.0");
	add_dirty(1, 20, less, some_dirty, 0);
	claim_so_many(1);
	assert_kind(0, NRB_CLAIM_GATE);
	assert_says(0,
		"Mode 1 reclaimed until the gate closed, and kept 2.0 % of new memory local: dirty "
		"pages do not count without bit 2.");
	nrb_claims_free(&claims);
	nrb_group_free(&group);
	group.kernel = nrb_rule_kernel("6.1.0");
	add_dirty(1, 20, less, some_dirty, 0);
	add_dirty(1, 20, less, clean, 0); /* one cell for which it did not close */
	claim_so_many(0);
	nrb_group_free(&group);
	group.kernel = nrb_rule_kernel("6.1.0");
	add(0, 0, 1000, 0, 0);
	add_dirty(1, 20, less, some_dirty, 0);
	add_dirty(4, 20, less, clean, 0);
	claim_so_many(2);
	assert_says(0,
		"Mode 1 freed pages, but kept no more new memory local than mode 0; mode 1 evicts "
		"9.5 % of the cached file; then the gate closed: dirty pages do not count without "
		"bit 2.");
	assert_int_equal(claims.list[1].modes, 1u << 4);
}

static void add_beside_writer(int mode, int64_t local, int64_t gained)
{
	make(mode, local, 1000, 0, mode > 0 ? 500 : 0);
	sample.writer_bytes = sample.writer_ns = 1000;
	nrb_sample_node(&sample, 1)->file_before_bytes = 500 * MIB;
	nrb_sample_node(&sample, 1)->file_after_bytes = 500 * MIB + gained;
	assert_int_equal(nrb_group_add(&group, &sample), 0);
}

/* It is a second task: that two modes which are one differ is no reason for doubts. */
static void test_writer(void **state)
{
	(void)state;
	add_beside_writer(0, 0, 100 * MIB);
	add_beside_writer(0, 0, 120 * MIB);
	add_beside_writer(2, 990, 20 * MIB);
	add_beside_writer(3, 400, 89 * MIB);
	add_beside_writer(4, 990, 91 * MIB); /* near enough */
	claim_so_many(3);
	assert_kind(2, NRB_CLAIM_WRITER);
	assert_int_equal(claims.list[2].modes, 0xc);
	assert_says(2,
		"Modes 2 and 3 let the other nodes' file cache gain less beside the writer: 20.0 MiB "
		"to 89.0 MiB (mode 0: 110 MiB).");
}

/* Where other nodes lost cache, or gained next to nothing, nobody spared them. */
static void test_writer_that_takes_nothing(void **state)
{
	(void)state;
	add_beside_writer(0, 0, 15 * MIB);
	add_beside_writer(2, 990, 1 * MIB);
	claim_so_many(1);
}

static void test_writer_where_others_lose_cache(void **state)
{
	(void)state;
	add_beside_writer(0, 0, -200 * MIB);
	add_beside_writer(2, 990, -185 * MIB);
	add_beside_writer(3, 990, -300 * MIB);
	claim_so_many(1);
}

static void add_writer(int mode, int64_t mib_per_s)
{
	make(mode, 1000, 1000, 0, 500);
	sample.writer_bytes = mib_per_s * MIB;
	sample.writer_ns = 1000000000;
	assert_int_equal(nrb_group_add(&group, &sample), 0);
}

static void add_slowed_writers(int cells)
{
	for (int i = 0; i < cells; i++) {
		add_writer(1, 20 + i);
		add_writer(2, 10 + i);
		add_writer(3, 15 + 2 * i); /* 19 is not under 0.9 times 20 */
		add_writer(4, 5);          /* without bit 2 */
		add_writer(7, 9 + i);
	}
}

/* A time needs cells, and a real machine; bit 2 is held against mode 1. */
static void test_slowed_writer(void **state)
{
	(void)state;
	add_slowed_writers(3);
	claim_so_many(1);
	assert_kind(0, NRB_CLAIM_WRITER);
	assert_int_equal(claims.list[0].modes, 1u << 2 | 1u << 7);
	assert_says(0,
		"Modes 2 and 7 slow the writer beside in every cell: at most 12.6 MB/s "
		"(mode 1: at least 21.0 MB/s).");
}

static void test_writer_slowed_by_chance(void **state)
{
	(void)state;
	add_slowed_writers(2);
	claim_so_many(0);
}

static void test_writer_in_a_rehearsal(void **state)
{
	(void)state;
	header.rehearsal = true;
	add_slowed_writers(3);
	claim_so_many(0);
}

static void test_writer_takes_part(void **state)
{
	static const int64_t file[] = { 1000, 800 }, dirty[] = { 0, 0 };

	(void)state;
	add_dirty(1, 500, file, dirty, 0);
	nrb_group_free(&group);
	sample.writer_bytes = sample.writer_ns = 1;
	assert_int_equal(nrb_group_add(&group, &sample), 0);
	claim_so_many(1);
	assert_says(0,
		"Mode 1 kept 50.0 % local beside a writer: one task at a time reclaims a node, the "
		"others take memory elsewhere.");
}

static void test_load_takes_part(void **state)
{
	static const int64_t file[] = { 1000, 800 }, dirty[] = { 0, 0 };

	(void)state;
	add_dirty(1, 500, file, dirty, 0);
	nrb_group_free(&group);
	sample.bursts = 60;
	assert_int_equal(nrb_group_add(&group, &sample), 0);
	claim_so_many(1);
	assert_says(0,
		"Mode 1 kept 50.0 % local beside other tasks: one task at a time reclaims a node, "
		"the others take memory elsewhere.");
}

static void test_threads(void **state)
{
	static const int64_t file[] = { 1000, 800 }, dirty[] = { 0, 0 };

	(void)state;
	add_dirty(1, 500, file, dirty, 0);
	nrb_group_free(&group);
	sample.threads = 4;
	assert_int_equal(nrb_group_add(&group, &sample), 0);
	claim_so_many(1);
	assert_kind(0, NRB_CLAIM_THREADS);
	assert_says(0,
		"Mode 1 kept 50.0 % local with 4 threads: one task at a time reclaims a node, the "
		"others take memory elsewhere.");
}

/* As the kernel counts them since 6.12. */
static void test_threads_and_their_reclaims(void **state)
{
	static const int64_t file[] = { 1000, 800 }, dirty[] = { 0, 0 };

	(void)state;
	add_dirty(1, 500, file, dirty, 0);
	nrb_group_free(&group);
	sample.threads = 4;
	sample.counters.v[NRB_PGSTEAL_DIRECT] = 51200;
	sample.counters.v[NRB_ZONE_RECLAIM_SUCCESS] = 100;
	sample.counters.v[NRB_ALLOCSTALL] = 0;
	assert_int_equal(nrb_group_add(&group, &sample), 0);
	claim();
	assert_says(0,
		"Mode 1 kept 50.0 % local with 4 threads: one task at a time reclaims a node, the "
		"others take memory elsewhere; each reclaim freed 512 pages.");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_alternative, start, finish),
		cmocka_unit_test_setup_teardown(
			test_alternative_to_preferred, start, finish),
		cmocka_unit_test_setup_teardown(
			test_alternative_on_a_huge_node, start, finish),
		cmocka_unit_test_setup_teardown(
			test_alternative_to_mode_0, start, finish),
		cmocka_unit_test_setup_teardown(test_no_alternative, start, finish),
		cmocka_unit_test_setup_teardown(test_no_knob, start, finish),
		cmocka_unit_test_setup_teardown(test_swap, start, finish),
		cmocka_unit_test_setup_teardown(test_swap_to_zswap, start, finish),
		cmocka_unit_test_setup_teardown(test_swap_rehearsed, start, finish),
		cmocka_unit_test_setup_teardown(test_swap_sometimes, start, finish),
		cmocka_unit_test_setup_teardown(test_scans, start, finish),
		cmocka_unit_test_setup_teardown(test_dirty, start, finish),
		cmocka_unit_test_setup_teardown(test_gates, start, finish),
		cmocka_unit_test_setup_teardown(test_writer, start, finish),
		cmocka_unit_test_setup_teardown(test_slowed_writer, start, finish),
		cmocka_unit_test_setup_teardown(
			test_writer_slowed_by_chance, start, finish),
		cmocka_unit_test_setup_teardown(
			test_writer_in_a_rehearsal, start, finish),
		cmocka_unit_test_setup_teardown(
			test_writer_that_takes_nothing, start, finish),
		cmocka_unit_test_setup_teardown(
			test_writer_where_others_lose_cache, start, finish),
		cmocka_unit_test_setup_teardown(test_load_takes_part, start, finish),
		cmocka_unit_test_setup_teardown(test_writer_takes_part, start, finish),
		cmocka_unit_test_setup_teardown(test_threads, start, finish),
		cmocka_unit_test_setup_teardown(
			test_threads_and_their_reclaims, start, finish),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
