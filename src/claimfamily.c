/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The arms that differ in their mode alone, and the words in which claims speak of them. */
#include "nrb/claimfamily.h"

#include "nrb/figures.h"
#include "nrb/units.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { BASE_PAGE = 4096 }; /* in which an allocation is counted */

int nrb_claimfamily_say(struct nrb_claims *claims, const struct nrb_claim_family *family,
	enum nrb_claim_kind kind, unsigned int modes, const char *fmt, ...)
{
	char names[64], rest[NRB_CLAIM_LEN];
	struct nrb_claim *claim;
	va_list args;

	va_start(args, fmt);
	vsnprintf(rest, sizeof(rest), fmt, args);
	va_end(args);
	nrb_claim_modes(names, sizeof(names), modes);
	names[0] =
		family->label[0] == '\0' ? 'M' : 'm'; /* the label starts the sentence */
	claim = nrb_claim_add(claims, kind, modes, "%s%s %s", family->label, names, rest);
	if (claim == NULL) {
		return -ENOMEM;
	}
	claim->of = family->first;
	claim->factors = family->factors;
	claim->body = strlen(family->label);
	return 0;
}

/* -- the family -- */

void nrb_claimfamily_put(struct nrb_claim_family *family, const struct nrb_arm_cells *arm)
{
	family->kept = nrb_group_kept(arm);
	if (arm->key.mode == NRB_ABSENT) {
		family->none = arm;
	} else {
		family->arm[arm->key.mode & NRB_MODE_BITS] = arm;
	}
}

void nrb_claimfamily_choose_base(
	struct nrb_claim_family *family, const struct nrb_header *header)
{
	int64_t reference = header->reference_mode;

	family->base = nrb_claimfamily_is_ok(family->arm[0]) ? family->arm[0] : NULL;
	if (family->base == NULL && reference > 0 &&
		nrb_claimfamily_is_ok(family->arm[reference & NRB_MODE_BITS])) {
		family->base = family->arm[reference & NRB_MODE_BITS];
	}
	if (family->base == NULL && nrb_claimfamily_is_ok(family->none)) {
		family->base = family->none;
	}
}

void nrb_claimfamily_label(struct nrb_claim_family *family,
	const struct nrb_arm_cells *arm, unsigned int varying)
{
	char *label = family->label;

	family->first = arm;
	family->factors = varying;
	nrb_figure_label(label, sizeof(family->label) - 2, arm, varying);
	if (label[0] != '\0') {
		label[0] = (char)toupper((unsigned char)label[0]);
		strcat(label, ": ");
	}
}

bool nrb_claimfamily_is_ok(const struct nrb_arm_cells *arm)
{
	return arm != NULL && arm->with[NRB_STATUS_OK] > 0;
}

bool nrb_claimfamily_is_measured(const struct nrb_arm_cells *arm)
{
	return arm != NULL &&
	       arm->with[NRB_STATUS_OK] + arm->with[NRB_STATUS_STALLED] > 0;
}

bool nrb_claimfamily_keeps_more(
	const struct nrb_arm_cells *arm, const struct nrb_arm_cells *base)
{
	return nrb_group_min(arm, NRB_VALUE_LOCAL_RATIO) >
	       nrb_group_max(base, NRB_VALUE_LOCAL_RATIO) + NRB_LOCAL_MARGIN;
}

static enum nrb_cellvalue lost_of(enum nrb_cellvalue kept)
{
	return kept == NRB_VALUE_NODE_KEPT_RATIO ? NRB_VALUE_NODE_LOST_BYTES
						 : NRB_VALUE_CACHE_LOST_BYTES;
}

/* A node of hundreds of GiB has so much cache that all of an allocation is no share of it: what goes is
 * also judged by what is allocated. All file cache of a node may also grow meanwhile: less growth is no
 * eviction. */
bool nrb_claimfamily_evicts_more(
	const struct nrb_claim_family *family, const struct nrb_arm_cells *arm)
{
	enum nrb_cellvalue lost = lost_of(family->kept);
	double allocated = nrb_group_median(arm, NRB_VALUE_ALLOC_PAGES) * BASE_PAGE;

	return nrb_group_max(arm, family->kept) <
		       fmin(1, nrb_group_min(family->base, family->kept)) -
			       NRB_CACHE_MARGIN ||
	       nrb_group_min(arm, lost) > fmax(0, nrb_group_max(family->base, lost)) +
						  NRB_EVICTED_MARGIN * allocated;
}

/* Of the allocation; what is less is a few pages between thousands of failed tries. */
#define NEXT_TO_NOTHING 0.01

bool nrb_claimfamily_freed_nothing(const struct nrb_arm_cells *arm)
{
	double success = nrb_group_max(arm, NRB_VALUE_ZONE_RECLAIM_SUCCESS);

	if (nrb_group_max(arm, NRB_VALUE_PGSTEAL_DIRECT) == 0) {
		return isnan(success) || success == 0;
	}
	return nrb_group_min(arm, NRB_VALUE_ZONE_RECLAIM_FAILED) > 0 &&
	       nrb_group_max(arm, NRB_VALUE_FREED_RATIO) < NEXT_TO_NOTHING &&
	       nrb_group_max(arm, NRB_VALUE_LOCAL_RATIO) < NEXT_TO_NOTHING;
}

/* -- words -- */

