/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A wait for a child that ends, also where the child does not. */
#include "nrb/reap.h"

#include "nrb/diag.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static pid_t fork_sleeper(void)
{
	pid_t pid = fork();

	while (pid == 0) {
		pause();
	}
	return pid;
}

static void test_reaps_what_was_killed(void **state)
{
	pid_t pid = fork_sleeper();
	int status;

	(void)state;
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(nrb_reap(pid, NRB_REAP_LIMIT_MS, &status, NULL), 0);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), -1);
	assert_int_equal(nrb_reap(pid, NRB_REAP_LIMIT_MS, NULL, NULL), 0); /* at once */
}

static void test_gives_up_and_names_it(void **state)
{
	pid_t pid = fork_sleeper();
	char name[16];

	(void)state;
	nrb_diag_set_muted(true);
	assert_int_equal(nrb_reap(pid, 20, NULL, NULL), -ETIMEDOUT);
	snprintf(name, sizeof(name), " %d ", (int)pid);
	assert_non_null(strstr(nrb_diag_message(), name));
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reaps_what_was_killed),
		cmocka_unit_test(test_gives_up_and_names_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
