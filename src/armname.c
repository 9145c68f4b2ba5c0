/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of arms for people. */
#include "nrb/armname.h"

#include "nrb/factors.h"

#include <stdio.h>
#include <string.h>

/* Of the factors those that tell this arm from others; the record has them all. */
static void add_factors(
	const struct nrb_plan *plan, const struct nrb_arm *arm, char *what, size_t len)
{
	char word[NRB_SET_LEN];

	for (int i = 0; i < NRB_N_ARM_FACTORS; i++) {
		enum nrb_factor factor = (enum nrb_factor)i;
		size_t used = strlen(what);

		if (nrb_factor_varies(factor, plan->arms, plan->n_arms) &&
			nrb_factor_word(factor, arm, word, sizeof(word))[0] != '\0' &&
			snprintf(what + used, len - used, ", %s %s",
				nrb_factor_table[i].name, word) >= (int)(len - used)) {
			return;
		}
	}
}

const char *nrb_armname(const struct nrb_plan *plan, int arm_index, char *buf, size_t len)
{
	const struct nrb_arm *arm = &plan->arms[arm_index];
	bool compares = arm->scenario->needs & NRB_NEEDS_MODES;

	snprintf(buf, len,
		compares && arm->node == arm->cpu_node
			? "%s, node %d"
			: "%s, memory on node %d, CPU on node %d",
		arm->scenario->name, arm->node, arm->cpu_node);
	if (arm->mode >= 0) {
		size_t used = strlen(buf);

		snprintf(buf + used, len - used, ", mode %d%s", arm->mode,
			arm->control ? " once more" : "");
	}
	add_factors(plan, arm, buf, len);
	return buf;
}
