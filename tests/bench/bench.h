/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the benchmarks share: rounds of rivals, and a verdict on the median of their ratios. */
#ifndef NRB_BENCH_H
#define NRB_BENCH_H

#include "nrb/stats.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { BENCH_ROUNDS = 41 };

/** Print the median, least and greatest of a ratio, and whether the median keeps to the bar.
 * Returns that. */
static inline bool bench_verdict(
	const char *what, const double *ratios, size_t n, double at_most)
{
	double sorted[BENCH_ROUNDS], median;

	memcpy(sorted, ratios, n * sizeof(*ratios));
	median = nrb_stats_median(sorted, n);
	printf("%-44s %.3f [%.3f, %.3f], at most %.2f: %s\n", what, median, sorted[0],
		sorted[n - 1], at_most, median <= at_most ? "reached" : "MISSED");
	return median <= at_most;
}

#endif
