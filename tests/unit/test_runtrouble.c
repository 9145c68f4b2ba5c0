/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs whose cells crash, hang, stall, fail or are disturbed: what is recorded, what comes back. */
#include "nrb/run.h"

#include "runs.h"

/* -1: as many as are asked for. */
static struct {
	int left;
} channels = { -1 };

int __real_socketpair(int domain, int type, int protocol, int *ends);
int __wrap_socketpair(int domain, int type, int protocol, int *ends);
int __wrap_socketpair(int domain, int type, int protocol, int *ends)
{
	if (channels.left == 0) {
		errno = EMFILE;
		return -1;
	}
	channels.left -= channels.left > 0;
	return __real_socketpair(domain, type, protocol, ends);
}

static void assert_killed(const struct outcome *outcome, int mode, const char *note_part)
{
	const struct nrb_sample *cell = cell_of(outcome, mode);

	assert_int_equal(cell->status, NRB_STATUS_KILLED);
	assert_non_null(strstr(cell->note, note_part));
	assert_int_equal(cell->alloc_hist.n, 0);
	assert_int_equal(cell->alloc_pages, NRB_ABSENT);
}

static void assert_stalled(const struct nrb_sample *cell)
{
	int64_t pages = 0;

	assert_int_equal(cell->status, NRB_STATUS_STALLED);
	assert_string_equal(
		cell->note, "stalled: 300 of 1024 pages, then no progress; prepared");
	assert_int_equal(cell->alloc_hist.n, STALL_PAGES);
	assert_int_equal(cell->alloc_pages, STALL_PAGES);
	assert_int_equal(cell->pages_absent, 0);
	for (int i = 0; i < cell->n_nodes; i++) {
		pages += cell->nodes[i].pages;
	}
	assert_int_equal(pages, STALL_PAGES);
}

/* One lost cell is not a lost run. */
static void test_goes_on_after_trouble(void **state)
{
	struct nrb_run_options options = options_for(*state, "trouble", "run.jsonl");
	struct outcome *outcome;

	options.reference = 0;
	outcome = run(*state, &options);
	assert_int_equal(outcome->rc, 0);
	assert_knob(*state, "4");
	assert_int_equal(outcome->n, 9);
	assert_string_equal(outcome->end.reason, "done");
	assert_int_equal(cell_of(outcome, 0)->status, NRB_STATUS_OK);
	assert_killed(outcome, 1, "phase fill by signal 11");
	assert_killed(outcome, 2, "phase fill by signal 9");
	assert_int_equal(cell_of(outcome, 3)->status, NRB_STATUS_UNSUPPORTED);
	assert_string_equal(cell_of(outcome, 3)->note, "mode 3 is not for us");
	assert_stalled(cell_of(outcome, 4));
	assert_int_equal(cell_of(outcome, 5)->status, NRB_STATUS_OK);
	assert_true(cell_of(outcome, 5)->cut[NRB_PHASE_FILL]);
	assert_false(cell_of(outcome, 5)->cut[NRB_PHASE_REREAD]);
	assert_false(cell_of(outcome, 0)->cut[NRB_PHASE_FILL]);
	assert_killed(outcome, 6, "did not end phase fill");
	assert_killed(outcome, 7, "did not end phase reread");
	/* 4, 6 and 7 are ended by the parent: what waits in reclaim must get out of it first */
	assert_int_equal(kills.n, 4);
	for (int i = 0; i < kills.n; i++) {
		if (kills.signals[i] == SIGKILL) {
			assert_string_equal(kills.knob[i], "0");
		} else { /* stopped first: it writes nothing more that mode 4 did not place */
			assert_int_equal(kills.signals[i], SIGSTOP);
			assert_string_equal(kills.knob[i], "4");
			assert_int_equal(kills.signals[i + 1], SIGKILL);
		}
	}
	release(outcome);
}

static void test_a_late_word_cuts_no_other_phase(void **state)
{
	struct nrb_run_options options = options_for(*state, "belated", "run.jsonl");
	struct outcome *outcome = run(*state, &options);

	assert_int_equal(outcome->rc, 0);
	for (int phase = 0; phase < NRB_N_PHASES; phase++) {
		assert_false(cell_of(outcome, 0)->cut[phase]);
	}
	release(outcome);
}

