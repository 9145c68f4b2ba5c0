/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What --set may not do to a machine, or to a scenario. */
#include "nrb/plan.h"

#include "made.h"
#include "nrb/scenarios.h"
#include "tree.h"

static const struct spec two[] = {
	{ 0, true, true, 1000, 900, 0 },
	{ 1, true, false, 1000, 900, 0 },
};

static struct nrb_run_options options;
static struct nrb_plan plan;

static int setup(void **state)
{
	(void)state;
	nrb_diag_set_muted(true);
	nrb_diag_reset();
	options = (struct nrb_run_options){ .reference = -1, .dir = "." };
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	nrb_plan_finish(&plan);
	return 0;
}

static int make(const struct nrb_machine *machine)
{
	nrb_plan_finish(&plan);
	nrb_diag_reset();
	return nrb_plan_make(&plan, &options, machine, nrb_scenario_table);
}

static void assert_refused(const struct nrb_machine *machine, const char *part)
{
	assert_true(make(machine) < 0);
	assert_int_equal(nrb_diag_exit(-1), NRB_EXIT_USAGE);
	if (strstr(nrb_diag_message(), part) == NULL) {
		fail_msg("\"%s\" lacks \"%s\"", nrb_diag_message(), part);
	}
}

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
	assert_refused(machine_of(0, two, 2),
		"vm.min_free_kbytes=102500 would keep over 5 % of all memory");
	assert_string_equal(nrb_diag_way_out(), "give at most 102400");
	options.rehearsal = true;
	assert_int_equal(make(machine_of(0, two, 2)), 0);
	nrb_plan_finish(&plan);
	assert_int_equal(nrb_set_parse(set, "vm.min_free_kbytes=512100"), 0);
	assert_refused(machine_of(0, two, 2), "over 25 %");
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
	assert_int_equal(
		nrb_set_parse(&options.sets[1], "vm.page-cluster=0+vm.dirty_bytes=8192"),
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
	assert_refused(machine_of(0, two, 2), "sets itself");
}

#define PLAN_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLAN_TEST(test_settings_that_starve_a_machine),
		PLAN_TEST(test_settings_of_a_variant_are_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
