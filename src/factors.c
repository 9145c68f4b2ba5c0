/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words of an arm's factors. */
#include "nrb/factors.h"

#include <stdio.h>
#include <string.h>

/* clang-format off */
const struct nrb_factor_info nrb_factor_table[NRB_N_ARM_FACTORS] = {
	[NRB_FACTOR_VARIANT] = { "variant", "variant", NULL, "a name of a scenario asked for, all",
		"ways of running a scenario" },
	[NRB_FACTOR_LRU_GEN] = { "lru-gen", "lru_gen", nrb_off_on_words, NULL,
		"the multi-generational LRU (MGLRU); toggled through the guard" },
	[NRB_FACTOR_POLICY] = { "policy", "policy", nrb_policy_words, NULL,
		"where the allocation asks to be" },
	[NRB_FACTOR_PAGE_SIZE] = { "page-size", "page_size", nrb_page_size_words, NULL,
		"of the allocation" },
	[NRB_FACTOR_THREADS] = { "threads", "threads", NULL, "1 to 64",
		"that allocate at once" },
	[NRB_FACTOR_FILL_ON] = { "fill-on", "fill_on", nrb_fill_on_words, NULL,
		"nodes that are full of file cache" },
	[NRB_FACTOR_TRIM] = { "trim", "trim", nrb_off_on_words, NULL,
		"free the allocation's size first, by nodeN/reclaim (6.17 and later)" },
	[NRB_FACTOR_SWAP] = { "swap", "swap", nrb_off_on_words, NULL,
		"the swap device, in a rehearsal alone" },
	[NRB_FACTOR_SET] = { "set", "set", NULL,
		"found, NAME=VALUE, NAME=xN, several joined by +",
		"settings that hold together for a cell; x2 to x99: so many times what is found" },
};
/* clang-format on */

static const char found[] = "found";

static const char *off_on(int value)
{
	return value < 0 ? found : nrb_off_on_words[value];
}

const char *nrb_factor_word(
	enum nrb_factor factor, const struct nrb_arm *arm, char *buf, size_t len)
{
	const char *word = "";

	switch (factor) {
	case NRB_FACTOR_VARIANT:
		word = arm->variant->name;
		break;
	case NRB_FACTOR_LRU_GEN:
		word = off_on(arm->lru_gen);
		break;
	case NRB_FACTOR_POLICY:
		word = nrb_policy_words[arm->policy];
		break;
	case NRB_FACTOR_PAGE_SIZE:
		word = nrb_page_size_words[arm->page_size];
		break;
	case NRB_FACTOR_THREADS:
		snprintf(buf, len, "%d", arm->threads);
		return buf;
	case NRB_FACTOR_FILL_ON:
		word = nrb_fill_on_words[arm->fill_all];
		break;
	case NRB_FACTOR_TRIM:
		word = nrb_off_on_words[arm->trim];
		break;
	case NRB_FACTOR_SWAP:
		word = off_on(arm->swap);
		break;
	case NRB_FACTOR_SET:
		word = arm->set != NULL ? arm->set->text : found;
		break;
	case NRB_N_ARM_FACTORS:
		break;
	}
	snprintf(buf, len, "%s", word);
	return buf;
}

bool nrb_factor_is_default(enum nrb_factor factor, const struct nrb_arm *arm)
{
	bool is_local = arm->node == arm->cpu_node;

	switch (factor) {
	case NRB_FACTOR_VARIANT:
		return arm->variant == &arm->scenario->variants[0];
	case NRB_FACTOR_LRU_GEN:
		return arm->lru_gen < 0;
	case NRB_FACTOR_POLICY:
		return !(arm->scenario->needs & NRB_NEEDS_MODES) ||
		       arm->policy == (is_local ? NRB_ARM_LOCAL : NRB_ARM_PREFERRED);
	case NRB_FACTOR_PAGE_SIZE:
		return arm->page_size == NRB_PAGE_4K;
	case NRB_FACTOR_THREADS:
		return arm->threads == 1;
	case NRB_FACTOR_FILL_ON:
		return !arm->fill_all;
	case NRB_FACTOR_TRIM:
		return !arm->trim;
	case NRB_FACTOR_SWAP:
		return arm->swap < 0;
	case NRB_FACTOR_SET:
		return arm->set == NULL;
	case NRB_N_ARM_FACTORS:
		break;
	}
	return true;
}

bool nrb_factor_varies(enum nrb_factor factor, const struct nrb_arm *arms, int n)
{
	char first[NRB_SET_LEN], word[NRB_SET_LEN];

	for (int i = 1; i < n; i++) {
		nrb_factor_word(factor, &arms[0], first, sizeof(first));
		if (strcmp(first,
			    nrb_factor_word(factor, &arms[i], word, sizeof(word))) != 0) {
			return true;
		}
	}
	return false;
}
