/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Noise of known distributions. */
#ifndef NRB_BENCH_NOISE_H
#define NRB_BENCH_NOISE_H

#include "nrb/rng.h"

#include <math.h>

/** In (0, 1). */
static inline double noise_uniform(struct nrb_rng *rng)
{
	return ((double)(nrb_rng_next(rng) >> 11) + 0.5) / 9007199254740992.0;
}

/** Mean 0, standard deviation 1 (Box and Muller). */
static inline double noise_normal(struct nrb_rng *rng)
{
	double radius = sqrt(-2 * log(noise_uniform(rng)));

	return radius * cos(2 * M_PI * noise_uniform(rng));
}

#endif
