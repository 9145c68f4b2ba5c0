/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What progress writes to stderr, and when it does not. The test moves the clock. */
#include "nrb/progress.h"

#include "nrb/diag.h"

#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum { MS = 1000000 };

static uint64_t now_ns;
static int saved = -1, from = -1;

int __wrap_clock_gettime(clockid_t id, struct timespec *t);
int __wrap_clock_gettime(clockid_t id, struct timespec *t)
{
	(void)id;
	t->tv_sec = (time_t)(now_ns / 1000000000);
	t->tv_nsec = (long)(now_ns % 1000000000);
	return 0;
}

static int to_stderr(int read_end, int write_end)
{
	now_ns = 1000000000000;
	saved = dup(STDERR_FILENO);
	from = read_end;
	fcntl(from, F_SETFL, O_NONBLOCK);
	return dup2(write_end, STDERR_FILENO) < 0 || close(write_end) < 0 ? -1 : 0;
}

static int setup_pipe(void **state)
{
	int ends[2];

	(void)state;
	return pipe(ends) < 0 ? -1 : to_stderr(ends[0], ends[1]);
}

static int setup_terminal(void **state)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY);

	(void)state;
	if (master < 0 || grantpt(master) < 0 || unlockpt(master) < 0) {
		return -1;
	}
	setenv("TERM", "xterm", 1);
	return to_stderr(master, open(ptsname(master), O_RDWR | O_NOCTTY));
}

static int teardown(void **state)
{
	(void)state;
	nrb_progress_end();
	dup2(saved, STDERR_FILENO);
	close(saved);
	close(from);
	return 0;
}

static const char *written(void)
{
	static char text[65536];
	struct pollfd pollfd = { .fd = from, .events = POLLIN };
	size_t len = 0;
	ssize_t n;

	/* a terminal's other end gets what was written by a kernel thread, a little later */
	while (poll(&pollfd, 1, isatty(from) == 1 ? 20 : 0) > 0 &&
		(n = read(from, text + len, sizeof(text) - 1 - len)) > 0) {
		len += (size_t)n;
	}
	text[len] = '\0';
	return text;
}

static int count(const char *text, const char *what)
{
	int n = 0;

	while ((text = strstr(text, what)) != NULL) {
		text++;
		n++;
	}
	return n;
}

static void test_at_most_four_redraws_a_second(void **state)
{
	(void)state;
	nrb_progress_begin(NRB_PROGRESS_AUTO);
	nrb_progress_cell(2, 10, 0, 0, "clean mode 3");
	for (int i = 0; i < 1000; i++) { /* 10 s */
		nrb_progress_look(NRB_PHASE_FILL);
		now_ns += 10 * MS;
	}
	assert_in_range(count(written(), "\r\033[K"), 39, 40);
}

static void test_the_line_says_where(void **state)
{
	const char *line;

	(void)state;
	nrb_progress_begin(NRB_PROGRESS_TTY);
	nrb_progress_cell(2, 10, 81, 20, "clean mode 3");
	now_ns += 40000ull * MS;
	nrb_progress_look(NRB_PHASE_FILL);
	line = written();
	assert_string_equal(line, "\r\033[Kblock 2 of 10, clean mode 3: fill, 40 s, "
				  "about 2 min left");
	nrb_progress_cell(0, 0, 0, 0, "clean mode 3");
	now_ns += 1000ull * MS;
	nrb_progress_look(NRB_PHASE_SOAK);
	assert_string_equal(written(), "\r\033[Kwarm-up, clean mode 3: soak, 41 s");
}

static void test_nothing_is_drawn_in_a_timed_phase(void **state)
{
	static const struct {
		enum nrb_phase phase;
		bool drawn;
	} rows[] = {
		{ NRB_PHASE_FILL, true },
		{ NRB_PHASE_APPLY, false },
		{ NRB_PHASE_ALLOCATE, false },
		{ NRB_PHASE_COUNT, false },
		{ NRB_PHASE_LOCATE, false },
		{ NRB_PHASE_ACCESS, false },
		{ NRB_PHASE_REREAD, false },
		{ NRB_PHASE_SOAK, true },
	};

	(void)state;
	nrb_progress_begin(NRB_PROGRESS_TTY);
	nrb_progress_cell(1, 1, 9, 1, "clean mode 0");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		now_ns += 5000ull * MS;
		nrb_progress_look(rows[i].phase);
		assert_int_equal(written()[0] != '\0', rows[i].drawn);
	}
}

static void test_a_message_clears_the_line(void **state)
{
	(void)state;
	nrb_progress_begin(NRB_PROGRESS_TTY);
	nrb_progress_cell(1, 1, 9, 0, "x");
	now_ns += 1000ull * MS;
	nrb_progress_look(NRB_PHASE_FILL);
	assert_true(written()[0] != '\0');
	nrb_warn("hear this");
	assert_string_equal(
		written(), "\r\033[Knuma-reclaim-bench: warning: hear this\r\n");
	nrb_warn("and this"); /* nothing to clear */
	assert_string_equal(written(), "numa-reclaim-bench: warning: and this\r\n");
	now_ns += 1000ull * MS;
	nrb_progress_look(NRB_PHASE_FILL);
	assert_true(written()[0] != '\0');
	nrb_progress_end();
	assert_string_equal(written(), "\r\033[K");
	nrb_warn("after");
	assert_string_equal(written(), "numa-reclaim-bench: warning: after\r\n");
}

