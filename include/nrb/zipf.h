/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is asked for most: ranks by Zipf's law, and which object has which rank.
 * Neither needs a table: a million objects cost as little as ten.
 */
#ifndef NRB_ZIPF_H
#define NRB_ZIPF_H

#include "nrb/rng.h"

#include <stdint.h>

/* Ranks 1..n, rank k in proportion to k^-exponent. */
struct nrb_zipf {
	uint64_t n;
	double exponent;
	double low, high; /* of the integral that is inverted */
	double squeeze;   /* so near below a rank it is always taken */
};

/** exponent is above 0 and is not 1; n is at least 1. */
struct nrb_zipf nrb_zipf_init(uint64_t n, double exponent);

/**
 * Draw a rank less 1: 0..n-1, 0 most often. The same stream gives the same ranks.
 * Source: Hoermann and Derflinger, Rejection-inversion to generate variates from monotone discrete
 * distributions, ACM TOMACS 6 (1996); under 1.2 tries for each, whatever n is.
 */
uint64_t nrb_zipf_draw(const struct nrb_zipf *zipf, struct nrb_rng *rng);

/* A seeded order of n objects. */
struct nrb_shuffle {
	uint64_t n, keys[4];
	unsigned int half_bits;
};

struct nrb_shuffle nrb_shuffle_init(uint64_t n, uint64_t seed);

/**
 * The object at place `at` (0..n-1): each place has another one.
 * Source: Black and Rogaway, Ciphers with arbitrary finite domains (2002): a Feistel network over the
 * next power of four, gone round until it is within n; under four times on average.
 */
uint64_t nrb_shuffle_at(const struct nrb_shuffle *shuffle, uint64_t at);

#endif
