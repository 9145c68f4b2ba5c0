/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whole runs on a machine of files, with scenarios made here: what they measure is known, and they
 * crash, hang, stall and disturb as each test wants. Time runs faster, so that deadlines pass.
 */
#include "nrb/run.h"

#include "mocks.h"
#include "nrb/record.h"
#include "tree.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define JOURNAL "run/numa-reclaim-bench/state.json"

enum {
	MAX_CELLS = 64,
	SPEED = 20, /* a deadline of 10 s passes in half a second */
};

/* -- what is replaced -- */

int __real_clock_gettime(clockid_t id, struct timespec *t);
int __wrap_clock_gettime(clockid_t id, struct timespec *t);
int __wrap_clock_gettime(clockid_t id, struct timespec *t)
{
	int rc = __real_clock_gettime(id, t);

	if (id == CLOCK_MONOTONIC) {
		int64_t ns = ((int64_t)t->tv_sec * 1000000000 + t->tv_nsec) * SPEED;

		t->tv_sec = (time_t)(ns / 1000000000);
		t->tv_nsec = (long)(ns % 1000000000);
	}
	return rc;
}

/* The machine's CPUs are not this one's. */
int __wrap_nrb_placement_pin(const struct nrb_idset *cpus);
int __wrap_nrb_placement_pin(const struct nrb_idset *cpus)
{
	return nrb_idset_count(cpus) > 0 ? 0 : -EINVAL;
}

/* What the knob held when a process was sent a signal, by the order of signals. */
static struct {
	const struct nrb_root *root;
	char knob[8][16];
	int signals[8];
	int n;
	bool fail;  /* as for a process that hangs in the kernel */
	int spared; /* a pidfd of it */
} kills;

long __real_syscall(long number, long a, long b, long c, long d, long e, long f);
long __wrap_syscall(long number, long a, long b, long c, long d, long e, long f);
long __wrap_syscall(long number, long a, long b, long c, long d, long e, long f)
{
	if (number == SYS_pidfd_send_signal && kills.n < 8 && kills.root != NULL) {
		nrb_fsroot_read_str(
			kills.root, KNOB, kills.knob[kills.n], sizeof(kills.knob[0]));
		kills.signals[kills.n++] = (int)b;
		if (kills.fail) {
			kills.spared = dup((int)a);
			return 0;
		}
	}
	return __real_syscall(number, a, b, c, d, e, f);
}

/* -- a run and its record -- */

struct outcome {
	int rc;
	struct nrb_run_result result;
	struct nrb_header header;
	struct nrb_end end;
	int n;
	struct nrb_sample *cells; /* MAX_CELLS of them */
};

static struct nrb_run_options options_for(
	const struct tree *tree, const char *scenario, const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", tree->dir, name);
	return (struct nrb_run_options){
		.scenarios = { scenario },
		.n_scenarios = 1,
		.reference = -1,
		.blocks = 1,
		.seed_given = true,
		.seed = 42,
		.cpu_node = -1,
		.dir = tree->dir,
		.output = path,
		.yes = true,
		.progress = 3, /* none */
	};
}

static void read_record(struct outcome *outcome, const char *path)
{
	const struct nrb_sample *sample;
	struct nrb_reader *reader;
	enum nrb_line line;

	assert_int_equal(nrb_reader_open(&reader, path), 0);
	outcome->header = *nrb_reader_header(reader);
	for (;;) {
		assert_int_equal(nrb_reader_next(reader, &line, &sample), 0);
		if (line != NRB_LINE_CELL) {
			break;
		}
		assert_true(outcome->n < MAX_CELLS);
		outcome->cells[outcome->n++] = *sample;
	}
	assert_int_equal(line, NRB_LINE_END);
	outcome->end = *nrb_reader_end(reader);
	nrb_reader_close(reader);
}

/* Run, and see that the machine is as it was but for the knob, which the caller looks at. */
static struct outcome *run(struct tree *tree, const struct nrb_run_options *options)
{
	struct nrb_screen screen = { .ascii = true };
	struct outcome *outcome = calloc(1, sizeof(*outcome));

