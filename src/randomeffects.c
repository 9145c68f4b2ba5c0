/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One effect of several hosts. */
#include "nrb/randomeffects.h"

#include <math.h>

static const double z = 1.959963984540054;

/* Counted, not timed, values may not vary at all: then a host weighs much, but not all. */
static const double least_se = 1e-4;

/* Where the middle 95 % of Student's t end, by degrees of freedom from 2. */
static const double t_ends[] = { 4.3026527299, 3.1824463053, 2.7764451052, 2.5705818366,
	2.4469118488, 2.3646242510, 2.3060041350, 2.2621571627, 2.2281388520,
	2.2009851601, 2.1788128297, 2.1603686565, 2.1447866879, 2.1314495456,
	2.1199052992, 2.1098155778, 2.1009220402, 2.0930240544, 2.0859634473,
	2.0796138447, 2.0738730679, 2.0686576104, 2.0638985616, 2.0595385528,
	2.0555294386, 2.0518305165, 2.0484071418, 2.0452296421, 2.0422724563 };

static double t_end(size_t freedom)
{
	double v = (double)freedom;

	if (freedom - 2 < sizeof(t_ends) / sizeof(*t_ends)) {
		return t_ends[freedom - 2];
	}
	/* Cornish and Fisher's, good to six digits here */
	return z + (pow(z, 3) + z) / (4 * v) +
	       (5 * pow(z, 5) + 16 * pow(z, 3) + 3 * z) / (96 * v * v) +
	       (3 * pow(z, 7) + 19 * pow(z, 5) + 17 * pow(z, 3) - 15 * z) /
		       (384 * pow(v, 3));
}

static bool has_interval(const struct nrb_estimate *ratio)
{
	return nrb_estimate_is_bounded(ratio) && ratio->low > 0 && isfinite(ratio->high);
}

static double error_of(const struct nrb_estimate *ratio)
{
	return fmax(least_se, (log(ratio->high) - log(ratio->low)) / (2 * z));
}

/* Sums over the hosts with weights 1 / (error^2 + between^2). */
struct sums {
	size_t n;
	double w, w2, mean, q; /* q: weighted squares of distances from the mean */
};

static struct sums sum_up(const struct nrb_estimate *ratios, size_t n, double between2)
{
	struct sums sums = { 0 };
	double wy = 0;

	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < n; i++) {
			double w, y;

			if (!has_interval(&ratios[i])) {
				continue;
			}
			y = log(ratios[i].at);
			w = 1 / (pow(error_of(&ratios[i]), 2) + between2);
			if (pass == 0) {
				sums.n++;
				sums.w += w;
				sums.w2 += w * w;
				wy += w * y;
			} else {
				sums.q += w * pow(y - sums.mean, 2);
			}
		}
		sums.mean = wy / sums.w;
	}
	return sums;
}

struct nrb_pooled nrb_randomeffects_pool(const struct nrb_estimate *ratios, size_t n)
{
	struct sums sums = sum_up(ratios, n, 0);
	struct nrb_pooled pooled = { sums.n, { NAN, NAN, NAN, NAN }, NAN };
	double freedom = (double)sums.n - 1, between2, far;

	if (sums.n < NRB_RANDOMEFFECTS_LEAST) {
		return pooled;
	}
	between2 = fmax(0, (sums.q - freedom) / (sums.w - sums.w2 / sums.w));
	sums = sum_up(ratios, n, between2);
	far = t_end(sums.n - 1) * sqrt(fmax(1, sums.q / freedom) / sums.w);
	pooled.effect.at = exp(sums.mean);
	pooled.effect.low = exp(sums.mean - far);
	pooled.effect.high = exp(sums.mean + far);
	pooled.effect.level = 0.95;
	pooled.between = sqrt(between2);
	return pooled;
}
