/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A child is stopped and goes on, seen and unseen. */
#include "nrb/standstill.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Seconds that have passed. */
static uint64_t now_s = 1000;

int __wrap_clock_gettime(clockid_t id, struct timespec *t);
int __wrap_clock_gettime(clockid_t id, struct timespec *t)
{
	(void)id;
	*t = (struct timespec){ .tv_sec = (time_t)now_s };
	return 0;
}

static pid_t start(void)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	while (pid == 0) {
		pause();
	}
	return pid;
}

static void end(pid_t pid)
{
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

/* The event is there, and left for who looks. */
static void send_and_wait(pid_t pid, int signal, int event)
{
	siginfo_t info;

	kill(pid, signal);
	assert_int_equal(waitid(P_PID, (id_t)pid, &info, event | WNOWAIT), 0);
}

static void test_nothing_happens(void **state)
{
	struct nrb_standstill standstill = { 0 };
	pid_t pid = start();
	char buf[100];

	(void)state;
	kill(pid, SIGCONT); /* to who is not stopped */
	assert_false(nrb_standstill_look(&standstill, pid, NRB_PHASE_ALLOCATE));
	assert_null(nrb_standstill_why(&standstill, "it", buf, sizeof(buf)));
	end(pid);
	assert_false(nrb_standstill_look(&standstill, pid, NRB_PHASE_ALLOCATE));
}

static void test_stops_add_up(void **state)
{
	struct nrb_standstill standstill = { 0 };
	pid_t pid = start();
	char buf[100];

	(void)state;
	for (int i = 0; i < 2; i++) {
		send_and_wait(pid, SIGSTOP, WSTOPPED);
		assert_true(nrb_standstill_look(&standstill, pid, NRB_PHASE_ACCESS));
		now_s += 2;
		assert_true(nrb_standstill_look(&standstill, pid, NRB_PHASE_ACCESS));
		send_and_wait(pid, SIGCONT, WCONTINUED);
		assert_false(nrb_standstill_look(&standstill, pid, NRB_PHASE_REREAD));
		now_s += 10;
	}
	assert_string_equal(nrb_standstill_why(&standstill, "it", buf, sizeof(buf)),
		"it was stopped by a signal in phase access, for about 4.0 s");
	end(pid);
}

static void test_a_stop_between_two_looks(void **state)
{
	struct nrb_standstill standstill = { 0 };
	pid_t pid = start();
	char buf[100];

	(void)state;
	send_and_wait(pid, SIGSTOP, WSTOPPED);
	send_and_wait(pid, SIGCONT, WCONTINUED);
	assert_false(nrb_standstill_look(&standstill, pid, NRB_PHASE_ALLOCATE));
	assert_string_equal(nrb_standstill_why(&standstill, "it", buf, sizeof(buf)),
		"it was stopped by a signal in phase allocate, for about 0.0 s");
	end(pid);
}

/* Before the mode is applied nothing is measured that a stop could change. */
static void test_what_does_not_count(void **state)
{
	static const enum nrb_phase phases[] = { NRB_PHASE_START, NRB_PHASE_FILL,
		NRB_PHASE_SOAK, NRB_PHASE_DONE };
	pid_t pid = start();
	char buf[100];

	(void)state;
	for (size_t i = 0; i < sizeof(phases) / sizeof(phases[0]); i++) {
		struct nrb_standstill standstill = { 0 };

		send_and_wait(pid, SIGSTOP, WSTOPPED);
		assert_true(nrb_standstill_look(&standstill, pid, phases[i]));
		send_and_wait(pid, SIGCONT, WCONTINUED);
		assert_false(nrb_standstill_look(&standstill, pid, NRB_PHASE_ALLOCATE));
		assert_null(nrb_standstill_why(&standstill, "it", buf, sizeof(buf)));
	}
	end(pid);
}

static void test_for_good(void **state)
{
	struct nrb_standstill standstill = { 0 };
	pid_t pid = start();
	char buf[100];

	(void)state;
	assert_false(nrb_standstill_is_endless(&standstill));
	send_and_wait(pid, SIGSTOP, WSTOPPED);
	assert_true(nrb_standstill_look(&standstill, pid, NRB_PHASE_APPLY));
	now_s += NRB_STANDSTILL_LIMIT_S;
	assert_false(nrb_standstill_is_endless(&standstill));
	now_s += 1;
	assert_true(nrb_standstill_is_endless(&standstill));
	assert_string_equal(nrb_standstill_why(&standstill, "it", buf, sizeof(buf)),
		"it was stopped by a signal in phase apply, for about 61.0 s");
	end(pid);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_happens),
		cmocka_unit_test(test_stops_add_up),
		cmocka_unit_test(test_a_stop_between_two_looks),
		cmocka_unit_test(test_what_does_not_count),
		cmocka_unit_test(test_for_good),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
