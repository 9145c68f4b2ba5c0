/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages: what is printed, what is kept, and which exit code it means. */
#include "nrb/diag.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static int saved = -1, ends[2];

/* stderr goes into a pipe for the length of a test. */
static int setup(void **state)
{
	(void)state;
	nrb_diag_reset();
	nrb_diag_set_muted(false);
	nrb_diag_set_quiet(false);
	saved = dup(STDERR_FILENO);
	return saved < 0 || pipe2(ends, O_NONBLOCK) < 0 ||
			       dup2(ends[1], STDERR_FILENO) < 0
		       ? -1
		       : 0;
}

static int teardown(void **state)
{
	(void)state;
	dup2(saved, STDERR_FILENO);
	close(saved);
	close(ends[0]);
	close(ends[1]);
	nrb_diag_set_before_line(NULL);
	nrb_diag_set_copy(NULL, 0);
	return 0;
}

/* What was printed since the last call. */
static const char *printed(void)
{
	static char text[8192];
	ssize_t n = read(ends[0], text, sizeof(text) - 1);

	text[n > 0 ? n : 0] = '\0';
	return text;
}

static void test_an_impatient_writer_never_waits(void **state)
{
	char line[1024];

	(void)state;
	memset(line, 'x', sizeof(line));
	nrb_diag_set_patient(false);
	while (nrb_diag_write(line, sizeof(line))) {
		/* until the pipe is full */
	}
	/* blocking from here on: a write that waits would hang the test */
	fcntl(ends[1], F_SETFL, 0);
	assert_false(nrb_diag_write(line, sizeof(line)));
	assert_int_equal(nrb_fail(-EIO, "dropped"), -EIO);
	assert_string_equal(nrb_diag_message(), "dropped: Input/output error");
	nrb_diag_set_patient(true);
}

static void test_what_it_is_about_stands_before(void **state)
{
	(void)state;
	nrb_diag_set_about("one of several");
	nrb_warn("late");
	assert_string_equal(
		printed(), "numa-reclaim-bench: one of several: warning: late\n");
	assert_int_equal(nrb_refuse(NRB_EXIT_BUSY, NULL, "busy"), -ECANCELED);
	assert_string_equal(nrb_diag_message(), "busy");
	nrb_diag_set_about(NULL);
	(void)printed();
	nrb_note("alone");
	assert_string_equal(printed(), "numa-reclaim-bench: alone\n");
}

static void test_a_failure_is_said_once_and_kept(void **state)
{
	(void)state;
	assert_int_equal(nrb_fail(-ENOENT, "open %s", "x"), -ENOENT);
	assert_string_equal(
		printed(), "numa-reclaim-bench: open x: No such file or directory\n");
	assert_string_equal(nrb_diag_message(), "open x: No such file or directory");
	assert_null(nrb_diag_way_out());
	assert_int_equal(nrb_diag_exit(-ENOENT), NRB_EXIT_FAILED);
	assert_int_equal(nrb_diag_exit(0), NRB_EXIT_OK);
	assert_int_equal(nrb_diag_exit(5), NRB_EXIT_OK);
}

static void test_the_first_failure_counts(void **state)
{
	(void)state;
	assert_int_equal(nrb_refuse(NRB_EXIT_BUSY, "wait", "locked"), -ECANCELED);
	assert_string_equal(printed(), "numa-reclaim-bench: locked (wait)\n");
	nrb_refuse(NRB_EXIT_USAGE, NULL, "second");
	assert_string_equal(printed(), "numa-reclaim-bench: second\n");
	assert_string_equal(nrb_diag_message(), "locked");
	assert_string_equal(nrb_diag_way_out(), "wait");
	assert_int_equal(nrb_diag_exit(-1), NRB_EXIT_BUSY);
	nrb_refuse(NRB_EXIT_NOT_RESTORED, "type this", "not back");
	assert_int_equal(nrb_diag_exit(-1), NRB_EXIT_NOT_RESTORED);
	assert_string_equal(nrb_diag_message(), "not back");
	nrb_diag_reset();
	assert_string_equal(nrb_diag_message(), "");
	assert_null(nrb_diag_way_out());
	assert_int_equal(nrb_diag_exit(-1), NRB_EXIT_FAILED);
}