	outcome->cells = calloc(MAX_CELLS, sizeof(*outcome->cells));
	kills.n = 0;
	kills.root = &tree->root;
	outcome->rc = nrb_run(options, &tree->root, table, &screen, &outcome->result);
	/* kept only for who has to put the settings back by hand */
	assert_int_equal(faccessat(tree->root.fd, JOURNAL, F_OK, 0),
		nrb_diag_exit(outcome->rc) == NRB_EXIT_NOT_RESTORED ? 0 : -1);
	assert_string_equal(outcome->result.path, options->output);
	read_record(outcome, options->output);
	assert_int_equal(outcome->end.cells, outcome->n);
	return outcome;
}

static void release(struct outcome *outcome)
{
	free(outcome->cells);
	free(outcome);
}

static void assert_knob(const struct tree *tree, const char *value)
{
	char held[16];

	assert_int_equal(nrb_fsroot_read_str(&tree->root, KNOB, held, sizeof(held)), 0);
	assert_string_equal(held, value);
}

static const struct nrb_sample *cell_of(const struct outcome *outcome, int64_t mode)
{
	for (int i = 0; i < outcome->n; i++) {
		if (outcome->cells[i].block > 0 && outcome->cells[i].mode == mode) {
			return &outcome->cells[i];
		}
	}
	fail_msg("no cell of mode %d", (int)mode);
	return NULL;
}

/* Two nodes of 512 MiB, the knob found at 4. */
static int setup(void **state)
{
	char command[1200];
	struct tree *tree;
	int rc = tree_setup(state);

	tree = *state;
	snprintf(command, sizeof(command), "cp -r '%s/fixtures/two-nodes/.' '%s'",
		getenv("NRB_TESTS"), tree->dir);
	if (rc == 0) {
		rc = system(command);
	}
	if (rc == 0) {
		tree_write(tree, KNOB, "4\n");
	}
	return rc;
}

#define RUN_TEST(test) cmocka_unit_test_setup_teardown(test, setup, tree_teardown)

/* -- tests -- */

static void test_measures_every_mode_and_puts_the_knob_back(void **state)
{
	struct nrb_run_options options = options_for(*state, "steady", "run.jsonl");
	struct outcome *outcome = run(*state, &options);

	assert_int_equal(outcome->rc, 0);
	assert_knob(*state, "4");
	assert_int_equal(outcome->n, 9);
	assert_int_equal(outcome->header.found_mode, 4);
	assert_int_equal(outcome->header.reference_mode, 4);
	assert_int_equal(outcome->header.n_nodes, 2);
	assert_string_equal(outcome->end.reason, "done");
	assert_int_equal(outcome->end.exit_code, 0);
	assert_int_equal(outcome->end.signal, NRB_ABSENT);
	assert_true(outcome->end.restored);
	for (int mode = 0; mode < 8; mode++) {
		const struct nrb_sample *cell = cell_of(outcome, mode);

		assert_int_equal(cell->status, NRB_STATUS_OK);
		assert_string_equal(cell->note, "prepared");
		assert_int_equal(cell->soak_rounds, 0);      /* the knob at rest */
		assert_int_equal(cell->alloc_wall_ns, mode); /* and applied */
		assert_int_equal(cell->alloc_hist.n, FAULTS);
		assert_int_equal(cell->alloc_hist.sum_ns, FAULTS * (1000 + mode));
		assert_int_equal(nrb_sample_find_node(cell, 0)->pages, 100);
		assert_int_equal(nrb_sample_find_node(cell, 1)->pages, mode);
		assert_int_equal(cell->alloc_pages, 100 + mode);
		assert_string_equal(cell->scenario, "steady");
		assert_string_equal(cell->policy, "local");
	}
	release(outcome);
}

static void test_warm_up_comes_first_and_apart(void **state)
{
	struct nrb_run_options options = options_for(*state, "steady", "run.jsonl");
	struct outcome *outcome;

	options.modes_given = true;
	options.modes = 1 << 0 | 1 << 1;
	outcome = run(*state, &options);
	/* the value found, 4, is the reference and was not among them */
	assert_int_equal(outcome->n, 4);
	assert_int_equal(outcome->cells[0].status, NRB_STATUS_WARM_UP);
	assert_int_equal(outcome->cells[0].block, 0);
	assert_int_equal(outcome->cells[0].mode, 4);
	for (int i = 1; i < outcome->n; i++) {
		assert_int_equal(outcome->cells[i].status, NRB_STATUS_OK);
		assert_int_equal(outcome->cells[i].block, 1);
		assert_int_equal(outcome->cells[i].cell, i);
	}
	assert_int_equal(cell_of(outcome, 4)->status, NRB_STATUS_OK);
	release(outcome);
}

