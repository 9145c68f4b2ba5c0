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

/* Which of stdin and stderr are a terminal; the others are /dev/null. */
enum { IN = 1, ERR = 2 };

static int open_terminal(int *master)
{
	*master = posix_openpt(O_RDWR | O_NOCTTY);
	assert_true(*master >= 0 && grantpt(*master) == 0 && unlockpt(*master) == 0);
	return open(ptsname(*master), O_RDWR | O_NOCTTY);
}

/* All that was printed to a terminal whose last user is gone: what the kernel still has on its way is
 * waited for. */
static void read_all(int master, char *text, size_t size)
{
	size_t len = 0;
	ssize_t n;

	while ((n = read(master, text + len, size - 1 - len)) > 0) {
		len += (size_t)n;
	}
	text[len] = '\0';
}

/* In a process of its own, whose stdin is read from the start: the exit code that the answer leads
 * to, or 100 if what was printed lacks the question or has it without need. */
static int ask(unsigned int terminals, const char *answer, bool yes, bool question)
{
	int master, slave = open_terminal(&master), null = open("/dev/null", O_RDWR);
	char text[512];
	int status;
	pid_t pid;

	assert_int_equal(write(master, answer, strlen(answer)), strlen(answer));
	pid = fork();
	if (pid == 0) {
		dup2(terminals & IN ? slave : null, STDIN_FILENO);
		dup2(terminals & ERR ? slave : null, STDERR_FILENO);
		nrb_diag_reset();
		_exit((int)nrb_diag_exit(nrb_confirm(yes)));
	}
	close(slave);
	close(null);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	read_all(master, text, sizeof(text));
	close(master);
	return (strstr(text, "[y/N]") != NULL) == question ? WEXITSTATUS(status) : 100;
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
		assert_int_equal(
			ask(IN | ERR, rows[i].answer, false, true), rows[i].code);
	}
}

static void test_yes_is_not_asked(void **state)
{
	(void)state;
	assert_int_equal(ask(IN | ERR, "", true, false), NRB_EXIT_OK);
}

/* Half a terminal is none: a question that nobody sees, or an answer from a file. */
static void test_without_a_terminal(void **state)
{
	(void)state;
	assert_int_equal(ask(0, "", false, false), NRB_EXIT_USAGE);
	assert_int_equal(ask(IN, "y\n", false, false), NRB_EXIT_USAGE);
	assert_int_equal(ask(ERR, "y\n", false, false), NRB_EXIT_USAGE);
	assert_int_equal(ask(0, "", true, false), NRB_EXIT_OK);
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