/* Settings do not wait for a child that hangs in the kernel. */
static void test_a_child_that_does_not_die(void **state)
{
	struct nrb_run_options options = options_for(*state, "interrupting", "run.jsonl");
	struct outcome *outcome;
	int status;

	kills.fail = true;
	outcome = run(*state, &options);
	kills.fail = false;
	assert_int_equal(outcome->rc, -EINTR);
	assert_knob(*state, "4");
	assert_true(outcome->end.restored);
	assert_non_null(strstr(nrb_diag_message(), "hangs in the kernel"));
	/* left alone, but for the end of its parent */
	assert_int_equal(waitpid(-1, &status, WNOHANG), 0);
	assert_int_equal(
		__real_syscall(SYS_pidfd_send_signal, kills.spared, SIGKILL, 0, 0, 0, 0),
		0);
	assert_true(waitpid(-1, &status, 0) > 0);
	close(kills.spared);
	release(outcome);
}

static void test_ends_when_a_cell_fails(void **state)
{
	struct nrb_run_options options = options_for(*state, "failing", "run.jsonl");
	struct outcome *outcome = run(*state, &options);

	assert_true(outcome->rc < 0);
	assert_int_equal(nrb_diag_exit(outcome->rc), NRB_EXIT_FAILED);
	assert_non_null(strstr(nrb_diag_message(), "cannot read the mock"));
	assert_knob(*state, "4");
	assert_int_equal(outcome->n, 2);
	assert_int_equal(outcome->cells[0].status, NRB_STATUS_WARM_UP);
	assert_int_equal(outcome->cells[1].status, NRB_STATUS_KILLED);
	assert_string_equal(outcome->end.reason, "failed");
	assert_int_equal(outcome->end.exit_code, NRB_EXIT_FAILED);
	assert_true(outcome->end.restored);
	release(outcome);
}

/* Of a cell that could not even begin, the record says so. */
static void test_a_cell_that_is_not_begun(void **state)
{
	struct nrb_run_options options = options_for(*state, "steady", "run.jsonl");
	struct outcome *outcome;

	channels.left = 1; /* the warm-up's */
	outcome = run(*state, &options);
	channels.left = -1;
	assert_true(outcome->rc < 0);
	assert_int_equal(nrb_diag_exit(outcome->rc), NRB_EXIT_FAILED);
	assert_knob(*state, "4");
	assert_int_equal(outcome->n, 2);
	assert_int_equal(outcome->cells[0].status, NRB_STATUS_WARM_UP);
	assert_int_equal(outcome->cells[1].status, NRB_STATUS_KILLED);
	assert_string_equal(outcome->cells[1].note,
		"cannot make the channel to a child: Too many open files");
	assert_true(outcome->end.restored);
	release(outcome);
}

static void test_leaves_a_foreign_value_alone(void **state)
{
	struct nrb_run_options options = options_for(*state, "disturbing", "run.jsonl");
	struct outcome *outcome;

	options.modes_given = true;
	options.modes = 1 << 0;
	outcome = run(*state, &options);
	assert_true(outcome->rc < 0);
	assert_int_equal(nrb_diag_exit(outcome->rc), NRB_EXIT_DISTURBED);
	assert_knob(*state, "3");
	assert_int_equal(outcome->n, 2);
	assert_int_equal(outcome->cells[1].status, NRB_STATUS_DISTURBED);
	assert_non_null(strstr(outcome->cells[1].note, "to 3 where ours was"));
	assert_int_equal(outcome->cells[1].alloc_hist.n, FAULTS); /* shown, not used */
	assert_string_equal(outcome->end.reason, "disturbed");
	assert_int_equal(outcome->end.exit_code, NRB_EXIT_DISTURBED);
	assert_false(outcome->end.restored);
	release(outcome);
}

static void test_who_was_killed_for_memory(void **state)
{
	struct nrb_run_options options = options_for(*state, "starving", "run.jsonl");
	struct outcome *outcome;

	options.modes_given = true;
	options.modes = 1 << 4;
	outcome = run(*state, &options);
	assert_killed(outcome, 4, "ended in phase fill by the out-of-memory killer");
	release(outcome);
}

