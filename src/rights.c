/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a plan to capabilities. */
#include "nrb/rights.h"

#include <linux/capability.h>

static bool has_cpuset(const struct nrb_plan *plan)
{
	for (int i = 0; i < plan->n_arms; i++) {
		if (plan->arms[i].policy == NRB_ARM_CPUSET) {
			return true;
		}
	}
	return false;
}

static bool needs_admin(const struct nrb_plan *plan)
{
	struct nrb_plan_settings settings;

	nrb_plan_settings(plan, &settings);
	for (int i = 0; i < settings.n; i++) {
		if (settings.list[i]->needs_admin) {
			return true;
		}
	}
	return false;
}

void nrb_rights_of(const struct nrb_plan *plan, int keep[NRB_MAX_RIGHTS])
{
	int n = 0;

	keep[n++] = CAP_IPC_LOCK;
	keep[n++] = CAP_SYS_NICE;
	if (needs_admin(plan)) {
		keep[n++] = CAP_SYS_ADMIN;
	}
	if (has_cpuset(plan)) {
		keep[n++] = CAP_DAC_OVERRIDE;
	}
	/* what is cached of others' files is only told to those who may own or write them */
	if (plan->served != NULL) {
		keep[n++] = CAP_FOWNER;
	}
	keep[n] = -1;
}
