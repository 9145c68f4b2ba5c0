/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The one question, on a terminal and without one. */
#include "nrb/confirm.h"

#include "nrb/diag.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* In a process of its own, whose stdin is read from the start: the exit code that the answer leads
 * to, or 100 if what was printed lacks the question or has it without need. */
static int ask(int in, int err, int master, bool yes, bool question)
{
	char text[512] = "";
	pid_t pid = fork();
	ssize_t n;
	int status;

	if (pid == 0) {
		dup2(in, STDIN_FILENO);
		dup2(err, STDERR_FILENO);
		nrb_diag_reset();
		_exit((int)nrb_diag_exit(nrb_confirm(yes)));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	n = read(master, text, sizeof(text) - 1);
	text[n > 0 ? n : 0] = '\0';
	return (strstr(text, "[y/N]") != NULL) == question ? WEXITSTATUS(status) : 100;
}

static int open_terminal(int *master)
{
	*master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK);
	assert_true(*master >= 0 && grantpt(*master) == 0 && unlockpt(*master) == 0);
	return open(ptsname(*master), O_RDWR | O_NOCTTY);
}

static void test_on_a_terminal(void **state)
{
	static const struct {
		const char *answer;
		int code; /* enum nrb_exit */
	} rows[] = {
		{ "y\n", NRB_EXIT_OK },
		{ "Y\n", NRB_EXIT_OK },
		{ "yes\n", NRB_EXIT_OK },
		{ "n\n", NRB_EXIT_FAILED },
		{ "\n", NRB_EXIT_FAILED },
		{ "yesterday\n", NRB_EXIT_FAILED },
		{ "y y\n", NRB_EXIT_FAILED },
		{ "\004", NRB_EXIT_FAILED }, /* end of file */
		{ "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\ny\n", NRB_EXIT_FAILED },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int master, slave = open_terminal(&master);

		assert_int_equal(write(master, rows[i].answer, strlen(rows[i].answer)),
			strlen(rows[i].answer));
		assert_int_equal(ask(slave, slave, master, false, true), rows[i].code);
		close(slave);
		close(master);
	}
}

static void test_yes_is_not_asked(void **state)
{
	int master, slave = open_terminal(&master);

	(void)state;
	assert_int_equal(ask(slave, slave, master, true, false), NRB_EXIT_OK);
	close(slave);
	close(master);
}

/* Half a terminal is none: a question that nobody sees, or an answer from a file. */
static void test_without_a_terminal(void **state)
{
	int master, slave = open_terminal(&master), null = open("/dev/null", O_RDWR);

	(void)state;
	assert_int_equal(ask(null, null, master, false, false), NRB_EXIT_USAGE);
	assert_int_equal(ask(slave, null, master, false, false), NRB_EXIT_USAGE);
	assert_int_equal(ask(null, slave, master, false, false), NRB_EXIT_USAGE);
	assert_int_equal(ask(null, null, master, true, false), NRB_EXIT_OK);
	close(null);
	close(slave);
	close(master);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_on_a_terminal),
		cmocka_unit_test(test_yes_is_not_asked),
		cmocka_unit_test(test_without_a_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
