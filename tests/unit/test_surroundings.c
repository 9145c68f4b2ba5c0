/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Settings that change between cells: those of others are said once, our own never. */
#include "nrb/surroundings.h"

#include "tree.h"

#define VM "proc/sys/vm/"

static const struct nrb_variant variants[] = { { .name = "" }, { 0 } };
static const struct nrb_scenario scenario = {
	.name = "any", .needs = NRB_NEEDS_MODES, .variants = variants
};

/* The plan writes vm.dirty_bytes, by its twin, and the knob. */
static struct nrb_set set;
static struct nrb_arm arms[] = {
	{ .scenario = &scenario,
		.variant = variants,
		.mode = 0,
		.lru_gen = -1,
		.swap = -1,
		.set = &set },
};
static const struct nrb_plan plan = { .arms = arms, .n_arms = 1 };

static void write_all(const struct tree *tree, const char *value)
{
	tree_write(tree, VM "zone_reclaim_mode", value);
	tree_write(tree, VM "dirty_ratio", value);
	tree_write(tree, VM "dirty_bytes", value);
	tree_write(tree, VM "swappiness", value);
}

static void test_changes_are_said_once(void **state)
{
	struct tree *tree = *state;
	struct nrb_surroundings surroundings;
	char changed[NRB_SET_LEN];

	assert_int_equal(nrb_set_parse(&set, "vm.dirty_bytes=1048576"), 0);
	write_all(tree, "10\n");
	assert_int_equal(nrb_surroundings_begin(&surroundings, &tree->root, &plan), 0);
	nrb_surroundings_look(&surroundings, changed, sizeof(changed));
	assert_string_equal(changed, "");
	write_all(tree, "20\n");
	tree_write(tree, "sys/kernel/mm/ksm/run", "1\n");
	nrb_surroundings_look(&surroundings, changed, sizeof(changed));
	assert_string_equal(changed, "ksm.run unknown to 1; vm.swappiness 10 to 20");
	nrb_surroundings_look(&surroundings, changed, sizeof(changed));
	assert_string_equal(changed, "");
	write_all(tree, "10\n");
	nrb_surroundings_look(&surroundings, changed, 16);
	assert_string_equal(changed, "vm.swappiness 2");
	nrb_surroundings_finish(&surroundings);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_changes_are_said_once, tree_setup, tree_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
