/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which capabilities a plan keeps. */
#include "nrb/rights.h"

#include "nrb/scenarios.h"
#include "tree.h"

#include <linux/capability.h>

static const struct nrb_variant plain = { .name = "" };

static void assert_keeps(const struct nrb_arm *arm, int a, int b)
{
	struct nrb_arm arms[] = { { .scenario = &nrb_scenario_clean,
					  .variant = &plain,
					  .lru_gen = -1,
					  .swap = -1 },
		*arm };
	struct nrb_plan plan = { .n_arms = 2, .arms = arms, .reference = 0 };
	const int wanted[] = { CAP_IPC_LOCK, CAP_SYS_NICE, a, b, -1 };
	int keep[NRB_MAX_RIGHTS], n = 0;

	nrb_rights_of(&plan, keep);
	do {
		assert_int_equal(keep[n], wanted[n]);
	} while (wanted[n++] >= 0);
}

static void test_as_few_as_can_be(void **state)
{
	struct nrb_arm arm = { .scenario = &nrb_scenario_clean,
		.variant = &plain,
		.lru_gen = 1,
		.swap = -1 };
	struct nrb_set set;

	(void)state;
	assert_keeps(&arm, -1, -1);
	arm.policy = NRB_ARM_CPUSET;
	assert_keeps(&arm, CAP_DAC_OVERRIDE, -1);
	arm.swap = 0;
	assert_keeps(&arm, CAP_SYS_ADMIN, CAP_DAC_OVERRIDE);
	arm.policy = NRB_ARM_BIND;
	assert_keeps(&arm, CAP_SYS_ADMIN, -1);
	arm.swap = -1;
	arm.set = &set;
	assert_int_equal(nrb_set_parse(&set, "vm.swappiness=1"), 0);
	assert_keeps(&arm, -1, -1);
	assert_int_equal(nrb_set_parse(&set, "kernel.numa_balancing=1"), 0);
	assert_keeps(&arm, CAP_SYS_ADMIN, -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_as_few_as_can_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
