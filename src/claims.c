/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a record shows for certain of the modes. */
#include "nrb/claims.h"

#include "nrb/claimalternative.h"
#include "nrb/claimcosts.h"
#include "nrb/claimfamily.h"
#include "nrb/claimheadroom.h"
#include "nrb/claimneighbour.h"
#include "nrb/claimserved.h"
#include "nrb/figures.h"
#include "nrb/units.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static double largest(const struct nrb_arm_cells *arm, enum nrb_cellvalue value)
{
	return nrb_group_max(arm, value);
}

static double total(const struct nrb_arm_cells *arm, enum nrb_cellvalue value)
{
	double sum = arm->ok.of[value].sum;

	return isnan(sum) ? 0 : sum;
}

/* The one rule that decided all cells of an arm; unknown if there were several. */
static enum nrb_rule only_rule(const struct nrb_arm_cells *arm)
{
	int64_t others;
	enum nrb_rule rule = nrb_group_rule(arm, &others);

	return others == 0 ? rule : NRB_RULE_UNKNOWN;
}

/* Modes that tried or did not even try, by the rule that decided them. */
struct idle {
	unsigned int tried[NRB_N_RULES], untried[NRB_N_RULES];
	double tries[NRB_N_RULES], freed[NRB_N_RULES];
};

static void find_idle(struct idle *idle, const struct nrb_claim_family *family)
{
	for (int mode = 1; mode < NRB_FAMILY_MODES; mode++) {
		const struct nrb_arm_cells *arm = family->arm[mode];
		enum nrb_rule rule;

		if (!nrb_claimfamily_is_ok(arm) || !nrb_claimfamily_freed_nothing(arm)) {
			continue;
		}
		rule = only_rule(arm);
		/* what has no words of its own goes together */
		rule = nrb_rule_why(rule) != NULL ? rule : NRB_RULE_UNKNOWN;
		if (largest(arm, NRB_VALUE_ZONE_RECLAIM_FAILED) == 0) {
			idle->untried[rule] |= 1u << mode;
		} else if (nrb_group_min(arm, NRB_VALUE_ZONE_RECLAIM_FAILED) > 0) {
			idle->tried[rule] |= 1u << mode;
			idle->tries[rule] += total(arm, NRB_VALUE_ZONE_RECLAIM_FAILED);
			idle->freed[rule] += total(arm, NRB_VALUE_PGSTEAL_DIRECT);
		}
	}
}

/* " (why)" or "". */
static const char *reason(char *buf, size_t len, enum nrb_rule rule)
{
	const char *why = nrb_rule_why(rule);

	snprintf(buf, len, why != NULL ? " (%s)" : "%s", why != NULL ? why : "");
	return buf;
}

static int claim_inert(struct nrb_claims *claims, const struct nrb_claim_family *family,
	const struct idle *idle, enum nrb_rule rule)
{
	char tries[NRB_UNITS_LEN], freed[NRB_UNITS_LEN] = "no", why[128];
	bool some = idle->freed[rule] > 0;

	if (some) {
		nrb_units_count(freed, (int64_t)idle->freed[rule]);
	}
	return nrb_claimfamily_say(claims, family, NRB_CLAIM_INERT, idle->tried[rule],
		"reclaimed %snothing: node reclaim was tried %s times and freed %s page%s%s.",
		some ? "next to " : "",
		nrb_units_count(tries, (int64_t)idle->tries[rule]), freed,
		some && idle->freed[rule] != 1 ? "s" : "",
		reason(why, sizeof(why), rule));
}

