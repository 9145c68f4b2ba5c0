/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How far one sample lies above another. */
#include "nrb/shift.h"

#include "nrb/kth.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

/* Of a two-sided 95 % interval: what either side may miss, and where a normal one ends. */
static const double side = 0.025;
static const double z = 1.959963984540054;

enum { MOST_EXACT = 50, MOST_PAIRS = MOST_EXACT * MOST_EXACT };

struct samples {
	const double *x, *y; /* sorted */
	size_t n_x, n_y;
};

/* -- the differences x[i] - y[j], none of them stored -- */

/* How many are at most t: the larger x, the fewer y are far enough above it. */
static uint64_t count_up_to(const void *of, double t)
{
	const struct samples *s = of;
	uint64_t count = 0;
	size_t from = 0; /* x[i] - y[j] is at most t for j from here */

	for (size_t i = 0; i < s->n_x; i++) {
		while (from < s->n_y && s->x[i] - s->y[from] > t) {
			from++;
		}
		count += s->n_y - from;
	}
	return count;
}

static double kth_difference(const struct samples *s, uint64_t k)
{
	return nrb_kth(count_up_to, s, s->x[0] - s->y[s->n_y - 1],
		s->x[s->n_x - 1] - s->y[0], k);
}

/* -- the distribution of the number of pairs with x above y -- */

/* ways[u], up to the middle: of all ways to mix two samples. They are the coefficients of a Gaussian
 * binomial, the product over i of (1 - q^(n_y + i)) / (1 - q^i). Returns their sum over all u. */
static long double count_ways(long double *ways, size_t n_x, size_t n_y, size_t middle)
{
	long double all = 1;

	memset(ways, 0, (middle + 1) * sizeof(*ways));
	ways[0] = 1;
	for (size_t i = 1; i <= n_x; i++) {
		for (size_t u = i; u <= middle; u++) {
			ways[u] += ways[u - i];
		}
		for (size_t u = middle; u >= n_y + i; u--) {
			ways[u] -= ways[u - n_y - i];
		}
		all = all * (long double)(n_y + i) / (long double)i;
	}
	return all;
}

/* How many differences lie outside of the interval on either side; *missed: out, by chance on one. */
static uint64_t exact_outside(size_t n_x, size_t n_y, double *missed)
{
	long double ways[MOST_PAIRS / 2 + 1], all, sum = 0;
	size_t middle = n_x * n_y / 2, outside = 0;

	all = count_ways(ways, n_x, n_y, middle);
	while (outside <= middle && sum + ways[outside] <= side * all) {
		sum += ways[outside++];
	}
	*missed = (double)(sum / all);
	return outside;
}

static uint64_t normal_outside(size_t n_x, size_t n_y, double *missed)
{
	double pairs = (double)n_x * (double)n_y;
	double sd = sqrt(pairs * (double)(n_x + n_y + 1) / 12);
	double outside = floor(pairs / 2 - z * sd);

	*missed = side;
	return outside > 0 ? (uint64_t)outside : 0;
}

struct nrb_estimate nrb_shift_estimate(double *x, size_t n_x, double *y, size_t n_y)
{
	struct nrb_estimate estimate = { NAN, NAN, NAN, NAN };
	const struct samples s = { x, y, n_x, n_y };
	uint64_t pairs = (uint64_t)n_x * n_y, outside;
	double missed;

	if (pairs == 0) {
		return estimate;
	}
	nrb_stats_median(x, n_x); /* sorts */
	nrb_stats_median(y, n_y);
	estimate.at = kth_difference(&s, (pairs + 1) / 2);
	if (pairs % 2 == 0) {
		estimate.at = estimate.at / 2 + kth_difference(&s, pairs / 2 + 1) / 2;
	}
	outside = n_x > MOST_EXACT || n_y > MOST_EXACT ? normal_outside(n_x, n_y, &missed)
						       : exact_outside(n_x, n_y, &missed);
	if (outside > 0) {
		estimate.low = kth_difference(&s, outside);
		estimate.high = kth_difference(&s, pairs + 1 - outside);
		estimate.level = 1 - 2 * missed;
	}
	return estimate;
}
