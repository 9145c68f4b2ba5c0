/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a histogram says; adding to it is inline in the header. */
#include "nrb/histogram.h"

#include <math.h>

enum { SUBS = 1 << NRB_HISTOGRAM_BITS };

uint64_t nrb_histogram_low_ns(unsigned int bucket)
{
	unsigned int group = bucket >> NRB_HISTOGRAM_BITS;

	if (group == 0) {
		return bucket;
	}
	return (uint64_t)(SUBS + bucket % SUBS) << (group - 1);
}

double nrb_histogram_mid_ns(unsigned int bucket)
{
	unsigned int group = bucket >> NRB_HISTOGRAM_BITS;
	uint64_t width = group > 1 ? (uint64_t)1 << (group - 1) : 1;

	return (double)nrb_histogram_low_ns(bucket) + (double)(width - 1) / 2;
}

void nrb_histogram_merge(struct nrb_histogram *into, const struct nrb_histogram *from)
{
	into->n += from->n;
	into->sum_ns += from->sum_ns;
	if (from->max_ns > into->max_ns) {
		into->max_ns = from->max_ns;
	}
	for (unsigned int i = 0; i < NRB_HISTOGRAM_BUCKETS; i++) {
		into->count[i] += from->count[i];
	}
}

double nrb_histogram_quantile_ns(const struct nrb_histogram *h, double q)
{
	double rank =
		ceil(q * (double)h->n - 1e-6); /* 0.999 * n may come out above a whole */
	uint64_t seen = 0;

	if (h->n == 0) {
		return NAN;
	}
	/* the last bucket has no upper end: its values are told by the largest */
	for (unsigned int i = 0; i < NRB_HISTOGRAM_BUCKETS - 1; i++) {
		seen += h->count[i];
		if (seen > 0 && (double)seen >= rank) {
			return fmin(nrb_histogram_mid_ns(i), (double)h->max_ns);
		}
	}
	return (double)h->max_ns;
}

double nrb_histogram_mean_ns(const struct nrb_histogram *h)
{
	return h->n > 0 ? (double)h->sum_ns / (double)h->n : NAN;
}

double nrb_histogram_tail_share(const struct nrb_histogram *h, double share)
{
	double left = ceil(share * (double)h->n), tail = 0, all = 0;

	if (h->n == 0) {
		return NAN;
	}
	for (unsigned int i = NRB_HISTOGRAM_BUCKETS; i-- > 0;) {
		double n = (double)h->count[i], taken = fmin(n, left);

		all += n * nrb_histogram_mid_ns(i);
		tail += taken * nrb_histogram_mid_ns(i);
		left -= taken;
	}
	return all > 0 ? tail / all : 0;
}
