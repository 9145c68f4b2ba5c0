/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Summaries of small samples, and what they say of the whole: no distribution is assumed, nothing is
 * drawn. Intervals are two-sided, of nominally 95 %. Vectors from R and SciPy stand in the tests.
 */
#ifndef NRB_STATS_H
#define NRB_STATS_H

#include <stdbool.h>
#include <stddef.h>

/* Under so many values there is no 95 % interval of a pseudomedian, nor of a median. */
enum { NRB_STATS_LEAST = 6 };

/** The type-7 quantile (R's default) of n values, which are sorted in place; NAN for n 0. */
double nrb_stats_quantile(double *values, size_t n, double q);

/** The same of values that are sorted already. */
double nrb_stats_sorted_quantile(const double *values, size_t n, double q);

/** The median: nrb_stats_quantile(values, n, 0.5). */
double nrb_stats_median(double *values, size_t n);

/* An estimate with its interval. */
struct nrb_estimate {
	double at;        /* NAN: no value */
	double low, high; /* NAN: under NRB_STATS_LEAST values */
	double level; /* what the interval covers: at least 0.95 where it is exact; NAN without */
};

/** Whether it has an interval. */
bool nrb_estimate_is_bounded(const struct nrb_estimate *estimate);

/** The median with its order-statistics interval, whose level is exact. Sorts values in place. */
struct nrb_estimate nrb_stats_median_interval(double *values, size_t n);

/**
 * Hodges-Lehmann: the pseudomedian (the median of all Walsh averages) with the interval that inverts the
 * signed-rank test; exact up to 50 values, by the normal approximation above. Sorts values in place;
 * takes no memory, n log n time. Source: R's wilcox.test(conf.int=TRUE, exact=TRUE).
 */
struct nrb_estimate nrb_stats_pseudomedian(double *values, size_t n);

/**
 * Two-sided p of the signed-rank test that the pseudomedian is 0. Zeros are ranked and then left out
 * (Pratt), ties share their mean rank; the distribution is that of these ranks, exact up to 50
 * values, normal above. 1 where nothing differs from 0; NAN for n 0.
 */
double nrb_stats_signed_rank_p(const double *values, size_t n);

/** Make p-values those of Holm's step-down, in their order; NAN ones are no tests and stay. */
void nrb_stats_holm(double *p, size_t n);

/** How far a share of n independent yes-or-no values may be from the expected one: what 99 of 100 such
 * samples keep to at least, be the values distributed alike or not; NAN for n 0.
 * Source: Hoeffding 1963, theorem 1. */
double nrb_stats_share_error(double n);

/** Cliff's delta: of all pairs the share with x above y, less that with x below; NAN without
 * pairs. Sorts both in place. */
double nrb_stats_cliff(double *x, size_t n_x, double *y, size_t n_y);

#endif
