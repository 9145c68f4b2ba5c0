/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every value of every factor with every other, and what is left out. */
#include "armtest.h"

#include "nrb/plankinds.h"

static void test_all_is_crossed(void **state)
{
	unsigned int seen[2][2][2][2][2][2][2][2][2] = { 0 };
	struct nrb_set *sets = options.sets;

	(void)state;
	options.lru_gen = options.swap = options.trim = options.fill_on =
		options.page_size = levels_of(0, 1);
	options.policy = levels_of(NRB_ARM_LOCAL, NRB_ARM_BIND);
	options.threads = levels_of(1, 4);
	assert_int_equal(nrb_set_parse(&sets[0], "found"), 0);
	assert_int_equal(nrb_set_parse(&sets[1], "vm.swappiness=10"), 0);
	options.n_sets = 2;
	assert_int_equal(make_arms(machine()), 0);
	assert_int_equal(plan.n_arms, 512);
	assert_int_equal(nrb_plan_runnable(&plan), 512);
	for (int i = 0; i < plan.n_arms; i++) {
		const struct nrb_arm *arm = &plan.arms[i];

		assert_int_equal(arm->node, 1);
		assert_int_equal(arm->cpu_node, 1);
		assert_int_equal(arm->mode, i % 2); /* turns fastest */
		seen[arm->mode][arm->lru_gen][arm->swap][arm->trim][arm->fill_all]
		    [arm->page_size][arm->policy][arm->threads / 4][arm->set != NULL]++;
		if (arm->set != NULL) {
			assert_ptr_equal(arm->set, &sets[1]);
		}
	}
	for (size_t i = 0; i < sizeof(seen) / sizeof(unsigned int); i++) {
		assert_int_equal(((unsigned int *)seen)[i], 1);
	}
	assert_int_equal(plan.warm_up, 0);
}

static void test_one_level_and_none(void **state)
{
	(void)state;
	options.policy = levels_of(NRB_ARM_INTERLEAVE, NRB_ARM_INTERLEAVE);
	assert_int_equal(make_arms(machine()), 0);
	assert_int_equal(plan.n_arms, 2);
	assert_int_equal(plan.arms[0].policy, NRB_ARM_INTERLEAVE);
	assert_int_equal(plan.arms[0].lru_gen, -1);
	assert_int_equal(plan.arms[0].swap, -1);
	assert_int_equal(plan.arms[0].threads, 1);
	assert_int_equal(plan.arms[0].page_size, NRB_PAGE_4K);
	assert_false(plan.arms[0].fill_all || plan.arms[0].trim);
	assert_null(plan.arms[0].set);
}

/* Beside each arm with the reference mode, with all that it has; those of a kind stand together. */
static void test_the_reference_once_more(void **state)
{
	int controls = 0;

	(void)state;
	options.aa = true;
	options.reference = 1;
	options.trim = levels_of(0, 1);
	assert_int_equal(make_arms(machine()), 0);
	assert_int_equal(plan.n_arms, 6);
	for (int i = 0; i < plan.n_arms; i++) {
		const struct nrb_arm *arm = &plan.arms[i];

		assert_int_equal(arm->control, i >= 4);
		if (arm->control) {
			assert_int_equal(arm->mode, 1);
			assert_int_equal(arm->trim, controls++);
			assert_int_equal(
				plan.sizes[i].alloc_bytes, plan.sizes[1].alloc_bytes);
		}
	}
	assert_int_equal(controls, 2);
	assert_false(plan.arms[plan.warm_up].control);
	options.reference = 0;
	options.modes = 1 << 1; /* the reference is added, and then once more */
	options.trim.n = 0;
	assert_int_equal(make_arms(machine()), 0);
	assert_int_equal(plan.n_arms, 3);
	assert_int_equal(plan.arms[2].mode, 0);
	assert_true(plan.arms[2].control);
}

/* There is no reference mode then. */
static void test_no_control_without_the_knob(void **state)
{
	struct nrb_machine *without = machine();

	(void)state;
	without->found_mode = NRB_ABSENT;
	options.modes_given = false;
	options.aa = true;
	assert_refused(make_arms(without), NRB_EXIT_NOT_HERE, "no vm.zone_reclaim_mode");
	options.aa = false;
	assert_int_equal(make_arms(without), 0);
}

