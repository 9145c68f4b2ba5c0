/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What cells say of how far they can be trusted, counted over a record. */
#ifndef NRB_TRUST_H
#define NRB_TRUST_H

#include "nrb/sample.h"

enum { NRB_TRUST_MAX_CHANGES = 8 };

struct nrb_trust {
	int64_t judged, not_steady; /* ok cells of which it is known, and of them */
	int64_t sampled;            /* cells of whose pages a sample was located */
	int64_t least_located;      /* pages of the smallest of these samples */
	int64_t settle_ns; /* that all cells waited for kswapd to sleep, the warm-up too */
	int64_t changed;   /* cells at whose end a setting of others was another */
	struct nrb_trust_change {
		int64_t cell, block;
		char text[NRB_SET_LEN];
	} changes[NRB_TRUST_MAX_CHANGES]; /* the first of them */
};

/** Add a cell; a zeroed one is empty. */
void nrb_trust_add(struct nrb_trust *trust, const struct nrb_sample *sample);

#endif
