/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every value of every factor with every other, what is left out, and what a machine lacks. */
#include "nrb/plan.h"

#include "made.h"
#include "nrb/plankinds.h"
#include "nrb/scenarios.h"
#include "tree.h"

/* Node 2 has no CPUs. */
static const struct spec three[] = {
	{ 0, true, true, 1000, 900, 0 },
	{ 1, true, false, 1000, 900, 0 },
	{ 2, false, false, 2000, 1900, 0 },
};

static const struct nrb_value settings[] = { { "vm.swappiness", "1" },
	{ "vm.dirty", "40%" }, { 0 } };

static const struct nrb_variant plain_variants[] = { { .name = "" }, { 0 } };
static int hold(struct nrb_cell *cell, enum nrb_hold what, int64_t value)
{
	(void)cell;
	(void)what;
	(void)value;
	return 0;
}

static const struct nrb_variant odd_variants[] = {
	{ .name = "first", .shows = "one" },
	{ .name = "second",
		.shows = "two",
		.needs = NRB_NEEDS_SWAP | NRB_NEEDS_FILE,
		.settings = settings },
	{ .name = "third", .shows = "three", .needs = NRB_USES_SWAP, .hold = hold },
	{ 0 },
};

static const struct nrb_scenario plain = { .name = "clean",
	.holds = "file",
	.needs = NRB_NEEDS_MODES | NRB_NEEDS_FILE | NRB_NEEDS_SPILL,
	.variants = plain_variants };
static const struct nrb_scenario odd = { .name = "odd",
	.holds = "memory",
	.needs = NRB_NEEDS_MODES,
	.alloc_percent = 10,
	.variants = odd_variants };
static const struct nrb_scenario pairs = {
	.name = "pairs", .holds = "nothing", .variants = plain_variants
};

static const struct nrb_scenario *const table[] = { &plain, &odd, &pairs, NULL };

static struct nrb_run_options options;
static struct nrb_plan plan;

static int setup(void **state)
{
	(void)state;
	nrb_diag_set_muted(true);
	nrb_diag_reset();
	options = (struct nrb_run_options){
		.reference = -1, .modes_given = true, .modes = 1 << 0 | 1 << 1, .dir = "."
	};
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	nrb_plan_finish(&plan);
	return 0;
}

static void ask(const char *scenario)
{
	options.scenarios[0] = scenario;
	options.n_scenarios = 1;
}

static struct nrb_levels levels_of(int a, int b)
{
	return (struct nrb_levels){ .n = a == b ? 1 : 2, .v = { a, b } };
}

static struct nrb_machine *machine(void)
{
	(void)machine_of(0, three, 3);
	strcpy(made.machine.lru_gen, "on");
	strcpy(made.machine.thp, "madvise");
	strcpy(made.machine.swap, "/dev/vdb");
	made.machine.has_swap = made.machine.can_swap = true;
	made.machine.can_trim = true;
	made.machine.can_swap = true;
	return &made.machine;
}

static int make(const struct nrb_machine *on)
{
	nrb_plan_finish(&plan);
	nrb_diag_reset();
	return nrb_plan_make(&plan, &options, on, table);
}

static void assert_refused(int rc, enum nrb_exit code, const char *part)
{
	assert_true(rc < 0);
	assert_int_equal(nrb_diag_exit(rc), code);
	if (strstr(nrb_diag_message(), part) == NULL) {
		fail_msg("\"%s\" lacks \"%s\"", nrb_diag_message(), part);
	}
}

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
	assert_int_equal(make(machine()), 0);
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
	assert_int_equal(make(machine()), 0);
	assert_int_equal(plan.n_arms, 2);
	assert_int_equal(plan.arms[0].policy, NRB_ARM_INTERLEAVE);
	assert_int_equal(plan.arms[0].lru_gen, -1);
	assert_int_equal(plan.arms[0].swap, -1);
	assert_int_equal(plan.arms[0].threads, 1);
	assert_int_equal(plan.arms[0].page_size, NRB_PAGE_4K);
	assert_false(plan.arms[0].fill_all || plan.arms[0].trim);
	assert_null(plan.arms[0].set);
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
	assert_int_equal(make(machine()), 0);
	assert_pairs(" 0<0 2<0 0<1 2<1");
	assert_int_equal(plan.arms[0].policy, NRB_ARM_LOCAL);
	assert_int_equal(plan.arms[2].policy, NRB_ARM_PREFERRED);
	/* "same" is a pair once, and none of a node without CPUs */
	options.cpu_node_same = true;
	assert_int_equal(make(machine()), 0);
	assert_pairs(" 0<0 2<0 0<1 2<1");
	ask("pairs");
	assert_int_equal(make(machine()), 0);
	assert_pairs(" 0<0 2<0 0<1 2<1");
	nrb_idset_remove(&options.cpu_nodes, 0);
	assert_int_equal(make(machine()), 0);
	assert_pairs(" 0<0 0<1 2<1");
	nrb_idset_remove(&options.nodes, 2);
	nrb_idset_clear(&options.cpu_nodes);
	assert_int_equal(make(machine()), 0);
	assert_pairs(" 0<0");
}