static int claim_idle(struct nrb_claims *claims, const struct nrb_claim_family *family)
{
	struct idle idle = { 0 };
	char why[128];
	int rc = 0;

	find_idle(&idle, family);
	for (int rule = 0; rc == 0 && rule < NRB_N_RULES; rule++) {
		if (idle.tried[rule] != 0) {
			rc = claim_inert(claims, family, &idle, (enum nrb_rule)rule);
		}
	}
	for (int rule = 0; rc == 0 && rule < NRB_N_RULES; rule++) {
		if (idle.untried[rule] != 0) {
			rc = nrb_claimfamily_say(claims, family, NRB_CLAIM_UNTRIED,
				idle.untried[rule],
				"did nothing: the kernel did not try node reclaim once%s.",
				reason(why, sizeof(why), (enum nrb_rule)rule));
		}
	}
	return rc;
}

/* Why no cell of an arm got further: the gate that closed meanwhile; unknown for any other rule. */
static enum nrb_rule gate_of(const struct nrb_arm_cells *arm)
{
	enum nrb_rule rule = only_rule(arm);

	return rule >= NRB_RULE_CLOSED_CACHE && rule <= NRB_RULE_CLOSED_SHMEM
		       ? rule
		       : NRB_RULE_UNKNOWN;
}

/* "; then the gate closed: why" of modes that are alike in it; "" where it did not. */
static const char *gate_closed(
	char *buf, size_t len, const struct nrb_claim_family *family, unsigned int modes)
{
	const struct nrb_arm_cells *first = family->arm[__builtin_ctz(modes)];
	enum nrb_rule gate = gate_of(first);

	buf[0] = '\0';
	if (gate != NRB_RULE_UNKNOWN) {
		snprintf(buf, len, "; then the gate closed: %s", nrb_rule_why(gate));
	}
	return buf;
}

static int claim_kept(struct nrb_claims *claims, const struct nrb_claim_family *family,
	unsigned int modes)
{
	char kept[80], base[NRB_UNITS_LEN], clause[256], gate[128];

	return nrb_claimfamily_say(claims, family, NRB_CLAIM_LOCAL, modes,
		"keep%s %s of new memory local (mode %d: %s)%s%s.",
		nrb_claimfamily_s(modes),
		nrb_claimfamily_range(
			kept, sizeof(kept), family, modes, NRB_VALUE_LOCAL_RATIO),
		(int)family->base->key.mode,
		nrb_units_ratio(
			base, nrb_group_median(family->base, NRB_VALUE_LOCAL_RATIO)),
		nrb_claimfamily_cost(clause, sizeof(clause), family, modes, true),
		gate_closed(gate, sizeof(gate), family, modes));
}

/* Of these modes, the first and those that keep about as much local as it does, for one reason. */
static unsigned int alike(const struct nrb_claim_family *family, unsigned int modes)
{
	const struct nrb_arm_cells *first = family->arm[__builtin_ctz(modes)];
	double local = nrb_group_median(first, NRB_VALUE_LOCAL_RATIO);
	unsigned int same = 0;

	for (int mode = 1; mode < NRB_FAMILY_MODES; mode++) {
		const struct nrb_arm_cells *arm = family->arm[mode];

		if (modes & 1u << mode && gate_of(arm) == gate_of(first) &&
			fabs(nrb_group_median(arm, NRB_VALUE_LOCAL_RATIO) - local) <=
				NRB_LOCAL_MARGIN) {
			same |= 1u << mode;
		}
	}
	return same;
}

/* Of these modes, the first and those whose gate closed as its did, or did not. */
static unsigned int alike_in_gate(
	const struct nrb_claim_family *family, unsigned int modes)
{
	enum nrb_rule gate = gate_of(family->arm[__builtin_ctz(modes)]);
	unsigned int same = 0;

	for (int mode = 1; mode < NRB_FAMILY_MODES; mode++) {
		if (modes & 1u << mode && gate_of(family->arm[mode]) == gate) {
			same |= 1u << mode;
		}
	}
	return same;
}

static int claim_no_more(struct nrb_claims *claims, const struct nrb_claim_family *family,
	unsigned int modes)
{
	char clause[256], gate[128];

	return nrb_claimfamily_say(claims, family, NRB_CLAIM_FUTILE, modes,
		"freed pages, but kept no more new memory local than mode %d%s%s.",
		(int)family->base->key.mode,
		nrb_claimfamily_cost(clause, sizeof(clause), family, modes, false),
		gate_closed(gate, sizeof(gate), family, modes));
}

