/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Turns by scenario: the cheapest first, each of its own cells, and what they will take. */
#include "nrb/agenda.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct nrb_variant plain[] = { { .name = "" }, { 0 } };
static const struct nrb_variant two[] = { { .name = "one" }, { .name = "other" }, { 0 } };

/* Dear, cheap, and of no cost said. */
static const struct nrb_scenario dear = {
	.name = "dear", .needs = NRB_NEEDS_MODES, .cost = 30, .variants = two
};
static const struct nrb_scenario cheap = {
	.name = "cheap", .cost = 2, .variants = plain
};
static const struct nrb_scenario usual = {
	.name = "usual", .needs = NRB_NEEDS_MODES, .variants = plain
};

/* In the order of a plan: kinds stand together. */
static struct nrb_arm arms[] = {
	{ .scenario = &dear, .variant = &two[0], .kind = 0, .mode = 0 },
	{ .scenario = &dear, .variant = &two[0], .kind = 0, .mode = 1 },
	{ .scenario = &dear, .variant = &two[1], .kind = 1, .mode = 0 },
	{ .scenario = &usual, .variant = &plain[0], .kind = 2, .mode = 0 },
	{ .scenario = &usual, .variant = &plain[0], .kind = 2, .mode = 1 },
	{ .scenario = &usual, .variant = &plain[0], .kind = 2, .mode = 2 },
	{ .scenario = &cheap, .variant = &plain[0], .kind = 3, .mode = -1 },
};
enum { N_ARMS = sizeof(arms) / sizeof(arms[0]), N_KINDS = 4 };

static struct nrb_plan plan;
static struct nrb_agenda agenda;

static int setup(void **state)
{
	(void)state;
	for (int i = 0; i < N_ARMS; i++) {
		arms[i].unsupported[0] = '\0';
	}
	plan = (struct nrb_plan){ .n_arms = N_ARMS,
		.arms = arms,
		.n_kinds = N_KINDS,
		.by_scenario = true,
		.seed = 42 };
	return nrb_agenda_begin(&agenda, &plan);
}

static int teardown(void **state)
{
	(void)state;
	nrb_agenda_finish(&agenda);
	return 0;
}

static const char *name_of(int turn)
{
	static char name[2 * NRB_WORD_LEN];

	return nrb_agenda_name(&agenda, &agenda.turns[turn], name, sizeof(name));
}

/* 2, 30 twice (of two cells 60), 10 for each of three. */
static void test_the_cheapest_comes_first(void **state)
{
	static const char *const names[N_KINDS] = { "cheap", "dear, other", "usual",
		"dear, one" };

	(void)state;
	assert_int_equal(agenda.n, N_KINDS);
	for (int i = 0; i < N_KINDS; i++) {
		assert_string_equal(name_of(i), names[i]);
		assert_int_equal(agenda.turns[i].compares, i > 0);
	}
}

/* A cell that cannot be run takes no time, and compares nothing. */
static void test_what_cannot_run_costs_nothing(void **state)
{
	(void)state;
	nrb_agenda_finish(&agenda);
	strcpy(arms[0].unsupported, "why");
	strcpy(arms[1].unsupported, "why");
	assert_int_equal(nrb_agenda_begin(&agenda, &plan), 0);
	assert_string_equal(name_of(0), "dear, one");
	assert_int_equal(agenda.turns[0].n, 2);
	assert_int_equal(agenda.turns[0].runnable, 0);
	assert_false(agenda.turns[0].compares);
	nrb_agenda_note(&agenda, 3, 1000000000);
	assert_true(fabs(nrb_agenda_estimate_s(&agenda, &agenda.turns[0])) < 1e-9);
}

/* Of a turn one cell that can be run is enough, wherever it stands. */
static void test_what_runs_in_part_compares(void **state)
{
	(void)state;
	nrb_agenda_finish(&agenda);
	strcpy(arms[1].unsupported, "why");
	assert_int_equal(nrb_agenda_begin(&agenda, &plan), 0);
	for (int i = 0; i < agenda.n; i++) {
		assert_int_equal(agenda.turns[i].compares, agenda.turns[i].arms[0] != 6);
	}
}