/* A scenario that compares nodes takes none of the allocation's factors. */
static void test_pairs_take_no_factors(void **state)
{
	(void)state;
	ask("pairs");
	options.policy = levels_of(NRB_ARM_LOCAL, NRB_ARM_CPUSET);
	options.lru_gen = options.trim = options.fill_on = levels_of(0, 1);
	options.threads = levels_of(2, 4);
	assert_int_equal(make(machine()), 0);
	assert_pairs(" 0<0 1<0 2<0 0<1 1<1 2<1");
	assert_int_equal(plan.arms[0].policy, NRB_ARM_BIND);
	assert_int_equal(plan.arms[0].threads, 1);
	assert_int_equal(plan.arms[0].lru_gen, -1);
}

static void test_variants(void **state)
{
	(void)state;
	ask("odd");
	assert_int_equal(make(machine()), 0);
	assert_int_equal(plan.n_arms, 2);
	assert_ptr_equal(plan.arms[0].variant, &odd_variants[0]);
	assert_int_equal(plan.n_kinds, 1);
	options.all_variants = true;
	assert_int_equal(make(machine()), 0);
	assert_int_equal(plan.n_arms, 6);
	assert_int_equal(plan.n_kinds, 3);
	assert_int_equal(plan.arms[5].kind, 2);
	options.all_variants = false;
	options.variants[0] = "third";
	options.n_variants = 1;
	options.scenarios[1] = "clean"; /* has none of the names: its first */
	options.scenarios[2] = "odd";   /* again is not twice */
	options.n_scenarios = 3;
	assert_int_equal(make(machine()), 0);
	assert_int_equal(plan.n_arms, 4);
	assert_ptr_equal(plan.arms[0].variant, &odd_variants[2]);
	assert_ptr_equal(plan.arms[2].variant, &plain_variants[0]);
	options.variants[1] = "fourth";
	options.n_variants = 2;
	assert_refused(make(machine()), NRB_EXIT_USAGE, "has a variant fourth");
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
	assert_int_equal(make(machine()), 0); /* 4096 */
	assert_int_equal(plan.n_arms, 4096);
	options.modes |= 1 << 7;
	assert_refused(make(machine()), NRB_EXIT_USAGE, "over 4096 cells");
}

/* Reasons of the arms that cannot run; there is one that can. */
static void assert_lacks(const struct nrb_machine *on, int n, const char *why)
{
	int lacking = 0;

	assert_int_equal(make(on), 0);
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
	assert_refused(make(on), NRB_EXIT_NOT_HERE, "swap is off");
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
	assert_int_equal(make(on), 0);
	on->can_swap = false;
	assert_refused(make(on), NRB_EXIT_NOT_HERE, "no guest of rehearse");
	options.swap.n = 0;
	assert_int_equal(make(on), 0);
}

static void test_one_node(void **state)
{
	(void)state;
	(void)machine_of(0, three, 1);
	options.scenarios[0] = "clean";
	options.scenarios[1] = "pairs";
	options.n_scenarios = 2;
	assert_int_equal(make(&made.machine), 0);
	assert_int_equal(plan.n_arms, 3);
	assert_int_equal(nrb_plan_runnable(&plan), 1);
	assert_int_equal(plan.warm_up, -1);
	ask("odd"); /* holds memory, whatever the number of nodes */
	options.policy = levels_of(NRB_ARM_LOCAL, NRB_ARM_CPUSET);
	assert_lacks(&made.machine, 2, "cpuset without the node");
	ask("clean");
	assert_refused(make(&made.machine), NRB_EXIT_NOT_HERE, "one NUMA node");
}