/* Who was stopped is not stalled; of what was timed meanwhile nothing is used. */
static void test_who_was_stopped(void **state)
{
	struct nrb_run_options options = options_for(*state, "stopping", "run.jsonl");
	struct outcome *outcome;

	options.modes_given = true;
	options.modes = 0x1f;
	options.reference = 0;
	outcome = run(*state, &options);
	assert_int_equal(outcome->rc, 0);
	assert_knob(*state, "4");
	assert_int_equal(cell_of(outcome, 0)->status, NRB_STATUS_OK);
	assert_int_equal(cell_of(outcome, 1)->status, NRB_STATUS_OK);
	assert_int_equal(cell_of(outcome, 2)->status, NRB_STATUS_DISTURBED);
	assert_non_null(strstr(cell_of(outcome, 2)->note,
		"the child was stopped by a signal in phase allocate, for about "));
	assert_int_equal(cell_of(outcome, 2)->alloc_hist.n, FAULTS); /* shown, not used */
	assert_killed(outcome, 3, "was stopped by a signal in phase fill");
	assert_int_equal(cell_of(outcome, 4)->status, NRB_STATUS_DISTURBED);
	assert_non_null(
		strstr(cell_of(outcome, 4)->note, "in phase allocate, for about"));
	assert_int_equal(kills.n, 2); /* those that were stopped for good */
	assert_string_equal(kills.knob[0], "0");
	assert_string_equal(kills.knob[1], "0");
	release(outcome);
}

static struct outcome *run_meddling(struct tree *tree)
{
	struct nrb_run_options options = options_for(tree, "meddling", "run.jsonl");

	tree_write(tree, SWAPPINESS, "60\n");
	options.modes_given = true;
	options.modes = 1 << 4;
	options.n_sets = 1;
	assert_int_equal(nrb_set_parse(&options.sets[0], "vm.swappiness=10"), 0);
	return run(tree, &options);
}

/* Another setting than the knob is a stranger's: the knob still goes to rest before anyone is
 * killed, and what happened is said once there and once at the end. */
static void test_a_foreign_setting_does_not_keep_the_knob(void **state)
{
	struct outcome *outcome = run_meddling(*state);

	assert_int_equal(nrb_diag_exit(outcome->rc), NRB_EXIT_DISTURBED);
	assert_knob(*state, "4");
	assert_int_equal(cell_of(outcome, 4)->status, NRB_STATUS_DISTURBED);
	assert_non_null(strstr(cell_of(outcome, 4)->note, "vm.swappiness to 99"));
	assert_int_equal(kills.n, 1);
	assert_string_equal(kills.knob[0], "0");
	release(outcome);
}

static void test_a_signal_ends_it(void **state)
{
	struct nrb_run_options options = options_for(*state, "interrupting", "run.jsonl");
	struct outcome *outcome = run(*state, &options);

	assert_int_equal(outcome->rc, -EINTR);
	assert_int_equal(outcome->result.signal, SIGTERM);
	assert_knob(*state, "4");
	assert_int_equal(outcome->n, 1); /* what was cut short is no cell */
	assert_int_equal(outcome->cells[0].status, NRB_STATUS_WARM_UP);
	assert_string_equal(outcome->end.reason, "interrupted");
	assert_int_equal(outcome->end.signal, SIGTERM);
	assert_int_equal(outcome->end.exit_code, NRB_EXIT_SIGNAL + SIGTERM);
	assert_true(outcome->end.restored);
	assert_int_equal(kills.n, 1);
	assert_string_equal(kills.knob[0], "0");
	release(outcome);
}

/* The worse of two ends is told. */
static void test_a_signal_does_not_hide_a_failed_restore(void **state)
{
	struct nrb_run_options options = options_for(*state, "breaking", "run.jsonl");
	struct outcome *outcome = run(*state, &options);

	assert_true(outcome->rc < 0);
	assert_int_equal(outcome->result.signal, SIGTERM);
	assert_int_equal(nrb_diag_exit(outcome->rc), NRB_EXIT_NOT_RESTORED);
	assert_int_equal(outcome->end.exit_code, NRB_EXIT_NOT_RESTORED);
	assert_int_equal(outcome->end.signal, SIGTERM);
	assert_false(outcome->end.restored);
	release(outcome);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN_TEST(test_goes_on_after_trouble),
		RUN_TEST(test_a_late_word_cuts_no_other_phase),
		RUN_TEST(test_a_child_that_does_not_die),
		RUN_TEST(test_ends_when_a_cell_fails),
		RUN_TEST(test_a_cell_that_is_not_begun),
		RUN_TEST(test_leaves_a_foreign_value_alone),
		RUN_TEST(test_who_was_killed_for_memory),
		RUN_TEST(test_who_was_stopped),
		RUN_TEST(test_a_foreign_setting_does_not_keep_the_knob),
		RUN_TEST(test_a_signal_ends_it),
		RUN_TEST(test_a_signal_does_not_hide_a_failed_restore),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
