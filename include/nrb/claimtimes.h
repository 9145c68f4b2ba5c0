/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What repetitions show of times: values beside the reference, and when memory kept local has paid. */
#ifndef NRB_CLAIMTIMES_H
#define NRB_CLAIMTIMES_H

#include "nrb/claim.h"
#include "nrb/contrast.h"
#include "nrb/record.h"

/** Add these claims, of a finished group, after those that are counted. Nothing in a rehearsal; of
 * fewer than NRB_STATS_LEAST blocks neither. Returns 0, -ENOMEM. */
int nrb_claimtimes_make(struct nrb_claims *claims, const struct nrb_contrasts *contrasts,
	const struct nrb_group *group, const struct nrb_header *header);

#endif
