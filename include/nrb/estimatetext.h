/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Estimates and their intervals in words. Each fills and returns buf, of NRB_ESTIMATE_LEN bytes. */
#ifndef NRB_ESTIMATETEXT_H
#define NRB_ESTIMATETEXT_H

#include "nrb/stats.h"

enum { NRB_ESTIMATE_LEN = 96 };

/** "1.62x [1.55, 1.70]"; "0.00262x"; "1.0021x [1.0017, 1.0026]" where two decimals would not tell; "1.62x" without
 * an interval; "n/a". */
const char *nrb_estimate_ratio(char *buf, const struct nrb_estimate *estimate);

/** "+98.0 points [97.9, 98.2]", of a difference of shares. */
const char *nrb_estimate_points(char *buf, const struct nrb_estimate *estimate);

/** "58 [52, 66]", whole numbers; "under 1". */
const char *nrb_estimate_count(char *buf, const struct nrb_estimate *estimate);

/** Of several: from the lowest to the highest estimate, and the hull of their intervals:
 * "1.60x to 1.70x [1.55, 1.81]". count: as whole numbers. */
const char *nrb_estimate_range(
	char *buf, const struct nrb_estimate *estimates, int n, bool count);

#endif
