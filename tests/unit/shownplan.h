/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A plan of two nodes that is shown, as text or as JSON. */
#ifndef NRB_TEST_SHOWNPLAN_H
#define NRB_TEST_SHOWNPLAN_H

#include "nrb/plan.h"

#include "nrb/scenarios.h"
#include "tree.h"

static struct nrb_run_options options;
static struct nrb_machine machine;
static struct nrb_plan plan;

static inline int setup(void **state)
{
	struct nrb_root root;

	(void)state;
	tree_fixture(&root, "two-nodes");
	options = (struct nrb_run_options){ .reference = 1,
		.seed = 42,
		.modes_given = true,
		.modes = 1 << 0 | 1 << 7,
		.blocks = 3,
		.budget_s = 90,
		.alloc_bytes = 100 << 20,
		.dir = "/some/where" };
	assert_int_equal(nrb_machine_read(&machine, &root), 0);
	machine.found_mode = 4;
	nrb_fsroot_close(&root);
	return nrb_plan_make(&plan, &options, &machine, nrb_scenario_table);
}

static inline int teardown(void **state)
{
	(void)state;
	nrb_plan_finish(&plan);
	nrb_machine_finish(&machine);
	return 0;
}

static inline int64_t get(const struct nrb_json *object, const char *key)
{
	int64_t value = -77;

	assert_int_equal(nrb_json_get_int(object, key, &value), 0);
	return value;
}

static inline const char *get_str(const struct nrb_json *object, const char *key)
{
	const char *text = NULL;

	assert_int_equal(nrb_json_get_str(object, key, &text), 0);
	return text;
}

static inline void plan_with_factors(void)
{
	nrb_plan_finish(&plan);
	options.lru_gen = (struct nrb_levels){ .n = 2, .v = { 0, 1 } };
	options.policy =
		(struct nrb_levels){ .n = 2, .v = { NRB_ARM_LOCAL, NRB_ARM_BIND } };
	options.trim = (struct nrb_levels){ .n = 2, .v = { 0, 1 } };
	options.n_sets = 2;
	assert_int_equal(nrb_set_parse(&options.sets[0], "found"), 0);
	assert_int_equal(nrb_set_parse(&options.sets[1], "vm.dirty_ratio=40"), 0);
	snprintf(machine.lru_gen, sizeof(machine.lru_gen), "on");
	machine.can_trim = false;
	nrb_idset_add(&options.cpu_nodes, 1);
	assert_int_equal(nrb_plan_make(&plan, &options, &machine, nrb_scenario_table), 0);
}

#define SHOW_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

#endif
