/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which arms bear on the answer, and what their cells show. */
#include "nrb/evidence.h"

#include "nrb/claimneighbour.h"
#include "nrb/figures.h"
#include "nrb/levels.h"

#include <string.h>

const char nrb_evidence_subject[] = "fileserver";

/* Fewer are the kernel's chance: its first scan after refaults may look at anonymous memory too. */
enum { MANY_SWAPPED = 256 };

/* -- which arms -- */

static bool is_found(const char *word, const char *found)
{
	return word[0] == '\0' || found[0] == '\0' || strcmp(word, found) == 0;
}

/* Of its factors but the mode, a bit for each figure, those that are neither as found nor by default. */
static unsigned int factors_of(const struct nrb_key *key, const struct nrb_header *header)
{
	const char *policy =
		nrb_policy_words[key->cpu_node == key->node ? NRB_ARM_LOCAL
							    : NRB_ARM_PREFERRED];
	const struct {
		enum nrb_figure_id id;
		bool is_plain;
	} all[] = {
		{ NRB_FIGURE_CPU_NODE, key->cpu_node == key->node },
		{ NRB_FIGURE_LRU_GEN, is_found(key->lru_gen, header->lru_gen) },
		{ NRB_FIGURE_POLICY, is_found(key->policy, policy) },
		{ NRB_FIGURE_PAGE_SIZE,
			is_found(key->page_size, nrb_page_size_words[0]) },
		{ NRB_FIGURE_THREADS, !(key->threads > 1) },
		{ NRB_FIGURE_SET, key->set[0] == '\0' },
		{ NRB_FIGURE_FILL_ON, is_found(key->fill_on, nrb_fill_on_words[0]) },
		{ NRB_FIGURE_TRIM, is_found(key->trim, nrb_off_on_words[0]) },
	};
	unsigned int factors = 0;

	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		factors |= all[i].is_plain ? 0 : 1u << all[i].id;
	}
	return factors;
}

static bool is_of(const struct nrb_arm_cells *arm, const char *scenario)
{
	return strcmp(arm->key.scenario, scenario) == 0;
}

/* The first without factors of its own that the answer may be about; without any, the first. */
static void choose(struct nrb_evidence *evidence)
{
	const struct nrb_group *group = &evidence->data->group;
	const struct nrb_arm_cells *chosen = NULL;
	unsigned int factors = 0;

	for (int i = 0; i < group->n_allocating && (chosen == NULL || factors != 0);
		i++) {
		const struct nrb_arm_cells *arm = group->arms[i];
		unsigned int of_arm = factors_of(&arm->key, evidence->data->header);

		if (is_of(arm, nrb_evidence_subject) && (chosen == NULL || of_arm == 0)) {
			chosen = arm;
			factors = of_arm;
		}
	}
	evidence->served.first = chosen;
	evidence->factors = factors;
}

/* Whatever its scenario and its mode. */
static bool is_like_it(
	const struct nrb_evidence *evidence, const struct nrb_arm_cells *arm)
{
	unsigned int factors = evidence->factors;

	return factors_of(&arm->key, evidence->data->header) == factors &&
	       (factors == 0 || (nrb_figure_differing(evidence->served.first, arm) &
					factors) == 0);
}

/* The first node and the first variant that there are of a scenario. */
static void find_family(const struct nrb_evidence *evidence,
	struct nrb_claim_family *family, const char *scenario)
{
	const struct nrb_group *group = &evidence->data->group;
	const struct nrb_arm_cells *first = NULL;

	for (int i = 0; i < group->n_allocating; i++) {
		const struct nrb_arm_cells *arm = group->arms[i];

		if (!is_of(arm, scenario) || !is_like_it(evidence, arm)) {
			continue;
		}
		first = first == NULL ? arm : first;
		if (nrb_group_same_but_mode(first, arm)) {
			nrb_claimfamily_put(family, arm);
			family->first = first;
		}
	}
	if (first != NULL) {
		nrb_claimfamily_choose_base(family, evidence->data->header);
	}
}

/* Swap is as found, but in a rehearsal of both. */
static unsigned int find_swap(const struct nrb_evidence *evidence)
{
	const struct nrb_group *group = &evidence->data->group;
	const struct nrb_arm_cells *first = evidence->served.first;
	bool varies = false;

	for (int i = 0; first != NULL && i < group->n_allocating; i++) {
		const struct nrb_arm_cells *arm = group->arms[i];

		varies = varies || (is_of(arm, nrb_evidence_subject) &&
					   strcmp(arm->key.swap, first->key.swap) != 0);
	}
	return varies ? 1u << NRB_FIGURE_SWAP : 0;
}

/* -- what they show -- */

