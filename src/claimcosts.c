/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a family's modes did beside keeping memory local. */
#include "nrb/claimcosts.h"

#include "nrb/mode.h"
#include "nrb/units.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Of what the base did to the other nodes' cache; more is too near to speak of. */
#define SPARED 0.9

/* Of cache that other nodes gained; with less, or where they lost some, nothing was there to be spared. */
static const double least_gained = 16 << 20;

/* Of each mode; with fewer a time may be one by chance. */
enum { CELLS_FOR_TIMES = 3 };

/* The modes whose cells a rule decided, most of them or all; stalled ones too, where none is ok. */
static unsigned int decided_by(
	const struct nrb_claim_family *family, enum nrb_rule rule, bool all)
{
	unsigned int modes = 0;

	for (int mode = 1; mode < NRB_FAMILY_MODES; mode++) {
		int64_t others;

		if (nrb_claimfamily_is_measured(family->arm[mode]) &&
			nrb_group_rule(family->arm[mode], &others) == rule &&
			!(all && others > 0)) {
			modes |= 1u << mode;
		}
	}
	return modes;
}

static int claim_gates(struct nrb_claims *claims, const struct nrb_claim_family *family,
	unsigned int told)
{
	char local[80];
	int rc = 0;

	for (int rule = NRB_RULE_CLOSED_CACHE; rc == 0 && rule <= NRB_RULE_CLOSED_SHMEM;
		rule++) {
		unsigned int modes =
			decided_by(family, (enum nrb_rule)rule, true) & ~told;

		if (modes != 0) {
			rc = nrb_claimfamily_say(claims, family, NRB_CLAIM_GATE, modes,
				"reclaimed until the gate closed, and kept %s of new memory local: "
				"%s.",
				nrb_claimfamily_range(local, sizeof(local), family, modes,
					NRB_VALUE_LOCAL_RATIO),
				nrb_rule_why((enum nrb_rule)rule));
		}
	}
	return rc;
}

static int claim_scans(struct nrb_claims *claims, const struct nrb_claim_family *family)
{
	unsigned int modes = decided_by(family, NRB_RULE_FUTILE, false);
	char scanned[80], freed[80];

	if (modes == 0) {
		return 0;
	}
	nrb_claimfamily_counts(
		freed, sizeof(freed), family, modes, NRB_VALUE_PGSTEAL_DIRECT);
	return nrb_claimfamily_say(claims, family, NRB_CLAIM_SCANS, modes,
		"scanned %s pages in a cell and freed %s.",
		nrb_claimfamily_counts(
			scanned, sizeof(scanned), family, modes, NRB_VALUE_PGSCAN_DIRECT),
		strcmp(freed, "0") == 0 ? "none" : freed);
}

/* Modes all of whose cells swapped out, or none of them. */
static unsigned int swapping(const struct nrb_claim_family *family, bool swapped)
{
	unsigned int modes = 0;

	for (int mode = 0; mode < NRB_FAMILY_MODES; mode++) {
		const struct nrb_arm_cells *arm = family->arm[mode];

		if (nrb_claimfamily_is_ok(arm) &&
			(swapped ? nrb_group_min(arm, NRB_VALUE_SWAPPED_OUT) > 0
				 : nrb_group_max(arm, NRB_VALUE_SWAPPED_OUT) == 0)) {
			modes |= 1u << mode;
		}
	}
	return modes;
}

/* ", all by those who allocate" and the like; "" where it is not known. */
static const char *who_swapped(
	char *buf, size_t len, const struct nrb_claim_family *family, unsigned int modes)
{
	char kswapd[80];

	nrb_claimfamily_counts(
		kswapd, sizeof(kswapd), family, modes, NRB_VALUE_SWAPOUT_KSWAPD_PAGES);
	buf[0] = '\0';
	for (int mode = 0; mode < NRB_FAMILY_MODES; mode++) {
		if (modes & 1u << mode && isnan(nrb_group_median(family->arm[mode],
						  NRB_VALUE_SWAPOUT_KSWAPD_PAGES))) {
			return buf;
		}
	}
	snprintf(buf, len, ", %s of them by kswapd",
		strcmp(kswapd, "0") == 0 ? "none" : kswapd);
	return buf;
}

