/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Waiting and writing: a signal ends both, and a reader that does not read holds up neither. */
#include "nrb/watchout.h"

#include "nrb/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static struct nrb_watch_out out;
static int ends[2];

static int setup(void **state)
{
	(void)state;
	return pipe2(ends, O_CLOEXEC) == 0 ? nrb_watchout_begin(&out, ends[1]) : -1;
}

static int teardown(void **state)
{
	(void)state;
	nrb_watchout_end(&out);
	close(ends[0]);
	close(ends[1]);
	return 0;
}

static uint64_t in_ms(int ms)
{
	return nrb_clock_ns() + (uint64_t)ms * 1000000;
}

static void waits(void **state)
{
	uint64_t due = in_ms(30);

	(void)state;
	assert_int_equal(nrb_watchout_wait(&out, due), 0);
	assert_true(nrb_clock_ns() >= due);
	assert_int_equal(nrb_watchout_wait(&out, due), 0); /* past: at once */
	raise(SIGWINCH);
	assert_int_equal(nrb_watchout_wait(&out, in_ms(60000)), 1);
	assert_int_equal(out.interrupt.signal, 0);
	raise(SIGTERM);
	assert_int_equal(nrb_watchout_wait(&out, in_ms(60000)), 0);
	assert_int_equal(out.interrupt.signal, SIGTERM);
}

/* A child of ours interrupts in a while. */
static pid_t interrupt_later(void)
{
	pid_t parent = getpid(), child = fork();

	if (child == 0) {
		usleep(50000);
		kill(parent, SIGINT);
		_exit(0);
	}
	assert_true(child > 0);
	return child;
}

static void writes_until_a_signal(void **state)
{
	static char text[1 << 20];
	pid_t child;

	(void)state;
	memset(text, 'x', sizeof(text));
	assert_int_equal(nrb_watchout_write(&out, text, 5000), 0);
	child = interrupt_later();
	assert_int_equal(nrb_watchout_write(&out, text, sizeof(text)), 0);
	assert_int_equal(out.interrupt.signal, SIGINT);
	assert_int_equal(waitpid(child, NULL, 0), child);
}

static void no_reader(void **state)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN }, old;

	(void)state;
	sigaction(SIGPIPE, &ignore, &old); /* it waits until the end */
	close(ends[0]);
	assert_int_equal(nrb_watchout_write(&out, "x", 1), -EPIPE);
	ends[0] = dup(ends[1]);
}

static void assert_drawn(const char *wanted)
{
	char text[256];
	ssize_t n = read(ends[0], text, sizeof(text) - 1);

	assert_true(n > 0);
	text[n] = '\0';
	assert_string_equal(text, wanted);
}

/* What stood there scrolls away; nothing but the picture is written, and no mode of the terminal. */
static void draws(void **state)
{
	(void)state;
	assert_int_equal(nrb_watchout_draw(&out, "a\nb\n", 80, 4), 0);
	assert_drawn("\n\n\n\033[Ha\033[K\nb\033[K\n\033[J");
	assert_int_equal(nrb_watchout_draw(&out, "c\n", 80, 4), 0);
	assert_drawn("\033[Hc\033[K\n\033[J");
	assert_int_equal(nrb_watchout_draw(&out, "d\n", 100, 4), 0);
	assert_drawn("\033[H\033[2Jd\033[K\n\033[J");
}

#define OUT_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		OUT_TEST(waits),
		OUT_TEST(writes_until_a_signal),
		OUT_TEST(no_reader),
		OUT_TEST(draws),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
