/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Summaries of small samples. */
#ifndef NRB_STATS_H
#define NRB_STATS_H

#include <stddef.h>

/** The type-7 quantile (R's default) of n values, which are sorted in place; NAN for n 0. */
double nrb_stats_quantile(double *values, size_t n, double q);

/** The same of values that are sorted already. */
double nrb_stats_sorted_quantile(const double *values, size_t n, double q);

/** The median: nrb_stats_quantile(values, n, 0.5). */
double nrb_stats_median(double *values, size_t n);

#endif
