/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Log-linear histogram of nanoseconds: 128 buckets for each power of two, error under 0.4 %.
 * No allocation, no lock, no loop on the way in, so that a timed region can add to it.
 */
#ifndef NRB_HISTOGRAM_H
#define NRB_HISTOGRAM_H

#include <stdint.h>

enum {
	NRB_HISTOGRAM_BITS = 7,
	NRB_HISTOGRAM_GROUPS =
		29, /* values up to 2^35 ns = 34 s; larger ones in the last */
	NRB_HISTOGRAM_BUCKETS = NRB_HISTOGRAM_GROUPS << NRB_HISTOGRAM_BITS,
};

struct nrb_histogram {
	uint64_t n;
	uint64_t sum_ns; /* exact, not from buckets */
	uint64_t max_ns; /* exact */
	uint64_t count[NRB_HISTOGRAM_BUCKETS];
};

/** The bucket of a value: itself below 128, then seven bits after the leading one. */
static inline unsigned int nrb_histogram_bucket(uint64_t ns)
{
	unsigned int top, bucket;

	if (ns < (1u << NRB_HISTOGRAM_BITS)) {
		return (unsigned int)ns;
	}
	top = 63u - (unsigned int)__builtin_clzll(ns);
	bucket = ((top - NRB_HISTOGRAM_BITS + 1) << NRB_HISTOGRAM_BITS) +
		 (unsigned int)((ns >> (top - NRB_HISTOGRAM_BITS)) &
				((1u << NRB_HISTOGRAM_BITS) - 1));
	return bucket < NRB_HISTOGRAM_BUCKETS ? bucket : NRB_HISTOGRAM_BUCKETS - 1;
}

static inline void nrb_histogram_add(struct nrb_histogram *h, uint64_t ns)
{
	h->n++;
	h->sum_ns += ns;
	if (ns > h->max_ns) {
		h->max_ns = ns;
	}
	h->count[nrb_histogram_bucket(ns)]++;
}

/** Smallest value of a bucket, and its midpoint, in ns. */
uint64_t nrb_histogram_low_ns(unsigned int bucket);
double nrb_histogram_mid_ns(unsigned int bucket);

/** Add all of from to into. */
void nrb_histogram_merge(struct nrb_histogram *into, const struct nrb_histogram *from);

/** Midpoint of the bucket that holds the q-quantile (0 < q <= 1; rank ceil(q n)), never above
 * max_ns; NAN when empty. */
double nrb_histogram_quantile_ns(const struct nrb_histogram *h, double q);

/** sum_ns / n; NAN when empty. */
double nrb_histogram_mean_ns(const struct nrb_histogram *h);

/** Share (0..1) of the whole time that the slowest share of values (0.001: one in a thousand)
 * took, from bucket midpoints; NAN when empty. */
double nrb_histogram_tail_share(const struct nrb_histogram *h, double share);

#endif
