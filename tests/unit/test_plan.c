/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From options and a machine, made here or recorded, to cells; and what is refused. */
#include "plantest.h"

/* Nodes 0 and 1 with CPUs, 2 without, 4 without memory. */
static const struct spec odd[] = {
	{ 0, true, true, 1000, 900, 0 },
	{ 1, true, false, 1000, 900, 0 },
	{ 2, false, false, 2000, 1900, 0 },
	{ 4, true, false, 0, 0, 0 },
};

/* --cpu-node N */
static void ask_cpu_node(int node)
{
	nrb_idset_clear(&options.cpu_nodes);
	nrb_idset_add(&options.cpu_nodes, node);
}

static int setup_seeded(void **state)
{
	setup(state);
	options.seed = 42;
	options.seed_given = true;
	return 0;
}

static void want_nodes(const char *list)
{
	options.nodes_given = true;
	assert_int_equal(nrb_idset_parse(list, &options.nodes), 0);
}

static void assert_no_plan(
	const struct nrb_machine *machine, enum nrb_exit code, const char *part)
{
	assert_refused(make(machine), code, part);
	assert_null(plan.arms); /* nothing to finish */
}

static void test_defaults(void **state)
{
	(void)state;
	assert_int_equal(make(machine_of(0, two, 2)), 0);
	assert_int_equal(plan.n_arms, 8);
	for (int i = 0; i < 8; i++) {
		assert_string_equal(plan.arms[i].scenario->name, "clean");
		assert_int_equal(plan.arms[i].mode, i);
		assert_int_equal(plan.arms[i].node, 1); /* the one without DMA32 */
		assert_int_equal(plan.arms[i].cpu_node, 1);
	}
	assert_int_equal(plan.warm_up, 0);
	assert_int_equal(plan.reference, 0);
	assert_false(plan.reference_added);
	assert_int_equal(plan.blocks, 0);
	assert_int_equal(plan.budget_s, 1200);
	assert_int_equal(plan.seed, 42);
	assert_int_equal(nrb_idset_count(&plan.targets), 1);
	assert_true(nrb_idset_has(&plan.targets, 1));
	nrb_plan_finish(&plan);
	nrb_plan_finish(&plan);
}

static void test_blocks_and_budget(void **state)
{
	static const struct {
		bool rehearsal;
		int64_t blocks, budget_s, want_blocks, want_budget_s;
	} rows[] = {
		{ false, 0, 0, 0, 1200 },
		{ true, 0, 0, 1, 0 },
		{ false, 3, 0, 3, 0 },
		{ false, 0, 90, 0, 90 },
		{ true, 0, 90, 0, 90 },
		{ false, 3, 90, 3, 90 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		options.rehearsal = rows[i].rehearsal;
		options.blocks = rows[i].blocks;
		options.budget_s = rows[i].budget_s;
		assert_int_equal(make(machine_of(0, two, 2)), 0);
		assert_int_equal(plan.blocks, rows[i].want_blocks);
		assert_int_equal(plan.budget_s, rows[i].want_budget_s);
		assert_int_equal(plan.rehearsal, rows[i].rehearsal);
		nrb_plan_finish(&plan);
	}
}

static void test_the_reference_is_added(void **state)
{
	static const struct {
		int64_t found;
		int asked;
		int reference;
		bool added;
	} rows[] = {
		{ 4, -1, 4, true },
		{ 12, -1, 4, true }, /* the kernel looks at three bits */
		{ 8, -1, 0, false },
		{ 1, -1, 1, false },
		{ 4, 0, 0, false },
		{ 0, 7, 7, true },
	};

	(void)state;
	options.modes_given = true;
	options.modes = 1 << 0 | 1 << 1;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		options.reference = rows[i].asked;
		assert_int_equal(make(machine_of(rows[i].found, two, 2)), 0);
		assert_int_equal(plan.reference, rows[i].reference);
		assert_int_equal(plan.reference_added, rows[i].added);
		assert_int_equal(plan.n_arms, rows[i].added ? 3 : 2);
		assert_int_equal(plan.arms[plan.warm_up].mode, rows[i].reference);
		nrb_plan_finish(&plan);
	}
}

static void test_target_without_a_choice(void **state)
{
	static const struct spec all_dma32[] = {
		{ 0, false, true, 1000, 900, 0 },
		{ 3, true, true, 1000, 900, 0 },
	};

	(void)state;
	assert_int_equal(make(machine_of(0, all_dma32, 2)), 0);
	assert_int_equal(plan.arms[0].node, 3);
	nrb_plan_finish(&plan);
}

