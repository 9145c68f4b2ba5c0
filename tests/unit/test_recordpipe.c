/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A record into a pipe that nobody reads: a signal gets through all the same. */
#include "nrb/record.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* In a process of its own, whose stdout is the pipe: the errno that writing cells ends with. */
static int write_until_it_ends(int out, int interrupt)
{
	static struct nrb_sample sample;
	struct nrb_record *record = NULL;
	int rc;

	dup2(out, STDOUT_FILENO);
	nrb_sample_init(&sample);
	rc = nrb_record_create(&record, "-");
	if (rc == 0) {
		nrb_record_set_interrupt(record, interrupt);
	}
	while (rc == 0) {
		rc = nrb_record_write_cell(record, &sample);
	}
	nrb_record_close(record);
	return -rc;
}

static void test_a_signal_ends_the_wait_for_a_reader(void **state)
{
	int ends[2], status, interrupt = eventfd(1, EFD_CLOEXEC);
	pid_t pid;

	(void)state;
	assert_true(interrupt >= 0);
	assert_int_equal(pipe(ends), 0);
	pid = fork();
	if (pid == 0) {
		alarm(20); /* a write that waits would never end */
		_exit(write_until_it_ends(ends[1], interrupt));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), EINTR);
	close(ends[0]);
	close(ends[1]);
	close(interrupt);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_signal_ends_the_wait_for_a_reader),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
