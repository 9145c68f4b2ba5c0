/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ranks by Zipf's law, and a seeded order of objects. */
#include "nrb/zipf.h"

#include <assert.h>
#include <math.h>

/* -- ranks -- */

static double weight(const struct nrb_zipf *zipf, double x)
{
	return pow(x, -zipf->exponent);
}

/* Of the weight from 1 on, and its inverse. */
static double integral(const struct nrb_zipf *zipf, double x)
{
	double t = 1 - zipf->exponent;

	return (pow(x, t) - 1) / t;
}

static double inverse(const struct nrb_zipf *zipf, double y)
{
	double t = 1 - zipf->exponent;

	return pow(fmax(0, 1 + y * t), 1 / t);
}

struct nrb_zipf nrb_zipf_init(uint64_t n, double exponent)
{
	struct nrb_zipf zipf = { .n = n, .exponent = exponent };

	assert(n >= 1 && exponent > 0 && exponent != 1);
	zipf.low = integral(&zipf, 1.5) - 1;
	zipf.high = integral(&zipf, (double)n + 0.5);
	zipf.squeeze = 2 - inverse(&zipf, integral(&zipf, 2.5) - weight(&zipf, 2));
	return zipf;
}

/* Uniform in [0, 1), of all 53 bits that a double has. */
static double draw_unit(struct nrb_rng *rng)
{
	return (double)(nrb_rng_next(rng) >> 11) * 0x1p-53;
}

uint64_t nrb_zipf_draw(const struct nrb_zipf *zipf, struct nrb_rng *rng)
{
	for (;;) {
		double y = zipf->high + draw_unit(rng) * (zipf->low - zipf->high);
		double x = inverse(zipf, y);
		double rank = fmin(fmax(floor(x + 0.5), 1), (double)zipf->n);

		if (rank - x <= zipf->squeeze ||
			y >= integral(zipf, rank + 0.5) - weight(zipf, rank)) {
			return (uint64_t)rank - 1;
		}
	}
}

/* -- order -- */

struct nrb_shuffle nrb_shuffle_init(uint64_t n, uint64_t seed)
{
	struct nrb_shuffle shuffle = { .n = n };
	struct nrb_rng rng = nrb_rng_init(seed);

	assert(n >= 1 && n <= UINT64_C(1) << 62);
	while (UINT64_C(1) << (2 * shuffle.half_bits) < n) {
		shuffle.half_bits++;
	}
	for (int i = 0; i < 4; i++) {
		shuffle.keys[i] = nrb_rng_next(&rng);
	}
	return shuffle;
}

/* The end of splitmix64: every bit of the result hangs on every bit of x. */
static uint64_t mix(uint64_t x)
{
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
	return x ^ (x >> 31);
}

static uint64_t encipher(const struct nrb_shuffle *shuffle, uint64_t x)
{
	const uint64_t mask = (UINT64_C(1) << shuffle->half_bits) - 1;
	uint64_t left = x >> shuffle->half_bits, right = x & mask;

	for (int i = 0; i < 4; i++) {
		uint64_t next = left ^ (mix(right + shuffle->keys[i]) & mask);

		left = right;
		right = next;
	}
	return left << shuffle->half_bits | right;
}

uint64_t nrb_shuffle_at(const struct nrb_shuffle *shuffle, uint64_t at)
{
	uint64_t x = at;

	assert(at < shuffle->n);
	do {
		x = encipher(shuffle, x);
	} while (x >= shuffle->n);
	return x;
}