static void test_every_cell_is_in_one_turn(void **state)
{
	int order[N_ARMS];
	unsigned int seen = 0;

	(void)state;
	for (int i = 0; i < agenda.n; i++) {
		assert_int_equal(
			nrb_agenda_order(&agenda, &agenda.turns[i], 1, order), 0);
		for (int k = 0; k < agenda.turns[i].n; k++) {
			assert_false(seen & 1u << order[k]);
			assert_int_equal(
				arms[order[k]].kind, arms[agenda.turns[i].arms[0]].kind);
			seen |= 1u << order[k];
		}
	}
	assert_int_equal(seen, (1u << N_ARMS) - 1);
}

/* They take no turn among those that are run, so that these stay balanced. */
static void test_what_cannot_run_stands_last(void **state)
{
	int order[N_ARMS];

	(void)state;
	nrb_agenda_finish(&agenda);
	strcpy(arms[0].unsupported, "why");
	strcpy(arms[3].unsupported, "why");
	plan.by_scenario = false;
	assert_int_equal(nrb_agenda_begin(&agenda, &plan), 0);
	for (int block = 1; block <= 20; block++) {
		unsigned int seen = 0;

		assert_int_equal(
			nrb_agenda_order(&agenda, agenda.turns, block, order), 0);
		for (int i = 0; i < N_ARMS; i++) {
			seen |= 1u << order[i];
		}
		assert_int_equal(seen, (1u << N_ARMS) - 1);
		assert_int_equal(order[N_ARMS - 2], 0);
		assert_int_equal(order[N_ARMS - 1], 3);
	}
}

/* Of a turn that is only on record, with its reasons. */
static void test_a_turn_of_nothing_has_an_order(void **state)
{
	int order[1];

	(void)state;
	nrb_agenda_finish(&agenda);
	strcpy(arms[6].unsupported, "why");
	assert_int_equal(nrb_agenda_begin(&agenda, &plan), 0);
	for (int block = 1; block <= 3; block++) {
		assert_int_equal(
			nrb_agenda_order(&agenda, agenda.turns, block, order), 0);
		assert_int_equal(order[0], 6);
	}
}

static void test_mixed_is_one_turn(void **state)
{
	char name[64] = "x";

	(void)state;
	nrb_agenda_finish(&agenda);
	plan.by_scenario = false;
	assert_int_equal(nrb_agenda_begin(&agenda, &plan), 0);
	assert_int_equal(agenda.n, 1);
	assert_int_equal(agenda.turns[0].n, N_ARMS);
	assert_string_equal(
		nrb_agenda_name(&agenda, &agenda.turns[0], name, sizeof(name)), "");
}

static void assert_estimate(int turn, double s)
{
	double estimate = nrb_agenda_estimate_s(&agenda, &agenda.turns[turn]);

	if (fabs(estimate - s) > 1e-6) {
		fail_msg("%s: %f, not %f", name_of(turn), estimate, s);
	}
}

/* Nothing is known; then by another's cells and the costs; then by its own. */
static void test_estimates(void **state)
{
	(void)state;
	for (int i = 0; i < N_KINDS; i++) {
		assert_estimate(i, 0);
	}
	nrb_agenda_note(
		&agenda, 3, 5000000000); /* a cell of "usual": 0.5 s for each unit */
	assert_estimate(0, 1);
	assert_estimate(1, 15);
	assert_estimate(2, 15);
	assert_estimate(3, 30);
	nrb_agenda_note(&agenda, 0, 1000000000); /* dear was not so dear */
	nrb_agenda_note(&agenda, 1, 3000000000);
	assert_estimate(3, 4);
	assert_estimate(2, 15);
	assert_estimate(1, 9.0 / 70 * 30);
}

#define AGENDA_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		AGENDA_TEST(test_the_cheapest_comes_first),
		AGENDA_TEST(test_what_cannot_run_costs_nothing),
		AGENDA_TEST(test_what_runs_in_part_compares),
		AGENDA_TEST(test_every_cell_is_in_one_turn),
		AGENDA_TEST(test_what_cannot_run_stands_last),
		AGENDA_TEST(test_a_turn_of_nothing_has_an_order),
		AGENDA_TEST(test_mixed_is_one_turn),
		AGENDA_TEST(test_estimates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