/* It compares nodes: what is given for cells that allocate would change nothing, unseen. */
static void test_a_factor_that_no_scenario_has(void **state)
{
	struct nrb_levels *levels[] = { &options.lru_gen, &options.swap, &options.fill_on,
		&options.policy, &options.page_size, &options.threads, &options.trim };
	static const char *const names[] = { "lru-gen", "swap", "fill-on", "policy",
		"page-size", "threads", "trim" };
	const struct nrb_machine *here = machine();

	(void)state;
	options.modes_given = false;
	options.reference = -1;
	options.scenarios[0] = "pairs";
	options.n_scenarios = 1;
	assert_int_equal(make_arms(here), 0);
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		char part[64];

		*levels[i] = levels_of(1, 1);
		snprintf(part, sizeof(part), "--%s means nothing to scenario pairs",
			names[i]);
		assert_refused(make_arms(here), NRB_EXIT_USAGE, part);
		levels[i]->n = 0;
	}
	options.reference = 1;
	assert_refused(make_arms(here), NRB_EXIT_USAGE, "--reference means nothing");
	options.modes_given = true;
	assert_refused(make_arms(here), NRB_EXIT_USAGE, "--modes means nothing");
	options.modes_given = false;
	options.reference = -1;
	assert_int_equal(nrb_set_parse(&options.sets[0], "vm.swappiness=10"), 0);
	options.n_sets = 1;
	assert_refused(make_arms(here), NRB_EXIT_USAGE, "--set means nothing");
	options.n_sets = 0;
	options.alloc_bytes = 1 << 20;
	assert_refused(make_arms(here), NRB_EXIT_USAGE, "--alloc means nothing");
	options.alloc_bytes = 0;
	options.fill_bytes = 1 << 20;
	assert_refused(make_arms(here), NRB_EXIT_USAGE, "--fill means nothing");
	options.fill_bytes = 0;
	options.n_sets = 1;
	/* with one beside it that has them */
	options.scenarios[1] = "clean";
	options.n_scenarios = 2;
	assert_int_equal(make_arms(here), 0);
}

/* Each as "node<cpu_node". */
static void assert_pairs(const char *want)
{
	char got[256] = "";

	for (int i = 0; i < plan.n_arms; i++) {
		if (plan.arms[i].mode <= 0) {
			snprintf(got + strlen(got), sizeof(got) - strlen(got), " %d<%d",
				plan.arms[i].node, plan.arms[i].cpu_node);
		}
	}
	assert_string_equal(got, want);
}

static void test_cpu_nodes(void **state)
{
	(void)state;
	options.nodes_given = true;
	nrb_idset_add(&options.nodes, 0);
	nrb_idset_add(&options.nodes, 2);
	nrb_idset_add(&options.cpu_nodes, 0);
	nrb_idset_add(&options.cpu_nodes, 1);
	assert_int_equal(make_arms(machine()), 0);
	assert_pairs(" 0<0 2<0 0<1 2<1");
	assert_int_equal(plan.arms[0].policy, NRB_ARM_LOCAL);
	assert_int_equal(plan.arms[2].policy, NRB_ARM_PREFERRED);
	/* "same" is a pair once, and none of a node without CPUs */
	options.cpu_node_same = true;
	assert_int_equal(make_arms(machine()), 0);
	assert_pairs(" 0<0 2<0 0<1 2<1");
	ask("pairs");
	options.modes_given = false;
	assert_int_equal(make_arms(machine()), 0);
	assert_pairs(" 0<0 2<0 0<1 2<1");
	nrb_idset_remove(&options.cpu_nodes, 0);
	assert_int_equal(make_arms(machine()), 0);
	assert_pairs(" 0<0 0<1 2<1");
	nrb_idset_remove(&options.nodes, 2);
	nrb_idset_clear(&options.cpu_nodes);
	assert_int_equal(make_arms(machine()), 0);
	assert_pairs(" 0<0");
}