/* What the owner paid: how much it read back is counted, how long it took is timed. */
static const char *owners_cost(char *buf, size_t len,
	const struct nrb_claim_family *family, unsigned int modes, bool times)
{
	char back[80], ns[NRB_UNITS_LEN];
	double worst = NAN;

	buf[0] = '\0';
	for (int mode = 0; mode < NRB_FAMILY_MODES; mode++) {
		if (modes & 1u << mode) {
			const struct nrb_arm_cells *arm = family->arm[mode];

			if (isnan(nrb_group_median(arm, NRB_VALUE_RETURN_DISK_RATIO))) {
				return buf;
			}
			worst = fmax(worst, nrb_group_median(arm, NRB_VALUE_RETURN_NS));
		}
	}
	snprintf(buf, len, "; of their owner's touches afterwards, %s read from disk",
		nrb_claimfamily_range(
			back, sizeof(back), family, modes, NRB_VALUE_RETURN_DISK_RATIO));
	if (times && !isnan(worst)) {
		snprintf(buf + strlen(buf), len - strlen(buf),
			" (a touch took up to %s on average)",
			nrb_units_ns(ns, worst, true));
	}
	return buf;
}

static int claim_swap(struct nrb_claims *claims, const struct nrb_claim_family *family,
	const struct nrb_header *header)
{
	unsigned int modes = swapping(family, true), not = swapping(family, false);
	char pages[80], who[128], owner[160], names[64], none[96] = "";

	if (modes == 0) {
		return 0;
	}
	if (not != 0) {
		snprintf(none, sizeof(none), "; %s swapped out none",
			nrb_claim_modes(names, sizeof(names), not ));
	}
	return nrb_claimfamily_say(claims, family, NRB_CLAIM_SWAP, modes,
		"swapped out %s pages%s%s%s.",
		nrb_claimfamily_counts(
			pages, sizeof(pages), family, modes, NRB_VALUE_SWAPPED_OUT),
		who_swapped(who, sizeof(who), family, modes),
		owners_cost(owner, sizeof(owner), family, modes, !header->rehearsal),
		none);
}

/* Reclaim took pages that others had written: itself it wrote none where vmscan_write is 0. Written
 * is counted over the whole machine. */
static int claim_written(struct nrb_claims *claims, const struct nrb_claim_family *family)
{
	unsigned int modes = decided_by(family, NRB_RULE_WRITTEN, false);
	char freed[80], written[80];

	for (int mode = 1; mode < NRB_FAMILY_MODES; mode++) {
		if (modes & 1u << mode &&
			nrb_group_max(family->arm[mode], NRB_VALUE_VMSCAN_WRITE) != 0) {
			modes &= ~(1u << mode);
		}
	}
	if (modes == 0) {
		return 0;
	}
	return nrb_claimfamily_say(claims, family, NRB_CLAIM_WRITTEN, modes,
		"freed %s pages while the machine wrote %s to disk, none of them by reclaim "
		"itself.",
		nrb_claimfamily_counts(
			freed, sizeof(freed), family, modes, NRB_VALUE_PGSTEAL_DIRECT),
		nrb_claimfamily_counts(written, sizeof(written), family, modes,
			NRB_VALUE_WRITTEN_PAGES));
}

static int claim_threads(struct nrb_claims *claims, const struct nrb_claim_family *family)
{
	unsigned int modes = decided_by(family, NRB_RULE_ONE_AT_A_TIME, false);
	char local[80], pages[80], who[64] = "beside other tasks", each[128] = "";
	int first = __builtin_ctz(modes != 0 ? modes : 1);
	int64_t threads;

	if (modes == 0) {
		return 0;
	}
	threads = family->arm[first]->key.threads; /* of all of the family */
	if (threads > 1) {
		snprintf(who, sizeof(who), "with %" PRId64 " threads", threads);
	} else if (!isnan(nrb_group_median(
			   family->arm[first], NRB_VALUE_REQUESTS_PER_S))) {
		snprintf(who, sizeof(who), "beside readers");
	} else if (!isnan(nrb_group_median(family->arm[first], NRB_VALUE_WRITER_RATE))) {
		snprintf(who, sizeof(who), "beside a writer");
	}
	/* the more a task frees at a time, the less often another finds it at work */
	if (!isnan(nrb_group_median(family->arm[first], NRB_VALUE_PAGES_PER_RECLAIM))) {
		snprintf(each, sizeof(each), "; each reclaim freed %s pages",
			nrb_claimfamily_counts(pages, sizeof(pages), family, modes,
				NRB_VALUE_PAGES_PER_RECLAIM));
	}
	return nrb_claimfamily_say(claims, family, NRB_CLAIM_THREADS, modes,
		"kept %s local %s: %s%s.",
		nrb_claimfamily_range(
			local, sizeof(local), family, modes, NRB_VALUE_LOCAL_RATIO),
		who, nrb_rule_why(NRB_RULE_ONE_AT_A_TIME), each);
}

