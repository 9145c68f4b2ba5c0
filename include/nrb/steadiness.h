/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether a cell measured the same from its beginning to its end. */
#ifndef NRB_STEADINESS_H
#define NRB_STEADINESS_H

#include "nrb/sample.h"

/** Whether the first quarter of a cell's walk took other times than its last half, by more than that
 * half's own noise (the range of its slices): 1 or 0 by the medians of both; absent without a walk of at
 * least 8 slices. */
int64_t nrb_steadiness_lacks(const struct nrb_sample *sample);

#endif
