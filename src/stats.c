/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Summaries of small samples. */
#include "nrb/stats.h"

#include <math.h>
#include <stdlib.h>

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double nrb_stats_sorted_quantile(const double *values, size_t n, double q)
{
	double place;
	size_t below;

	if (n == 0) {
		return NAN;
	}
	place = q * (double)(n - 1);
	below = (size_t)place;
	if (below + 1 >= n) {
		return values[n - 1];
	}
	return values[below] +
	       (place - (double)below) * (values[below + 1] - values[below]);
}

double nrb_stats_quantile(double *values, size_t n, double q)
{
	if (n > 0) {
		qsort(values, n, sizeof(*values), compare);
	}
	return nrb_stats_sorted_quantile(values, n, q);
}

double nrb_stats_median(double *values, size_t n)
{
	return nrb_stats_quantile(values, n, 0.5);
}