/* Where all is local anyway, as with bind, no mode could keep more. */
static bool has_room(const struct nrb_arm_cells *base)
{
	return nrb_group_max(base, NRB_VALUE_LOCAL_RATIO) < 1 - NRB_LOCAL_MARGIN;
}

/* Modes that keep more than the base, and that freed pages, but keep no more. */
static void find_local(
	const struct nrb_claim_family *family, unsigned int *local, unsigned int *futile)
{
	*local = *futile = 0;
	for (int mode = 1; mode < NRB_FAMILY_MODES; mode++) {
		const struct nrb_arm_cells *arm = family->arm[mode];

		if (!nrb_claimfamily_is_ok(arm) || arm == family->base) {
			continue;
		}
		if (nrb_claimfamily_keeps_more(arm, family->base)) {
			*local |= 1u << mode;
		} else if (has_room(family->base) && only_rule(arm) != NRB_RULE_FUTILE &&
			   !nrb_claimfamily_freed_nothing(arm) &&
			   nrb_group_min(arm, NRB_VALUE_PGSTEAL_DIRECT) > 0) {
			*futile |= 1u << mode;
		}
	}
}

/* told: out, the modes that were spoken of */
static int claim_local(struct nrb_claims *claims, const struct nrb_claim_family *family,
	unsigned int *told)
{
	unsigned int local, futile;
	int rc = 0;

	find_local(family, &local, &futile);
	*told = local | futile;
	while (rc == 0 && local != 0) {
		unsigned int same = alike(family, local);

		rc = claim_kept(claims, family, same);
		local &= ~same;
	}
	while (rc == 0 && futile != 0) {
		unsigned int same = alike_in_gate(family, futile);

		rc = claim_no_more(claims, family, same);
		futile &= ~same;
	}
	return rc;
}

static int say_stall(struct nrb_claims *claims, const struct nrb_claim_family *family,
	enum nrb_stall stall, unsigned int modes, const char *cells, int64_t freed)
{
	char count[NRB_UNITS_LEN];

	switch (stall) {
	case NRB_STALL_SLOW:
		return nrb_claimfamily_say(claims, family, NRB_CLAIM_SLOW, modes,
			"took too long in %s: the allocation got on, but did not end within 60 s.",
			cells);
	case NRB_STALL_FREEING:
		return nrb_claimfamily_say(claims, family, NRB_CLAIM_SLOW, modes,
			"got on too slowly in %s: up to %s pages were freed meanwhile.",
			cells, nrb_units_count(count, freed));
	default:
		return nrb_claimfamily_say(claims, family, NRB_CLAIM_STALLED, modes,
			"stalled in %s: allocating on the full node all but stopped.",
			cells);
	}
}

static int claim_stall(struct nrb_claims *claims, const struct nrb_claim_family *family,
	const struct nrb_header *header, enum nrb_stall stall)
{
	int64_t stalled = 0, cells = 0, freed = 0;
	unsigned int modes = 0;
	char text[128];

	for (int mode = 0; mode < NRB_FAMILY_MODES; mode++) {
		const struct nrb_arm_cells *arm = family->arm[mode];

		if (arm != NULL && arm->stalls[stall] > 0) {
			modes |= 1u << mode;
			stalled += arm->stalls[stall];
			cells += arm->cells;
			freed = arm->stall_freed > freed ? arm->stall_freed : freed;
		}
	}
	if (modes == 0) {
		return 0;
	}
	snprintf(text, sizeof(text), "%lld of %lld cells%s", (long long)stalled,
		(long long)cells,
		header->rehearsal && stall != NRB_STALL_STOPPED
			? " (whose times are the host's)"
			: "");
	return say_stall(claims, family, stall, modes, text, freed);
}

