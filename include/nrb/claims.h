/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a record shows for certain, in sentences: locality and what reclaim did. They are counted,
 * not timed, and hold for every cell, so that one block decides them. A time is only ever named
 * beside what was counted, and never in a rehearsal.
 */
#ifndef NRB_CLAIMS_H
#define NRB_CLAIMS_H

#include "nrb/claim.h"
#include "nrb/group.h"
#include "nrb/record.h"

/** Find them; group is finished. Returns 0, -ENOMEM. */
int nrb_claims_make(struct nrb_claims *claims, const struct nrb_group *group,
	const struct nrb_header *header);
void nrb_claims_free(struct nrb_claims *claims);

#endif
