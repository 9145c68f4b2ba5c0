/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs beside a ballast: it stands in each cell, and its death is the run's. */
#include "nrb/run.h"

#include "nrb/ballast.h"
#include "runs.h"

#include <sys/time.h>

enum { HELD = 7 << 20 };

/* When it dies by itself; 0: never. */
static int lives_ms;

/* What it takes is but a number here. */
int __wrap_nrb_ballast_take(const struct nrb_root *root, struct nrb_ballast *ballast);
int __wrap_nrb_ballast_take(const struct nrb_root *root, struct nrb_ballast *ballast)
{
	const struct itimerval timer = { .it_value = { lives_ms / 1000,
						 lives_ms % 1000 * 1000 } };

	(void)root;
	ballast->len = HELD;
	return setitimer(ITIMER_REAL, &timer, NULL) < 0 ? -errno : 0;
}

static void test_it_stands_in_each_cell(void **state)
{
	struct nrb_run_options options = options_for(*state, "steady", "run.jsonl");
	struct outcome *outcome;
	int status;

	lives_ms = 0;
	options.fill_bytes = 100LL << 20;
	options.alloc_bytes = 20LL << 20;
	outcome = run(*state, &options);
	assert_int_equal(outcome->rc, 0);
	assert_int_equal(outcome->header.fill_bytes, 100LL << 20); /* of a longer file */
	for (int i = 0; i < outcome->n; i++) {
		const struct nrb_node_sample *node =
			nrb_sample_find_node(&outcome->cells[i], 0);

		assert_non_null(node);
		assert_int_equal(node->ballast_bytes, HELD);
	}
	assert_int_equal(waitpid(-1, &status, WNOHANG), -1); /* nobody is left */
	assert_knob(*state, "4");
	release(outcome);
	/* none beside a fill of the whole node */
	options.fill_bytes = 0;
	options.output = NULL;
	options = options_for(*state, "steady", "whole.jsonl");
	outcome = run(*state, &options);
	assert_int_equal(
		nrb_sample_find_node(&outcome->cells[0], 0)->ballast_bytes, NRB_ABSENT);
	release(outcome);
}

static void test_its_death_ends_the_run(void **state)
{
	struct nrb_run_options options = options_for(*state, "steady", "run.jsonl");
	const struct nrb_sample *last;
	struct outcome *outcome;

	lives_ms = 300;
	options.blocks = 1000;
	options.modes = 1;
	options.modes_given = true;
	options.fill_bytes = 100LL << 20;
	options.alloc_bytes = 20LL << 20;
	outcome = run(*state, &options);
	assert_int_equal(nrb_diag_exit(outcome->rc), NRB_EXIT_FAILED);
	assert_string_equal(outcome->end.reason, "failed");
	assert_int_equal(outcome->end.exit_code, NRB_EXIT_FAILED);
	last = &outcome->cells[outcome->n - 1];
	assert_int_equal(last->status, NRB_STATUS_DISTURBED);
	assert_non_null(strstr(last->note, "no longer what the plan says"));
	assert_true(outcome->end.restored);
	assert_knob(*state, "4");
	release(outcome);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN_TEST(test_it_stands_in_each_cell),
		RUN_TEST(test_its_death_ends_the_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
