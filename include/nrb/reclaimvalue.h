/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the recorded calls of node reclaim come to in a cell. NAN where none were recorded. */
#ifndef NRB_RECLAIMVALUE_H
#define NRB_RECLAIMVALUE_H

#include "nrb/sample.h"

/** Calls in all of the allocation, by those in the time that was recorded. */
double nrb_reclaimvalue_calls(const struct nrb_sample *s);

/** Share of the time of the threads that allocate, 0..1, that they were in them. */
double nrb_reclaimvalue_stalled(const struct nrb_sample *s);

#endif
