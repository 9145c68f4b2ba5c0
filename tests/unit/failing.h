/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Calls that fail: the k-th one of a function, once or from then on, with an errno of choice. A test
 * plays what it tests for every k, until a play gets through without having been struck.
 * The functions are those of failing_calls in meson.build; jansson allocates through "malloc" too.
 */
#ifndef NRB_TEST_FAILING_H
#define NRB_TEST_FAILING_H

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { SHORT = -1, SHORT_LEN = 64 };

/* One way to fail. */
struct failure {
	const char *call;
	int stride;      /* of so many calls one fails; 0: each */
	int error;       /* errno; SHORT: no error, but only a part of it is done */
	bool always;     /* from the k-th call on */
	bool is_nothing; /* what is tested gets through it */
	bool of_others;  /* only the player's children call it */
	bool is_said;    /* also where it is nothing */
	const char *
		too; /* fails as well, once the k-th call has: how a failure is met, fails */
};

static struct {
	const struct failure *failure; /* NULL: nothing fails */
	int countdown;
	pid_t player, tester;
	bool in_others; /* in the player's children, and not in the player */
	int *struck;    /* shared with them */
} faults;

/* In the tester, before the fork of the player; in that, faults.player is set. */
static inline void failing_arm(const struct failure *failure, int nth, int *struck)
{
	*struck = 0;
	faults.tester = getpid();
	faults.failure = failure;
	faults.countdown = nth;
	faults.struck = struck;
}

/* To the next call; with NRB_LONG each of them fails. */
static inline int failing_stride(const struct failure *failure)
{
	return failure->stride > 0 && getenv("NRB_LONG") == NULL ? failure->stride : 1;
}

static inline void failing_disarm(void)
{
	faults.failure = NULL;
}

static inline bool failing_is_here(void)
{
	pid_t pid = getpid();

	return faults.in_others ? pid != faults.player && pid != faults.tester
				: pid == faults.player;
}

static inline bool failing_is_due(const char *call)
{
	const struct failure *failure = faults.failure;

	if (failure != NULL && failure->too != NULL && strcmp(failure->too, call) == 0 &&
		failing_is_here()) {
		return *faults.struck != 0;
	}
	if (failure == NULL || strcmp(failure->call, call) != 0 || !failing_is_here()) {
		return false;
	}
	faults.countdown--;
	if (faults.countdown > 0 || (faults.countdown < 0 && !failure->always)) {
		return false;
	}
	*faults.struck = 1;
	return true;
}

static inline bool failing_strikes(const char *call)
{
	if (!failing_is_due(call)) {
		return false;
	}
	errno = faults.failure->error;
	return true;
}

/* A file of the kernel's takes or gives all of so few bytes, or nothing. */
static inline bool failing_is_short(const char *call, size_t *len)
{
	if (faults.failure == NULL || faults.failure->error != SHORT ||
		*len < SHORT_LEN || !failing_is_due(call)) {
		return false;
	}
	*len /= 2;
	return true;
}

