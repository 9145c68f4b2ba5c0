/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cells that were not steady, and settings that changed meanwhile. */
#include "nrb/trust.h"

#include "nrb/cellvalue.h"

#include <string.h>

void nrb_trust_add(struct nrb_trust *trust, const struct nrb_sample *sample)
{
	struct nrb_trust_change *change;

	if (nrb_cellvalue(sample, NRB_VALUE_LOCAL_ERROR) > 0) {
		int64_t n = sample->pages_located, least = trust->least_located;

		trust->least_located = trust->sampled++ == 0 || n < least ? n : least;
	}
	if (sample->phase_ns[NRB_PHASE_SETTLE] > 0) {
		trust->settle_ns += sample->phase_ns[NRB_PHASE_SETTLE];
	}
	if (sample->status == NRB_STATUS_OK && sample->not_steady != NRB_ABSENT) {
		trust->judged++;
		trust->not_steady += sample->not_steady;
	}
	if (sample->changed[0] == '\0' || trust->changed++ >= NRB_TRUST_MAX_CHANGES) {
		return;
	}
	change = &trust->changes[trust->changed - 1];
	change->cell = sample->cell;
	change->block = sample->block;
	strcpy(change->text, sample->changed);
}
