/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A run of every scenario: one after the other, and within the budget. */
#include "nrb/run.h"

#include "runs.h"

static const struct nrb_variant quick_variants[] = {
	{ .name = "", .steps = steady_steps }, { 0 }
};
static const struct nrb_variant slow_variants[] = {
	{ .name = "first", .shows = "how", .steps = steady_steps },
	{ .name = "second", .shows = "how else", .steps = steady_steps },
	{ 0 },
};

/* So dear that a guess from the quick one's cells fits in no budget of a minute. */
static const struct nrb_scenario slow = { .name = "slow",
	.holds = "it",
	.shows = "it",
	.question = "it",
	.limits = "it",
	.needs = NRB_NEEDS_MODES,
	.cost = 10000,
	.variants = slow_variants };
static const struct nrb_scenario quick = { .name = "quick",
	.holds = "it",
	.shows = "it",
	.question = "it",
	.limits = "it",
	.needs = NRB_NEEDS_MODES,
	.variants = quick_variants };

/* With --sparse it cannot be run. */
static const struct nrb_scenario blocked = { .name = "blocked",
	.holds = "it",
	.shows = "it",
	.question = "it",
	.limits = "it",
	.needs = NRB_NEEDS_MODES | NRB_NEEDS_SPACE,
	.variants = quick_variants };

static const struct nrb_scenario *const all[] = { &slow, &quick, NULL };

static struct nrb_run_options all_options(const struct tree *tree)
{
	struct nrb_run_options options = options_for(tree, "", "run.jsonl");

	options.n_scenarios = 0;
	options.all = true;
	options.modes_given = true;
	options.modes = 1 << 0 | 1 << 4;
	return options;
}

static void test_the_cheapest_comes_first(void **state)
{
	struct nrb_run_options options = all_options(*state);
	struct outcome *outcome;

	options.blocks = 2;
	outcome = run_table(*state, &options, all);
	assert_int_equal(outcome->rc, 0);
	assert_int_equal(outcome->n, 1 + 2 * 4);
	for (int i = 1; i < outcome->n; i++) {
		assert_string_equal(
			outcome->cells[i].scenario, (i - 1) % 4 < 2 ? "quick" : "slow");
		assert_string_equal(
			outcome->cells[i].variant, (i - 1) % 4 < 2 ? "" : "first");
		assert_int_equal(outcome->cells[i].block, (i - 1) / 4 + 1);
	}
	assert_string_equal(outcome->end.left_out, "");
	release(outcome);
}

/* What is left of the budget then is not spent on more of the cheapest. */
static void test_what_does_not_fit_is_named(void **state)
{
	struct nrb_run_options options = all_options(*state);
	struct outcome *outcome;

	options.blocks = 3;
	options.budget_s = 60;
	outcome = run_table(*state, &options, all);
	assert_int_equal(outcome->rc, 0);
	assert_int_equal(outcome->n, 1 + 2);
	for (int i = 1; i < outcome->n; i++) {
		assert_string_equal(outcome->cells[i].scenario, "quick");
	}
	assert_string_equal(outcome->end.left_out, "slow, first");
	assert_string_equal(outcome->end.reason, "done");
	release(outcome);
}

/* There is something to show for a budget that is none. */
static void test_one_scenario_is_run_whatever_the_budget(void **state)
{
	struct nrb_run_options options = all_options(*state);
	struct outcome *outcome;

	options.blocks = 0;
	options.budget_s = 1; /* the warm-up alone may take that */
	usleep(1000000 / SPEED);
	outcome = run_table(*state, &options, all);
	assert_int_equal(outcome->rc, 0);
	assert_true(outcome->n >= 1 + 2);
	assert_string_equal(outcome->cells[1].scenario, "quick");
	assert_string_equal(outcome->cells[2].scenario, "quick");
	assert_string_equal(outcome->end.left_out, "slow, first");
	release(outcome);
}

/* What is not supported comes first, since it costs nothing; it is no comparison. */
static void test_one_that_can_be_run(void **state)
{
	static const struct nrb_scenario *const some[] = { &blocked, &quick, NULL };
	struct nrb_run_options options = all_options(*state);
	struct outcome *outcome;

	options.sparse = true;
	options.budget_s = 1;
	outcome = run_table(*state, &options, some);
	assert_int_equal(outcome->rc, 0);
	assert_int_equal(outcome->n, 1 + 2 + 2);
	for (int i = 1; i < outcome->n; i++) {
		assert_string_equal(
			outcome->cells[i].scenario, i < 3 ? "blocked" : "quick");
		assert_int_equal(outcome->cells[i].status,
			i < 3 ? NRB_STATUS_UNSUPPORTED : NRB_STATUS_OK);
	}
	assert_string_equal(outcome->end.left_out, "");
	release(outcome);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN_TEST(test_the_cheapest_comes_first),
		RUN_TEST(test_what_does_not_fit_is_named),
		RUN_TEST(test_one_scenario_is_run_whatever_the_budget),
		RUN_TEST(test_one_that_can_be_run),
	};

	nrb_diag_set_muted(true);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