/* The modes of a block as one number, in the order run; and that each of 0..7 is there once. */
static uint64_t order_of(const struct outcome *outcome, int block)
{
	unsigned int seen = 0;
	uint64_t order = 0;

	for (int i = 0; i < outcome->n; i++) {
		if (outcome->cells[i].block == block) {
			seen += 1u << (4 * (unsigned int)outcome->cells[i].mode);
			order = order << 4 | (uint64_t)outcome->cells[i].mode;
		}
	}
	assert_int_equal(seen, 0x11111111);
	return order;
}

static void test_blocks_are_shuffled_and_complete(void **state)
{
	struct nrb_run_options options = options_for(*state, "steady", "a.jsonl");
	struct outcome *a, *b;
	int same = 0;

	options.blocks = 4;
	a = run(*state, &options);
	assert_int_equal(a->n, 33);
	assert_int_equal(a->header.seed, 42);
	assert_int_equal(a->header.blocks, 4);
	options = options_for(*state, "steady", "b.jsonl");
	options.blocks = 4;
	b = run(*state, &options);
	for (int block = 1; block <= 4; block++) {
		assert_int_equal(order_of(a, block), order_of(b, block));
		same += block > 1 && order_of(a, block) == order_of(a, 1);
	}
	assert_int_equal(same, 0);
	for (int i = 0; i < a->n; i++) {
		assert_int_equal(a->cells[i].seed, b->cells[i].seed);
		for (int k = 0; k < i; k++) {
			assert_int_not_equal(a->cells[i].seed, a->cells[k].seed);
		}
	}
	assert_string_not_equal(a->header.run_id, b->header.run_id);
	release(a);
	release(b);
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

static void test_dry_run_changes_nothing(void **state)
{
	struct nrb_run_options options = options_for(*state, "steady", "run.jsonl");
	struct nrb_screen screen = { .ascii = true };
	struct nrb_run_result result;
	struct tree *tree = *state;

	options.dry_run = true;
	options.yes = false;
	assert_int_equal(nrb_run(&options, &tree->root, table, &screen, &result), 0);
	assert_string_equal(result.path, "");
	assert_int_equal(access(options.output, F_OK), -1);
	assert_int_equal(faccessat(tree->root.fd, "run", F_OK, 0), -1);
	assert_knob(tree, "4");
}

/* Nothing is measured for a file that is there already. */
static void test_an_existing_record_is_kept(void **state)
{
	struct nrb_run_options options = options_for(*state, "steady", "run.jsonl");
	struct nrb_screen screen = { .ascii = true };
	struct nrb_run_result result;
	struct tree *tree = *state;
	char text[16];
	int rc;

	tree_write(tree, "run.jsonl", "precious\n");
	rc = nrb_run(&options, &tree->root, table, &screen, &result);
	assert_int_equal(rc, -EEXIST);
	assert_int_equal(nrb_diag_exit(rc), NRB_EXIT_FAILED);
	assert_int_equal(
		nrb_fsroot_read_str(&tree->root, "run.jsonl", text, sizeof(text)), 0);
	assert_string_equal(text, "precious");
	assert_knob(tree, "4");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN_TEST(test_measures_every_mode_and_puts_the_knob_back),
		RUN_TEST(test_warm_up_comes_first_and_apart),
		RUN_TEST(test_blocks_are_shuffled_and_complete),
		RUN_TEST(test_goes_on_after_trouble),
		RUN_TEST(test_a_late_word_cuts_no_other_phase),
		RUN_TEST(test_a_child_that_does_not_die),
		RUN_TEST(test_ends_when_a_cell_fails),
		RUN_TEST(test_leaves_a_foreign_value_alone),
		RUN_TEST(test_a_signal_ends_it),
		RUN_TEST(test_a_signal_does_not_hide_a_failed_restore),
		RUN_TEST(test_dry_run_changes_nothing),
		RUN_TEST(test_an_existing_record_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
