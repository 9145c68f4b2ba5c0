/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a family's modes did to the requests that were served beside the allocation. */
#include "nrb/claimserved.h"

#include "nrb/units.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { CLAUSE_LEN = 160 };

/* Whether every cell of an arm has more, or less, of a value than every one of the base. */
static bool is_apart(const struct nrb_arm_cells *arm, const struct nrb_arm_cells *base,
	enum nrb_cellvalue value, bool more, double margin)
{
	return more ? nrb_group_min(arm, value) > nrb_group_max(base, value) + margin
		    : nrb_group_max(arm, value) < nrb_group_min(base, value) - margin;
}

/* By more than a margin. */
static bool are_apart(const struct nrb_claim_family *family, unsigned int modes,
	enum nrb_cellvalue value, bool more, double margin)
{
	for (int mode = 0; mode < NRB_FAMILY_MODES; mode++) {
		if (modes & 1u << mode &&
			!is_apart(family->arm[mode], family->base, value, more, margin)) {
			return false;
		}
	}
	return true;
}

static unsigned int find(const struct nrb_claim_family *family, bool more)
{
	unsigned int modes = 0;

	for (int mode = 1; mode < NRB_FAMILY_MODES; mode++) {
		const struct nrb_arm_cells *arm = family->arm[mode];

		if (nrb_claimfamily_is_ok(arm) && arm != family->base &&
			is_apart(arm, family->base, NRB_VALUE_HIT_RATIO, more,
				NRB_CACHE_MARGIN)) {
			modes |= 1u << mode;
		}
	}
	return modes;
}

/* What a mode costs is read again, or saved; only where it is so in every cell. A part, since a slower
 * mode is asked for less in the same time. */
static const char *from_disk(
	char *buf, const struct nrb_claim_family *family, unsigned int modes, bool more)
{
	const enum nrb_cellvalue disk = NRB_VALUE_SERVED_DISK_RATIO;
	char some[80], base[NRB_UNITS_LEN];

	buf[0] = '\0';
	if (are_apart(family, modes, disk, more, 0)) {
		snprintf(buf, CLAUSE_LEN, "; %s of their bytes came from disk (%s)",
			nrb_claimfamily_range(some, sizeof(some), family, modes, disk),
			nrb_units_ratio(base, nrb_group_median(family->base, disk)));
	}
	return buf;
}

/* The pages that were evicted and needed again explain it; one more for 1,000 requests does not. */
static const char *refaults(
	char *buf, const struct nrb_claim_family *family, unsigned int modes, bool more)
{
	const enum nrb_cellvalue refault = NRB_VALUE_SERVED_REFAULTS;
	char some[80], base[NRB_UNITS_LEN];

	buf[0] = '\0';
	if (are_apart(family, modes, refault, more, 1)) {
		snprintf(buf, CLAUSE_LEN,
			"; 1,000 requests needed %s evicted pages again (%s)",
			nrb_claimfamily_counts(
				some, sizeof(some), family, modes, refault),
			nrb_units_count(
				base, llround(nrb_group_median(family->base, refault))));
	}
	return buf;
}

static const char *speed(
	char *buf, const struct nrb_claim_family *family, unsigned int modes)
{
	const enum nrb_cellvalue rate = NRB_VALUE_REQUESTS_PER_S;
	char some[80], base[NRB_UNITS_LEN];

	snprintf(buf, CLAUSE_LEN, "; requests in a second: %s (%s)",
		nrb_claimfamily_counts(some, sizeof(some), family, modes, rate),
		nrb_units_count(base, llround(nrb_group_median(family->base, rate))));
	return buf;
}

static int claim(struct nrb_claims *claims, const struct nrb_claim_family *family,
	const struct nrb_header *header, bool more)
{
	unsigned int modes = find(family, more);
	char disk[CLAUSE_LEN], again[CLAUSE_LEN], rate[CLAUSE_LEN] = "";
	char hits[80], base[NRB_UNITS_LEN];

	if (modes == 0) {
		return 0;
	}
	return nrb_claimfamily_say(claims, family, NRB_CLAIM_SERVED, modes,
		"served %s of the requests from the page cache (mode %d: %s)%s%s%s.",
		nrb_claimfamily_range(
			hits, sizeof(hits), family, modes, NRB_VALUE_HIT_RATIO),
		(int)family->base->key.mode,
		nrb_units_ratio(
			base, nrb_group_median(family->base, NRB_VALUE_HIT_RATIO)),
		from_disk(disk, family, modes, !more),
		refaults(again, family, modes, !more),
		header->rehearsal ? "" : speed(rate, family, modes));
}

int nrb_claimserved_make(struct nrb_claims *claims, const struct nrb_claim_family *family,
	const struct nrb_header *header)
{
	int rc;

	if (family->base == NULL || family->base->key.mode == NRB_ABSENT) {
		return 0;
	}
	rc = claim(claims, family, header, false);
	return rc == 0 ? claim(claims, family, header, true) : rc;
}
