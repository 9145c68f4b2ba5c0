/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What repetitions show of times, in sentences. */
#include "nrb/claimtimes.h"

#include "nrb/breakeven.h"
#include "nrb/claimfamily.h"
#include "nrb/estimatetext.h"
#include "nrb/figures.h"
#include "nrb/mode.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Those that a sentence speaks of; of the others the lines and JSON do. all: also where nothing differs, or
 * nothing is clear. */
static const struct {
	enum nrb_metric metric;
	bool all;
} spoken[] = {
	{ NRB_METRIC_ALLOC_P99, true },
	{ NRB_METRIC_ACCESS, false },
	{ NRB_METRIC_REREAD_RATE, false },
	{ NRB_METRIC_REQUESTS_PER_S, true },
	{ NRB_METRIC_VICTIM_ACCESS, false },
};

/* The modes of a family that have one verdict in one metric. */
struct alike {
	unsigned int modes;
	int n;
	struct nrb_estimate effects[NRB_FAMILY_MODES];
	size_t blocks, lost; /* the least and the most of theirs */
};

static void find_alike(struct alike *alike, const struct nrb_contrasts *contrasts,
	const struct nrb_claim_family *family, enum nrb_metric metric,
	enum nrb_verdict verdict)
{
	*alike = (struct alike){ 0 };
	for (int mode = 0; mode < NRB_FAMILY_MODES; mode++) {
		const struct nrb_contrast *contrast =
			nrb_contrast_find(contrasts, family->arm[mode], metric);

		if (contrast == NULL || contrast->verdict != verdict) {
			continue;
		}
		alike->modes |= 1u << mode;
		alike->effects[alike->n++] = contrast->effect;
		if (alike->blocks == 0 || contrast->blocks < alike->blocks) {
			alike->blocks = contrast->blocks;
		}
		if (contrast->lost_against + contrast->lost_for > alike->lost) {
			alike->lost = contrast->lost_against + contrast->lost_for;
		}
	}
}

/* Of them all one way or the other: a verdict and what is more say which. */
static bool is_more(enum nrb_metric metric, enum nrb_verdict verdict)
{
	return nrb_metric_table[metric].more_is_better == (verdict == NRB_VERDICT_BETTER);
}

/* What is not among the blocks speaks too, but cannot be counted. */
static const char *why_unclear(char *buf, size_t len, const struct alike *alike)
{
	if (alike->lost > 0) {
		snprintf(buf, len,
			": %zu cell%s that stalled or did nothing %s not in it",
			alike->lost, alike->lost == 1 ? "" : "s",
			alike->lost == 1 ? "is" : "are");
	} else {
		snprintf(buf, len, "; more blocks narrow it");
	}
	return buf;
}

static int say(struct nrb_claims *claims, const struct nrb_claim_family *family,
	const struct alike *alike, enum nrb_metric metric, enum nrb_verdict verdict,
	double roi)
{
	const char *what = nrb_metric_table[metric].heading;
	const char *s = nrb_claimfamily_s(alike->modes);
	int reference = (int)family->base->key.mode;
	char range[NRB_ESTIMATE_LEN], why[128];

	nrb_estimate_range(range, alike->effects, alike->n, false);
	switch (verdict) {
	case NRB_VERDICT_SAME:
		return nrb_claimfamily_say(claims, family, NRB_CLAIM_TIMES, alike->modes,
			"leave%s %s as it is in mode %d, within %.3g %% (%zu blocks: %s).",
			s, what, reference, 100 * roi, alike->blocks, range);
	case NRB_VERDICT_UNCLEAR:
		return nrb_claimfamily_say(claims, family, NRB_CLAIM_TIMES, alike->modes,
			"may raise or lower %s: %s of mode %d's (%zu blocks) is unclear%s.",
			what, range, reference, alike->blocks,
			why_unclear(why, sizeof(why), alike));
	default:
		return nrb_claimfamily_say(claims, family, NRB_CLAIM_TIMES, alike->modes,
			"%s%s %s: %s of mode %d's (%zu blocks), %s.",
			is_more(metric, verdict) ? "raise" : "lower", s, what, range,
			reference, alike->blocks, nrb_verdict_name(verdict));
	}
}

