/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Walk a chain in slices and keep each slice's time. */
#include "nrb/walk.h"

#include "nrb/chase.h"
#include "nrb/clock.h"

#include <errno.h>
#include <math.h>

enum {
	MIN_WARM_UP =
		64
		<< 10, /* loads: over a millisecond also in L1, for the clock to rise */
	MAX_WARM_UP = 16 << 20, /* a GiB of lines: no cache keeps what was before it */
};

static size_t round_up(size_t n)
{
	return (n + NRB_CHASE_UNROLL - 1) / NRB_CHASE_UNROLL * NRB_CHASE_UNROLL;
}

static void *warm_up(const struct nrb_chain *chain)
{
	size_t loads = chain->lines;

	if (loads < MIN_WARM_UP) {
		loads = MIN_WARM_UP;
	} else if (loads > MAX_WARM_UP) {
		loads = MAX_WARM_UP;
	}
	return nrb_chase_run(chain->start, round_up(loads));
}

int nrb_walk_measure(const struct nrb_chain *chain, size_t min_loads,
	const volatile int32_t *stop, volatile int64_t *progress, struct nrb_walk *walk)
{
	size_t cycles = (min_loads + chain->lines - 1) / chain->lines;
	size_t left = round_up((cycles > 0 ? cycles : 1) * chain->lines);
	size_t slice = round_up((left + NRB_MAX_SLICES - 1) / NRB_MAX_SLICES);
	void *at = warm_up(chain);

	walk->lines = (int64_t)chain->lines;
	walk->slice_loads = (int64_t)slice;
	walk->loads = walk->ns = walk->n_slices = 0;
	while (left > 0 && *stop == 0) {
		size_t n = left < slice ? left : slice;
		uint64_t start = nrb_clock_ns();
		int64_t ns;

		at = nrb_chase_run(at, n);
		ns = (int64_t)(nrb_clock_ns() - start);
		walk->slice_ns[walk->n_slices++] = ns;
		walk->ns += ns;
		walk->loads += (int64_t)n;
		*progress += (int64_t)n;
		left -= n;
	}
	return walk->n_slices > 0 ? 0 : -ECANCELED;
}

double nrb_walk_ns(const struct nrb_walk *walk)
{
	return walk->loads > 0 ? (double)walk->ns / (double)walk->loads : NAN;
}
