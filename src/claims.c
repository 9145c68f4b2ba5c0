/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a record shows for certain. */
#include "nrb/claims.h"

#include "nrb/figures.h"
#include "nrb/mode.h"
#include "nrb/units.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Differences of locality below it are left alone: pages of others come and go. */
#define LOCAL_MARGIN 0.05
#define CACHE_MARGIN 0.01

enum { N_MODES = NRB_MODE_BITS + 1 };

/* The arms that differ in their mode alone, by mode; NULL: not run. */
struct family {
	const struct nrb_arm_cells *arm[N_MODES];
	const struct nrb_arm_cells
		*base;           /* that others are compared with: mode 0 if it was run */
	enum nrb_cellvalue kept; /* what tells how much cache was kept */
	char label[NRB_CLAIM_LEN / 2]; /* "" or what tells it from other families */
};

const char *nrb_claim_kind_name(enum nrb_claim_kind kind)
{
	static const char *const names[NRB_N_CLAIM_KINDS] = {
		[NRB_CLAIM_INERT] = "inert",
		[NRB_CLAIM_UNTRIED] = "untried",
		[NRB_CLAIM_LOCAL] = "local",
		[NRB_CLAIM_FUTILE] = "futile",
		[NRB_CLAIM_STALLED] = "stalled",
		[NRB_CLAIM_SLOW] = "slow",
		[NRB_CLAIM_DISAGREE] = "disagree",
	};

	return names[kind];
}

static void append(char *buf, size_t len, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static void append(char *buf, size_t len, const char *fmt, ...)
{
	size_t used = strlen(buf);
	va_list args;

	va_start(args, fmt);
	vsnprintf(buf + used, len - used, fmt, args);
	va_end(args);
}

const char *nrb_claim_modes(char *buf, size_t len, unsigned int modes)
{
	int runs[N_MODES][2], n = 0;

	for (int mode = 0; mode < N_MODES; mode++) {
		if ((modes & 1u << mode) == 0) {
			continue;
		}
		if (n > 0 && runs[n - 1][1] == mode - 1) {
			runs[n - 1][1] = mode;
		} else {
			runs[n][0] = runs[n][1] = mode;
			n++;
		}
	}
	/* two neighbours read better as two */
	if (n == 1 && runs[0][1] == runs[0][0] + 1) {
		runs[1][0] = runs[1][1] = runs[0][1];
		runs[0][1] = runs[0][0];
		n = 2;
	}
	snprintf(buf, len, n == 1 && runs[0][0] == runs[0][1] ? "mode" : "modes");
	for (int i = 0; i < n; i++) {
		append(buf, len, "%s%d",
			i == 0       ? " "
			: i == n - 1 ? " and "
				     : ", ",
			runs[i][0]);
		if (runs[i][1] > runs[i][0]) {
			append(buf, len, "-%d", runs[i][1]);
		}
	}
	return buf;
}

/* Add a claim about modes; the sentence follows their names. */
static int claim(struct nrb_claims *claims, const struct family *family,
	enum nrb_claim_kind kind, unsigned int modes, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));

static int claim(struct nrb_claims *claims, const struct family *family,
	enum nrb_claim_kind kind, unsigned int modes, const char *fmt, ...)
{
	char names[64], rest[NRB_CLAIM_LEN];
	struct nrb_claim *c;
	va_list args;

	if (claims->n == claims->room) {
		int room = claims->room > 0 ? 2 * claims->room : 8;

		c = realloc(claims->list, (size_t)room * sizeof(*c));
		if (c == NULL) {
			return -ENOMEM;
		}
		claims->list = c;
		claims->room = room;
	}
	va_start(args, fmt);
	vsnprintf(rest, sizeof(rest), fmt, args);
	va_end(args);
	c = &claims->list[claims->n++];
	c->kind = kind;
	c->modes = modes;
	c->text[0] = '\0';
	nrb_claim_modes(names, sizeof(names), modes);
	names[0] =
		family->label[0] == '\0' ? 'M' : 'm'; /* the label starts the sentence */
	append(c->text, sizeof(c->text), "%s%s %s", family->label, names, rest);
	return 0;
}

