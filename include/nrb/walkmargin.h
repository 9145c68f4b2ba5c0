/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How near a walk came to going otherwise. */
#ifndef NRB_WALKMARGIN_H
#define NRB_WALKMARGIN_H

#include "nrb/allocwalk.h"

/* The nearest of the limits that would change the walk. */
struct nrb_walk_margin {
	int step; /* of it; -1: there was none */
	const char
		*what; /* "free pages", "file cache", "slab", "dirty pages"; borrowed */
	struct nrb_limit test;
	double relative;      /* |value - limit| / limit; 0: on it */
	bool is_within_drift; /* counts held back per CPU may tip it */
};

/** The nearest of the limits that would change what the walk did, or whether node reclaim ran. A limit
 * behind which another gate is closed anyway is none. Pure. */
struct nrb_walk_margin nrb_walkmargin_of(
	const struct nrb_allocwalk *walk, const struct nrb_vmstate *state);

/** Whether two walks took the same steps by the same numbers to the same end, whatever the mode. */
bool nrb_walkmargin_is_same(const struct nrb_allocwalk *a, const struct nrb_allocwalk *b);

#endif
