/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every call of a run's parent fails, from its first look at the machine to the record's last line: the knob
 * is as found, no process and no journal is left, and the record can be read. */
#include "runs.h"

#include "player.h"

#include "nrb/leftover.h"

#include <sys/prctl.h>

/* A run makes thousands of calls of some: of those every so many-th one fails. */
/* clang-format off */
static const struct failure failures[] = {
	{ .call = "calloc", .error = ENOMEM },
	{ .call = "close", .error = EIO, .stride = 97 },
	{ .call = "eventfd", .error = EMFILE },
	{ .call = "fork", .error = EAGAIN },
	{ .call = "fork", .error = ENOMEM, .always = true },
	{ .call = "fsync", .error = EIO },
	{ .call = "fsync", .error = ENOSPC, .always = true },
	{ .call = "malloc", .error = ENOMEM, .stride = 311 },
	{ .call = "malloc", .error = ENOMEM, .always = true, .stride = 607 },
	{ .call = "mmap64", .error = ENOMEM },
	{ .call = "open64", .error = EMFILE },
	{ .call = "openat64", .error = EMFILE, .stride = 37 },
	{ .call = "openat64", .error = EMFILE, .always = true, .stride = 97 },
	{ .call = "pidfd_open", .error = EMFILE },
	{ .call = "poll", .error = EINTR, .stride = 53, .is_nothing = true },
	{ .call = "read", .error = EINTR, .stride = 211, .is_nothing = true },
	{ .call = "read", .error = EIO, .stride = 97 },
	{ .call = "realloc", .error = ENOMEM, .stride = 11 },
	{ .call = "renameat", .error = EROFS },
	{ .call = "signalfd", .error = EMFILE },
	{ .call = "socketpair", .error = EMFILE },
	{ .call = "strdup", .error = ENOMEM, .stride = 7 },
	{ .call = "unlinkat", .error = EROFS },
	{ .call = "write", .error = EIO, .stride = 7 },
	{ .call = "write", .error = EINTR, .stride = 29, .is_nothing = true },
	{ .call = "write", .error = ENOSPC, .always = true, .stride = 13 },
	{ .call = "write", .error = SHORT, .always = true, .is_nothing = true },
};
/* clang-format on */

int __real_nrb_fsroot_write_str(
	const struct nrb_root *root, const char *path, const char *text);
int __wrap_nrb_fsroot_write_str(
	const struct nrb_root *root, const char *path, const char *text);

/* A file of the kernel's that could not be written holds what it held, which O_TRUNC would have cut: the
 * calls fail elsewhere. */
int __wrap_nrb_fsroot_write_str(
	const struct nrb_root *root, const char *path, const char *text)
{
	const struct failure *failure = faults.failure;
	int rc = __real_nrb_fsroot_write_str(root, "scratch", text);

	if (rc == 0) {
		faults.failure = NULL;
		rc = __real_nrb_fsroot_write_str(root, path, text);
		faults.failure = failure;
	}
	return rc;
}

static int play_run(struct tree *tree)
{
	struct nrb_run_options options = options_for(tree, "steady", "run.jsonl");
	struct nrb_screen screen = { .ascii = true };
	struct nrb_run_result result;
	int rc;

	options.modes_given = true;
	options.modes = 1 << 0 | 1 << 1;
	rc = nrb_run(&options, &tree->root, table, &screen, &result);
	if (result.path[0] != '\0' && access(result.path, F_OK) < 0) {
		return 1; /* who is told of a record finds it */
	}
	if (result.record >= 0) {
		close(result.record);
	}
	return rc;
}

/* Returns the lines; 0 where there is no record. */
static int read_lines(struct tree *tree, bool *has_end)
{
	const struct nrb_sample *sample;
	enum nrb_line line = NRB_LINE_HEADER;
	struct nrb_reader *reader;
	char path[128];
	int lines = 1;

	snprintf(path, sizeof(path), "%s/run.jsonl", tree->dir);
	*has_end = false;
	if (access(path, F_OK) < 0) {
		return 0;
	}
	nrb_diag_reset();
	assert_here(nrb_reader_open(&reader, path) == 0);
	while (line != NRB_LINE_EOF) {
		assert_here(nrb_reader_next(reader, &line, &sample) == 0);
		lines += line != NRB_LINE_EOF;
		*has_end = *has_end || line == NRB_LINE_END;
	}
	nrb_reader_close(reader);
	unlink(path);
	return lines;
}

static void assert_back(struct tree *tree)
{
	struct nrb_restored results[NRB_JOURNAL_MAX_SETTINGS];
	char held[16];
	int n;

	nrb_fsroot_read_str(&tree->root, KNOB, held, sizeof(held));
	if (strcmp(held, "4") != 0) {
		assert_here(told->code == NRB_EXIT_NOT_RESTORED);
	}
	if (faccessat(tree->root.fd, JOURNAL, F_OK, 0) == 0) {
		assert_here(told->code == NRB_EXIT_NOT_RESTORED ||
			    told->code == NRB_EXIT_FAILED);
		assert_here(nrb_leftover_restore(&tree->root, results, &n) == 0);
	}
	nrb_fsroot_read_str(&tree->root, KNOB, held, sizeof(held));
	assert_here(strcmp(held, "4") == 0);
	assert_here(faccessat(tree->root.fd, JOURNAL, F_OK, 0) < 0);
}

static void assert_promises(struct tree *tree)
{
	bool has_end;
	int lines = read_lines(tree, &has_end);

	assert_here(told->is_over);
	assert_here(told->rc <= 0);
	assert_here(told->fds == 0);
	assert_here(told->locked == 0);
	assert_back(tree);
	if (told->rc == 0) {
		/* header, warm-up, two cells of mode 0 and one of mode 1, end */
		assert_here(lines >= 4 && has_end);
	} else {
		assert_here(!now.failure->is_nothing);
		assert_here(told->message[0] != '\0');
		assert_here(told->code == NRB_EXIT_FAILED ||
			    told->code == NRB_EXIT_NOT_RESTORED ||
			    told->code == NRB_EXIT_INCONCLUSIVE);
	}
}

static void test_every_call(void **state)
{
	int plays = 0;

	for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
		for (int nth = 1;
			play_with_failure(*state, &failures[i], nth, false, play_run);
			nth += failing_stride(&failures[i])) {
			assert_promises(*state);
			plays++;
		}
		assert_promises(*state);
		assert_here(told->rc == 0);
		assert_here(now.nth > 1);
	}
	print_message("%d failures\n", plays);
	assert_true(plays > 150);
}

static int setup_failures(void **state)
{
	/* orphans are ours to wait for */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	kills.strikes = failing_strikes;
	if (setup(state) != 0) {
		return -1;
	}
	tree_write(*state, "scratch", "");
	return player_begin();
}

static int teardown(void **state)
{
	player_end();
	return tree_teardown(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_every_call, setup_failures, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