static int claim_metric(struct nrb_claims *claims, const struct nrb_contrasts *contrasts,
	const struct nrb_claim_family *family, enum nrb_metric metric, bool all)
{
	/* first those that differ */
	static const enum nrb_verdict verdicts[] = { NRB_VERDICT_WORSE,
		NRB_VERDICT_BETTER, NRB_VERDICT_SAME, NRB_VERDICT_UNCLEAR };
	int rc = 0;

	for (int i = 0; i < (all ? 4 : 2) && rc == 0; i++) {
		struct alike alike;

		find_alike(&alike, contrasts, family, metric, verdicts[i]);
		if (alike.n > 0) {
			rc = say(claims, family, &alike, metric, verdicts[i],
				contrasts->roi);
		}
	}
	return rc;
}

/* -- break-even -- */

/* The modes of a family that have one state. */
struct evens {
	unsigned int modes;
	int n, n_rereads, base;
	struct nrb_estimate accesses[NRB_FAMILY_MODES], per_reread[NRB_FAMILY_MODES];
};

static void note_even(struct evens *evens, int mode, const struct nrb_breakeven *even)
{
	struct evens *of = &evens[even->state];

	of->modes |= 1u << mode;
	of->base = (int)even->base->key.mode;
	of->accesses[of->n++] = even->accesses;
	if (!isnan(even->per_reread.at)) {
		of->per_reread[of->n_rereads++] = even->per_reread;
	}
}

/* ", and 120 more for each time that ..."; "" where that is not shown of all of them. */
static const char *reread_clause(char *buf, size_t len, const struct evens *evens)
{
	char times[NRB_ESTIMATE_LEN];

	buf[0] = '\0';
	if (evens->n_rereads == evens->n) {
		snprintf(buf, len,
			", and %s more for each time that all of the cached file is read "
			"again",
			nrb_estimate_range(times, evens->per_reread, evens->n, true));
	}
	return buf;
}

/* Where none is shown to take longer at the first touch, nor one not to, it may be none. */
static bool may_be_none(const struct evens *evens)
{
	for (int i = 0; i < evens->n; i++) {
		if (evens->accesses[i].low > 0) {
			return false;
		}
	}
	return true;
}

static int say_after(struct nrb_claims *claims, const struct nrb_claim_family *family,
	const struct evens *evens)
{
	char accesses[NRB_ESTIMATE_LEN], reread[NRB_ESTIMATE_LEN + 96];
	const char *s = nrb_claimfamily_s(evens->modes);

	reread_clause(reread, sizeof(reread), evens);
	return nrb_claimfamily_say(claims, family, NRB_CLAIM_BREAK_EVEN, evens->modes,
		may_be_none(evens)
			? "pay%s, beside mode %d, after %s accesses to each page at most, "
			  "since a first touch is not shown to take longer%s."
			: "pay%s, beside mode %d, after %s accesses to each page%s.",
		s, evens->base,
		nrb_estimate_range(accesses, evens->accesses, evens->n, true), reread);
}

static int say_even(struct nrb_claims *claims, const struct nrb_claim_family *family,
	enum nrb_breakeven_state state, const struct evens *evens)
{
	const char *s = nrb_claimfamily_s(evens->modes);
	char reread[NRB_ESTIMATE_LEN + 96];

	switch (state) {
	case NRB_BREAKEVEN_AFTER:
		return say_after(claims, family, evens);
	case NRB_BREAKEVEN_AT_ONCE:
		return nrb_claimfamily_say(claims, family, NRB_CLAIM_BREAK_EVEN,
			evens->modes,
			"pay%s, beside mode %d, with the first access: a first touch takes no "
			"longer%s.",
			s, evens->base, reread_clause(reread, sizeof(reread), evens));
	case NRB_BREAKEVEN_NEVER:
		return nrb_claimfamily_say(claims, family, NRB_CLAIM_BREAK_EVEN,
			evens->modes,
			"keep%s memory local, but accesses take no less for it, or by what "
			"does not matter, than in mode %d: nothing pays.",
			s, evens->base);
	default:
		return nrb_claimfamily_say(claims, family, NRB_CLAIM_BREAK_EVEN,
			evens->modes,
			"keep%s memory local, and whether accesses take less for it than in "
			"mode %d is unclear: more blocks tell.",
			s, evens->base);
	}
}

/* Of modes that keep more local; the others have nothing to pay for. */
static int claim_even(struct nrb_claims *claims, const struct nrb_claim_family *family,
	const struct nrb_group *group, const struct nrb_header *header, double roi)
{
	struct evens evens[NRB_N_BREAKEVEN_STATES] = { 0 };
	int rc = 0;

	for (int mode = 0; mode < NRB_FAMILY_MODES && rc == 0; mode++) {
		const struct nrb_arm_cells *arm = family->arm[mode], *base = NULL;
		struct nrb_breakeven even;

		if (arm != NULL) {
			base = nrb_breakeven_base(group, arm, header);
		}
		if (base == NULL) {
			continue;
		}
		rc = nrb_breakeven_make(&even, arm, base, header, roi);
		if (rc == 0) {
			note_even(evens, mode, &even);
		}
	}
	for (int state = NRB_BREAKEVEN_UNCLEAR; state < NRB_N_BREAKEVEN_STATES && rc == 0;
		state++) {
		if (evens[state].n > 0) {
			rc = say_even(claims, family, (enum nrb_breakeven_state)state,
				&evens[state]);
		}
	}
	return rc;
}