/* A scenario that compares nodes takes none of the allocation's factors. */
static void test_pairs_take_no_factors(void **state)
{
	(void)state;
	ask("pairs");
	options.scenarios[1] = "clean"; /* which does */
	options.n_scenarios = 2;
	options.policy = levels_of(NRB_ARM_LOCAL, NRB_ARM_CPUSET);
	options.lru_gen = options.trim = options.fill_on = levels_of(0, 1);
	options.threads = levels_of(2, 4);
	assert_int_equal(make_arms(machine()), 0);
	for (int i = 0; i < 6; i++) {
		assert_ptr_equal(plan.arms[i].scenario, &pairs);
		assert_int_equal(plan.arms[i].policy, NRB_ARM_BIND);
		assert_int_equal(plan.arms[i].threads, 1);
		assert_int_equal(plan.arms[i].lru_gen, -1);
	}
	assert_ptr_equal(plan.arms[6].scenario, &plain);
	assert_int_equal(plan.arms[6].threads, 2);
}

static void test_variants(void **state)
{
	(void)state;
	ask("odd");
	assert_int_equal(make_arms(machine()), 0);
	assert_int_equal(plan.n_arms, 2);
	assert_ptr_equal(plan.arms[0].variant, &odd_variants[0]);
	assert_int_equal(plan.n_kinds, 1);
	options.all_variants = true;
	assert_int_equal(make_arms(machine()), 0);
	assert_int_equal(plan.n_arms, 6);
	assert_int_equal(plan.n_kinds, 3);
	assert_int_equal(plan.arms[5].kind, 2);
	options.all_variants = false;
	options.variants[0] = "third";
	options.n_variants = 1;
	options.scenarios[1] = "clean"; /* has none of the names: its first */
	options.scenarios[2] = "odd";   /* again is not twice */
	options.n_scenarios = 3;
	assert_int_equal(make_arms(machine()), 0);
	assert_int_equal(plan.n_arms, 4);
	assert_ptr_equal(plan.arms[0].variant, &odd_variants[2]);
	assert_ptr_equal(plan.arms[2].variant, &plain_variants[0]);
	options.variants[1] = "fourth";
	options.n_variants = 2;
	assert_refused(make_arms(machine()), NRB_EXIT_USAGE, "has a variant fourth");
}

static void test_kinds_say_what_they_need(void **state)
{
	struct nrb_kinds kinds;

	(void)state;
	ask("odd");
	assert_int_equal(nrb_plankinds_find(&kinds, &options, table), 0);
	assert_int_equal(kinds.needs, NRB_NEEDS_MODES);
	options.all_variants = true;
	assert_int_equal(nrb_plankinds_find(&kinds, &options, table), 0);
	assert_int_equal(kinds.n, 3);
	assert_int_equal(kinds.needs,
		NRB_NEEDS_MODES | NRB_NEEDS_SWAP | NRB_NEEDS_FILE | NRB_USES_SWAP);
	ask("none");
	assert_refused(nrb_plankinds_find(&kinds, &options, table), NRB_EXIT_USAGE,
		"no scenario none");
}

static void test_too_many_cells(void **state)
{
	(void)state;
	for (int i = 0; i < NRB_MAX_LEVELS; i++) {
		options.threads.v[options.threads.n++] = i + 1;
	}
	options.policy = (struct nrb_levels){ .n = 4, .v = { 0, 1, 2, 3 } };
	options.lru_gen = options.swap = options.trim = options.fill_on =
		options.page_size = levels_of(0, 1);
	assert_int_equal(make_arms(machine()), 0); /* 4096 */
	assert_int_equal(plan.n_arms, 4096);
	options.modes |= 1 << 7;
	assert_refused(make_arms(machine()), NRB_EXIT_USAGE, "over 4096 cells");
}