static void test_without_the_knob(void **state)
{
	struct nrb_machine *on = machine();

	(void)state;
	on->found_mode = NRB_ABSENT;
	assert_refused(make(on), NRB_EXIT_NOT_HERE, "no vm.zone_reclaim_mode");
	options.modes_given = false;
	options.modes = 0;
	/* what does its work instead */
	on->can_trim = true;
	assert_int_equal(make(on), 0);
	assert_int_equal(plan.n_arms, 6);
	assert_int_equal(plan.arms[0].policy, NRB_ARM_LOCAL);
	assert_false(plan.arms[0].trim);
	assert_true(plan.arms[1].trim);
	assert_int_equal(plan.arms[2].policy, NRB_ARM_BIND);
	assert_int_equal(plan.arms[5].policy, NRB_ARM_INTERLEAVE);
	nrb_plan_finish(&plan);
	options.threads =
		(struct nrb_levels){ .n = 1, .v = { 2 } }; /* but a cell alone is none */
	assert_refused(make(on), NRB_EXIT_NOT_HERE, "no other factor");
	options.threads.n = 0;
	options.policy = levels_of(NRB_ARM_LOCAL, NRB_ARM_BIND);
	assert_int_equal(make(on), 0);
	assert_int_equal(plan.n_arms, 2);
	assert_true(plan.knob_absent);
	assert_int_equal(plan.reference, -1);
	assert_int_equal(plan.arms[0].mode, -1);
	assert_int_equal(plan.warm_up, 0);
	options.trim = levels_of(1, 0);
	on->can_trim = false; /* its warm-up is one that can run */
	assert_int_equal(make(on), 0);
	assert_int_equal(plan.warm_up, 1);
	assert_false(plan.arms[1].trim);
	options.reference = 0;
	assert_refused(make(on), NRB_EXIT_NOT_HERE, "no vm.zone_reclaim_mode");
}

static void test_sizes(void **state)
{
	const struct nrb_sizes *sizes;

	(void)state;
	/* memory that is held is no file */
	ask("odd");
	assert_int_equal(make(machine()), 0);
	sizes = &plan.sizes[0];
	assert_in_range(sizes->alloc_bytes, 100LL * MIB - 4096, 100LL * MIB + 4096);
	assert_int_equal(sizes->file_bytes, 0);
	assert_int_equal(plan.file_bytes, 0);
	assert_int_equal(plan.memory_bytes, 1064LL * MIB + sizes->alloc_bytes);
	/* a variant may have one */
	options.variants[0] = "second";
	options.n_variants = 1;
	assert_int_equal(make(machine()), 0);
	assert_int_equal(plan.file_bytes, 1000LL * MIB);
	options.n_variants = 0;
	/* the others have parts of one size: node 2 is the largest */
	ask("clean");
	options.fill_on = levels_of(0, 1);
	options.page_size = levels_of(NRB_PAGE_THP, NRB_PAGE_THP);
	assert_int_equal(make(machine()), 0);
	assert_int_equal(plan.sizes[0].other_bytes, 0);
	sizes = &plan.sizes[2];
	assert_true(plan.arms[2].fill_all);
	assert_int_equal(sizes->file_bytes, 1000LL * MIB);
	assert_int_equal(sizes->other_bytes, 2000LL * MIB);
	assert_int_equal(sizes->alloc_bytes % (2 * MIB), 0);
	assert_int_equal(plan.file_bytes, 5000LL * MIB);
	assert_int_equal(plan.memory_bytes, 5064LL * MIB + sizes->alloc_bytes);
	options.fill_bytes = 100LL * MIB;
	assert_int_equal(make(machine()), 0);
	assert_int_equal(plan.file_bytes, 300LL * MIB);
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
	assert_int_equal(make(machine()), 0);
	nrb_plan_settings(&plan, &all);
	assert_int_equal(all.n, 0);
	ask("odd");
	options.all_variants = true;
	options.lru_gen = levels_of(1, 0);
	options.swap = levels_of(1, 0);
	assert_int_equal(nrb_set_parse(&options.sets[0], "vm.vfs_cache_pressure=50"), 0);
	options.n_sets = 1;
	assert_int_equal(make(machine()), 0);
	nrb_plan_settings(&plan, &all);
	assert_int_equal(all.n, 5);
	assert_true(sets("lru_gen.enabled") && sets("swap") && sets("vm.swappiness") &&
		    sets("vm.dirty") && sets("vm.vfs_cache_pressure"));
	/* those of arms that cannot run are left alone */
	options.swap.n = 0;
	made.machine.has_swap = false;
	assert_int_equal(make(&made.machine), 0);
	assert_false(sets("vm.dirty"));
	assert_true(sets("lru_gen.enabled"));
}

#define PLAN_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLAN_TEST(test_all_is_crossed),
		PLAN_TEST(test_one_level_and_none),
		PLAN_TEST(test_cpu_nodes),
		PLAN_TEST(test_pairs_take_no_factors),
		PLAN_TEST(test_variants),
		PLAN_TEST(test_kinds_say_what_they_need),
		PLAN_TEST(test_too_many_cells),
		PLAN_TEST(test_what_the_machine_lacks),
		PLAN_TEST(test_what_a_variant_lacks),
		PLAN_TEST(test_nothing_to_reclaim),
		PLAN_TEST(test_swap_of_a_real_machine),
		PLAN_TEST(test_one_node),
		PLAN_TEST(test_without_the_knob),
		PLAN_TEST(test_sizes),
		PLAN_TEST(test_settings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