/* -- what an arm's cells all show -- */

static double largest(const struct nrb_arm_cells *arm, enum nrb_cellvalue value)
{
	return nrb_group_max(arm, value);
}

static bool is_ok(const struct nrb_arm_cells *arm)
{
	return arm != NULL && arm->with[NRB_STATUS_OK] > 0;
}

static bool freed_nothing(const struct nrb_arm_cells *arm)
{
	double success = largest(arm, NRB_VALUE_ZONE_RECLAIM_SUCCESS);

	return largest(arm, NRB_VALUE_PGSTEAL_DIRECT) == 0 &&
	       (isnan(success) || success == 0);
}

static bool keeps_more(const struct nrb_arm_cells *arm, const struct nrb_arm_cells *base)
{
	return nrb_group_min(arm, NRB_VALUE_LOCAL_RATIO) >
	       nrb_group_max(base, NRB_VALUE_LOCAL_RATIO) + LOCAL_MARGIN;
}

/* All file cache of a node may also grow meanwhile: less growth is no eviction. */
static bool evicts_more(const struct family *family, int mode)
{
	return nrb_group_max(family->arm[mode], family->kept) <
	       fmin(1, nrb_group_min(family->base, family->kept)) - CACHE_MARGIN;
}

/* -- claims -- */

static int claim_inert(struct nrb_claims *claims, const struct family *family,
	const struct nrb_header *header)
{
	unsigned int inert = 0, untried = 0;
	bool mglru = strcmp(header->lru_gen, "on") == 0;
	char count[NRB_UNITS_LEN];
	double tries = 0;
	int rc = 0;

	for (int mode = 1; mode < N_MODES; mode++) {
		const struct nrb_arm_cells *arm = family->arm[mode];
		const struct nrb_values *failed;

		if (!is_ok(arm) || !freed_nothing(arm)) {
			continue;
		}
		failed = &arm->ok.values[NRB_VALUE_ZONE_RECLAIM_FAILED];
		if (largest(arm, NRB_VALUE_ZONE_RECLAIM_FAILED) == 0) {
			untried |= 1u << mode;
		} else if (nrb_group_min(arm, NRB_VALUE_ZONE_RECLAIM_FAILED) > 0) {
			inert |= 1u << mode;
			mglru = mglru &&
				(mode & NRB_MODE_WRITE && mode & NRB_MODE_UNMAP) == 0;
			for (size_t i = 0; i < failed->n; i++) {
				tries += failed->v[i];
			}
		}
	}
	if (inert != 0) {
		rc = claim(claims, family, NRB_CLAIM_INERT, inert,
			"reclaimed nothing: node reclaim was tried %s times and freed no page%s.",
			nrb_units_count(count, (int64_t)tries),
			mglru ? " (MGLRU needs bits 2 and 4)" : "");
	}
	if (rc == 0 && untried != 0) {
		rc = claim(claims, family, NRB_CLAIM_UNTRIED, untried,
			"did nothing: the kernel did not try node reclaim once.");
	}
	return rc;
}

/* "98.4 % to 99.9 %" over the medians of some modes; inverse: of what is missing to the whole. */
static const char *range(char *buf, size_t len, const struct family *family,
	unsigned int modes, enum nrb_cellvalue value, bool inverse)
{
	char low[NRB_UNITS_LEN], high[NRB_UNITS_LEN];
	double min = NAN, max = NAN;

	for (int mode = 0; mode < N_MODES; mode++) {
		if (modes & 1u << mode) {
			double median = nrb_group_median(family->arm[mode], value);

			median = inverse ? 1 - median : median;
			min = fmin(min, median);
			max = fmax(max, median);
		}
	}
	nrb_units_ratio(low, min);
	nrb_units_ratio(high, max);
	if (strcmp(low, high) == 0) {
		snprintf(buf, len, "%s", low);
	} else {
		snprintf(buf, len, "%s to %s", low, high);
	}
	return buf;
}

/* What some modes cost in cache: a clause that goes on with the sentence about all of them, or
 * names those that do; "" where it is nothing. */
