/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every call that writes a record fails: what was written before can be read, what could not be is said once,
 * and a record of which not even the first line could be written is not left. */
#include "tree.h"

#include "failing.h"

#include "nrb/record.h"

enum { CELLS = 3 };

/* A value that could not be marked as lost leaks its shell: poison() in src/json.c. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libjansson.so\n";
}

/* clang-format off */
static const struct failure failures[] = {
	{ .call = "calloc", .error = ENOMEM },
	{ .call = "close", .error = EIO },
	{ .call = "close", .error = EDQUOT },
	{ .call = "fsync", .error = EIO },
	{ .call = "fsync", .error = EIO, .too = "ftruncate64" },
	{ .call = "fsync", .error = ENOSPC, .always = true },
	{ .call = "fsync", .error = EINVAL, .always = true, .is_nothing = true }, /* a pipe */
	{ .call = "malloc", .error = ENOMEM },
	{ .call = "malloc", .error = ENOMEM, .always = true },
	{ .call = "open64", .error = EMFILE },
	{ .call = "open64", .error = ENOSPC },
	{ .call = "strdup", .error = ENOMEM },
	{ .call = "write", .error = EINTR, .is_nothing = true },
	{ .call = "write", .error = EIO },
	{ .call = "write", .error = ENOSPC, .always = true },
	{ .call = "write", .error = ENOSPC, .too = "ftruncate64" },
	{ .call = "write", .error = SHORT, .always = true, .is_nothing = true },
};
/* clang-format on */

static struct {
	int rc;    /* the first failure */
	int n;     /* of failures */
	int lines; /* that were written */
	int closed;
} played;

static bool note(int rc)
{
	if (rc < 0) {
		played.n++;
		played.rc = played.rc < 0 ? played.rc : rc;
	} else {
		played.lines++;
	}
	return rc == 0;
}

static int said;

static void count_line(void)
{
	said++;
}

static void play(const char *path)
{
	static struct nrb_header header;
	static struct nrb_sample sample;
	struct nrb_record *record = NULL;
	struct nrb_end end;

	memset(&played, 0, sizeof(played));
	played.rc = nrb_record_create(&record, path);
	if (played.rc < 0) {
		played.n = 1;
		return;
	}
	nrb_header_init(&header);
	header.schema_version = NRB_RECORD_SCHEMA;
	header.n_nodes = 1;
	header.node_bytes[0] = NRB_ABSENT;
	note(nrb_record_write_header(record, &header, nrb_json_object()));
	nrb_sample_init(&sample);
	for (sample.cell = 0; sample.cell < CELLS; sample.cell++) {
		sample.block = 1;
		strcpy(sample.scenario, "clean");
		note(nrb_record_write_cell(record, &sample));
	}
	nrb_end_init(&end);
	strcpy(end.reason, "done");
	note(nrb_record_write_end(record, &end, nrb_json_array()));
	played.closed = nrb_record_close(record);
}

/* Returns false once there is no nth call. */
static bool play_with(const struct failure *failure, int nth, const char *path)
{
	int saved = dup(STDERR_FILENO), null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	int struck, first = open("/dev/null", O_RDONLY), last;

	close(first);
	nrb_diag_reset();
	nrb_diag_set_muted(false);
	nrb_diag_set_before_line(count_line);
	said = 0;
	dup2(null, STDERR_FILENO);
	faults.player = getpid();
	failing_arm(failure, nth, &struck);
	play(path);
	failing_disarm();
	dup2(saved, STDERR_FILENO);
	nrb_diag_set_muted(true);
	close(saved);
	close(null);
	last = open("/dev/null", O_RDONLY); /* the lowest that is free */
	close(last);
	assert_true(last <= first);
	return struck != 0;
}

/* The lines that can be read. */
static int read_lines(const char *path)
{
	const struct nrb_sample *sample;
	struct nrb_reader *reader;
	enum nrb_line line = NRB_LINE_HEADER;
	int lines = 1;

	nrb_diag_reset();
	if (nrb_reader_open(&reader, path) < 0) {
		fail_msg("%s", nrb_diag_message());
	}
	while (line != NRB_LINE_EOF) {
		if (nrb_reader_next(reader, &line, &sample) < 0) {
			fail_msg("%s", nrb_diag_message());
		}
		lines += line != NRB_LINE_EOF;
	}
	nrb_reader_close(reader);
	return lines;
}

static void assert_promises(const struct failure *failure, const char *path)
{
	bool fails = played.rc < 0 || played.closed < 0;
	struct stat st;

	assert_true(!fails || !failure->is_nothing);
	/* its last line may be there in part, where it could not be cut off */
	assert_int_equal(said, fails + (fails && failure->too != NULL));
	if (fails) {
		assert_int_equal(nrb_diag_exit(-1), NRB_EXIT_FAILED);
		assert_non_null(strstr(nrb_diag_message(), strerror(failure->error)));
		assert_non_null(strstr(nrb_diag_message(), "run.jsonl"));
	}
	if (played.lines == 0) {
		assert_int_equal(stat(path, &st), -1);
		return;
	}
	/* nothing is written behind what failed */
	assert_int_equal(played.lines + played.n, CELLS + 2);
	if (failure->too == NULL) {
		assert_int_equal(read_lines(path), played.lines);
	} else {
		assert_in_range(read_lines(path), played.lines, played.lines + 1);
	}
	unlink(path);
}

static void test_every_call(void **state)
{
	const struct tree *tree = *state;
	char path[128];

	snprintf(path, sizeof(path), "%s/run.jsonl", tree->dir);
	for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
		int nth = 1;

		for (; play_with(&failures[i], nth, path); nth++) {
			assert_promises(&failures[i], path);
		}
		assert_int_equal(played.lines, CELLS + 2);
		assert_promises(&failures[i], path);
		assert_true(nth > 1);
	}
}

/* It was made by us, and is another's now. */
static void test_what_stands_there_instead_is_left(void **state)
{
	static const struct failure full = {
		.call = "write", .error = ENOSPC, .always = true
	};
	const struct tree *tree = *state;
	struct nrb_record *record;
	struct nrb_header header;
	char path[128];
	struct stat st;
	int struck;

	snprintf(path, sizeof(path), "%s/run.jsonl", tree->dir);
	assert_int_equal(nrb_record_create(&record, path), 0);
	assert_int_equal(unlink(path), 0);
	tree_write(tree, "run.jsonl", "precious\n");
	nrb_header_init(&header);
	faults.player = getpid();
	failing_arm(&full, 1, &struck);
	assert_int_equal(nrb_record_write_header(record, &header, NULL), -ENOSPC);
	failing_disarm();
	assert_int_equal(nrb_record_close(record), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, strlen("precious\n"));
}

static int setup(void **state)
{
	failing_watch_jansson();
	return tree_setup(state);
}

int main(void)
{
#define RECORD_TEST(test) cmocka_unit_test_setup_teardown(test, setup, tree_teardown)
	const struct CMUnitTest tests[] = {
		RECORD_TEST(test_every_call),
		RECORD_TEST(test_what_stands_there_instead_is_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
