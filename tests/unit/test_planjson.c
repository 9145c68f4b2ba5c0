/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A plan as JSON: all of it is there, and as it is in the plan. */
#include "shownplan.h"

static void test_json(void **state)
{
	static const int modes[] = { 0, 1, 7 };
	struct nrb_json *json = nrb_plan_json(&plan, &options, &machine);
	const struct nrb_json *arms = nrb_json_get(json, "arms");
	bool added = false;

	(void)state;
	assert_int_equal(nrb_json_count(arms), 3);
	for (size_t i = 0; i < 3; i++) {
		const struct nrb_json *arm = nrb_json_at(arms, i);

		assert_string_equal(get_str(arm, "scenario"), "clean");
		assert_int_equal(get(arm, "mode"), modes[i]);
		assert_int_equal(get(arm, "node"), plan.arms[i].node);
		assert_int_equal(get(arm, "cpu_node"), plan.arms[i].cpu_node);
		assert_int_equal(get(arm, "alloc_bytes"), 100 << 20);
		assert_int_equal(get(arm, "file_bytes"), plan.sizes[i].file_bytes);
		assert_int_equal(
			get(arm, "headroom_bytes"), plan.sizes[i].headroom_bytes);
	}
	assert_int_equal(get(json, "blocks"), 3);
	assert_int_equal(get(json, "budget_s"), 90);
	assert_int_equal(get(json, "seed"), 42);
	assert_int_equal(get(json, "reference"), 1);
	assert_int_equal(nrb_json_get_bool(json, "reference_added", &added), 0);
	assert_true(added);
	assert_int_equal(get(json, "memory_bytes"), plan.memory_bytes);
	assert_int_equal(get(json, "file_bytes"), plan.file_bytes);
	assert_string_equal(get_str(json, "dir"), "/some/where");
	nrb_json_free(json);
}

/* Absent is not zero: an arm without a mode has no "mode". */
static void test_json_of_a_matrix(void **state)
{
	struct nrb_json *json;
	int64_t value;

	(void)state;
	nrb_plan_finish(&plan);
	options.scenarios[0] = "matrix";
	options.n_scenarios = 1;
	options.modes_given = false;
	options.reference = -1;
	options.alloc_bytes = options.fill_bytes = 0;
	assert_int_equal(nrb_plan_make(&plan, &options, &machine, nrb_scenario_table), 0);
	json = nrb_plan_json(&plan, &options, &machine);
	assert_true(nrb_json_get_int(nrb_json_at(nrb_json_get(json, "arms"), 0), "mode",
			    &value) < 0);
	nrb_json_free(json);
}

static void test_json_has_every_factor(void **state)
{
	const struct nrb_json *arms, *first, *last;
	struct nrb_json *json;
	const char *text;
	int64_t bytes;

	(void)state;
	plan_with_factors();
	json = nrb_plan_json(&plan, &options, &machine);
	arms = nrb_json_get(json, "arms");
	assert_int_equal(nrb_json_count(arms), 48);
	first = nrb_json_at(arms, 0);
	assert_string_equal(get_str(first, "lru_gen"), "off");
	assert_string_equal(get_str(first, "policy"), "local");
	assert_string_equal(get_str(first, "page_size"), "4k");
	assert_string_equal(get_str(first, "fill_on"), "target");
	assert_string_equal(get_str(first, "trim"), "off");
	assert_int_equal(get(first, "threads"), 1);
	/* absent: as found, and a scenario with but one variant */
	assert_true(nrb_json_get_str(first, "swap", &text) < 0);
	assert_true(nrb_json_get_str(first, "set", &text) < 0);
	assert_true(nrb_json_get_str(first, "variant", &text) < 0);
	assert_true(nrb_json_get_str(first, "unsupported", &text) < 0);
	last = nrb_json_at(arms, 47);
	assert_string_equal(get_str(last, "set"), "vm.dirty_ratio=40");
	assert_string_equal(get_str(last, "trim"), "on");
	assert_non_null(strstr(get_str(last, "unsupported"), "nodeN/reclaim"));
	assert_true(nrb_json_get_int(last, "alloc_bytes", &bytes) < 0);
	assert_int_equal(nrb_json_count(nrb_json_get(json, "settings")), 2);
	nrb_json_free(json);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SHOW_TEST(test_json),
		SHOW_TEST(test_json_of_a_matrix),
		SHOW_TEST(test_json_has_every_factor),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
