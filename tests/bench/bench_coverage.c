/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How often the interval of a pseudomedian holds the true one: 95 % is said, 92 to 98 % must be. */
#include "nrb/stats.h"

#include "noise.h"

#include <stdio.h>
#include <stdlib.h>

enum { TRIES = 20000, DRAWS = 4000001 };

static const double least = 0.92, most = 0.98;

static double skewed(struct nrb_rng *rng)
{
	return exp(noise_normal(rng));
}

/* One in ten is disturbed, always upwards. */
static double spiky(struct nrb_rng *rng)
{
	double spike = noise_uniform(rng) < 0.1 ? 10 * noise_uniform(rng) : 0;

	return noise_normal(rng) + spike;
}

/* The median of (X + Y) / 2, by drawing so many that its own error does not count. */
static double true_pseudomedian(double (*draw)(struct nrb_rng *rng))
{
	struct nrb_rng rng = nrb_rng_init(1);
	double *averages = malloc(DRAWS * sizeof(*averages)), median;

	if (averages == NULL) {
		return NAN;
	}
	for (int i = 0; i < DRAWS; i++) {
		double one = draw(&rng);

		averages[i] = (one + draw(&rng)) / 2;
	}
	median = nrb_stats_median(averages, DRAWS);
	free(averages);
	return median;
}

static double coverage(
	double (*draw)(struct nrb_rng *rng), size_t n, double truth, double *level)
{
	struct nrb_rng rng = nrb_rng_init(n);
	double values[32];
	int held = 0;

	for (int i = 0; i < TRIES; i++) {
		struct nrb_estimate estimate;

		for (size_t k = 0; k < n; k++) {
			values[k] = draw(&rng);
		}
		estimate = nrb_stats_pseudomedian(values, n);
		held += estimate.low <= truth && truth <= estimate.high;
		*level = estimate.level;
	}
	return (double)held / TRIES;
}

int main(void)
{
	static const struct {
		const char *name;
		double (*draw)(struct nrb_rng *rng);
	} noises[] = { { "normal", noise_normal }, { "skewed (lognormal)", skewed },
		{ "spiky (10 %)", spiky } };
	static const size_t sizes[] = { 6, 10, 20 };
	bool reached = true;

	for (size_t i = 0; i < sizeof(noises) / sizeof(*noises); i++) {
		double truth = true_pseudomedian(noises[i].draw);

		for (size_t k = 0; k < sizeof(sizes) / sizeof(*sizes); k++) {
			double level = 0;
			double held = coverage(noises[i].draw, sizes[k], truth, &level);
			bool ok = held >= least && held <= most;

			printf("%-20s n %2zu: holds the true one in %.1f %% (exact level "
			       "%.1f %%), 92 to 98: %s\n",
				noises[i].name, sizes[k], 100 * held, 100 * level,
				ok ? "reached" : "MISSED");
			reached = reached && ok;
		}
	}
	return reached ? EXIT_SUCCESS : EXIT_FAILURE;
}