/* Modes all of whose cells serve fewer requests from cache (sign 1) than any of the base, or more (-1). It
 * hardly differs between cells of one mode: one may do. */
static unsigned int by_hits(const struct nrb_claim_family *family, int sign)
{
	const enum nrb_cellvalue hits = NRB_VALUE_HIT_RATIO;
	unsigned int modes = 0;

	for (int mode = 1; mode < NRB_FAMILY_MODES; mode++) {
		const struct nrb_arm_cells *arm = family->arm[mode];

		if (!nrb_claimfamily_is_ok(arm) || !nrb_claimfamily_is_ok(family->base) ||
			arm == family->base) {
			continue;
		}
		if (sign > 0 ? nrb_group_max(arm, hits) + NRB_CACHE_MARGIN <
					nrb_group_min(family->base, hits)
			     : nrb_group_min(arm, hits) - NRB_CACHE_MARGIN >
					nrb_group_max(family->base, hits)) {
			modes |= 1u << mode;
		}
	}
	return modes;
}

/* By requests a second, of six blocks; a rehearsal's are unranked. Without memory for it no mode is told
 * apart by it. */
static void by_rate(struct nrb_evidence *evidence)
{
	const struct nrb_claim_family *family = &evidence->served;
	const struct nrb_report_data *data = evidence->data;
	for (int mode = 1; mode < NRB_FAMILY_MODES; mode++) {
		const struct nrb_arm_cells *arm = family->arm[mode];
		struct nrb_contrast contrast;
		int rc;

		if (!nrb_claimfamily_is_ok(arm) || !nrb_claimfamily_is_ok(family->base) ||
			arm == family->base) {
			continue;
		}
		rc = nrb_contrast_make(&contrast, arm, family->base,
			NRB_METRIC_REQUESTS_PER_S, data->header, data->roi);
		if (rc == 0 && contrast.verdict == NRB_VERDICT_WORSE) {
			evidence->slower |= 1u << mode;
		} else if (rc == 0 && contrast.verdict == NRB_VERDICT_BETTER) {
			evidence->faster |= 1u << mode;
		}
	}
}

unsigned int nrb_evidence_compared(const struct nrb_claim_family *family)
{
	unsigned int modes = 0;

	for (int mode = 1; family->base != NULL && mode < NRB_FAMILY_MODES; mode++) {
		const struct nrb_arm_cells *arm = family->arm[mode];

		if (nrb_claimfamily_is_ok(arm) && arm != family->base) {
			modes |= 1u << mode;
		}
	}
	return modes;
}

unsigned int nrb_evidence_local(const struct nrb_claim_family *family)
{
	unsigned int compared = nrb_evidence_compared(family), modes = 0;

	for (int mode = 1; mode < NRB_FAMILY_MODES; mode++) {
		if (compared & 1u << mode &&
			nrb_claimfamily_keeps_more(family->arm[mode], family->base)) {
			modes |= 1u << mode;
		}
	}
	return modes;
}

static void find_risks(struct nrb_evidence *evidence)
{
	const struct nrb_group *group = &evidence->data->group;

	for (int i = 0; i < group->n_allocating; i++) {
		const struct nrb_arm_cells *arm = group->arms[i];
		int64_t mode = arm->key.mode;

		if (mode < 1 || !is_like_it(evidence, arm)) {
			continue;
		}
		if (arm->with[NRB_STATUS_STALLED] > 0) {
			evidence->stalled |= 1u << mode;
		}
		if (nrb_group_max(arm, NRB_VALUE_SWAPPED_OUT) > MANY_SWAPPED) {
			evidence->swapped |= 1u << mode;
		}
	}
}

void nrb_evidence_find(struct nrb_evidence *evidence, const struct nrb_report_data *data)
{
	*evidence = (struct nrb_evidence){ 0 };
	evidence->data = data;
	choose(evidence);
	find_family(evidence, &evidence->clean, "clean");
	find_family(evidence, &evidence->served, nrb_evidence_subject);
	find_family(evidence, &evidence->beside, "neighbour");
	evidence->named = evidence->factors | find_swap(evidence);
	evidence->compared = nrb_evidence_compared(&evidence->clean) |
			     nrb_evidence_compared(&evidence->served);
	evidence->local = nrb_evidence_local(&evidence->clean) |
			  nrb_evidence_local(&evidence->served);
	evidence->fewer = by_hits(&evidence->served, 1);
	evidence->more = by_hits(&evidence->served, -1);
	by_rate(evidence);
	evidence->near = nrb_claimneighbour_near(&evidence->beside);
	evidence->sparing = nrb_claimneighbour_sparing(&evidence->beside);
	find_risks(evidence);
}