/* Who takes a node's memory beside the thread that reclaims it gets on by chance. */
static bool is_alone(const struct nrb_arm_cells *arm)
{
	return !(arm->key.threads > 1) &&
	       isnan(nrb_group_median(arm, NRB_VALUE_WRITER_RATE)) &&
	       isnan(nrb_group_median(arm, NRB_VALUE_HEADROOM_LOWEST_BYTES)) &&
	       isnan(nrb_group_median(arm, NRB_VALUE_REQUESTS_PER_S));
}

/* 2 and 3, 4 and 5, 6 and 7 are one to the kernel: bit 1 is only a switch. */
static int claim_disagree(
	struct nrb_claims *claims, const struct nrb_claim_family *family)
{
	char low[NRB_UNITS_LEN], high[NRB_UNITS_LEN];
	int rc = 0;

	for (int mode = NRB_MODE_WRITE; rc == 0 && mode < NRB_FAMILY_MODES; mode += 2) {
		const struct nrb_arm_cells *a = family->arm[mode],
					   *b = family->arm[mode + 1];

		if (!nrb_claimfamily_is_ok(a) || !nrb_claimfamily_is_ok(b) ||
			!is_alone(a) || !is_alone(b) ||
			!(nrb_claimfamily_keeps_more(a, b) ||
				nrb_claimfamily_keeps_more(b, a))) {
			continue;
		}
		rc = nrb_claimfamily_say(claims, family, NRB_CLAIM_DISAGREE, 3u << mode,
			"are one to the kernel, but kept %s and %s local: do not rely on this run.",
			nrb_units_ratio(low, nrb_group_median(a, NRB_VALUE_LOCAL_RATIO)),
			nrb_units_ratio(
				high, nrb_group_median(b, NRB_VALUE_LOCAL_RATIO)));
	}
	return rc;
}

static int claim_family(struct nrb_claims *claims, const struct nrb_claim_family *family,
	const struct nrb_header *header)
{
	unsigned int told = 0;
	int rc = claim_idle(claims, family);

	if (rc == 0 && family->base != NULL && family->base->key.mode != NRB_ABSENT) {
		rc = claim_local(claims, family, &told);
	}
	if (rc == 0) {
		rc = nrb_claimcosts_make(claims, family, header, told);
	}
	if (rc == 0) {
		rc = nrb_claimneighbour_make(claims, family);
	}
	if (rc == 0) {
		rc = nrb_claimheadroom_make(claims, family);
	}
	if (rc == 0) {
		rc = nrb_claimserved_make(claims, family, header);
	}
	for (int i = 0; rc == 0 && i < NRB_N_STALLS; i++) {
		rc = claim_stall(claims, family, header, (enum nrb_stall)i);
	}
	return rc == 0 ? claim_disagree(claims, family) : rc;
}

int nrb_claims_make(struct nrb_claims *claims, const struct nrb_group *group,
	const struct nrb_header *header)
{
	unsigned int varying = nrb_figure_varying(group->arms, group->n_allocating);
	int rc = 0;

	for (int from = 0, to = 0; rc == 0 && from < group->n_allocating; from = to) {
		struct nrb_claim_family family = { 0 };

		while (to < group->n_allocating &&
			nrb_group_same_but_mode(group->arms[from], group->arms[to])) {
			nrb_claimfamily_put(&family, group->arms[to++]);
		}
		nrb_claimfamily_label(&family, group->arms[from], varying);
		nrb_claimfamily_choose_base(&family, header);
		rc = claim_family(claims, &family, header);
	}
	if (rc == 0) {
		rc = nrb_claimheadroom_make_sets(claims, group, header, varying);
	}
	return rc == 0 ? nrb_claimalternative_make(claims, group, header, varying) : rc;
}

void nrb_claims_free(struct nrb_claims *claims)
{
	free(claims->list);
	memset(claims, 0, sizeof(*claims));
}
