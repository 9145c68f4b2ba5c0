/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What --set may not do to a machine, or to a scenario. */
#include "plantest.h"

/* Of 2000 MiB, 5 % are 100 MiB; a guest may be driven further. */
static void test_settings_that_starve_a_machine(void **state)
{
	struct nrb_set *set = &options.sets[0];

	(void)state;
	options.n_sets = 1;
	assert_int_equal(nrb_set_parse(set, "vm.min_free_kbytes=102400"), 0);
	assert_int_equal(make(machine_of(0, two, 2)), 0);
	nrb_plan_finish(&plan);
	assert_int_equal(
		nrb_set_parse(set, "vm.swappiness=1+vm.min_free_kbytes=102500"), 0);
	assert_refused(make(machine_of(0, two, 2)), NRB_EXIT_USAGE,
		"vm.min_free_kbytes=102500 would keep over 5 % of all memory");
	assert_string_equal(nrb_diag_way_out(), "give at most 102400");
	options.rehearsal = true;
	assert_int_equal(make(machine_of(0, two, 2)), 0);
	nrb_plan_finish(&plan);
	assert_int_equal(nrb_set_parse(set, "vm.min_free_kbytes=512100"), 0);
	assert_refused(make(machine_of(0, two, 2)), NRB_EXIT_USAGE, "over 25 %");
}

/* Its settings under another value would be another comparison, under its name. */
static void test_settings_of_a_variant_are_its_own(void **state)
{
	int n = 0;

	(void)state;
	options.scenarios[0] = "dirty";
	options.n_scenarios = 1;
	options.all_variants = true;
	assert_int_equal(nrb_set_parse(&options.sets[0], "found"), 0);
	assert_int_equal(nrb_set_parse(&options.sets[1],
				 "vm.page-cluster=0+vm.dirty_bytes=1048576"),
		0);
	options.n_sets = 2;
	assert_int_equal(make(machine_of(0, two, 2)), 0);
	for (int i = 0; i < plan.n_arms; i++) {
		const struct nrb_arm *arm = &plan.arms[i];
		bool own = arm->set != NULL && strcmp(arm->variant->name, "writer") != 0;

		n += own;
		assert_int_equal(
			strstr(arm->unsupported, "this scenario sets itself") != NULL,
			own);
	}
	assert_int_equal(n, 4 * 8); /* all variants but "writer", in each mode */
	options.sets[0] = options.sets[1];
	options.n_sets = 1;
	options.all_variants = false;
	assert_refused(make(machine_of(0, two, 2)), NRB_EXIT_USAGE, "sets itself");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLAN_TEST(test_settings_that_starve_a_machine),
		PLAN_TEST(test_settings_of_a_variant_are_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
