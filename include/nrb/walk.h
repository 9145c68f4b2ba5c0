/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Access latency: walk a chain in slices and keep each slice's time. */
#ifndef NRB_WALK_H
#define NRB_WALK_H

#include "nrb/chain.h"
#include "nrb/sample.h"

/**
 * Walk a chain once around as warm-up of caches and TLB (at least 64 Ki loads, at most 16 Mi:
 * beyond a GiB of lines nothing is left to warm), then measured: whole cycles, rounded up to
 * NRB_CHASE_UNROLL, in up to NRB_MAX_SLICES slices, at least min_loads loads in all.
 * stop  ends between slices when it becomes non-zero; progress: loads done, stored per slice
 * walk  out: lines, loads, ns, n_slices, slice_loads, slice_ns; node and page_bytes are the
 *       caller's. Returns 0, -ECANCELED (stopped before the first slice ended).
 */
int nrb_walk_measure(const struct nrb_chain *chain, size_t min_loads,
	const volatile int32_t *stop, volatile int64_t *progress, struct nrb_walk *walk);

/** Nanoseconds per load over all slices; NAN without loads. */
double nrb_walk_ns(const struct nrb_walk *walk);

#endif
