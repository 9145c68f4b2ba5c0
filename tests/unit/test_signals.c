/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signals that end a run, those that would stop it, and nohup. */
#include "nrb/signals.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

/* The signal that waits in the descriptor; 0: none. */
static int taken(const struct nrb_signals *signals)
{
	struct pollfd pollfd = { .fd = signals->fd, .events = POLLIN };

	return poll(&pollfd, 1, 0) > 0 ? nrb_signals_take(signals->fd) : 0;
}

static void test_what_ends_a_run_is_read(void **state)
{
	static const int ends[] = { SIGINT, SIGTERM, SIGHUP };
	struct nrb_signals signals;

	(void)state;
	assert_int_equal(nrb_signals_begin(&signals), 0);
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		assert_int_equal(taken(&signals), 0);
		assert_int_equal(raise(ends[i]), 0);
		assert_int_equal(taken(&signals), ends[i]);
	}
	nrb_signals_end(&signals);
}

static void test_what_stops_is_ignored_and_given_back(void **state)
{
	struct nrb_signals signals;
	struct sigaction action;

	(void)state;
	assert_int_equal(nrb_signals_begin(&signals), 0);
	raise(SIGTSTP); /* would stop this test for good */
	raise(SIGTTOU);
	raise(SIGTTIN);
	nrb_signals_end(&signals);
	assert_int_equal(signals.fd, -1);
	assert_int_equal(sigaction(SIGTSTP, NULL, &action), 0);
	assert_true(action.sa_handler == SIG_DFL);
}

static void test_the_mask_comes_back(void **state)
{
	struct nrb_signals signals;
	sigset_t now;

	(void)state;
	assert_int_equal(nrb_signals_begin(&signals), 0);
	sigprocmask(SIG_BLOCK, NULL, &now);
	assert_true(sigismember(&now, SIGINT));
	nrb_signals_end(&signals);
	sigprocmask(SIG_BLOCK, NULL, &now);
	assert_false(sigismember(&now, SIGINT));
	nrb_signals_end(&signals); /* twice is nothing */
}

static void test_nohup_is_honoured(void **state)
{
	struct nrb_signals signals;

	(void)state;
	(void)signal(SIGHUP, SIG_IGN);
	(void)signal(SIGINT, SIG_IGN); /* a shell's background job */
	assert_int_equal(nrb_signals_begin(&signals), 0);
	raise(SIGHUP);
	assert_int_equal(taken(&signals), 0);
	raise(SIGINT);
	assert_int_equal(taken(&signals), SIGINT);
	nrb_signals_end(&signals);
	(void)signal(SIGHUP, SIG_DFL);
	(void)signal(SIGINT, SIG_DFL);
}

/* Whoever runs the tests may ignore some of them (nohup), and a child inherits that. */
static int make_default(void **state)
{
	static const int all[] = { SIGINT, SIGTERM, SIGHUP, SIGTSTP, SIGTTIN, SIGTTOU };

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		(void)signal(all[i], SIG_DFL);
	}
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_ends_a_run_is_read),
		cmocka_unit_test(test_what_stops_is_ignored_and_given_back),
		cmocka_unit_test(test_the_mask_comes_back),
		cmocka_unit_test(test_nohup_is_honoured),
	};

	return cmocka_run_group_tests(tests, make_default, NULL);
}