/* -- 2 and 3, 4 and 5, 6 and 7 are one to the kernel: a control -- */

static int say_control(struct nrb_claims *claims, const struct nrb_claim_family *family,
	int mode, const struct nrb_contrast *contrast)
{
	char effect[NRB_ESTIMATE_LEN];

	return nrb_claimfamily_say(claims, family, NRB_CLAIM_DISAGREE, 3u << mode,
		"are one to the kernel, but %s of mode %d is %s of mode %d's: do not rely on "
		"the times of this run.",
		nrb_metric_table[contrast->metric].heading, mode + 1,
		nrb_estimate_ratio(effect, &contrast->effect), mode);
}

static int claim_control(struct nrb_claims *claims, const struct nrb_claim_family *family,
	const struct nrb_header *header, double roi)
{
	int rc = 0;

	for (int mode = NRB_MODE_WRITE; rc == 0 && mode < NRB_FAMILY_MODES; mode += 2) {
		struct nrb_contrast contrast;

		if (!nrb_claimfamily_is_ok(family->arm[mode]) ||
			!nrb_claimfamily_is_ok(family->arm[mode + 1])) {
			continue;
		}
		rc = nrb_contrast_make(&contrast, family->arm[mode + 1],
			family->arm[mode], NRB_METRIC_ALLOC_P99, header, roi);
		if (rc == 0 && (contrast.verdict == NRB_VERDICT_BETTER ||
				       contrast.verdict == NRB_VERDICT_WORSE)) {
			rc = say_control(claims, family, mode, &contrast);
		}
	}
	return rc;
}

static int claim_family(struct nrb_claims *claims, const struct nrb_contrasts *contrasts,
	const struct nrb_claim_family *family, const struct nrb_group *group,
	const struct nrb_header *header)
{
	int rc = 0;

	for (size_t i = 0; i < sizeof(spoken) / sizeof(*spoken) && rc == 0; i++) {
		rc = claim_metric(
			claims, contrasts, family, spoken[i].metric, spoken[i].all);
	}
	if (rc == 0) {
		rc = claim_control(claims, family, header, contrasts->roi);
	}
	return rc == 0 ? claim_even(claims, family, group, header, contrasts->roi) : rc;
}

/* What it would be compared with was run, and has nothing. */
static int claim_no_reference(struct nrb_claims *claims,
	const struct nrb_claim_family *family, const struct nrb_header *header)
{
	bool others = false;

	for (int mode = 0; mode < NRB_FAMILY_MODES; mode++) {
		others = others || nrb_claimfamily_is_ok(family->arm[mode]);
	}
	return family->base == NULL || !others
		       ? 0
		       : nrb_claimfamily_say(claims, family, NRB_CLAIM_TIMES,
				 1u << (header->reference_mode & NRB_MODE_BITS),
				 "is the reference and has no cell that is ok: times are compared "
				 "with nothing.");
}

int nrb_claimtimes_make(struct nrb_claims *claims, const struct nrb_contrasts *contrasts,
	const struct nrb_group *group, const struct nrb_header *header)
{
	unsigned int varying = nrb_figure_varying(group->arms, group->n_allocating);
	int first = claims->n, rc = 0;

	if (header->rehearsal || header->reference_mode == NRB_ABSENT) {
		return 0;
	}
	for (int from = 0, to = 0; rc == 0 && from < group->n_allocating; from = to) {
		struct nrb_claim_family family = { 0 };

		while (to < group->n_allocating &&
			nrb_group_same_but_mode(group->arms[from], group->arms[to])) {
			nrb_claimfamily_put(&family, group->arms[to++]);
		}
		nrb_claimfamily_label(&family, group->arms[from], varying);
		family.base = family.arm[header->reference_mode & NRB_MODE_BITS];
		rc = nrb_claimfamily_is_ok(family.base)
			     ? claim_family(claims, contrasts, &family, group, header)
			     : claim_no_reference(claims, &family, header);
	}
	for (int i = first; i < claims->n; i++) {
		claims->list[i].timed = true;
	}
	return rc;
}