static const char *cost(char *buf, size_t len, const struct family *family,
	unsigned int modes, bool goes_on)
{
	unsigned int evicting = 0;
	char lost[80], names[64];
	bool all, one;

	for (int mode = 1; mode < N_MODES; mode++) {
		if (modes & 1u << mode && evicts_more(family, mode)) {
			evicting |= 1u << mode;
		}
	}
	buf[0] = '\0';
	if (evicting == 0) {
		return buf;
	}
	all = goes_on && evicting == modes;
	one = (evicting & (evicting - 1)) == 0;
	snprintf(buf, len, "%s%s evict%s %s of %s", all ? " and" : "; ",
		all ? "" : nrb_claim_modes(names, sizeof(names), evicting),
		one ? "s" : "",
		range(lost, sizeof(lost), family, evicting, family->kept, true),
		family->kept == NRB_VALUE_NODE_KEPT_RATIO
			? "the node's file cache, most of it other programs'"
			: "the cached file");
	return buf;
}

static int claim_kept(
	struct nrb_claims *claims, const struct family *family, unsigned int modes)
{
	char kept[80], base[NRB_UNITS_LEN], clause[256];

	return claim(claims, family, NRB_CLAIM_LOCAL, modes,
		"keep%s %s of new memory local (mode %d: %s)%s.",
		(modes & (modes - 1)) == 0 ? "s" : "",
		range(kept, sizeof(kept), family, modes, NRB_VALUE_LOCAL_RATIO, false),
		(int)family->base->key.mode,
		nrb_units_ratio(
			base, nrb_group_median(family->base, NRB_VALUE_LOCAL_RATIO)),
		cost(clause, sizeof(clause), family, modes, true));
}

/* Of these modes, the first and those that keep about as much local as it does. */
static unsigned int alike(const struct family *family, unsigned int modes)
{
	unsigned int same = 0;
	double first = NAN;

	for (int mode = 1; mode < N_MODES; mode++) {
		if (modes & 1u << mode) {
			double local = nrb_group_median(
				family->arm[mode], NRB_VALUE_LOCAL_RATIO);

			first = isnan(first) ? local : first;
			same |= fabs(local - first) <= LOCAL_MARGIN ? 1u << mode : 0;
		}
	}
	return same;
}

static int claim_local(struct nrb_claims *claims, const struct family *family)
{
	unsigned int local = 0, futile = 0;
	char clause[256];
	int rc = 0;

	for (int mode = 1; mode < N_MODES; mode++) {
		const struct nrb_arm_cells *arm = family->arm[mode];

		if (!is_ok(arm) || arm == family->base) {
			continue;
		}
		if (keeps_more(arm, family->base)) {
			local |= 1u << mode;
		} else if (nrb_group_min(arm, NRB_VALUE_PGSTEAL_DIRECT) > 0) {
			futile |= 1u << mode;
		}
	}
	while (rc == 0 && local != 0) {
		unsigned int same = alike(family, local);

		rc = claim_kept(claims, family, same);
		local &= ~same;
	}
	if (rc == 0 && futile != 0) {
		rc = claim(claims, family, NRB_CLAIM_FUTILE, futile,
			"freed pages, but kept no more new memory local than mode %d%s.",
			(int)family->base->key.mode,
			cost(clause, sizeof(clause), family, futile, false));
	}
	return rc;
}

static int claim_stall(
	struct nrb_claims *claims, const struct family *family, enum nrb_stall stall)
{
	int64_t stalled = 0, cells = 0;
	unsigned int modes = 0;

	for (int mode = 0; mode < N_MODES; mode++) {
		const struct nrb_arm_cells *arm = family->arm[mode];

		if (arm != NULL && arm->stalls[stall] > 0) {
			modes |= 1u << mode;
			stalled += arm->stalls[stall];
			cells += arm->cells;
		}
	}
	if (modes == 0) {
		return 0;
	}
	if (stall == NRB_STALL_SLOW) {
		return claim(claims, family, NRB_CLAIM_SLOW, modes,
			"took too long in %lld of %lld cells: the allocation got on, but did not end "
			"within 60 s.",
			(long long)stalled, (long long)cells);
	}
	return claim(claims, family, NRB_CLAIM_STALLED, modes,
		"stalled in %lld of %lld cells: allocating on the full node all but stopped.",
		(long long)stalled, (long long)cells);
}