static void test_control_bytes_do_not_reach_the_terminal(void **state)
{
	(void)state;
	nrb_refuse(
		NRB_EXIT_USAGE, "way\033[0m\177", "bad \033]0;title\007 a\tb\r\n%s", "x");
	assert_string_equal(printed(),
		"numa-reclaim-bench: bad \\x1b]0;title\\x07 a\\x09b\\x0d\\x0ax "
		"(way\\x1b[0m\\x7f)\n");
	nrb_warn("\302\265s");
	assert_string_equal(printed(), "numa-reclaim-bench: warning: \302\265s\n");
}

/* The 8-bit controls: as bytes of their own, and as UTF-8 encodes them. */
static void test_eight_bit_controls_do_not_either(void **state)
{
	(void)state;
	nrb_warn("a\2332Jb");
	assert_null(strchr(printed(), '\233'));
	nrb_warn("a\302\2332Jb");
	assert_null(strstr(printed(), "\302\233"));
}

static void test_long_messages_are_cut_to_a_line(void **state)
{
	char text[5000];
	const char *line;

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	nrb_refuse(NRB_EXIT_USAGE, text, "%s", text);
	line = printed();
	assert_true(strlen(line) < 4096); /* one write, not torn by a pipe */
	assert_int_equal(line[strlen(line) - 1], '\n');
	assert_true(strlen(nrb_diag_message()) < 1024);
}

static void test_quiet_and_muted(void **state)
{
	(void)state;
	nrb_note("note");
	assert_string_equal(printed(), "numa-reclaim-bench: note\n");
	nrb_diag_set_quiet(true);
	nrb_note("note");
	assert_string_equal(printed(), "");
	nrb_warn("warning");
	assert_string_equal(printed(), "numa-reclaim-bench: warning: warning\n");
	nrb_diag_set_muted(true);
	nrb_warn("warning");
	nrb_fail(-EIO, "kept");
	assert_string_equal(printed(), "");
	assert_string_equal(nrb_diag_message(), "kept: Input/output error");
}

static void test_copies_the_first_failure(void **state)
{
	char copy[8];

	(void)state;
	memset(copy, 'x', sizeof(copy));
	nrb_diag_set_copy(copy, sizeof(copy));
	assert_string_equal(copy, "");
	nrb_warn("not a failure");
	assert_string_equal(copy, "");
	nrb_refuse(NRB_EXIT_FAILED, "way", "first of them");
	assert_string_equal(copy, "first o");
	nrb_refuse(NRB_EXIT_FAILED, NULL, "second");
	assert_string_equal(copy, "first o");
}

static void test_adopts_what_another_process_said(void **state)
{
	(void)state;
	assert_int_equal(nrb_diag_adopt(-EIO, "the child's words"), -EIO);
	assert_string_equal(printed(), "");
	assert_string_equal(nrb_diag_message(), "the child's words");
	assert_int_equal(nrb_diag_exit(-EIO), NRB_EXIT_FAILED);
}

static int hooked;

static void hook(void)
{
	hooked++;
	assert_string_equal(printed(), ""); /* before the line, not behind it */
}

static void test_calls_the_hook_before_each_line(void **state)
{
	(void)state;
	hooked = 0;
	nrb_diag_set_before_line(hook);
	nrb_warn("one");
	assert_string_equal(printed(), "numa-reclaim-bench: warning: one\n");
	nrb_fail(-EIO, "two");
	assert_int_equal(hooked, 2);
	nrb_diag_set_muted(true);
	nrb_warn("three");
	assert_int_equal(hooked, 2);
}

#define DIAG_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		DIAG_TEST(test_a_failure_is_said_once_and_kept),
		DIAG_TEST(test_what_it_is_about_stands_before),
		DIAG_TEST(test_an_impatient_writer_never_waits),
		DIAG_TEST(test_the_first_failure_counts),
		DIAG_TEST(test_control_bytes_do_not_reach_the_terminal),
		DIAG_TEST(test_eight_bit_controls_do_not_either),
		DIAG_TEST(test_long_messages_are_cut_to_a_line),
		DIAG_TEST(test_quiet_and_muted),
		DIAG_TEST(test_copies_the_first_failure),
		DIAG_TEST(test_adopts_what_another_process_said),
		DIAG_TEST(test_calls_the_hook_before_each_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
