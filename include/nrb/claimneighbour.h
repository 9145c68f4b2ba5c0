/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a family's modes left of the memory of somebody who works on another node. */
#ifndef NRB_CLAIMNEIGHBOUR_H
#define NRB_CLAIMNEIGHBOUR_H

#include "nrb/claimfamily.h"

/** Add claims of the modes all of whose cells are apart from the base's. Returns 0, -ENOMEM. */
int nrb_claimneighbour_make(
	struct nrb_claims *claims, const struct nrb_claim_family *family);

#endif
