/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which arms bear on the answer, and what their cells show. */
#include "nrb/evidence.h"

#include "nrb/claimneighbour.h"
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

/* As a machine is without any of our factors. */
static bool is_plain(const struct nrb_key *key, const struct nrb_header *header)
{
	return key->set[0] == '\0' && !(key->threads > 1) &&
	       is_found(key->lru_gen, header->lru_gen) &&
	       is_found(key->trim, nrb_off_on_words[0]) &&
	       is_found(key->page_size, nrb_page_size_words[0]) &&
	       is_found(key->fill_on, nrb_fill_on_words[0]) &&
	       is_found(key->policy,
		       nrb_policy_words[key->cpu_node == key->node ? NRB_ARM_LOCAL
								   : NRB_ARM_PREFERRED]);
}

/* The first node and the first variant that there are of a scenario. */
static void find_family(struct nrb_claim_family *family,
	const struct nrb_report_data *data, const char *scenario)
{
	const struct nrb_group *group = &data->group;
	const struct nrb_arm_cells *first = NULL;

	for (int i = 0; i < group->n_allocating; i++) {
		const struct nrb_arm_cells *arm = group->arms[i];

		if (strcmp(arm->key.scenario, scenario) != 0 ||
			!is_plain(&arm->key, data->header)) {
			continue;
		}
		first = first == NULL ? arm : first;
		if (nrb_group_same_but_mode(first, arm)) {
			nrb_claimfamily_put(family, arm);
			family->first = first;
		}
	}
	if (first != NULL) {
		nrb_claimfamily_choose_base(family, data->header);
	}
}

/* -- what they show -- */

/* By how much a value must differ, and in how many cells of each mode, to bear on the answer. */
struct measure {
	enum nrb_cellvalue value;
	double margin; /* as the value is */
	double part;   /* of the base's median */
	int64_t least_cells;
};

/* Counts hardly differ between cells of one mode: one may do. Of times six must, and what is within
 * 5 % is the same. */
static const struct measure hits = { NRB_VALUE_HIT_RATIO, NRB_CACHE_MARGIN, 0, 1 },
			    rate = { NRB_VALUE_REQUESTS_PER_S, 0, 0.05, 6 };

static bool has_cells(const struct nrb_arm_cells *arm, const struct measure *measure)
{
	return arm != NULL && arm->with[NRB_STATUS_OK] >= measure->least_cells;
}

/* Modes of which every cell has less of it (more: sign -1) than every one of the base. */
static unsigned int below(
	const struct nrb_claim_family *family, const struct measure *measure, int sign)
{
	const enum nrb_cellvalue value = measure->value;
	unsigned int modes = 0;
	double margin;

	if (!has_cells(family->base, measure)) {
		return 0;
	}
	margin = measure->margin + measure->part * nrb_group_median(family->base, value);
	for (int mode = 1; mode < NRB_FAMILY_MODES; mode++) {
		const struct nrb_arm_cells *arm = family->arm[mode];

		if (!has_cells(arm, measure) || arm == family->base) {
			continue;
		}
		if (sign > 0 ? nrb_group_max(arm, value) + margin <
					nrb_group_min(family->base, value)
			     : nrb_group_min(arm, value) - margin >
					nrb_group_max(family->base, value)) {
			modes |= 1u << mode;
		}
	}
	return modes;
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

		if (mode < 1 || !is_plain(&arm->key, evidence->data->header)) {
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
	find_family(&evidence->clean, data, "clean");
	find_family(&evidence->served, data, nrb_evidence_subject);
	find_family(&evidence->beside, data, "neighbour");
	evidence->compared = nrb_evidence_compared(&evidence->clean) |
			     nrb_evidence_compared(&evidence->served);
	evidence->local = nrb_evidence_local(&evidence->clean) |
			  nrb_evidence_local(&evidence->served);
	evidence->fewer = below(&evidence->served, &hits, 1);
	evidence->more = below(&evidence->served, &hits, -1);
	if (!data->header->rehearsal) {
		evidence->slower = below(&evidence->served, &rate, 1);
		evidence->faster = below(&evidence->served, &rate, -1);
	}
	evidence->near = nrb_claimneighbour_near(&evidence->beside);
	evidence->sparing = nrb_claimneighbour_sparing(&evidence->beside);
	find_risks(evidence);
}