/* Modes in all of whose cells the other nodes' cache grew by less than in any of the base. */
static unsigned int find_spared(const struct nrb_claim_family *family)
{
	const enum nrb_cellvalue gained = NRB_VALUE_OTHERS_CACHE_GAINED_BYTES;
	unsigned int modes = 0;

	if (!(nrb_group_min(family->base, gained) >= least_gained)) {
		return 0;
	}
	for (int mode = 1; mode < NRB_FAMILY_MODES; mode++) {
		const struct nrb_arm_cells *arm = family->arm[mode];

		if (nrb_claimfamily_is_ok(arm) && arm != family->base &&
			nrb_group_max(arm, gained) <
				SPARED * nrb_group_min(family->base, gained)) {
			modes |= 1u << mode;
		}
	}
	return modes;
}

/* Whether a writer beside spills onto other nodes. */
static int claim_writer(struct nrb_claims *claims, const struct nrb_claim_family *family)
{
	const enum nrb_cellvalue gained = NRB_VALUE_OTHERS_CACHE_GAINED_BYTES;
	char some[80], base[NRB_UNITS_LEN];
	unsigned int modes;

	if (family->base == NULL || family->base->key.mode == NRB_ABSENT ||
		isnan(nrb_group_median(family->base, NRB_VALUE_WRITER_RATE))) {
		return 0;
	}
	modes = find_spared(family);
	if (modes == 0) {
		return 0;
	}
	return nrb_claimfamily_say(claims, family, NRB_CLAIM_WRITER, modes,
		"let%s the other nodes' file cache gain less beside the writer: %s (mode %d: %s).",
		nrb_claimfamily_s(modes),
		nrb_claimfamily_bytes(some, sizeof(some), family, modes, gained),
		(int)family->base->key.mode,
		nrb_units_bytes(base, llround(nrb_group_median(family->base, gained))));
}

static bool has_times(const struct nrb_arm_cells *arm)
{
	return nrb_claimfamily_is_ok(arm) && arm->with[NRB_STATUS_OK] >= CELLS_FOR_TIMES;
}

/* Whether bit 2 slows a writer, as the kernel's documentation has it: beside mode 1, which reclaims
 * without. Not said of a virtual machine. */
static int claim_slowed_writer(struct nrb_claims *claims,
	const struct nrb_claim_family *family, const struct nrb_header *header)
{
	const struct nrb_arm_cells *without = family->arm[NRB_MODE_ZONE];
	char most[NRB_UNITS_LEN], least[NRB_UNITS_LEN];
	double slowest, fastest = 0;
	unsigned int modes = 0;

	if (header->rehearsal || !has_times(without)) {
		return 0;
	}
	slowest = nrb_group_min(without, NRB_VALUE_WRITER_RATE);
	for (int mode = 1; mode < NRB_FAMILY_MODES; mode++) {
		double rate;

		if (!(mode & NRB_MODE_WRITE) || !has_times(family->arm[mode])) {
			continue;
		}
		rate = nrb_group_max(family->arm[mode], NRB_VALUE_WRITER_RATE);
		if (rate < SPARED * slowest) {
			modes |= 1u << mode;
			fastest = fmax(fastest, rate);
		}
	}
	if (modes == 0) {
		return 0;
	}
	return nrb_claimfamily_say(claims, family, NRB_CLAIM_WRITER, modes,
		"slow%s the writer beside in every cell: at most %s (mode 1: at least %s).",
		nrb_claimfamily_s(modes), nrb_units_rate(most, fastest),
		nrb_units_rate(least, slowest));
}

int nrb_claimcosts_make(struct nrb_claims *claims, const struct nrb_claim_family *family,
	const struct nrb_header *header, unsigned int told)
{
	int rc = claim_gates(claims, family, told);

	if (rc == 0) {
		rc = claim_scans(claims, family);
	}
	if (rc == 0) {
		rc = claim_swap(claims, family, header);
	}
	if (rc == 0) {
		rc = claim_written(claims, family);
	}
	if (rc == 0) {
		rc = claim_threads(claims, family);
	}
	if (rc == 0) {
		rc = claim_writer(claims, family);
	}
	return rc == 0 ? claim_slowed_writer(claims, family, header) : rc;
}