/* 2 and 3, 4 and 5, 6 and 7 are one to the kernel: bit 1 is only a switch. */
static int claim_disagree(struct nrb_claims *claims, const struct family *family)
{
	char low[NRB_UNITS_LEN], high[NRB_UNITS_LEN];
	int rc = 0;

	for (int mode = NRB_MODE_WRITE; rc == 0 && mode < N_MODES; mode += 2) {
		const struct nrb_arm_cells *a = family->arm[mode],
					   *b = family->arm[mode + 1];

		if (!is_ok(a) || !is_ok(b) || !(keeps_more(a, b) || keeps_more(b, a))) {
			continue;
		}
		rc = claim(claims, family, NRB_CLAIM_DISAGREE, 3u << mode,
			"are one to the kernel, but kept %s and %s local: do not rely on this run.",
			nrb_units_ratio(low, nrb_group_median(a, NRB_VALUE_LOCAL_RATIO)),
			nrb_units_ratio(
				high, nrb_group_median(b, NRB_VALUE_LOCAL_RATIO)));
	}
	return rc;
}

/* -- families -- */

static void make_label(
	struct family *family, const struct nrb_arm_cells *arm, unsigned int varying)
{
	char value[NRB_FIGURE_LEN];

	family->label[0] = '\0';
	for (int id = 0; id < NRB_N_FACTORS; id++) {
		if (id != NRB_FIGURE_MODE && varying & 1u << id) {
			append(family->label, sizeof(family->label), "%s%s %s",
				family->label[0] != '\0' ? ", " : "",
				nrb_figure_table[id].heading,
				nrb_figure_show(
					value, (enum nrb_figure_id)id, arm, true));
		}
	}
	if (family->label[0] != '\0') {
		family->label[0] = (char)toupper((unsigned char)family->label[0]);
		append(family->label, sizeof(family->label), ": ");
	}
}

static int claim_family(struct nrb_claims *claims, const struct family *family,
	const struct nrb_header *header)
{
	int rc = claim_inert(claims, family, header);

	if (rc == 0 && family->base != NULL) {
		rc = claim_local(claims, family);
	}
	for (int i = 0; rc == 0 && i < NRB_N_STALLS; i++) {
		rc = claim_stall(claims, family, (enum nrb_stall)i);
	}
	return rc == 0 ? claim_disagree(claims, family) : rc;
}

static void choose_base(struct family *family, const struct nrb_header *header)
{
	family->base = is_ok(family->arm[0]) ? family->arm[0] : NULL;
	if (family->base == NULL && header->reference_mode > 0 &&
		is_ok(family->arm[header->reference_mode])) {
		family->base = family->arm[header->reference_mode];
	}
}

int nrb_claims_make(struct nrb_claims *claims, const struct nrb_group *group,
	const struct nrb_header *header)
{
	unsigned int varying = nrb_figure_varying(group->arms, group->n_with_mode);
	int rc = 0;

	for (int i = 0; rc == 0 && i < group->n_with_mode;) {
		struct family family = { 0 };
		int to = i;

		while (to < group->n_with_mode &&
			nrb_group_same_but_mode(group->arms[i], group->arms[to])) {
			family.arm[group->arms[to]->key.mode] = group->arms[to];
			to++;
		}
		make_label(&family, group->arms[i], varying);
		choose_base(&family, header);
		family.kept = group->cache_is_others ? NRB_VALUE_NODE_KEPT_RATIO
						     : NRB_VALUE_CACHE_KEPT_RATIO;
		rc = claim_family(claims, &family, header);
		i = to;
	}
	return rc;
}

void nrb_claims_free(struct nrb_claims *claims)
{
	free(claims->list);
	memset(claims, 0, sizeof(*claims));
}
