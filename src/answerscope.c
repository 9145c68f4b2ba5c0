/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For which files, threads, factors and kernel an answer holds. */
#include "nrb/answerscope.h"

#include "nrb/figures.h"
#include "nrb/units.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { LABEL_LEN = 512 };

/* Of what a node caches; it is sized before the cells, and others' cache comes and goes. */
#define NEARLY 0.05

/* -- the files -- */

/* Any arm will do: what fits is known before the mode is applied. */
static const struct nrb_arm_cells *find_measured(const struct nrb_claim_family *family)
{
	const struct nrb_arm_cells *found = family->base;

	for (int mode = 0; found == NULL && mode < NRB_FAMILY_MODES; mode++) {
		if (nrb_claimfamily_is_measured(family->arm[mode])) {
			found = family->arm[mode];
		}
	}
	return found != NULL ? found : family->first;
}

/* ", of which the run locked 363 GiB": it is as small as the rest of it then. */
static const char *say_ballast(char *buf, size_t len, const struct nrb_arm_cells *arm)
{
	double ballast = nrb_group_median(arm, NRB_VALUE_BALLAST_BYTES);
	char bytes[NRB_UNITS_LEN];

	buf[0] = '\0';
	if (ballast > 0) {
		snprintf(buf, len, ", of which the run locked %s",
			nrb_units_bytes(bytes, llround(ballast)));
	}
	return buf;
}

/* ", which the memory of ... can cache": "" where it is not known. */
static const char *say_fit(
	char *buf, size_t len, const struct nrb_arm_cells *arm, double set)
{
	double node = nrb_group_median(arm, NRB_VALUE_NODE_ROOM_BYTES);
	double all = nrb_group_median(arm, NRB_VALUE_ALL_ROOM_BYTES);
	long long number = (long long)arm->key.node;

	buf[0] = '\0';
	if (set <= node * (1 + NEARLY)) {
		snprintf(buf, len,
			", which the memory of node %lld alone can cache while nothing is "
			"allocated there,",
			number);
	} else if (set <= all) {
		snprintf(buf, len,
			", which the memory of all nodes can cache beside the workers' and "
			"that of node %lld alone cannot,",
			number);
	} else if (set > all) {
		snprintf(buf, len,
			", which the memory of all nodes together cannot cache beside the "
			"workers',");
	}
	return buf;
}

/* "646 MiB of files, which ...," */
static const char *say_files(char *buf, size_t len, const struct nrb_arm_cells *arm)
{
	double set = nrb_group_median(arm, NRB_VALUE_SERVE_SET_BYTES);
	char bytes[NRB_UNITS_LEN], fit[192];

	if (isnan(set)) {
		snprintf(buf, len, "files");
	} else {
		snprintf(buf, len, "%s of files%s", nrb_units_bytes(bytes, llround(set)),
			say_fit(fit, sizeof(fit), arm, set));
	}
	return buf;
}

/* -- what else -- */

/* ", with threads 4, fill on all": what is neither as found nor by default, but MGLRU. */
static const char *with_factors(
	char *buf, size_t len, const struct nrb_evidence *evidence)
{
	char factors[LABEL_LEN];

	nrb_figure_label(factors, sizeof(factors), evidence->served.first,
		evidence->named & ~(1u << NRB_FIGURE_LRU_GEN));
	snprintf(buf, len, "%s%s", factors[0] != '\0' ? ", with " : "", factors);
	return buf;
}

/* ", MGLRU off (found on)" */
static const char *lru_gen(
	char *buf, size_t len, const struct nrb_key *key, const struct nrb_header *header)
{
	const char *found = header->lru_gen;
	const char *used = key->lru_gen[0] != '\0' ? key->lru_gen : found;
	bool is_found = found[0] == '\0' || strcmp(used, found) == 0;

	snprintf(buf, len, "%s%s%s%s%s", used[0] != '\0' ? ", MGLRU " : "", used,
		is_found ? "" : " (found ", is_found ? "" : found, is_found ? "" : ")");
	return buf;
}

const char *nrb_answerscope_say(
	char *buf, size_t len, const struct nrb_evidence *evidence)
{
	const struct nrb_header *header = evidence->data->header;
	const struct nrb_arm_cells *arm = find_measured(&evidence->served);
	char locked[64], files[256], factors[LABEL_LEN + 16], lru[4 * NRB_WORD_LEN];

	snprintf(buf, len,
		"On node %lld%s, for %s and threads as in fileserver%s%s%s; on kernel %s%s",
		(long long)arm->key.node, say_ballast(locked, sizeof(locked), arm),
		say_files(files, sizeof(files), arm),
		arm->key.variant[0] != '\0' ? ", " : "", arm->key.variant,
		with_factors(factors, sizeof(factors), evidence), header->kernel,
		lru_gen(lru, sizeof(lru), &arm->key, header));
	return buf;
}
