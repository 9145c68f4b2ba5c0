/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a machine or a variant lacks, and what is left to run. */
#include "armtest.h"

/* Reasons of the arms that cannot run; there is one that can. */
static void assert_lacks(const struct nrb_machine *on, int n, const char *why)
{
	int lacking = 0;

	assert_int_equal(make_arms(on), 0);
	for (int i = 0; i < plan.n_arms; i++) {
		if (plan.arms[i].unsupported[0] != '\0') {
			assert_non_null(strstr(plan.arms[i].unsupported, why));
			assert_int_equal(plan.sizes[i].alloc_bytes, 0);
			lacking++;
		}
	}
	assert_int_equal(lacking, n);
	assert_int_equal(nrb_plan_runnable(&plan), plan.n_arms - n);
	assert_int_equal(plan.arms[plan.warm_up].unsupported[0], '\0');
}

static void test_what_the_machine_lacks(void **state)
{
	struct nrb_machine *on = machine();

	(void)state;
	options.lru_gen = levels_of(1, 0);
	assert_lacks(on, 0, "");
	on->lru_gen[0] = '\0';
	assert_lacks(on, 2, "no MGLRU");
	assert_int_equal(plan.arms[2].lru_gen, -1); /* off is as found */
	options.lru_gen.n = 0;
	options.trim = levels_of(1, 0);
	assert_lacks(on, 0, "");
	on->can_trim = false;
	assert_lacks(on, 2, "nodeN/reclaim");
	options.trim.n = 0;
	options.page_size = levels_of(NRB_PAGE_THP, NRB_PAGE_4K);
	assert_lacks(on, 0, "");
	strcpy(on->thp, "never");
	assert_lacks(on, 2, "transparent_hugepage is never");
	on->thp[0] = '\0';
	assert_lacks(on, 2, "not in this kernel");
	options.page_size.n = 0;
	options.swap = levels_of(1, 0);
	assert_lacks(on, 0, "");
	on->swap[0] = '\0';
	on->has_swap = false;
	assert_lacks(on, 2, "exactly one device");
	assert_int_equal(plan.arms[2].swap, -1); /* off is as found */
}

static void test_what_a_variant_lacks(void **state)
{
	struct nrb_machine *on = machine();

	(void)state;
	ask("odd");
	options.all_variants = true;
	assert_lacks(on, 0, "");
	options.fill_on = levels_of(0, 1);
	assert_lacks(on, 4, "fills its target alone"); /* but second has a file */
	options.fill_on.n = 0;
	options.swap = levels_of(0, 1);
	assert_lacks(on, 2, "swap is off");
	options.swap.n = 0;
	on->has_swap = false;
	assert_lacks(on, 2, "swap is off");
	options.all_variants = false;
	options.variants[0] = "second";
	options.n_variants = 1;
	assert_refused(make_arms(on), NRB_EXIT_NOT_HERE, "swap is off");
	assert_non_null(strstr(nrb_diag_way_out(), "rehearse"));
}

/* Held memory that only swap could take, and an allocation that may go nowhere else. */
static void test_nothing_to_reclaim(void **state)
{
	struct nrb_machine *on = machine();

	(void)state;
	ask("odd");
	options.variants[0] = "third";
	options.n_variants = 1;
	options.policy = levels_of(NRB_ARM_LOCAL, NRB_ARM_BIND);
	assert_lacks(on, 0, "");
	options.swap = levels_of(1, 0);
	assert_lacks(on, 2, "it would be killed"); /* bind with swap off */
	options.swap.n = 0;
	on->has_swap = false;
	assert_lacks(on, 2, "it would be killed");
	ask("clean"); /* whose cache can go */
	options.n_variants = 0;
	assert_lacks(on, 0, "");
}

/* --rehearsal is but a word: the machine must be a guest of ours. */
static void test_swap_of_a_real_machine(void **state)
{
	struct nrb_machine *on = machine();

	(void)state;
	options.rehearsal = true;
	options.swap = levels_of(1, 0);
	assert_int_equal(make_arms(on), 0);
	on->can_swap = false;
	assert_refused(make_arms(on), NRB_EXIT_NOT_HERE, "no guest of rehearse");
	options.swap.n = 0;
	assert_int_equal(make_arms(on), 0);
}

static void test_one_node(void **state)
{
	(void)state;
	(void)machine_of(0, three, 1);
	options.scenarios[0] = "clean";
	options.scenarios[1] = "pairs";
	options.n_scenarios = 2;
	assert_int_equal(make_arms(&made.machine), 0);
	assert_int_equal(plan.n_arms, 3);
	assert_int_equal(nrb_plan_runnable(&plan), 1);
	assert_int_equal(plan.warm_up, -1);
	ask("odd"); /* holds memory, whatever the number of nodes */
	options.policy = levels_of(NRB_ARM_LOCAL, NRB_ARM_CPUSET);
	assert_lacks(&made.machine, 2, "cpuset without the node");
	ask("clean");
	assert_refused(make_arms(&made.machine), NRB_EXIT_NOT_HERE, "one NUMA node");
}

static void test_without_the_knob(void **state)
{
	struct nrb_machine *on = machine();

	(void)state;
	on->found_mode = NRB_ABSENT;
	assert_refused(make_arms(on), NRB_EXIT_NOT_HERE, "no vm.zone_reclaim_mode");
	options.modes_given = false;
	options.modes = 0;
	/* what does its work instead */
	on->can_trim = true;
	assert_int_equal(make_arms(on), 0);
	assert_int_equal(plan.n_arms, 6);
	assert_int_equal(plan.arms[0].policy, NRB_ARM_LOCAL);
	assert_false(plan.arms[0].trim);
	assert_true(plan.arms[1].trim);
	assert_int_equal(plan.arms[2].policy, NRB_ARM_BIND);
	assert_int_equal(plan.arms[5].policy, NRB_ARM_INTERLEAVE);
	nrb_plan_finish(&plan);
	options.threads =
		(struct nrb_levels){ .n = 1, .v = { 2 } }; /* but a cell alone is none */
	assert_refused(make_arms(on), NRB_EXIT_NOT_HERE, "no other factor");
	options.threads.n = 0;
	options.policy = levels_of(NRB_ARM_LOCAL, NRB_ARM_BIND);
	assert_int_equal(make_arms(on), 0);
	assert_int_equal(plan.n_arms, 2);
	assert_true(plan.knob_absent);
	assert_int_equal(plan.reference, -1);
	assert_int_equal(plan.arms[0].mode, -1);
	assert_int_equal(plan.warm_up, 0);
	options.trim = levels_of(1, 0);
	on->can_trim = false; /* its warm-up is one that can run */
	assert_int_equal(make_arms(on), 0);
	assert_int_equal(plan.warm_up, 1);
	assert_false(plan.arms[1].trim);
	options.reference = 0;
	assert_refused(make_arms(on), NRB_EXIT_NOT_HERE, "no vm.zone_reclaim_mode");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ARM_TEST(test_what_the_machine_lacks),
		ARM_TEST(test_what_a_variant_lacks),
		ARM_TEST(test_nothing_to_reclaim),
		ARM_TEST(test_swap_of_a_real_machine),
		ARM_TEST(test_one_node),
		ARM_TEST(test_without_the_knob),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
