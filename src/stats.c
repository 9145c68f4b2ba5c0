/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Summaries of small samples. */
#include "nrb/stats.h"

#include "nrb/kth.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Of a two-sided 95 % interval: what either side may miss, and where a normal one ends. */
static const double side = 0.025;
static const double z = 1.959963984540054;

enum {
	MOST_EXACT = 50,
	/* signed ranks are doubled, so that those of ties are whole */
	MOST_SUM = MOST_EXACT * (MOST_EXACT + 1),
};

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void sort(double *values, size_t n)
{
	if (n > 0) {
		qsort(values, n, sizeof(*values), compare);
	}
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
	sort(values, n);
	return nrb_stats_sorted_quantile(values, n, q);
}

double nrb_stats_median(double *values, size_t n)
{
	return nrb_stats_quantile(values, n, 0.5);
}

bool nrb_estimate_is_bounded(const struct nrb_estimate *estimate)
{
	return !isnan(estimate->low);
}

static struct nrb_estimate unbounded(double at)
{
	return (struct nrb_estimate){ .at = at, .low = NAN, .high = NAN, .level = NAN };
}

/* The r-th smallest and the r-th largest, with the largest r that misses no more than it may: of n tosses
 * under r heads. */
struct nrb_estimate nrb_stats_median_interval(double *values, size_t n)
{
	struct nrb_estimate estimate = unbounded(nrb_stats_median(values, n));
	double term = exp2(-(double)n),
	       missed = 0; /* P(X = r), P(X < r) of Binomial(n, 1/2) */
	size_t r = 0;

	if (n < NRB_STATS_LEAST) {
		return estimate;
	}
	if (n > 1000) { /* terms would be lost; here the normal one is as good */
		double far = z * sqrt((double)n) / 2;

		r = (size_t)floor((double)n / 2 - far);
		missed = erfc(far / sqrt((double)n) * 2 / M_SQRT2) / 2;
	} else {
		while (missed + term <= side) {
			missed += term;
			term *= (double)(n - r) / (double)(r + 1);
			r++;
		}
	}
	estimate.low = values[r - 1];
	estimate.high = values[n - r];
	estimate.level = 1 - 2 * missed;
	return estimate;
}

/* -- Walsh averages, (x[i] + x[j]) / 2 for i <= j: n (n + 1) / 2 of them, none of them stored -- */

struct sorted {
	const double *x;
	size_t n;
};

static double walsh(const double *x, size_t i, size_t j)
{
	return x[i] / 2 + x[j] / 2;
}

/* How many are at most t. x is sorted, so that along i the last j only falls. */
static size_t count_walsh(const double *x, size_t n, double t)
{
	size_t count = 0, end = n; /* x[i] with those before end is at most t */

	for (size_t i = 0; i < n; i++) {
		while (end > i && walsh(x, i, end - 1) > t) {
			end--;
		}
		if (end <= i) {
			break;
		}
		count += end - i;
	}
	return count;
}

static uint64_t count_of(const void *of, double t)
{
	const struct sorted *sorted = of;

	return count_walsh(sorted->x, sorted->n, t);
}

static double kth_walsh(const double *x, size_t n, size_t k)
{
	const struct sorted sorted = { x, n };

	return nrb_kth(count_of, &sorted, x[0], x[n - 1], k);
}

/* -- the distribution of the sum of signed ranks -- */

/* ways[s]: of all 2^n signs, the share whose positive (doubled) ranks come to s. */
static void spread_signs(double *ways, const int *ranks, size_t n, int *sum)
{
	*sum = 0;
	ways[0] = 1;
	for (size_t i = 0; i < n; i++) {
		for (int s = *sum + 1; s <= *sum + ranks[i]; s++) {
			ways[s] = 0;
		}
		*sum += ranks[i];
		for (int s = *sum; s >= 0; s--) {
			ways[s] = ways[s] / 2 +
				  (s >= ranks[i] ? ways[s - ranks[i]] / 2 : 0);
		}
	}
}

/* How many Walsh averages lie outside of the interval on either side; *missed: out, by chance on one. */
static size_t walsh_outside(size_t n, double *missed)
{
	double ways[MOST_SUM + 1], next;
	int ranks[MOST_EXACT], sum;
	size_t outside = 0;

	if (n > MOST_EXACT) {
		double m = (double)n;
		double sd = sqrt(m * (m + 1) * (2 * m + 1) / 24);
		double far = floor(m * (m + 1) / 4 - z * sd);

		*missed = side;
		return (size_t)far;
	}
	for (size_t i = 0; i < n; i++) {
		ranks[i] = (int)i + 1; /* no ties here: they need not be doubled */
	}
	spread_signs(ways, ranks, n, &sum);
	*missed = 0;
	for (next = ways[0]; *missed + next <= side; next = ways[outside]) {
		*missed += next;
		outside++;
	}
	return outside;
}

struct nrb_estimate nrb_stats_pseudomedian(double *values, size_t n)
{
	struct nrb_estimate estimate = unbounded(NAN);
	size_t all = n * (n + 1) / 2, outside;
	double missed;

