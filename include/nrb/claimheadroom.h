/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was free at the lowest under a load, by mode and by settings: headroom, and not failures
 * prevented. */
#ifndef NRB_CLAIMHEADROOM_H
#define NRB_CLAIMHEADROOM_H

#include "nrb/claimfamily.h"

/** Add claims of the modes all of whose cells are apart from the base's. Returns 0, -ENOMEM. */
int nrb_claimheadroom_make(
	struct nrb_claims *claims, const struct nrb_claim_family *family);

/**
 * Add a claim for each arm in mode 0 with settings of its own (--set) all of whose cells are apart
 * from those of its like without them, beside what the modes have there.
 * varying  the factors that tell arms apart, by nrb_figure_varying
 * Returns 0, -ENOMEM.
 */
int nrb_claimheadroom_make_sets(struct nrb_claims *claims, const struct nrb_group *group,
	const struct nrb_header *header, unsigned int varying);

#endif