static void test_nodes_asked_for(void **state)
{
	(void)state;
	want_nodes("0-1");
	assert_int_equal(make(machine_of(0, two, 2)), 0);
	assert_int_equal(plan.n_arms, 16);
	assert_int_equal(plan.arms[0].node, 0);
	assert_int_equal(plan.arms[8].node, 1);
	assert_int_equal(plan.warm_up, 0);
	nrb_plan_finish(&plan);
	options.nodes_given = false;
	options.all_nodes = true;
	assert_int_equal(make(machine_of(0, odd, 4)), 0);
	assert_int_equal(plan.n_arms, 16); /* with CPUs and memory: 0 and 1 */
	nrb_plan_finish(&plan);
	ask_cpu_node(1);
	assert_int_equal(make(machine_of(0, odd, 4)), 0);
	assert_int_equal(plan.n_arms, 24);
	assert_int_equal(plan.arms[16].node, 2);
	assert_int_equal(plan.arms[16].cpu_node, 1);
	nrb_plan_finish(&plan);
}

static void test_nodes_refused(void **state)
{
	(void)state;
	want_nodes("99");
	assert_no_plan(machine_of(0, odd, 4), NRB_EXIT_USAGE, "no node 99; it has 0-2");
	want_nodes("0,99");
	assert_no_plan(machine_of(0, odd, 4), NRB_EXIT_USAGE, "no node 99");
	want_nodes("4");
	assert_no_plan(machine_of(0, odd, 4), NRB_EXIT_USAGE, "node 4 has no memory");
	want_nodes("2");
	assert_no_plan(machine_of(0, odd, 4), NRB_EXIT_USAGE, "node 2 has no CPUs");
	assert_non_null(strstr(nrb_diag_way_out(), "--cpu-node"));
	ask_cpu_node(2);
	assert_no_plan(machine_of(0, odd, 4), NRB_EXIT_USAGE, "node 2 has no CPUs");
	ask_cpu_node(77);
	assert_no_plan(machine_of(0, odd, 4), NRB_EXIT_USAGE, "node 77 has no CPUs");
	ask_cpu_node(0); /* the default stays one with CPUs */
	options.nodes_given = false;
	assert_int_equal(make(machine_of(0, odd, 4)), 0);
	assert_int_equal(plan.arms[0].node, 1);
	nrb_plan_finish(&plan);
	want_nodes("2");
	ask_cpu_node(4); /* has CPUs, needs no memory for that */
	assert_int_equal(make(machine_of(0, odd, 4)), 0);
	assert_int_equal(plan.arms[0].node, 2);
	assert_int_equal(plan.arms[0].cpu_node, 4);
	nrb_plan_finish(&plan);
}

/* A node that is not there is a usage error also where nothing could run. */
static void test_usage_comes_before_the_machine(void **state)
{
	(void)state;
	want_nodes("1");
	assert_no_plan(machine_of(0, two, 1), NRB_EXIT_USAGE, "no node 1; it has 0");
	want_nodes("0");
	assert_no_plan(machine_of(0, two, 1), NRB_EXIT_NOT_HERE, "one NUMA node");
	options.scenarios[0] = "cleen";
	options.n_scenarios = 1;
	assert_no_plan(machine_of(0, two, 1), NRB_EXIT_USAGE,
		"no scenario cleen; did you mean clean?");
	options.scenarios[0] = "dirty";
	options.variants[0] = "clean-frist";
	options.n_variants = 1;
	assert_no_plan(machine_of(0, two, 1), NRB_EXIT_USAGE,
		"a variant clean-frist; did you mean clean-first?");
}

static void test_no_sysctl(void **state)
{
	(void)state;
	options.modes_given = true;
	options.modes = 1 << 0 | 1 << 1;
	assert_no_plan(machine_of(NRB_ABSENT, two, 2), NRB_EXIT_NOT_HERE,
		"kernel 6.1.0 has no vm.zone_reclaim_mode");
	options.scenarios[0] = "matrix";
	options.n_scenarios = 1;
	options.modes_given = false;
	assert_int_equal(make(machine_of(NRB_ABSENT, two, 2)), 0);
	assert_int_equal(plan.reference, -1);
	assert_int_equal(plan.warm_up, -1);
	nrb_plan_finish(&plan);
}

static void test_no_node_with_cpus_and_memory(void **state)
{
	static const struct spec apart[] = {
		{ 0, true, false, 0, 0, 0 },
		{ 1, false, false, 1000, 900, 0 },
		{ 2, false, false, 1000, 900, 0 },
	};

	(void)state;
	assert_no_plan(machine_of(0, apart, 3), NRB_EXIT_USAGE, "no node has both");
	assert_non_null(strstr(nrb_diag_way_out(), "--cpu-node"));
	ask_cpu_node(0);
	assert_int_equal(make(machine_of(0, apart, 3)), 0);
	assert_int_equal(plan.arms[0].node, 1);
	nrb_plan_finish(&plan);
	nrb_idset_clear(&options.cpu_nodes);
	options.scenarios[0] = "matrix";
	options.n_scenarios = 1;
	assert_int_equal(make(machine_of(0, apart, 3)), 0);
	assert_int_equal(plan.n_arms, 2);
	nrb_plan_finish(&plan);
}

