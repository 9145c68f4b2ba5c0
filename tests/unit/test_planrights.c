/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What of root a plan asks for. */
#include "nrb/planrights.h"

#include "nrb/rights.h"

#include "nrb/scenarios.h"
#include "tree.h"

static const struct nrb_variant plain = { .name = "" };

static void assert_needs(const struct nrb_arm *arm, unsigned int needs)
{
	struct nrb_arm arms[] = { { .scenario = &nrb_scenario_clean,
					  .variant = &plain,
					  .lru_gen = -1,
					  .swap = -1 },
		*arm };
	struct nrb_plan plan = { .n_arms = 2, .arms = arms, .reference = 0 };
	struct nrb_servedset served = { 0 };

	assert_int_equal(nrb_planrights_needs(&plan), needs);
	plan.served = &served;
	assert_int_equal(nrb_planrights_needs(&plan), needs | NRB_RIGHTS_SERVED);
}

static void test_as_few_as_can_be(void **state)
{
	struct nrb_arm arm = { .scenario = &nrb_scenario_clean,
		.variant = &plain,
		.lru_gen = 1,
		.swap = -1 };
	struct nrb_set set;

	(void)state;
	assert_needs(&arm, 0);
	arm.policy = NRB_ARM_CPUSET;
	assert_needs(&arm, NRB_RIGHTS_CPUSET);
	arm.swap = 0;
	assert_needs(&arm, NRB_RIGHTS_ADMIN | NRB_RIGHTS_CPUSET);
	arm.policy = NRB_ARM_BIND;
	assert_needs(&arm, NRB_RIGHTS_ADMIN);
	arm.swap = -1;
	arm.set = &set;
	assert_int_equal(nrb_set_parse(&set, "vm.swappiness=1"), 0);
	assert_needs(&arm, 0);
	assert_int_equal(nrb_set_parse(&set, "kernel.numa_balancing=1"), 0);
	assert_needs(&arm, NRB_RIGHTS_ADMIN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_as_few_as_can_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
