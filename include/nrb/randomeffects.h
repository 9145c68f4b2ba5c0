/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One effect of several hosts, each of which has its own: what is true of the next host of the kind. */
#ifndef NRB_RANDOMEFFECTS_H
#define NRB_RANDOMEFFECTS_H

#include "nrb/stats.h"

#include <stddef.h>

/* Of fewer hosts nothing is said: what lies between hosts cannot be told from what lies within. */
enum { NRB_RANDOMEFFECTS_LEAST = 3 };

struct nrb_pooled {
	size_t n; /* hosts with an interval */
	struct nrb_estimate
		effect; /* ratio; all NAN under NRB_RANDOMEFFECTS_LEAST of them */
	double between; /* standard deviation of the log ratio between hosts; NAN */
};

/**
 * Pool ratios that have intervals; others are passed over. A host's standard error is its interval's
 * width in logs over that of a normal one of 95 %. Between hosts by DerSimonian and Laird, the interval
 * by Hartung and Knapp, never narrower than without their factor: metafor's rma(method="DL",
 * test="adhoc").
 */
struct nrb_pooled nrb_randomeffects_pool(const struct nrb_estimate *ratios, size_t n);

#endif
