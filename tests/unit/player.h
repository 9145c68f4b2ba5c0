/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A player: a process that plays what is tested while one of its calls fails (failing.h), and then tells
 * how it went. Included after a header that has a struct tree.
 */
#ifndef NRB_TEST_PLAYER_H
#define NRB_TEST_PLAYER_H

#include "ends.h"
#include "failing.h"
#include "nrb/diag.h"

#include <stdio.h>

enum { PLAYER_END_MS = 3000 };

/* What the player tells; in memory that it shares. */
static struct told {
	int struck;
	bool is_over;    /* it came to its end */
	int rc, code;    /* of what was played */
	int fds, locked; /* more than before: descriptors, and KiB of locked memory */
	char message[1024];
} * told;

static inline int count_fds(void)
{
	int n = 0;

	for (int fd = 0; fd < 256; fd++) {
		n += fcntl(fd, F_GETFD) >= 0;
	}
	return n;
}

static inline int locked_kib(void)
{
	FILE *status = fopen("/proc/self/status", "r");
	char line[256];
	int kib = -1;

	must(status != NULL);
	while (kib < 0 && fgets(line, sizeof(line), status) != NULL) {
		(void)sscanf(line, "VmLck: %d kB", &kib);
	}
	fclose(status);
	return kib;
}

/* What was said goes to a file of the tree, where it is counted. */
static inline _Noreturn void be_player(struct tree *tree, int (*act)(struct tree *tree))
{
	const struct failure *failure = faults.failure;
	int fds = count_fds(), said;

	failing_disarm();
	said = openat(tree->root.fd, "said",
		O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0644);
	must(said >= 0 && dup2(said, STDERR_FILENO) >= 0 && close(said) == 0);
	faults.player = getpid();
	faults.failure = failure;
	told->rc = act(tree);
	failing_disarm();
	told->code = (int)nrb_diag_exit(told->rc);
	told->fds = count_fds() - fds;
	told->locked = locked_kib();
	snprintf(told->message, sizeof(told->message), "%s", nrb_diag_message());
	told->is_over = true;
	_exit(0);
}

/* -- in the test -- */

static struct {
	const struct failure *failure;
	int nth;
} now;

/* Says which failure it was. */
#define assert_here(condition)                                                           \
	do {                                                                             \
		if (!(condition)) {                                                      \
			fail_here(#condition, __LINE__);                                 \
		}                                                                        \
	} while (0)

static inline void fail_here(const char *condition, int line)
{
	print_error("said: %s\n", told->message);
	fail_msg("line %d: %s: with %s no. %d failing by %s%s, exit code %d", line,
		condition, now.failure->call, now.nth,
		strerrorname_np(now.failure->error),
		now.failure->always ? " from then on" : "", told->code);
}

/* Returns false once there is no nth call. */
static inline bool play_with_failure(struct tree *tree, const struct failure *failure,
	int nth, bool in_others, int (*act)(struct tree *tree))
{
	pid_t pid;

	now.failure = failure;
	now.nth = nth;
	memset(told, 0, sizeof(*told));
	faults.in_others = in_others;
	failing_arm(failure, nth, &told->struck);
	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		be_player(tree, act);
	}
	failing_disarm();
	must(pid > 0);
	assert_here(waitpid(pid, NULL, 0) == pid);
	assert_here(all_end_within(PLAYER_END_MS));
	return told->struck != 0;
}

/* But warnings. */
static inline int count_said(struct tree *tree)
{
	static const char warning[] = "numa-reclaim-bench: warning:";
	char path[128], line[1024];
	int n = 0;
	FILE *said;

	snprintf(path, sizeof(path), "%s/said", tree->dir);
	said = fopen(path, "r");
	must(said != NULL);
	while (fgets(line, sizeof(line), said) != NULL) {
		n += strncmp(line, warning, strlen(warning)) != 0;
	}
	fclose(said);
	return n;
}

/* Whether the message says what the kernel said. */
static inline bool names_failure(void)
{
	/* who cannot look at a file does not trust it, and says that */
	return strstr(told->message, strerror(now.failure->error)) != NULL ||
	       strcmp(now.failure->call, "fstat64") == 0;
}

static inline int player_begin(void)
{
	told = mmap(NULL, sizeof(*told), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	failing_watch_jansson();
	return told == MAP_FAILED;
}

static inline void player_end(void)
{
	munmap(told, sizeof(*told));
}

#endif
