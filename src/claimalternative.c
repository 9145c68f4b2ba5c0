/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What does without node reclaim at least as well as any value of the sysctl. */
#include "nrb/claimalternative.h"

#include "nrb/claimfamily.h"
#include "nrb/figures.h"
#include "nrb/levels.h"
#include "nrb/units.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* As shown, 99.95 % is as much as 100.0 %. */
#define AS_MUCH 0.001

static const unsigned int own_factors =
	1u << NRB_FIGURE_POLICY | 1u << NRB_FIGURE_TRIM | 1u << NRB_FIGURE_SET;

static const char *default_policy(const struct nrb_key *key)
{
	return nrb_policy_words[key->cpu_node == key->node ? NRB_ARM_LOCAL
							   : NRB_ARM_PREFERRED];
}

static bool has_policy_of_its_own(const struct nrb_key *key)
{
	return strcmp(key->policy, default_policy(key)) != 0 &&
	       strcmp(key->policy, nrb_policy_words[NRB_ARM_CPUSET]) != 0;
}

static bool has_trim(const struct nrb_key *key)
{
	return strcmp(key->trim, nrb_off_on_words[1]) == 0;
}

static bool is_candidate(const struct nrb_arm_cells *arm)
{
	const struct nrb_key *key = &arm->key;

	return nrb_claimfamily_is_ok(arm) &&
	       (key->mode == NRB_ABSENT || key->mode == 0) &&
	       (has_policy_of_its_own(key) || has_trim(key) || key->set[0] != '\0');
}

static void find_modes(struct nrb_claim_family *family, const struct nrb_group *group,
	struct nrb_key *key)
{
	for (int mode = -1; mode < NRB_FAMILY_MODES; mode++) {
		const struct nrb_arm_cells *arm;

		key->mode = mode < 0 ? NRB_ABSENT : mode;
		arm = nrb_group_find(group, key);
		if (nrb_claimfamily_is_ok(arm)) {
			nrb_claimfamily_put(family, arm);
		}
	}
}

/* Its like without policy, trim and settings of its own. To prefer the node of the own CPU is what
 * local is. */
static void find_plain(struct nrb_claim_family *family, const struct nrb_group *group,
	const struct nrb_key *of, const struct nrb_header *header)
{
	struct nrb_key key = *of;

	strcpy(key.policy, default_policy(&key));
	strcpy(key.trim, nrb_off_on_words[0]);
	key.set[0] = '\0';
	find_modes(family, group, &key);
	nrb_claimfamily_choose_base(family, header);
	if (family->base == NULL) {
		strcpy(key.policy, nrb_policy_words[NRB_ARM_PREFERRED]);
		find_modes(family, group, &key);
		nrb_claimfamily_choose_base(family, header);
	}
}

/* The mode that keeps most; the base where there is no mode. */
static const struct nrb_arm_cells *best_of(const struct nrb_claim_family *family)
{
	const struct nrb_arm_cells *best = family->base;

	for (int mode = 1; mode < NRB_FAMILY_MODES; mode++) {
		const struct nrb_arm_cells *arm = family->arm[mode];

		if (arm != NULL && nrb_group_max(arm, NRB_VALUE_LOCAL_RATIO) >
					   nrb_group_max(best, NRB_VALUE_LOCAL_RATIO)) {
			best = arm;
		}
	}
	return best;
}

/* "Policy bind, trim on" */
static void describe(
	char *buf, size_t len, const struct nrb_arm_cells *arm, unsigned int factors)
{
	nrb_figure_label(buf, len, arm, factors);
	buf[0] = (char)toupper((unsigned char)buf[0]);
}

static unsigned int find_own(const struct nrb_key *key)
{
	unsigned int own = 0;

	own |= has_policy_of_its_own(key) ? 1u << NRB_FIGURE_POLICY : 0;
	own |= has_trim(key) ? 1u << NRB_FIGURE_TRIM : 0;
	own |= key->set[0] != '\0' ? 1u << NRB_FIGURE_SET : 0;
	return own;
}

