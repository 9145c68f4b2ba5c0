/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The clock, measured by itself. */
#include "nrb/stamp.h"

#include "nrb/arena.h"
#include "nrb/diag.h"
#include "nrb/stats.h"
#include "nrb/units.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

enum {
	RUNS = 64,
	RUN_STAMPS = 64, /* of which the first one starts it */
	STEPS = 4096,
	PAGES = 8, /* their first lines stay in any first-level cache */
	PASSES = 1 << 13,
};

static double ns_of(const struct nrb_clock *clock, double ticks)
{
	return ticks * ldexp((double)clock->ns_per_tick_q32, -32);
}

static double run_ticks(const struct nrb_clock *clock)
{
	uint64_t first = nrb_clock_ticks(clock), last = first;

	for (int i = 1; i < RUN_STAMPS; i++) {
		last = nrb_clock_ticks(clock);
	}
	return (double)(last - first) / (RUN_STAMPS - 1);
}

/* In runs, so that a clock coarser than its own reading has a cost too. */
static int64_t measure_cost_ps(const struct nrb_clock *clock)
{
	double ticks[RUNS];

	for (int i = 0; i < RUNS; i++) {
		ticks[i] = run_ticks(clock);
	}
	return llround(1000 * ns_of(clock, nrb_stats_median(ticks, RUNS)));
}

uint64_t nrb_stamp_step(const uint64_t *differences, size_t n)
{
	uint64_t common = 0, least = 0;
	bool coarse = false;

	for (size_t i = 0; i < n; i++) {
		uint64_t difference = differences[i];

		coarse = coarse || difference == 0;
		common = nrb_units_common_divisor(common, difference);
		if (difference > 0 && (least == 0 || difference < least)) {
			least = difference;
		}
	}
	return coarse ? least : common;
}

static int64_t measure_step_ps(const struct nrb_clock *clock)
{
	uint64_t differences[STEPS], last = nrb_clock_ticks(clock);

	for (int i = 0; i < STEPS; i++) {
		uint64_t now = nrb_clock_ticks(clock);

		differences[i] = now - last;
		last = now;
	}
	return llround(1000 * ns_of(clock, (double)nrb_stamp_step(differences, STEPS)));
}

/* What a first touch is timed with, where there is nothing to wait for. */
static void touch_present(const struct nrb_arena *arena, const struct nrb_clock *clock,
	struct nrb_histogram *hist, struct nrb_stamp *stamp)
{
	volatile int64_t written = 0;
	volatile int32_t stop = 0;

	nrb_arena_touch(arena, 0, PAGES, clock, hist, &written, &stop);
	*hist = (struct nrb_histogram){ 0 };
	for (int i = 0; i < PASSES; i++) {
		nrb_arena_touch(arena, 0, PAGES, clock, hist, &written, &stop);
	}
	stamp->bias_ns = llround(nrb_histogram_quantile_ns(hist, 0.5));
	stamp->floor_ns = llround(nrb_histogram_quantile_ns(hist, 0.9999));
}

int nrb_stamp_measure(struct nrb_stamp *stamp, const struct nrb_clock *clock)
{
	struct nrb_histogram *hist = calloc(1, sizeof(*hist));
	struct nrb_arena arena = { 0 };
	int rc;

	if (hist == NULL) {
		return nrb_fail(-ENOMEM, "no memory to measure the clock");
	}
	rc = nrb_arena_map(&arena, (size_t)PAGES * 4096, NRB_PAGE_4K);
	if (rc == 0) {
		stamp->cost_ps = measure_cost_ps(clock);
		stamp->step_ps = measure_step_ps(clock);
		touch_present(&arena, clock, hist, stamp);
	}
	nrb_arena_unmap(&arena);
	free(hist);
	return rc;
}
