/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is tried in a child process, and how it may end there. */
#include "nrb/trial.h"

#include "nrb/diag.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include <cmocka.h>

pid_t __real_fork(void);
pid_t __wrap_fork(void);
unsigned int __real_alarm(unsigned int seconds);
unsigned int __wrap_alarm(unsigned int seconds);

static int fork_error;

pid_t __wrap_fork(void)
{
	errno = fork_error;
	return fork_error != 0 ? -1 : __real_fork();
}

/* Nobody waits for ten seconds here. */
unsigned int __wrap_alarm(unsigned int seconds)
{
	return seconds == 10 ? __real_alarm(1) : 0;
}

static int setup(void **state)
{
	(void)state;
	fork_error = 0;
	nrb_diag_set_muted(true);
	nrb_diag_reset();
	return 0;
}

static void end_well(void *arg)
{
	*(int *)arg = 1;
}

static void end_with_code(void *arg)
{
	(void)arg;
	_exit(1);
}

static void end_by_signal(void *arg)
{
	raise(*(int *)arg);
}

static void never_end(void *arg)
{
	(void)arg;
	for (;;) {
		pause();
	}
}

static void test_who_survives(void **state)
{
	bool survived = false;
	int set = 0;

	(void)state;
	assert_int_equal(nrb_trial(end_well, &set, &survived), 0);
	assert_true(survived);
	assert_int_equal(set, 0); /* in the child alone */
	assert_int_equal(nrb_trial(end_with_code, NULL, &survived), 0);
	assert_false(survived);
}

static void test_who_crashes(void **state)
{
	static int numbers[] = { SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGKILL };

	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		bool survived = true;

		(void)signal(SIGABRT, SIG_IGN);
		assert_int_equal(nrb_trial(end_by_signal, &numbers[i], &survived), 0);
		assert_false(survived);
	}
	(void)signal(SIGABRT, SIG_DFL);
}

static void test_who_hangs(void **state)
{
	bool survived = true;

	(void)state;
	assert_int_equal(nrb_trial(never_end, NULL, &survived), 0);
	assert_false(survived);
}

static void test_no_process(void **state)
{
	bool survived;

	(void)state;
	fork_error = EAGAIN;
	assert_int_equal(nrb_trial(end_well, NULL, &survived), -EAGAIN);
	assert_non_null(strstr(nrb_diag_message(), "cannot start a process"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_who_survives, setup),
		cmocka_unit_test_setup(test_who_crashes, setup),
		cmocka_unit_test_setup(test_who_hangs, setup),
		cmocka_unit_test_setup(test_no_process, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
