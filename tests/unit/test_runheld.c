/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs with a process beside the child: it may die, lose what it held, refuse, or not end. */
#include "nrb/run.h"

#include "nrb/guard.h"
#include "runs.h"

/* Who is the guard's to kill, should the parent die. */
static struct {
	pid_t pids[64];
	int n;
} added;

int __real_nrb_guard_add_process(struct nrb_guard *guard, pid_t pid);
int __wrap_nrb_guard_add_process(struct nrb_guard *guard, pid_t pid);
int __wrap_nrb_guard_add_process(struct nrb_guard *guard, pid_t pid)
{
	assert_true(added.n < 64);
	added.pids[added.n++] = pid;
	return __real_nrb_guard_add_process(guard, pid);
}

static bool was_added(int64_t pid)
{
	for (int i = 0; i < added.n; i++) {
		if (added.pids[i] == pid) {
			return true;
		}
	}
	return false;
}

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

/* Holder and child of each cell. */
static void test_all_are_the_guards_to_end(void **state)
{
	struct nrb_run_options options = options_for(*state, "holding", "run.jsonl");
	struct outcome *outcome;

	options.modes_given = true;
	options.modes = 1 << 0;
	options.reference = 0;
	added.n = 0;
	outcome = run(*state, &options);
	assert_int_equal(outcome->rc, 0);
	assert_int_equal(outcome->n, 2);
	assert_int_equal(added.n, 2 * outcome->n);
	for (int i = 0; i < outcome->n; i++) {
		/* the holder's own word for who it is */
		assert_true(was_added(outcome->cells[i].return_pages));
	}
	release(outcome);
}

/* What is foreign is another setting: the knob rests before the holder is killed all the same. */
static void test_a_foreign_setting_and_a_holder(void **state)
{
	struct nrb_run_options options = options_for(*state, "lingering", "run.jsonl");
	struct outcome *outcome;

	tree_write(*state, SWAPPINESS, "60\n");
	options.modes_given = true;
	options.modes = 1 << 4;
	options.n_sets = 1;
	assert_int_equal(nrb_set_parse(&options.sets[0], "vm.swappiness=10"), 0);
	outcome = run(*state, &options);
	assert_int_equal(nrb_diag_exit(outcome->rc), NRB_EXIT_DISTURBED);
	assert_int_equal(kills.n, 1);
	assert_string_equal(kills.knob[0], "0");
	release(outcome);
}

/* It is no finding about the mode. */
static void test_a_writer_that_does_not_end(void **state)
{
	struct nrb_run_options options = options_for(*state, "waiting", "run.jsonl");
	struct outcome *outcome;

	options.modes_given = true;
	options.modes = 1 << 4;
	outcome = run(*state, &options);
	assert_disturbed(
		outcome, 4, "all is written, but the process beside did not end");
	assert_knob(*state, "4");
	release(outcome);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN_TEST(test_a_holder_in_trouble),
		RUN_TEST(test_all_are_the_guards_to_end),
		RUN_TEST(test_a_foreign_setting_and_a_holder),
		RUN_TEST(test_a_writer_that_does_not_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
