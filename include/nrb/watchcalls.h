/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The calls of node reclaim in the time between two moments, by node: what `watch --trace` adds. */
#ifndef NRB_WATCHCALLS_H
#define NRB_WATCHCALLS_H

#include "nrb/histogram.h"
#include "nrb/sample.h"

struct nrb_watch_calls_of {
	int node;
	int64_t futile, pages; /* calls that freed nothing; what all of them freed */
	struct nrb_histogram *stalls; /* how long each call took; n of them */
};

/* Begin with all zero. */
struct nrb_watch_calls {
	int64_t lost; /* calls that are missing, for want of room */
	int n;
	struct nrb_watch_calls_of of[NRB_MAX_NODES]; /* as they came */
};

/** Add a call: which node, how long it took, what it freed. Returns 0, -ENOMEM, or -ENOSPC (too many nodes);
 * silent. */
int nrb_watchcalls_add(
	struct nrb_watch_calls *calls, int node, int64_t ns, int64_t pages);

/** The calls of a node; NULL: there were none. */
const struct nrb_watch_calls_of *nrb_watchcalls_of(
	const struct nrb_watch_calls *calls, int node);

/** Forget them, for the next interval. */
void nrb_watchcalls_clear(struct nrb_watch_calls *calls);

void nrb_watchcalls_finish(struct nrb_watch_calls *calls);

#endif
