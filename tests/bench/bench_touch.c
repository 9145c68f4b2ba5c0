/* SPDX-License-Identifier: GPL-2.0-or-later */
/* First touch with a time stamp and a histogram for each page, against the bare loop. */
#include "bench.h"

#include "nrb/arena.h"

#include <stdlib.h>

/* A twentieth of a second a go: shorter than most disturbances. */
enum { LEN = 64 << 20 };

static uint64_t touch_bare(const struct nrb_arena *arena)
{
	uint64_t start = nrb_clock_ns();

	for (size_t at = 0; at < arena->len; at += arena->page_bytes) {
		((volatile char *)arena->mem)[at] = 1;
	}
	return nrb_clock_ns() - start;
}

static uint64_t touch_timed(const struct nrb_arena *arena, const struct nrb_clock *clock)
{
	static struct nrb_histogram hist;
	static volatile int64_t written;
	static volatile int32_t stop;
	uint64_t start;

	memset(&hist, 0, sizeof(hist));
	start = nrb_clock_ns();
	nrb_arena_touch(
		arena, 0, arena->len / arena->page_bytes, clock, &hist, &written, &stop);
	return nrb_clock_ns() - start;
}

/* One way on fresh memory: ns a page. */
static double once(bool timed, const struct nrb_clock *clock)
{
	struct nrb_arena arena;
	uint64_t ns;

	if (nrb_arena_map(&arena, LEN, NRB_PAGE_4K) < 0) {
		exit(1);
	}
	ns = timed ? touch_timed(&arena, clock) : touch_bare(&arena);
	nrb_arena_unmap(&arena);
	return (double)ns / (LEN / 4096);
}

static bool rounds(const char *what, bool use_tsc)
{
	struct nrb_clock clock = nrb_clock_init(use_tsc);
	double ratios[BENCH_ROUNDS], bare = 0, timed = 0;

	once(false, &clock); /* the host backs a guest's memory on first use */
	for (int i = 0; i < BENCH_ROUNDS; i++) {
		if (i % 2 == 0) {
			bare = once(false, &clock);
			timed = once(true, &clock);
		} else {
			timed = once(true, &clock);
			bare = once(false, &clock);
		}
		ratios[i] = timed / bare;
	}
	printf("last round: bare %.0f ns a page, timed %.0f\n", bare, timed);
	return bench_verdict(what, ratios, BENCH_ROUNDS, 1.03);
}

int main(void)
{
	bool ok = rounds("first touch, TSC / bare loop", true);

	/* what a guest without an invariant TSC uses; shown, no bar */
	rounds("first touch, clock_gettime / bare loop", false);
	return ok ? 0 : 1;
}
