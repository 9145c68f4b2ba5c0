/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Descriptors and a mask of who started us; also on kernels before close_range(2). */
#include "nrb/inherited.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

long __wrap_syscall(long number, ...);
long __real_syscall(long number, ...);

static bool is_old;

long __wrap_syscall(long number, ...)
{
	va_list args;
	long a, b, c;

	va_start(args, number);
	a = va_arg(args, long);
	b = va_arg(args, long);
	c = va_arg(args, long);
	va_end(args);
	if (is_old && number == SYS_close_range) {
		errno = ENOSYS;
		return -1;
	}
	return __real_syscall(number, a, b, c);
}

/* Run in a process of its own; its exit status is the verdict, 0 or a line. */
static void in_child(int (*act)(void))
{
	for (int i = 0; i < 2; i++) {
		int status;
		pid_t pid;

		is_old = i == 1;
		pid = fork();
		if (pid == 0) {
			_exit(act());
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_int_equal(status, 0);
	}
	is_old = false;
}

#define MUST(condition)                                                                  \
	do {                                                                             \
		if (!(condition)) {                                                      \
			return __LINE__;                                                 \
		}                                                                        \
	} while (0)

static bool is_open(int fd)
{
	return fcntl(fd, F_GETFD) >= 0;
}

static int others_stay_here(void)
{
	int fd = open("/dev/null", O_RDONLY), high = fcntl(fd, F_DUPFD, 200);

	nrb_inherited_tame();
	MUST(is_open(fd) && is_open(high)); /* /dev/fd/N may be an operand */
	MUST(fcntl(fd, F_GETFD) == FD_CLOEXEC && fcntl(high, F_GETFD) == FD_CLOEXEC);
	MUST(fcntl(STDERR_FILENO, F_GETFD) == 0);
	return 0;
}

static int standard_streams_are_held(void)
{
	close(STDIN_FILENO);
	close(STDOUT_FILENO);
	nrb_inherited_tame();
	MUST(is_open(STDIN_FILENO) && is_open(STDOUT_FILENO));
	MUST(read(STDIN_FILENO, (char[1]){ 0 }, 1) < 0);
	MUST(write(STDOUT_FILENO, "x", 1) < 0);
	return 0;
}

static int the_mask_of_root(void)
{
	mode_t after;

	umask(0);
	nrb_inherited_tame();
	after = umask(0);
	MUST(after == (geteuid() == 0 ? 022 : 0));
	umask(077);
	nrb_inherited_tame();
	MUST(umask(0) == 077);
	return 0;
}

static int a_range_is_closed(void)
{
	int fd = open("/dev/null", O_RDONLY), high = fcntl(fd, F_DUPFD, 200);

	nrb_inherited_close(100, 150);
	MUST(is_open(fd) && is_open(high));
	nrb_inherited_close(150, ~0u);
	MUST(is_open(fd) && !is_open(high));
	return 0;
}

static int what_is_ignored(void)
{
	(void)signal(SIGHUP, SIG_DFL);
	MUST(!nrb_inherited_ignores(SIGHUP));
	(void)signal(SIGHUP, SIG_IGN);
	MUST(nrb_inherited_ignores(SIGHUP));
	MUST(!nrb_inherited_ignores(SIGKILL) && !nrb_inherited_ignores(-1));
	return 0;
}

static rlim_t files_of(rlim_t soft, rlim_t hard, int wanted)
{
	struct rlimit limit = { .rlim_cur = soft, .rlim_max = hard };

	(void)setrlimit(RLIMIT_NOFILE, &limit);
	nrb_inherited_make_room(wanted);
	(void)getrlimit(RLIMIT_NOFILE, &limit);
	return limit.rlim_cur;
}

static int room_for_files(void)
{
	MUST(files_of(64, 512, 64) == 64);
	MUST(files_of(64, 512, 65) == 512);
	MUST(files_of(64, 512, 5000) == 512); /* as many as there may be */
	return 0;
}

static void test_in_children(void **state)
{
	(void)state;
	in_child(others_stay_here);
	in_child(standard_streams_are_held);
	in_child(the_mask_of_root);
	in_child(a_range_is_closed);
	in_child(what_is_ignored);
	in_child(room_for_files);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_in_children),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
