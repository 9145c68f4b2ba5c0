/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Histograms to and from JSON. */
#ifndef NRB_RECORDHISTOGRAM_H
#define NRB_RECORDHISTOGRAM_H

#include "nrb/histogram.h"
#include "nrb/json.h"
#include "nrb/recordfields.h"

/**
 * Put a histogram under a key of object; an empty one is left out.
 * unit  of its values, as the keys of sum and maximum end: "ns"
 */
void nrb_recordhistogram_put(struct nrb_json *object, const char *key,
	const struct nrb_histogram *h, const char *unit);

/** Add what stands under a key of line, if anything, to *h, which is empty.
 * Returns 0, -EPROTO, with why. */
int nrb_recordhistogram_get(const struct nrb_json *line, const char *key,
	struct nrb_histogram *h, const char *unit, struct nrb_why *why);

#endif
