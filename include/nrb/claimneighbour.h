/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a family's modes left of the memory of somebody who works on another node. */
#ifndef NRB_CLAIMNEIGHBOUR_H
#define NRB_CLAIMNEIGHBOUR_H

#include "nrb/claimfamily.h"

/** Modes all of whose cells left the neighbour's node more of its free memory, or sent less of its
 * new memory to other nodes, than any of the base; 0 without a base. */
unsigned int nrb_claimneighbour_sparing(const struct nrb_claim_family *family);
unsigned int nrb_claimneighbour_near(const struct nrb_claim_family *family);

/** Add claims of the modes all of whose cells are apart from the base's. Returns 0, -ENOMEM. */
int nrb_claimneighbour_make(
	struct nrb_claims *claims, const struct nrb_claim_family *family);

#endif