static void test_cpus_of_another_cgroup(void **state)
{
	const struct nrb_machine *machine = machine_of(0, two, 2);

	(void)state;
	for (int cpu = 2; cpu < 4; cpu++) {
		nrb_idset_remove(&made.machine.topology.allowed_cpus, cpu);
	}
	assert_no_plan(machine, NRB_EXIT_NOT_HERE, "none of node 1's CPUs");
}

static void test_memory_of_another_cgroup(void **state)
{
	(void)state;
	machine_of(0, two, 2);
	nrb_idset_remove(&made.machine.topology.allowed_nodes, 1);
	assert_no_plan(&made.machine, NRB_EXIT_NOT_HERE, "no memory of node 1");
	machine_of(0, two, 2);
	nrb_idset_remove(&made.machine.topology.allowed_nodes, 0);
	assert_no_plan(&made.machine, NRB_EXIT_NOT_HERE, "memory of node 1 alone");
}

/* matrix: every node with CPUs by every node with memory, without mode, file and warm-up. */
static void test_matrix(void **state)
{
	(void)state;
	options.scenarios[0] = "matrix";
	options.n_scenarios = 1;
	assert_int_equal(make(machine_of(0, odd, 4)), 0);
	assert_int_equal(plan.n_arms, 9);
	for (int i = 0; i < 9; i++) {
		static const int cpu_nodes[] = { 0, 1, 4 };

		assert_int_equal(plan.arms[i].cpu_node, cpu_nodes[i / 3]);
		assert_int_equal(plan.arms[i].node, i % 3);
		assert_int_equal(plan.arms[i].mode, -1);
	}
	assert_int_equal(plan.warm_up, -1);
	assert_int_equal(plan.file_bytes, 0);
	nrb_plan_finish(&plan);
	want_nodes("2");
	ask_cpu_node(1);
	assert_int_equal(make(machine_of(0, odd, 4)), 0);
	assert_int_equal(plan.n_arms, 1);
	nrb_plan_finish(&plan);
	options.scenarios[1] = "clean";
	options.n_scenarios = 2;
	assert_int_equal(make(machine_of(0, odd, 4)), 0);
	assert_int_equal(plan.n_arms, 9);
	assert_int_equal(plan.warm_up, 1); /* clean's, with the reference */
	nrb_plan_finish(&plan);
}

static void test_memory_limits(void **state)
{
	struct spec tight[] = {
		{ 0, true, true, 1000, 100, 0 },
		{ 1, true, false, 1000, 900, 0 },
	};

	(void)state;
	options.max_memory_bytes = 500LL * MIB;
	assert_no_plan(machine_of(0, two, 2), NRB_EXIT_FAILED, "--max-memory is 500 MiB");
	options.max_memory_bytes = 0;
	/* node 0 has 100 MiB free and keeps 2 x 2 MiB */
	assert_no_plan(machine_of(0, tight, 2), NRB_EXIT_FAILED, "have 96 MiB to spare");
	options.alloc_bytes = 96LL * MIB;
	assert_int_equal(make(machine_of(0, tight, 2)), 0);
	nrb_plan_finish(&plan);
	options.alloc_bytes = 97LL * MIB;
	assert_no_plan(
		machine_of(0, tight, 2), NRB_EXIT_FAILED, "97 MiB meant for node 1");
	/* its read-once cache gives way */
	tight[0].inactive_file_mib = 1;
	assert_int_equal(make(machine_of(0, tight, 2)), 0);
	nrb_plan_finish(&plan);
}

static void test_sizes_beyond_all_memory(void **state)
{
	(void)state;
	options.fill_bytes = 1LL << 50; /* the most that an option takes */
	options.alloc_bytes = 1LL << 50;
	assert_true(make(machine_of(0, two, 2)) < 0);
	assert_int_equal(nrb_diag_exit(-1), NRB_EXIT_FAILED);
}