const char *nrb_claimfamily_s(unsigned int modes)
{
	return (modes & (modes - 1)) == 0 ? "s" : "";
}

struct extremes {
	double min, max;
};

static struct extremes extremes(const struct nrb_claim_family *family, unsigned int modes,
	enum nrb_cellvalue value)
{
	struct extremes found = { NAN, NAN };

	for (int mode = 0; mode < NRB_FAMILY_MODES; mode++) {
		if (modes & 1u << mode) {
			double median = nrb_group_median(family->arm[mode], value);

			found.min = fmin(found.min, median);
			found.max = fmax(found.max, median);
		}
	}
	return found;
}

/* Of shares: where the cells of one arm are apart, theirs, and not a median that no cell had. */
static struct extremes extremes_of_cells(const struct nrb_claim_family *family,
	unsigned int modes, enum nrb_cellvalue value)
{
	struct extremes found = extremes(family, modes, value);

	for (int mode = 0; mode < NRB_FAMILY_MODES; mode++) {
		const struct nrb_arm_cells *arm = family->arm[mode];

		if (modes & 1u << mode && nrb_group_is_apart(arm, value)) {
			found.min = fmin(found.min, nrb_group_min(arm, value));
			found.max = fmax(found.max, nrb_group_max(arm, value));
		}
	}
	return found;
}

static const char *from_to(char *buf, size_t len, const char *low, const char *high)
{
	if (strcmp(low, high) == 0) {
		snprintf(buf, len, "%s", low);
	} else {
		snprintf(buf, len, "%s to %s", low, high);
	}
	return buf;
}

const char *nrb_claimfamily_range(char *buf, size_t len,
	const struct nrb_claim_family *family, unsigned int modes,
	enum nrb_cellvalue value)
{
	struct extremes of = extremes_of_cells(family, modes, value);
	char low[NRB_UNITS_LEN], high[NRB_UNITS_LEN];

	return from_to(
		buf, len, nrb_units_ratio(low, of.min), nrb_units_ratio(high, of.max));
}

const char *nrb_claimfamily_bytes(char *buf, size_t len,
	const struct nrb_claim_family *family, unsigned int modes,
	enum nrb_cellvalue value)
{
	struct extremes of = extremes(family, modes, value);
	char low[NRB_UNITS_LEN], high[NRB_UNITS_LEN];

	return from_to(buf, len, nrb_units_bytes(low, llround(of.min)),
		nrb_units_bytes(high, llround(of.max)));
}

const char *nrb_claimfamily_counts(char *buf, size_t len,
	const struct nrb_claim_family *family, unsigned int modes,
	enum nrb_cellvalue value)
{
	struct extremes of = extremes(family, modes, value);
	char low[NRB_UNITS_LEN], high[NRB_UNITS_LEN];

	return from_to(buf, len, nrb_units_count(low, llround(of.min)),
		nrb_units_count(high, llround(of.max)));
}

static const char *whose(enum nrb_cellvalue kept)
{
	return kept == NRB_VALUE_NODE_KEPT_RATIO
		       ? "the node's file cache, most of it other programs'"
		       : "the cached file";
}

/* As a share; where that is next to nothing and yet much beside the allocation, in bytes. */
static const char *say_lost(char *buf, size_t len, enum nrb_cellvalue kind,
	struct extremes kept, struct extremes bytes)
{
	char low[NRB_UNITS_LEN], high[NRB_UNITS_LEN], amount[2 * NRB_UNITS_LEN + 4];

	if (1 - kept.min < NRB_CACHE_MARGIN && bytes.max > 0) {
		from_to(amount, sizeof(amount),
			nrb_units_bytes(low, llround(fmax(0, bytes.min))),
			nrb_units_bytes(high, llround(bytes.max)));
	} else {
		from_to(amount, sizeof(amount),
			nrb_units_ratio(low, fmax(0, 1 - kept.max)),
			nrb_units_ratio(high, fmax(0, 1 - kept.min)));
	}
	snprintf(buf, len, "%s of %s", amount, whose(kind));
	return buf;
}

const char *nrb_claimfamily_lost(
	char *buf, size_t len, const struct nrb_arm_cells *arm, enum nrb_cellvalue kept)
{
	double share = nrb_group_median(arm, kept),
	       bytes = nrb_group_median(arm, lost_of(kept));

	return say_lost(buf, len, kept, (struct extremes){ share, share },
		(struct extremes){ bytes, bytes });
}

const char *nrb_claimfamily_cost(char *buf, size_t len,
	const struct nrb_claim_family *family, unsigned int modes, bool goes_on)
{
	char lost[128], names[64];
	unsigned int evicting = 0;
	bool all;

	for (int mode = 1; mode < NRB_FAMILY_MODES; mode++) {
		if (modes & 1u << mode &&
			nrb_claimfamily_evicts_more(family, family->arm[mode])) {
			evicting |= 1u << mode;
		}
	}
	buf[0] = '\0';
	if (evicting == 0) {
		return buf;
	}
	all = goes_on && evicting == modes;
	say_lost(lost, sizeof(lost), family->kept,
		extremes(family, evicting, family->kept),
		extremes(family, evicting, lost_of(family->kept)));
	snprintf(buf, len, "%s%s evict%s %s", all ? " and" : "; ",
		all ? "" : nrb_claim_modes(names, sizeof(names), evicting),
		nrb_claimfamily_s(evicting), lost);
	return buf;
}
