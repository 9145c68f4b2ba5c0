/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a family's modes did beside keeping memory local: gates, scans, swapping, writing. */
#ifndef NRB_CLAIMCOSTS_H
#define NRB_CLAIMCOSTS_H

#include "nrb/claimfamily.h"

/**
 * Add these claims about a family. Times are only spoken of outside a rehearsal.
 * told  modes whose gate was spoken of already
 * Returns 0, -ENOMEM.
 */
int nrb_claimcosts_make(struct nrb_claims *claims, const struct nrb_claim_family *family,
	const struct nrb_header *header, unsigned int told);

#endif
