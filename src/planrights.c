/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a plan to what it needs of root. */
#include "nrb/planrights.h"

#include "nrb/rights.h"

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

unsigned int nrb_planrights_needs(const struct nrb_plan *plan)
{
	return (needs_admin(plan) ? NRB_RIGHTS_ADMIN : 0) |
	       (has_cpuset(plan) ? NRB_RIGHTS_CPUSET : 0) |
	       (plan->served != NULL ? NRB_RIGHTS_SERVED : 0);
}
