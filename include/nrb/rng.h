/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Seeded random numbers (xoshiro256**, Blackman and Vigna), the same on every machine. */
#ifndef NRB_RNG_H
#define NRB_RNG_H

#include <stdint.h>

struct nrb_rng {
	uint64_t s[4];
};

/** Start a stream from any seed, 0 included (splitmix64 spreads it). */
static inline struct nrb_rng nrb_rng_init(uint64_t seed)
{
	struct nrb_rng rng;

	for (int i = 0; i < 4; i++) {
		uint64_t z = (seed += 0x9e3779b97f4a7c15u);

		z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
		z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
		rng.s[i] = z ^ (z >> 31);
	}
	return rng;
}

static inline uint64_t nrb_rng_next(struct nrb_rng *rng)
{
	uint64_t *s = rng->s;
	uint64_t x = s[1] * 5, t = s[1] << 17;

	x = ((x << 7) | (x >> 57)) * 9;
	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = (s[3] << 45) | (s[3] >> 19);
	return x;
}

/** Uniform in 0..n-1 for n > 0; the bias of the multiply is below n / 2^64. */
static inline uint64_t nrb_rng_below(struct nrb_rng *rng, uint64_t n)
{
	return (uint64_t)((__extension__(unsigned __int128) nrb_rng_next(rng) * n) >> 64);
}

#endif
