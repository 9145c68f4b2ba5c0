/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs with a process beside the child: it may die, lose what it held, refuse, or not end. */
#include "nrb/run.h"

#include "runs.h"

static void assert_disturbed(const struct outcome *outcome, int mode, const char *note)
{
	const struct nrb_sample *cell = cell_of(outcome, mode);

	assert_int_equal(cell->status, NRB_STATUS_DISTURBED);
	assert_string_equal(cell->note, note);
}

/* None of it ends the run; and the knob goes back before anyone is killed. */
static void test_a_holder_in_trouble(void **state)
{
	static const char died[] =
		"the process beside died by signal 9; the process beside is gone, with "
		"what it held; prepared";
	struct nrb_run_options options = options_for(*state, "holding", "run.jsonl");
	struct outcome *outcome;
	int status, kill9 = 0;

	options.reference = 0;
	outcome = run(*state, &options);
	assert_int_equal(outcome->rc, 0);
	assert_int_equal(outcome->n, 9);
	assert_int_equal(cell_of(outcome, 0)->status, NRB_STATUS_OK);
	assert_string_equal(cell_of(outcome, 0)->note, "prepared");
	assert_int_equal(cell_of(outcome, 0)->hold_asked_bytes, HELD_BYTES);
	assert_int_equal(cell_of(outcome, 0)->hold_bytes, HELD_BYTES);
	assert_disturbed(outcome, 1, died);
	assert_disturbed(outcome, 2, "it shrank; prepared");
	assert_disturbed(outcome, 3, died);
	assert_int_equal(cell_of(outcome, 4)->status, NRB_STATUS_STALLED);
	assert_int_equal(cell_of(outcome, 5)->status, NRB_STATUS_UNSUPPORTED);
	assert_string_equal(cell_of(outcome, 5)->note, "no room for it; prepared");
	assert_disturbed(outcome, 6, died);
	assert_int_equal(cell_of(outcome, 7)->status, NRB_STATUS_OK);
	assert_knob(*state, "4");
	for (int i = 0; i < kills.n; i++) {
		if (kills.signals[i] == SIGKILL) {
			assert_string_equal(kills.knob[i], "0");
			kill9++;
		}
	}
	assert_int_equal(kill9, 3); /* 4: both; 7: who did not end by itself */
	assert_int_equal(waitpid(-1, &status, WNOHANG), -1); /* nobody is left */
	release(outcome);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN_TEST(test_a_holder_in_trouble),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
