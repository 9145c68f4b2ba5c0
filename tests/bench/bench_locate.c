/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Locating pages, all and a sample, against bare move_pages(2) calls for the same ones; and numa_maps. */
#include "bench.h"

#include "nrb/arena.h"
#include "nrb/pagesample.h"
#include "nrb/placement.h"

#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { LEN = 128 << 20, PAGES = LEN / 4096, NODES = 256 };

static struct nrb_arena arena;

static double ask_bare(void)
{
	static void *addresses[PAGES];
	static int status[PAGES];
	uint64_t start;

	for (size_t i = 0; i < PAGES; i++) {
		addresses[i] = arena.mem + i * 4096;
	}
	start = nrb_clock_ns();
	if (syscall(SYS_move_pages, 0, (unsigned long)PAGES, addresses, NULL, status, 0) <
		0) {
		exit(1);
	}
	return (double)(nrb_clock_ns() - start) / PAGES;
}

static double ask_ours(void)
{
	static int16_t node_of[PAGES];
	int64_t pages[NODES] = { 0 }, absent = 0;
	uint64_t start = nrb_clock_ns();

	if (nrb_placement_count(
		    0, arena.mem, arena.len, 4096, pages, NODES, &absent, node_of) < 0) {
		exit(1);
	}
	return (double)(nrb_clock_ns() - start) / PAGES;
}

static double ask_some_bare(const uint32_t *numbers, size_t n)
{
	static void *addresses[PAGES];
	static int status[PAGES];
	uint64_t start;

	for (size_t i = 0; i < n; i++) {
		addresses[i] = arena.mem + (size_t)numbers[i] * 4096;
	}
	start = nrb_clock_ns();
	if (syscall(SYS_move_pages, 0, (unsigned long)n, addresses, NULL, status, 0) <
		0) {
		exit(1);
	}
	return (double)(nrb_clock_ns() - start) / (double)n;
}

static double ask_some_ours(const uint32_t *numbers, size_t n)
{
	static int16_t node_of[PAGES];
	int64_t pages[NODES] = { 0 }, absent = 0;
	uint64_t start = nrb_clock_ns();

	if (nrb_placement_count_some(
		    0, arena.mem, 4096, numbers, n, pages, NODES, &absent, node_of) < 0) {
		exit(1);
	}
	return (double)(nrb_clock_ns() - start) / (double)n;
}

/* One page of so many. */
static bool sample(void)
{
	enum { STEP = 4 };
	static uint32_t numbers[PAGES];
	double ratios[BENCH_ROUNDS], bare = 0, ours = 0, draw_ns;
	struct nrb_rng rng = nrb_rng_init(1);
	uint64_t start = nrb_clock_ns();
	size_t n = nrb_pagesample_draw(&rng, PAGES, STEP, numbers);

	draw_ns = (double)(nrb_clock_ns() - start) / (double)n;
	for (int i = 0; i < BENCH_ROUNDS; i++) {
		bare = ask_some_bare(numbers, n);
		ours = ask_some_ours(numbers, n);
		ratios[i] = ours / bare;
	}
	printf("last round: bare %.1f ns a page, ours %.1f; drawn at %.1f\n", bare, ours,
		draw_ns);
	return bench_verdict(
		"locate a sample / bare move_pages", ratios, BENCH_ROUNDS, 1.05);
}

static double ask_numa_maps(const struct nrb_root *root)
{
	int64_t pages[NODES] = { 0 };
	uint64_t start = nrb_clock_ns();

	if (nrb_placement_numa_maps(root, getpid(), arena.mem, arena.len, pages, NODES) <
		0) {
		exit(1);
	}
	return (double)(nrb_clock_ns() - start) / PAGES;
}

int main(void)
{
	double ratios[BENCH_ROUNDS], bare, ours;
	struct nrb_root root;

	if (nrb_fsroot_open(&root, "/") < 0 ||
		nrb_arena_map(&arena, LEN, NRB_PAGE_4K) < 0) {
		return 1;
	}
	memset(arena.mem, 1, arena.len);
	for (int i = 0; i < BENCH_ROUNDS; i++) {
		bare = ask_bare();
		ours = ask_ours();
		ratios[i] = ours / bare;
	}
	printf("last round: bare %.1f ns a page, ours %.1f, numa_maps %.1f\n", bare, ours,
		ask_numa_maps(&root));
	return bench_verdict("locate / bare move_pages", ratios, BENCH_ROUNDS, 1.05) &&
			       sample()
		       ? 0
		       : 1;
}