/* "mode 0", "any of modes 0-3 and 7", "any mode": those that it is compared with. */
static void describe_modes(char *buf, size_t len, const struct nrb_claim_family *family)
{
	const unsigned int all = (1u << NRB_FAMILY_MODES) - 1;
	unsigned int modes = 0;
	char names[64];

	for (int mode = 0; mode < NRB_FAMILY_MODES; mode++) {
		modes |= family->arm[mode] != NULL ? 1u << mode : 0;
	}
	nrb_claim_modes(names, sizeof(names), modes);
	snprintf(buf, len, "%s%s", (modes & (modes - 1)) != 0 ? "any of " : "",
		modes == all ? "the modes" : names);
}

/* How it does beside its like. */
static void compare(char *buf, size_t len, const struct nrb_claim_family *plain,
	const struct nrb_arm_cells *arm, const struct nrb_arm_cells *best)
{
	char ratio[NRB_UNITS_LEN], modes[80];
	bool is_more = nrb_claimfamily_keeps_more(arm, best), several;

	nrb_units_ratio(ratio, nrb_group_median(best, NRB_VALUE_LOCAL_RATIO));
	if (best->key.mode == NRB_ABSENT) {
		snprintf(buf, len, "more than without it (%s)", ratio);
		return;
	}
	describe_modes(modes, sizeof(modes), plain);
	several = strncmp(modes, "any", 3) == 0;
	snprintf(buf, len, "%s %s without it (%s%s",
		is_more ? "more than" : "at least as much as", modes,
		several ? "at best " : "", ratio);
	snprintf(buf + strlen(buf), len - strlen(buf), several ? ", mode %d)" : ")",
		(int)best->key.mode);
}

/* nodeN/reclaim is node reclaim too, though no mode asks for it. */
static const char *how(const struct nrb_key *key)
{
	if (!has_trim(key)) {
		return " without node reclaim";
	}
	return key->mode == NRB_ABSENT ? "" : " at mode 0";
}

static int say(struct nrb_claims *claims, const struct nrb_claim_family *plain,
	const struct nrb_arm_cells *arm, const struct nrb_arm_cells *best,
	unsigned int varying)
{
	char label[NRB_CLAIM_LEN / 2], kept[NRB_UNITS_LEN], other[192], lost[128],
		cost[160];
	unsigned int own = find_own(&arm->key);
	struct nrb_claim *claim;

	describe(label, sizeof(label), arm, (varying & ~own_factors) | own);
	compare(other, sizeof(other), plain, arm, best);
	snprintf(cost, sizeof(cost), ", and evicts no more cache");
	if (isnan(nrb_group_median(arm, plain->kept))) {
		snprintf(cost, sizeof(cost), "; what it costs in cache is not known");
	} else if (nrb_claimfamily_evicts_more(plain, arm)) {
		snprintf(cost, sizeof(cost), ", and evicts %s",
			nrb_claimfamily_lost(lost, sizeof(lost), arm, plain->kept));
	}
	claim = nrb_claim_add(claims, NRB_CLAIM_ALTERNATIVE, arm->key.mode == 0 ? 1u : 0,
		"%s keeps %s of new memory local%s, %s%s.", label,
		nrb_units_ratio(kept, nrb_group_median(arm, NRB_VALUE_LOCAL_RATIO)),
		how(&arm->key), other, cost);
	if (claim == NULL) {
		return -ENOMEM;
	}
	claim->of = arm;
	claim->factors = varying & ~own_factors;
	claim->own = own;
	claim->body = strlen(label);
	return 0;
}

int nrb_claimalternative_make(struct nrb_claims *claims, const struct nrb_group *group,
	const struct nrb_header *header, unsigned int varying)
{
	int rc = 0;

	for (int i = 0; rc == 0 && i < group->n_allocating; i++) {
		const struct nrb_arm_cells *arm = group->arms[i], *best;
		struct nrb_claim_family plain = { 0 };

		if (!is_candidate(arm)) {
			continue;
		}
		find_plain(&plain, group, &arm->key, header);
		if (plain.base == NULL || !nrb_claimfamily_keeps_more(arm, plain.base)) {
			continue;
		}
		best = best_of(&plain);
		if (nrb_group_min(arm, NRB_VALUE_LOCAL_RATIO) >=
			nrb_group_max(best, NRB_VALUE_LOCAL_RATIO) - AS_MUCH) {
			rc = say(claims, &plain, arm, best, varying);
		}
	}
	return rc;
}
