/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What does without node reclaim at least as well as any value of the sysctl. */
#ifndef NRB_CLAIMALTERNATIVE_H
#define NRB_CLAIMALTERNATIVE_H

#include "nrb/claim.h"
#include "nrb/group.h"
#include "nrb/record.h"

/**
 * Add a claim for each arm without node reclaim, but with a policy, a trim or a setting of its own,
 * that keeps at least as much local as every mode that was run of its like without them.
 * varying  the factors that tell arms apart, by nrb_figure_varying
 * Returns 0, -ENOMEM.
 */
int nrb_claimalternative_make(struct nrb_claims *claims, const struct nrb_group *group,
	const struct nrb_header *header, unsigned int varying);

#endif