static void test_sizes(void **state)
{
	const struct nrb_sizes *sizes;

	(void)state;
	/* memory that is held is no file */
	ask("odd");
	assert_int_equal(make_arms(machine()), 0);
	sizes = &plan.sizes[0];
	assert_in_range(sizes->alloc_bytes, 100LL * MIB - 4096, 100LL * MIB + 4096);
	assert_int_equal(sizes->file_bytes, 0);
	assert_int_equal(plan.file_bytes, 0);
	assert_int_equal(plan.memory_bytes, 1064LL * MIB + sizes->alloc_bytes);
	/* a variant may have one */
	options.variants[0] = "second";
	options.n_variants = 1;
	assert_int_equal(make_arms(machine()), 0);
	assert_int_equal(plan.file_bytes, 1000LL * MIB);
	options.n_variants = 0;
	/* the others have parts of one size: node 2 is the largest */
	ask("clean");
	options.fill_on = levels_of(0, 1);
	options.page_size = levels_of(NRB_PAGE_THP, NRB_PAGE_THP);
	assert_int_equal(make_arms(machine()), 0);
	assert_int_equal(plan.sizes[0].other_bytes, 0);
	sizes = &plan.sizes[2];
	assert_true(plan.arms[2].fill_all);
	assert_int_equal(sizes->file_bytes, 1000LL * MIB);
	assert_int_equal(sizes->other_bytes, 2000LL * MIB);
	assert_int_equal(sizes->alloc_bytes % (2 * MIB), 0);
	assert_int_equal(plan.file_bytes, 5000LL * MIB);
	assert_int_equal(plan.memory_bytes, 5064LL * MIB + sizes->alloc_bytes);
	options.fill_bytes = 100LL * MIB;
	assert_int_equal(make_arms(machine()), 0);
	/* with what more may fit beside a ballast: an eighth */
	assert_int_equal(plan.file_bytes, 3 * (112LL * MIB + MIB / 2));
	assert_int_equal(plan.n_ballasts, 3);
}

static bool sets(const char *name)
{
	struct nrb_plan_settings all;

	nrb_plan_settings(&plan, &all);
	for (int i = 0; i < all.n; i++) {
		if (strcmp(all.list[i]->name, name) == 0) {
			return true;
		}
	}
	return false;
}

/* What is to be put back, and what is said to change. */
static void test_settings(void **state)
{
	struct nrb_plan_settings all;

	(void)state;
	assert_int_equal(make_arms(machine()), 0);
	nrb_plan_settings(&plan, &all);
	assert_int_equal(all.n, 0);
	ask("odd");
	options.all_variants = true;
	options.lru_gen = levels_of(1, 0);
	options.swap = levels_of(1, 0);
	assert_int_equal(nrb_set_parse(&options.sets[0], "vm.vfs_cache_pressure=50"), 0);
	options.n_sets = 1;
	assert_int_equal(make_arms(machine()), 0);
	nrb_plan_settings(&plan, &all);
	assert_int_equal(all.n, 5);
	assert_true(sets("lru_gen.enabled") && sets("swap") && sets("vm.swappiness") &&
		    sets("vm.dirty") && sets("vm.vfs_cache_pressure"));
	/* some only where the kernel has them */
	made.machine.has_boost = true;
	assert_int_equal(make_arms(&made.machine), 0);
	nrb_plan_settings(&plan, &all);
	assert_int_equal(all.n, 6);
	assert_true(sets("vm.watermark_boost_factor"));
	/* those of arms that cannot run are left alone */
	options.swap.n = 0;
	made.machine.has_swap = false;
	assert_int_equal(make_arms(&made.machine), 0);
	assert_false(sets("vm.dirty"));
	assert_true(sets("lru_gen.enabled"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ARM_TEST(test_all_is_crossed),
		ARM_TEST(test_one_level_and_none),
		ARM_TEST(test_the_reference_once_more),
		ARM_TEST(test_no_control_without_the_knob),
		ARM_TEST(test_a_factor_that_no_scenario_has),
		ARM_TEST(test_cpu_nodes),
		ARM_TEST(test_pairs_take_no_factors),
		ARM_TEST(test_variants),
		ARM_TEST(test_kinds_say_what_they_need),
		ARM_TEST(test_too_many_cells),
		ARM_TEST(test_sizes),
		ARM_TEST(test_settings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
