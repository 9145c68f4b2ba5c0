/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Descriptors, a mask and limits that we did not ask for. */
#include "nrb/inherited.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef CLOSE_RANGE_CLOEXEC
#	define CLOSE_RANGE_CLOEXEC (1U << 2) /* since 5.11 */
#endif

void nrb_inherited_close(unsigned int first, unsigned int last)
{
	if (syscall(SYS_close_range, first, last, 0) == 0) {
		return;
	}
	for (long fd = first; fd <= (long)last && fd < sysconf(_SC_OPEN_MAX); fd++) {
		close((int)fd);
	}
}

/* They stay open: an operand may be /dev/fd/N. */
static void hide(unsigned int first)
{
	if (syscall(SYS_close_range, first, ~0u, CLOSE_RANGE_CLOEXEC) == 0) {
		return;
	}
	for (int fd = (int)first; fd < sysconf(_SC_OPEN_MAX); fd++) {
		(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
	}
}

/* A record or a sysctl must never get what is printed. */
static void hold_standard_streams(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF) {
			(void)!open(
				"/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
		}
	}
}

void nrb_inherited_tame(void)
{
	hold_standard_streams();
	hide(STDERR_FILENO + 1);
	if (geteuid() == 0) {
		umask(umask(S_IWGRP | S_IWOTH) | S_IWGRP | S_IWOTH);
	}
}

bool nrb_inherited_ignores(int number)
{
	struct sigaction action;

	return sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

void nrb_inherited_make_room(int n)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < (rlim_t)n &&
		limit.rlim_cur < limit.rlim_max) {
		limit.rlim_cur = limit.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &limit);
	}
}