	if (n == 0) {
		return estimate;
	}
	sort(values, n);
	estimate.at = kth_walsh(values, n, (all + 1) / 2);
	if (all % 2 == 0) {
		estimate.at = estimate.at / 2 + kth_walsh(values, n, all / 2 + 1) / 2;
	}
	if (n < NRB_STATS_LEAST) {
		return estimate;
	}
	outside = walsh_outside(n, &missed);
	estimate.low = kth_walsh(values, n, outside);
	estimate.high = kth_walsh(values, n, all + 1 - outside);
	estimate.level = 1 - 2 * missed;
	return estimate;
}

static int compare_sizes(const void *a, const void *b)
{
	double x = fabs(*(const double *)a), y = fabs(*(const double *)b);

	return (x > y) - (x < y);
}

/* Twice the mean rank of the ties that begin at i, of n values sorted by size; *end: out, behind them. */
static int tied_rank(const double *sorted, size_t n, size_t i, size_t *end)
{
	size_t last = i;

	while (last + 1 < n && fabs(sorted[last + 1]) == fabs(sorted[i])) {
		last++;
	}
	*end = last + 1;
	return (int)(i + 1 + last + 1);
}

/* Doubled ranks of those that are not 0, in ranks; *plus: out, their sum for the positive. */
static size_t rank_signs(const double *sorted, size_t n, int *ranks, double *plus)
{
	size_t used = 0;

	*plus = 0;
	for (size_t i = 0, end; i < n; i = end) {
		int rank = tied_rank(sorted, n, i, &end);

		for (size_t k = i; k < end && sorted[i] != 0; k++) {
			ranks[used++] = rank;
			*plus += sorted[k] > 0 ? rank : 0;
		}
	}
	return used;
}

/* Of a sum that is as far from its mean, and further. */
static double exact_tails(const int *ranks, size_t n, double plus)
{
	double ways[MOST_SUM + 1], p = 0, far;
	int sum;

	spread_signs(ways, ranks, n, &sum);
	far = fabs(plus - (double)sum / 2);
	for (int s = 0; s <= sum; s++) {
		p += fabs(s - (double)sum / 2) >= far ? ways[s] : 0;
	}
	return p < 1 ? p : 1;
}

static double normal_tails(const int *ranks, size_t n, double plus)
{
	double sum = 0, squares = 0;

	for (size_t i = 0; i < n; i++) {
		sum += ranks[i];
		squares += (double)ranks[i] * ranks[i];
	}
	return squares > 0 ? erfc(fabs(plus - sum / 2) / (sqrt(squares) / 2) / M_SQRT2)
			   : 1;
}

double nrb_stats_signed_rank_p(const double *values, size_t n)
{
	double *sorted = malloc((n + 1) * sizeof(*sorted));
	int *ranks = malloc((n + 1) * sizeof(*ranks));
	const bool exact = n <= MOST_EXACT;
	double p = NAN, plus;

	if (n > 0 && sorted != NULL && ranks != NULL) {
		memcpy(sorted, values, n * sizeof(*sorted));
		qsort(sorted, n, sizeof(*sorted), compare_sizes);
		n = rank_signs(sorted, n, ranks, &plus);
		p = exact ? exact_tails(ranks, n, plus) : normal_tails(ranks, n, plus);
	}
	free(sorted);
	free(ranks);
	return p;
}

/* Where the smallest p stands that is not done; n: nowhere. */
static size_t next_smallest(const double *p, const bool *done, size_t n)
{
	size_t at = n;

	for (size_t i = 0; i < n; i++) {
		if (!done[i] && !isnan(p[i]) && (at == n || p[i] < p[at])) {
			at = i;
		}
	}
	return at;
}

void nrb_stats_holm(double *p, size_t n)
{
	bool *done = calloc(n + 1, sizeof(*done));
	size_t left = 0;
	double least = 0;

	for (size_t i = 0; i < n; i++) {
		left += !isnan(p[i]);
	}
	for (; done != NULL && left > 0; left--) {
		size_t at = next_smallest(p, done, n);

		least = fmax(least, fmin(1, p[at] * (double)left));
		p[at] = least;
		done[at] = true;
	}
	free(done);
}

double nrb_stats_cliff(double *x, size_t n_x, double *y, size_t n_y)
{
	size_t below = 0, at_most = 0; /* of y: below x[i], and at most it */
	double above = 0;

	if (n_x == 0 || n_y == 0) {
		return NAN;
	}
	sort(x, n_x);
	sort(y, n_y);
	for (size_t i = 0; i < n_x; i++) {
		while (below < n_y && y[below] < x[i]) {
			below++;
		}
		while (at_most < n_y && y[at_most] <= x[i]) {
			at_most++;
		}
		above += (double)below - (double)(n_y - at_most);
	}
	return above / ((double)n_x * (double)n_y);
}

double nrb_stats_share_error(double n)
{
	const double left = 0.01; /* of samples, that may be farther off */

	return n > 0 ? sqrt(log(2 / left) / (2 * n)) : NAN;
}
