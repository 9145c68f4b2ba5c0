/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cells of two arms that were run in the same block. */
#ifndef NRB_PAIRS_H
#define NRB_PAIRS_H

#include "nrb/group.h"

/* Borrowed of the group. */
struct nrb_pair {
	const struct nrb_together *one, *reference;
};

struct nrb_pairs {
	size_t n;
	struct nrb_pair *list; /* in the order of blocks */
};

/** Pair the cells of two arms that are ok, each once: of several in a block as many as both have. Returns 0, -ENOMEM. */
int nrb_pairs_make(struct nrb_pairs *pairs, const struct nrb_arm_cells *one,
	const struct nrb_arm_cells *reference);
void nrb_pairs_free(struct nrb_pairs *pairs);

#endif
