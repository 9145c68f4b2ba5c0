/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A run, played in a process of its own against a tree of files. The moments that it passes are
 * counted, and it is played once for each with an act there, until it gets through.
 */
#ifndef NRB_TEST_PLAY_H
#define NRB_TEST_PLAY_H

#include "guardtree.h"

#include "nrb/guard.h"
#include "nrb/lock.h"
#include "nrb/moment.h"

void __wrap_nrb_moment_pass(const char *moment);

enum { BACK_MS = 1000, ALL_GONE_MS = 3000 };

static struct {
	struct tree *tree;
	struct nrb_guard *guard;
	int (*run)(struct tree *tree); /* the play: 0 as a run that went well */
	pid_t parent;                  /* the process that plays it */
	int countdown;                 /* moments of the parent until the act */
	const char *only;              /* act at this moment alone; NULL: at any */
	void (*act)(void);
	const char *kill_guard_at; /* moment in the guard process itself */
} play;

void __wrap_nrb_moment_pass(const char *moment)
{
	if (play.parent != getpid()) {
		if (play.kill_guard_at != NULL &&
			strcmp(play.kill_guard_at, moment) == 0) {
			raise(SIGKILL);
		}
		return;
	}
	if (play.act == NULL || (play.only != NULL && strcmp(play.only, moment) != 0)) {
		return;
	}
	if (--play.countdown == 0) {
		play.act();
	}
}

static inline void kill_parent(void)
{
	raise(SIGKILL);
}

static inline pid_t guard_pid(void)
{
	char path[64], line[128];
	int pid = -1;
	FILE *info;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", nrb_guard_fd(play.guard));
	info = fopen(path, "r");
	must(info != NULL);
	while (fgets(line, sizeof(line), info) != NULL) {
		if (sscanf(line, "Pid: %d", &pid) == 1) {
			break;
		}
	}
	fclose(info);
	return pid;
}

static inline void kill_guard(void)
{
	struct pollfd pollfd = { .fd = nrb_guard_fd(play.guard), .events = POLLIN };
	pid_t pid = guard_pid();

	if (pid > 0) {
		kill(pid, SIGKILL);
		must(poll(&pollfd, 1, 1000) == 1);
	}
}

static inline void kill_both(void)
{
	kill_guard();
	raise(SIGKILL);
}

/* What a run does to a setting. */
struct play_step {
	const char *name, *value;
};

/* A run of these steps, up to the first that fails; returns nrb_guard_end's verdict. */
static inline int play_steps(struct tree *tree, const struct play_step *steps, size_t n)
{
	const struct nrb_place anywhere = { 0 };
	int rc = 0, end;

	must(nrb_guard_begin(&play.guard, &tree->root, &anywhere) == 0);
	for (size_t i = 0; i < n && rc == 0; i++) {
		rc = nrb_guard_set(play.guard, steps[i].name, steps[i].value);
	}
	end = nrb_guard_end(play.guard, NULL, NULL);
	return rc < 0 ? rc : end;
}

/* Play a run with an act at its nth moment. Returns false once it has no nth moment. */
static inline bool play_with(struct tree *tree, int nth, void (*act)(void), int *status)
{
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		int null = open("/dev/null", O_WRONLY);

		dup2(null, STDERR_FILENO); /* hundreds of messages that are meant to be */
		play.tree = tree;
		play.parent = getpid();
		play.countdown = nth;
		play.act = act;
		_exit(play.run(tree) == 0 ? (play.countdown > 0 ? 50 : 0) : 1);
	}
	assert_int_equal(waitpid(pid, status, 0), pid);
	return !(WIFEXITED(*status) && WEXITSTATUS(*status) == 50);
}

/* Whether nobody holds the lock and nothing of a journal is left. */
static inline bool is_cleared(struct tree *tree)
{
	int dir = -1, lock = -1;
	bool is_free = nrb_lock_open_dir(&tree->root, false, &dir) == 0 &&
		       nrb_lock_take(dir, 0, &lock) == 0;

	if (lock >= 0) {
		close(lock);
	}
	if (dir >= 0) {
		close(dir);
	}
	return is_free && !tree_has(tree, JOURNAL) && !tree_has(tree, TEMP);
}

#endif
