/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The first quarter of a walk beside its last half. */
#include "nrb/steadiness.h"

#include "nrb/stats.h"

#include <math.h>

enum { LEAST_SLICES = 8 /* a quarter of less is one slice */ };

/* Nanoseconds for each load; the last slice may have fewer of them. */
static double slice_of(const struct nrb_walk *walk, int64_t i)
{
	int64_t before = walk->slice_loads * (walk->n_slices - 1);
	int64_t loads = i < walk->n_slices - 1 ? walk->slice_loads : walk->loads - before;

	return loads > 0 ? (double)walk->slice_ns[i] / (double)loads : NAN;
}

int64_t nrb_steadiness_lacks(const struct nrb_sample *sample)
{
	const struct nrb_walk *walk = &sample->walks[0];
	int64_t n = sample->n_walks > 0 ? walk->n_slices : 0;
	double first[NRB_MAX_SLICES], last[NRB_MAX_SLICES], early, late;
	size_t n_first = 0, n_last = 0;

	if (n < LEAST_SLICES) {
		return NRB_ABSENT;
	}
	for (int64_t i = 0; i < n / 4; i++) {
		first[n_first++] = slice_of(walk, i);
	}
	for (int64_t i = n - n / 2; i < n; i++) {
		last[n_last++] = slice_of(walk, i);
	}
	early = nrb_stats_median(first, n_first);
	late = nrb_stats_median(last, n_last); /* which sorts them */
	return fabs(early - late) > last[n_last - 1] - last[0];
}
