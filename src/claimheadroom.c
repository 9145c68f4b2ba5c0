/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was free at the lowest: of an arm, in the cell where that was least, as its figures are. */
#include "nrb/claimheadroom.h"

#include "nrb/figures.h"
#include "nrb/units.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Of free memory: what a watermark is too near to by chance. */
static const double least_apart = 128 << 10;

static const enum nrb_cellvalue above = NRB_VALUE_HEADROOM_LOWEST_BYTES;

/* 1: every cell has more than any of the other, -1: less, 0: neither. */
static int compare(const struct nrb_arm_cells *arm, const struct nrb_arm_cells *base,
	enum nrb_cellvalue value)
{
	if (nrb_group_min(arm, value) > nrb_group_max(base, value) + least_apart) {
		return 1;
	}
	return nrb_group_max(arm, value) < nrb_group_min(base, value) - least_apart ? -1
										    : 0;
}

static unsigned int find_modes(const struct nrb_claim_family *family, int wanted)
{
	unsigned int modes = 0;

	for (int mode = 1; mode < NRB_FAMILY_MODES; mode++) {
		const struct nrb_arm_cells *arm = family->arm[mode];

		if (nrb_claimfamily_is_ok(arm) && arm != family->base &&
			compare(arm, family->base, above) == wanted) {
			modes |= 1u << mode;
		}
	}
	return modes;
}

/* llround() of a byte count below zero, which units has no words for. */
static const char *show(char *buf, double bytes)
{
	char number[NRB_UNITS_LEN];

	snprintf(buf, NRB_UNITS_LEN + 8, "%s%s", bytes < 0 ? "-" : "",
		nrb_units_bytes(number, llround(fabs(bytes))));
	return buf;
}

static int claim_modes(
	struct nrb_claims *claims, const struct nrb_claim_family *family, int wanted)
{
	char low[NRB_UNITS_LEN + 8], high[NRB_UNITS_LEN + 8], base[NRB_UNITS_LEN + 8];
	unsigned int modes = find_modes(family, wanted);
	double least = NAN, most = NAN;

	if (modes == 0) {
		return 0;
	}
	for (int mode = 1; mode < NRB_FAMILY_MODES; mode++) {
		if (modes & 1u << mode) {
			double lowest = nrb_group_min(family->arm[mode], above);

			least = fmin(least, lowest);
			most = fmax(most, lowest);
		}
	}
	show(low, least);
	show(high, most);
	return nrb_claimfamily_say(claims, family, NRB_CLAIM_HEADROOM, modes,
		"left%s headroom under the load: at the lowest %s%s%s free above min "
		"(mode %d: %s).",
		wanted > 0 ? " more" : " less", low, strcmp(low, high) != 0 ? " to " : "",
		strcmp(low, high) != 0 ? high : "", (int)family->base->key.mode,
		show(base, nrb_group_min(family->base, above)));
}

int nrb_claimheadroom_make(
	struct nrb_claims *claims, const struct nrb_claim_family *family)
{
	int rc;

	if (family->base == NULL || family->base->key.mode == NRB_ABSENT) {
		return 0;
	}
	rc = claim_modes(claims, family, 1);
	return rc == 0 ? claim_modes(claims, family, -1) : rc;
}

/* -- settings -- */

static void find_plain(struct nrb_claim_family *family, const struct nrb_group *group,
	const struct nrb_key *of, const struct nrb_header *header)
{
	struct nrb_key key = *of;

	key.set[0] = '\0';
	for (int mode = 0; mode < NRB_FAMILY_MODES; mode++) {
		const struct nrb_arm_cells *arm;

		key.mode = mode;
		arm = nrb_group_find(group, &key);
		if (nrb_claimfamily_is_ok(arm)) {
			nrb_claimfamily_put(family, arm);
		}
	}
	nrb_claimfamily_choose_base(family, header);
}

/* "mode 0 had 5.2 MiB (1.1 MiB), mode 1 ..." */
static void describe_modes(char *buf, size_t len, const struct nrb_claim_family *plain)
{
	char lowest[NRB_UNITS_LEN + 8], headroom[NRB_UNITS_LEN + 8];
	size_t used = 0;

	buf[0] = '\0';
	for (int mode = 0; mode < NRB_FAMILY_MODES && used < len; mode++) {
		const struct nrb_arm_cells *arm = plain->arm[mode];

		if (arm != NULL) {
			used += (size_t)snprintf(buf + used, len - used,
				"%smode %d%s %s (%s)", used > 0 ? ", " : "", mode,
				used > 0 ? "" : " had",
				show(lowest,
					nrb_group_min(arm, NRB_VALUE_FREE_LOWEST_BYTES)),
				show(headroom, nrb_group_min(arm, above)));
		}
	}
}

static int say(struct nrb_claims *claims, const struct nrb_claim_family *plain,
	const struct nrb_arm_cells *arm, unsigned int varying)
{
	char label[NRB_CLAIM_LEN / 4], modes[NRB_CLAIM_LEN / 2],
		lowest[NRB_UNITS_LEN + 8], headroom[NRB_UNITS_LEN + 8];
	const unsigned int own = 1u << NRB_FIGURE_SET;
	struct nrb_claim *claim;

	nrb_figure_label(label, sizeof(label), arm, varying | own);
	label[0] = (char)toupper((unsigned char)label[0]);
	describe_modes(modes, sizeof(modes), plain);
	claim = nrb_claim_add(claims, NRB_CLAIM_HEADROOM, 1u,
		"%s leaves at mode 0, at the lowest, %s free (%s above min); without it "
		"%s.",
		label, show(lowest, nrb_group_min(arm, NRB_VALUE_FREE_LOWEST_BYTES)),
		show(headroom, nrb_group_min(arm, above)), modes);
	if (claim == NULL) {
		return -ENOMEM;
	}
	claim->of = arm;
	claim->factors = varying & ~own;
	claim->own = own;
	claim->body = strlen(label);
	return 0;
}

int nrb_claimheadroom_make_sets(struct nrb_claims *claims, const struct nrb_group *group,
	const struct nrb_header *header, unsigned int varying)
{
	int rc = 0;

	for (int i = 0; rc == 0 && i < group->n_allocating; i++) {
		const struct nrb_arm_cells *arm = group->arms[i];
		struct nrb_claim_family plain = { 0 };

		if (!nrb_claimfamily_is_ok(arm) || arm->key.mode != 0 ||
			arm->key.set[0] == '\0') {
			continue;
		}
		find_plain(&plain, group, &arm->key, header);
		if (plain.base != NULL &&
			(compare(arm, plain.base, above) != 0 ||
				compare(arm, plain.base, NRB_VALUE_FREE_LOWEST_BYTES) !=
					0)) {
			rc = say(claims, &plain, arm, varying);
		}
	}
	return rc;
}