static void test_quiet(void **state)
{
	struct nrb_place quiet;
	char buf[64];

	(void)state;
	assert_int_equal(make(machine_of(0, odd, 4)), 0);
	nrb_plan_quiet(&plan, &made.machine.topology, &quiet);
	assert_string_equal(nrb_idset_format(&quiet.cpus, buf, sizeof(buf)), "0-1,8-9");
	assert_int_equal(nrb_idset_count(&quiet.nodes), 0);
	nrb_idset_remove(&made.machine.topology.allowed_cpus, 8);
	nrb_plan_quiet(&plan, &made.machine.topology, &quiet);
	assert_string_equal(nrb_idset_format(&quiet.cpus, buf, sizeof(buf)), "0-1,9");
	nrb_plan_finish(&plan);
	/* a node whose CPU measures another's memory is under test, too */
	ask_cpu_node(0);
	assert_int_equal(make(machine_of(0, two, 2)), 0);
	nrb_plan_quiet(&plan, &made.machine.topology, &quiet);
	assert_int_equal(nrb_idset_count(&quiet.cpus), 0);
	assert_string_equal(nrb_idset_format(&quiet.nodes, buf, sizeof(buf)), "0");
	nrb_plan_finish(&plan);
}

/* What looks at every node for a moment leaves the others' CPUs quiet all the same. */
static void test_targets_are_those_of_comparisons(void **state)
{
	struct nrb_place quiet;
	char text[64];

	(void)state;
	options.all = true;
	assert_int_equal(make(machine_of(0, two, 2)), 0);
	assert_true(plan.by_scenario);
	assert_string_equal(nrb_idset_format(&plan.targets, text, sizeof(text)), "1");
	nrb_plan_quiet(&plan, &made.machine.topology, &quiet);
	assert_int_equal(nrb_idset_count(&quiet.cpus), 2);
	options.all = false;
	options.scenarios[0] = "matrix";
	options.n_scenarios = 1;
	assert_int_equal(make(machine_of(0, two, 2)), 0);
	assert_string_equal(nrb_idset_format(&plan.targets, text, sizeof(text)), "0-1");
	nrb_plan_quiet(&plan, &made.machine.topology, &quiet);
	assert_int_equal(nrb_idset_count(&quiet.cpus), 0);
}

static int make_recorded(const char *name)
{
	struct nrb_machine machine;
	struct nrb_root root;
	int rc;

	tree_fixture(&root, name);
	assert_int_equal(nrb_machine_read(&machine, &root), 0);
	rc = make(&machine);
	nrb_machine_finish(&machine);
	nrb_fsroot_close(&root);
	return rc;
}

static void test_recorded_machines(void **state)
{
	static const struct {
		const char *name;
		const char *scenario;
		int code; /* enum nrb_exit */
		int n_arms;
	} rows[] = {
		{ "one-node", "clean", NRB_EXIT_NOT_HERE, 0 },
		{ "one-node", "matrix", 0, 1 },
		{ "two-nodes", "clean", 0, 8 },
		{ "two-nodes", "matrix", 0, 4 },
		{ "four-nodes", "matrix", 0, 16 },
		{ "cpuless-node", "matrix", 0, 6 },
		{ "memoryless-node", "clean", 0, 8 },
		{ "memoryless-node", "matrix", 0, 6 },
		{ "no-sysctl", "clean", 0, 3 },
		{ "no-sysctl", "matrix", 0, 4 },
	};

	(void)state;
	options.n_scenarios = 1;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int rc;

		nrb_diag_reset();
		options.scenarios[0] = rows[i].scenario;
		rc = make_recorded(rows[i].name);
		assert_int_equal(nrb_diag_exit(rc), rows[i].code);
		assert_int_equal(plan.n_arms, rows[i].n_arms);
		nrb_plan_finish(&plan);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_defaults, setup_seeded),
		cmocka_unit_test_setup(test_blocks_and_budget, setup_seeded),
		cmocka_unit_test_setup(test_the_reference_is_added, setup_seeded),
		cmocka_unit_test_setup(test_target_without_a_choice, setup_seeded),
		cmocka_unit_test_setup(test_nodes_asked_for, setup_seeded),
		cmocka_unit_test_setup(test_nodes_refused, setup_seeded),
		cmocka_unit_test_setup(test_usage_comes_before_the_machine, setup_seeded),
		cmocka_unit_test_setup(test_no_sysctl, setup_seeded),
		cmocka_unit_test_setup(test_no_node_with_cpus_and_memory, setup_seeded),
		cmocka_unit_test_setup(test_cpus_of_another_cgroup, setup_seeded),
		cmocka_unit_test_setup(test_memory_of_another_cgroup, setup_seeded),
		cmocka_unit_test_setup(test_matrix, setup_seeded),
		cmocka_unit_test_setup(test_memory_limits, setup_seeded),
		cmocka_unit_test_setup(test_sizes_beyond_all_memory, setup_seeded),
		cmocka_unit_test_setup(test_quiet, setup_seeded),
		cmocka_unit_test_setup(
			test_targets_are_those_of_comparisons, setup_seeded),
		cmocka_unit_test_setup(test_recorded_machines, setup_seeded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
