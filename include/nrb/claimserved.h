/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a family's modes did to the requests that were served beside the allocation. */
#ifndef NRB_CLAIMSERVED_H
#define NRB_CLAIMSERVED_H

#include "nrb/claimfamily.h"

/**
 * Add a claim about the modes that served fewer requests from the page cache than the base, in every cell
 * than in any of its, and one about those that served more. How many they served in a second is only
 * spoken of outside a rehearsal, and not ranked.
 * Returns 0, -ENOMEM.
 */
int nrb_claimserved_make(struct nrb_claims *claims, const struct nrb_claim_family *family,
	const struct nrb_header *header);

#endif
