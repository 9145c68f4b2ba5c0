/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Locating pages, against a bare move_pages(2) loop and numa_maps. */
#include "bench.h"

#include "nrb/arena.h"
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
	return bench_verdict("locate / bare move_pages", ratios, BENCH_ROUNDS, 1.05) ? 0
										     : 1;
}
