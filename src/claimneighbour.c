/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a family's modes left of a neighbour's memory. */
#include "nrb/claimneighbour.h"

#include "nrb/units.h"

#include <math.h>
#include <stdio.h>

/* Of what the base took of its node's free memory; more is too near to speak of. */
#define SPARED 0.5

/* Of the neighbour's new pages; some go elsewhere at any time. */
#define REMOTE_MARGIN 0.01

/* Of free memory; less comes and goes by itself. */
static const double least_lost = 16 << 20;

/* Modes all of whose cells are better for the neighbour than any of the base. */
static unsigned int find_modes(const struct nrb_claim_family *family,
	bool (*is_better)(
		const struct nrb_arm_cells *arm, const struct nrb_arm_cells *base))
{
	unsigned int modes = 0;

	for (int mode = 1; family->base != NULL && mode < NRB_FAMILY_MODES; mode++) {
		const struct nrb_arm_cells *arm = family->arm[mode];

		if (nrb_claimfamily_is_ok(arm) && arm != family->base &&
			is_better(arm, family->base)) {
			modes |= 1u << mode;
		}
	}
	return modes;
}

static bool spares(const struct nrb_arm_cells *arm, const struct nrb_arm_cells *base)
{
	const enum nrb_cellvalue lost = NRB_VALUE_VICTIM_FREE_LOST_BYTES;

	return nrb_group_min(base, lost) >= least_lost &&
	       nrb_group_max(arm, lost) < SPARED * nrb_group_min(base, lost);
}

static bool keeps_near(const struct nrb_arm_cells *arm, const struct nrb_arm_cells *base)
{
	const enum nrb_cellvalue remote = NRB_VALUE_VICTIM_REMOTE_RATIO;

	return nrb_group_max(arm, remote) < nrb_group_min(base, remote) - REMOTE_MARGIN;
}

unsigned int nrb_claimneighbour_sparing(const struct nrb_claim_family *family)
{
	return find_modes(family, spares);
}

unsigned int nrb_claimneighbour_near(const struct nrb_claim_family *family)
{
	return find_modes(family, keeps_near);
}

static int claim_spared(struct nrb_claims *claims, const struct nrb_claim_family *family)
{
	const enum nrb_cellvalue lost = NRB_VALUE_VICTIM_FREE_LOST_BYTES;
	unsigned int modes = nrb_claimneighbour_sparing(family);
	char some[80], base[NRB_UNITS_LEN];

	if (modes == 0) {
		return 0;
	}
	return nrb_claimfamily_say(claims, family, NRB_CLAIM_NEIGHBOUR, modes,
		"left the neighbour's node more of its free memory: it lost %s (mode %d: %s).",
		nrb_claimfamily_bytes(some, sizeof(some), family, modes, lost),
		(int)family->base->key.mode,
		nrb_units_bytes(base, llround(nrb_group_median(family->base, lost))));
}

static int claim_near(struct nrb_claims *claims, const struct nrb_claim_family *family)
{
	const enum nrb_cellvalue remote = NRB_VALUE_VICTIM_REMOTE_RATIO;
	unsigned int modes = nrb_claimneighbour_near(family);
	char some[80], base[NRB_UNITS_LEN];

	if (modes == 0) {
		return 0;
	}
	return nrb_claimfamily_say(claims, family, NRB_CLAIM_NEIGHBOUR, modes,
		"sent less of the neighbour's new memory to other nodes: %s (mode %d: %s).",
		nrb_claimfamily_range(some, sizeof(some), family, modes, remote),
		(int)family->base->key.mode,
		nrb_units_ratio(base, nrb_group_median(family->base, remote)));
}

int nrb_claimneighbour_make(
	struct nrb_claims *claims, const struct nrb_claim_family *family)
{
	int rc;

	if (family->base == NULL || family->base->key.mode == NRB_ABSENT) {
		return 0;
	}
	rc = claim_spared(claims, family);
	return rc == 0 ? claim_near(claims, family) : rc;
}