static void test_a_dumb_terminal_gets_plain_lines(void **state)
{
	(void)state;
	setenv("TERM", "dumb", 1);
	nrb_progress_begin(NRB_PROGRESS_AUTO);
	nrb_progress_cell(1, 1, 9, 0, "x");
	now_ns += 1000ull * MS;
	nrb_progress_look(NRB_PHASE_FILL);
	assert_string_equal(written(), "");
}

static void fill_sample(struct nrb_sample *sample)
{
	nrb_sample_init(sample);
	sample->status = NRB_STATUS_UNSUPPORTED;
	snprintf(sample->note, sizeof(sample->note), "no room");
}

static void test_a_pipe_gets_a_line_a_cell(void **state)
{
	struct nrb_sample *sample = calloc(1, sizeof(*sample));

	(void)state;
	fill_sample(sample);
	nrb_progress_begin(NRB_PROGRESS_AUTO);
	nrb_progress_cell(1, 2, 17, 4, "clean, node 1, mode 3");
	now_ns += 50000ull * MS;
	nrb_progress_look(NRB_PHASE_FILL);
	nrb_progress_redraw("writing");
	assert_string_equal(written(), "");
	nrb_progress_cell_done(sample);
	/* 5 of 17 done in 50 s */
	assert_string_equal(written(),
		"[  50 s] block 1 of 2, clean, node 1, mode 3: unsupported: no room, "
		"about 2 min left\n");
	/* names as long as they are */
	nrb_progress_cell(1, 0, 0, 5,
		"dirty, clean-first, node 1, mode 3, lru-gen off, policy preferred, fill-on target");
	nrb_progress_cell_done(sample);
	assert_string_equal(written(),
		"[  50 s] block 1, dirty, clean-first, node 1, mode 3, lru-gen off, policy "
		"preferred, fill-on target: unsupported: no room\n");
	free(sample);
}

static void test_none_is_none(void **state)
{
	struct nrb_sample *sample = calloc(1, sizeof(*sample));

	(void)state;
	fill_sample(sample);
	nrb_progress_begin(NRB_PROGRESS_NONE);
	nrb_progress_cell(1, 2, 17, 4, "x");
	now_ns += 1000ull * MS;
	nrb_progress_look(NRB_PHASE_FILL);
	nrb_progress_cell_done(sample);
	nrb_progress_redraw("y");
	nrb_progress_say("[   1 s] a guest's cell");
	assert_string_equal(written(), "");
	nrb_progress_say("a guest's warning");
	assert_string_equal(written(), "a guest's warning\n");
	free(sample);
}

static void test_a_guests_lines_are_shown_as_ours(void **state)
{
	(void)state;
	nrb_progress_begin(NRB_PROGRESS_PLAIN);
	nrb_progress_say("[   1 s] block 1");
	assert_string_equal(written(), "[   1 s] block 1\n");
	nrb_progress_begin(NRB_PROGRESS_TTY);
	nrb_progress_say("[   1 s] block 1");
	assert_string_equal(written(), "\r\033[K[   1 s] block 1");
	nrb_progress_say("a warning");
	assert_string_equal(written(), "\r\033[Ka warning\n");
	nrb_progress_say("[   2 s] block 1");
	nrb_progress_redraw("too soon");
	assert_string_equal(written(), "\r\033[K[   2 s] block 1");
	now_ns += 250 * MS;
	nrb_progress_redraw("now");
	assert_string_equal(written(), "\r\033[Know");
}

/* Of a long one the middle is left out: what became of the cell, and how long it takes yet, is seen. */
static void test_a_guests_long_line(void **state)
{
	const char *line;

	(void)state;
	nrb_progress_begin(NRB_PROGRESS_TTY);
	nrb_progress_say("[   9 s] block 1 of 1, fileserver, node 0, mode 7, variant "
			 "pinned: ok, about 23 s left");
	line = written();
	assert_string_equal(line, "\r\033[K[   9 s] block 1 of 1, fileserver, node 0, "
				  "mode 7, vari...: ok, about 23 s left");
	assert_int_equal(strlen(line), 4 + 79);
}

/* A line that wraps could not be cleared. */
static void test_a_drawn_line_does_not_wrap(void **state)
{
	const char *line;
	char what[200];

	(void)state;
	memset(what, 'x', sizeof(what) - 1);
	what[sizeof(what) - 1] = '\0';
	nrb_progress_begin(NRB_PROGRESS_TTY);
	nrb_progress_cell(1, 1, 9, 0, what);
	now_ns += 1000ull * MS;
	nrb_progress_look(NRB_PHASE_FILL);
	line = written();
	assert_int_equal(strlen(line), 4 + 79);
	/* the names give way to what moves */
	assert_non_null(strstr(line, "xxx...: fill, 1 s"));
	now_ns += 1000ull * MS;
	nrb_progress_redraw(what);
	assert_true(strlen(written()) <= 4 + 79);
}

#define PIPE(test)     cmocka_unit_test_setup_teardown(test, setup_pipe, teardown)
#define TERMINAL(test) cmocka_unit_test_setup_teardown(test, setup_terminal, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TERMINAL(test_at_most_four_redraws_a_second),
		PIPE(test_the_line_says_where),
		PIPE(test_nothing_is_drawn_in_a_timed_phase),
		TERMINAL(test_a_message_clears_the_line),
		TERMINAL(test_a_dumb_terminal_gets_plain_lines),
		PIPE(test_a_pipe_gets_a_line_a_cell),
		PIPE(test_none_is_none),
		PIPE(test_a_guests_lines_are_shown_as_ours),
		PIPE(test_a_guests_long_line),
		PIPE(test_a_drawn_line_does_not_wrap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