/* clang-format off */
#define FAILING(type, name, params, args) \
	type __real_##name params; \
	type __wrap_##name params; \
	type __wrap_##name params \
	{ \
		return failing_strikes(#name) ? (type)-1 : __real_##name args; \
	}
#define FAILING_MEMORY(name, params, args) \
	void *__real_##name params; \
	void *__wrap_##name params; \
	void *__wrap_##name params \
	{ \
		return failing_strikes(#name) ? NULL : __real_##name args; \
	}
#define FAILING_TRANSFER(name, buf_type) \
	ssize_t __real_##name(int fd, buf_type *buf, size_t len); \
	ssize_t __wrap_##name(int fd, buf_type *buf, size_t len); \
	ssize_t __wrap_##name(int fd, buf_type *buf, size_t len) \
	{ \
		if (!failing_is_short(#name, &len) && faults.failure != NULL && \
			faults.failure->error != SHORT && failing_strikes(#name)) { \
			return -1; \
		} \
		return __real_##name(fd, buf, len); \
	}

FAILING(int, eventfd, (unsigned int count, int flags), (count, flags))
FAILING(int, flock, (int fd, int operation), (fd, operation))
FAILING(pid_t, fork, (void), ())
FAILING(int, fstat64, (int fd, struct stat *st), (fd, st))
FAILING(int, fsync, (int fd), (fd))
FAILING(int, ftruncate64, (int fd, off_t len), (fd, len))
FAILING(int, mkdirat, (int dir, const char *path, mode_t mode), (dir, path, mode))
FAILING(int, open64, (const char *path, int flags, mode_t mode), (path, flags, mode))
FAILING(int, openat64, (int dir, const char *path, int flags, mode_t mode),
	(dir, path, flags, mode))
FAILING(int, poll, (struct pollfd *fds, nfds_t n, int ms), (fds, n, ms))
FAILING(int, renameat, (int from, const char *old, int to, const char *new),
	(from, old, to, new))
FAILING(long, set_mempolicy, (int mode, const unsigned long *mask, unsigned long max),
	(mode, mask, max))
FAILING(int, signalfd, (int fd, const sigset_t *set, int flags), (fd, set, flags))
FAILING(int, socketpair, (int domain, int type, int protocol, int *ends),
	(domain, type, protocol, ends))
FAILING(int, unlinkat, (int dir, const char *path, int flags), (dir, path, flags))
FAILING(pid_t, waitpid, (pid_t pid, int *status, int options), (pid, status, options))
FAILING_MEMORY(calloc, (size_t n, size_t size), (n, size))
FAILING_MEMORY(malloc, (size_t size), (size))
FAILING_MEMORY(realloc, (void *old, size_t size), (old, size))
FAILING_MEMORY(strdup, (const char *text), (text))
FAILING_TRANSFER(read, void)
FAILING_TRANSFER(write, const void)
/* clang-format on */

void *__real_mmap64(
	void *at, size_t len, int protection, int flags, int fd, off_t offset);
void *__wrap_mmap64(
	void *at, size_t len, int protection, int flags, int fd, off_t offset);
void *__wrap_mmap64(void *at, size_t len, int protection, int flags, int fd, off_t offset)
{
	return failing_strikes("mmap64")
		       ? MAP_FAILED
		       : __real_mmap64(at, len, protection, flags, fd, offset);
}

/* What the address sanitizer keeps of all memory would be locked too, which takes longer than all else. */
int __real_mlockall(int flags);
int __wrap_mlockall(int flags);
int __wrap_mlockall(int flags)
{
	bool fails = failing_strikes("mlockall");

#ifdef __SANITIZE_ADDRESS__
	(void)flags;
	return fails ? -1 : 0;
#else
	return fails ? -1 : __real_mlockall(flags);
#endif
}

/* Closed all the same: close(2). */
int __real_close(int fd);
int __wrap_close(int fd);
int __wrap_close(int fd)
{
	int rc = __real_close(fd);

	return failing_strikes("close") ? -1 : rc;
}

#ifndef NRB_TEST_RUNS_H /* which has its own */
long __real_syscall(long number, long a, long b, long c, long d, long e, long f);
long __wrap_syscall(long number, long a, long b, long c, long d, long e, long f);
long __wrap_syscall(long number, long a, long b, long c, long d, long e, long f)
{
	if ((number == SYS_openat2 && failing_strikes("openat64")) ||
		(number == SYS_pidfd_open && failing_strikes("pidfd_open")) ||
		(number == SYS_close_range && failing_strikes("close_range"))) {
		return -1;
	}
	return __real_syscall(number, a, b, c, d, e, f);
}
#endif

static inline void failing_watch_jansson(void)
{
	json_set_alloc_funcs(__wrap_malloc, free);
}

#endif
