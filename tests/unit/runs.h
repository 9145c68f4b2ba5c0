/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whole runs on a machine of files, with the scenarios of mocks.h. Time runs faster, so that deadlines
 * pass; what is sent to processes is kept.
 */
#ifndef NRB_TEST_RUNS_H
#define NRB_TEST_RUNS_H

#include "mocks.h"
#include "nrb/placement.h"
#include "nrb/record.h"
#include "nrb/run.h"
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

int __wrap_nrb_placement_keep_to(const struct nrb_place *place);
int __wrap_nrb_placement_keep_to(const struct nrb_place *place)
{
	(void)place;
	return 0;
}

/* What the knob held when a process was sent a signal, by the order of signals. */
static struct {
	const struct nrb_root *root;
	char knob[8][16];
	int signals[8];
	int n;
	bool fail;                         /* as for a process that hangs in the kernel */
	int spared;                        /* a pidfd of it */
	bool (*strikes)(const char *call); /* failing.h; NULL: no failures */
} kills;

long __real_syscall(long number, long a, long b, long c, long d, long e, long f);
long __wrap_syscall(long number, long a, long b, long c, long d, long e, long f);
long __wrap_syscall(long number, long a, long b, long c, long d, long e, long f)
{
	if (kills.strikes != NULL &&
		((number == SYS_openat2 && kills.strikes("openat64")) ||
			(number == SYS_pidfd_open && kills.strikes("pidfd_open")))) {
		return -1;
	}
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

static inline struct nrb_run_options options_for(
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
		.dir = tree->dir,
		.output = path,
		.yes = true,
		.progress = 3, /* none */
	};
}

static inline void read_record(struct outcome *outcome, const char *path)
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
static inline struct outcome *run_table(struct tree *tree,
	const struct nrb_run_options *options,
	const struct nrb_scenario *const *scenarios)
{
	struct nrb_screen screen = { .ascii = true };
	struct outcome *outcome = calloc(1, sizeof(*outcome));

	outcome->cells = calloc(MAX_CELLS, sizeof(*outcome->cells));
	kills.n = 0;
	kills.root = &tree->root;
	outcome->rc = nrb_run(options, &tree->root, scenarios, &screen, &outcome->result);
	/* kept only for who has to put the settings back by hand */
	assert_int_equal(faccessat(tree->root.fd, JOURNAL, F_OK, 0),
		nrb_diag_exit(outcome->rc) == NRB_EXIT_NOT_RESTORED ? 0 : -1);
	assert_string_equal(outcome->result.path, options->output);
	read_record(outcome, options->output);
	assert_int_equal(outcome->end.cells, outcome->n);
	return outcome;
}

static inline struct outcome *run(
	struct tree *tree, const struct nrb_run_options *options)
{
	return run_table(tree, options, table);
}

static inline void release(struct outcome *outcome)
{
	free(outcome->cells);
	free(outcome);
}

static inline void assert_knob(const struct tree *tree, const char *value)
{
	char held[16];

	assert_int_equal(nrb_fsroot_read_str(&tree->root, KNOB, held, sizeof(held)), 0);
	assert_string_equal(held, value);
}

static inline const struct nrb_sample *cell_of(
	const struct outcome *outcome, int64_t mode)
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
static inline int setup(void **state)
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

#endif
