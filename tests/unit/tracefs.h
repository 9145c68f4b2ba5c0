/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A kernel's tracefs: an instance comes with its files, and goes with them. Wraps mkdirat and unlinkat. */
#ifndef NRB_TEST_TRACEFS_H
#define NRB_TEST_TRACEFS_H

#include "traced.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define INSTANCES     "sys/kernel/tracing/instances"
#define RECLAIM_EVENT "events/vmscan/mm_vmscan_node_reclaim_"

int __wrap_mkdirat(int dir, const char *path, mode_t mode);
int __real_mkdirat(int dir, const char *path, mode_t mode);
int __wrap_unlinkat(int dir, const char *path, int flags);
int __real_unlinkat(int dir, const char *path, int flags);

static struct {
	const struct tree *tree;
	const char *
		recorded; /* whose formats it has: a directory of tests/trace; NULL: no events */
	const char *lacks;     /* a file that it does not have; NULL: none */
	int mkdir_errno, busy; /* busy: removals that find it so */
	int removals;
	bool in_kernel; /* what is called now is the kernel's */
	char made[64];  /* the last instance's name */
} tracefs;

static inline void tracefs_put(const char *name, const char *text)
{
	char path[256];

	if (tracefs.lacks == NULL || strcmp(name, tracefs.lacks) != 0) {
		snprintf(path, sizeof(path), INSTANCES "/%s/%s", tracefs.made, name);
		tree_write(tracefs.tree, path, text);
	}
}

static inline void tracefs_put_recorded(const char *name, const char *recorded)
{
	size_t len;
	char *text = traced_file(tracefs.recorded, recorded, &len);

	tracefs_put(name, text);
	free(text);
}

static inline void tracefs_fill(void)
{
	static const char *const empty[] = { "tracing_on", "trace_clock",
		"buffer_size_kb", "options/overwrite", "events/oom/mark_victim/trigger",
		"events/oom/wake_reaper/trigger" };

	for (size_t i = 0; i < sizeof(empty) / sizeof(empty[0]); i++) {
		tracefs_put(empty[i], "");
	}
	for (int cpu = 0; cpu < 3; cpu++) {
		char name[64];

		snprintf(name, sizeof(name), "per_cpu/cpu%d/buffer_size_kb", cpu);
		tracefs_put(name, "");
		snprintf(name, sizeof(name), "per_cpu/cpu%d/trace_pipe_raw", cpu);
		tracefs_put(name, "");
		snprintf(name, sizeof(name), "per_cpu/cpu%d/stats", cpu);
		tracefs_put(name,
			"entries: 0\noverrun: 0\ndropped events: 0\nread events: 0\n");
	}
	if (tracefs.recorded != NULL) {
		tracefs_put_recorded("events/header_page", "header_page");
		tracefs_put_recorded(RECLAIM_EVENT "begin/format", "begin.format");
		tracefs_put_recorded(RECLAIM_EVENT "end/format", "end.format");
		tracefs_put(RECLAIM_EVENT "begin/enable", "");
		tracefs_put(RECLAIM_EVENT "end/enable", "");
	}
}

int __wrap_mkdirat(int dir, const char *path, mode_t mode)
{
	int rc;

	if (tracefs.mkdir_errno != 0) {
		errno = tracefs.mkdir_errno;
		return -1;
	}
	rc = __real_mkdirat(dir, path, mode);
	if (rc == 0) {
		tracefs.in_kernel = true;
		snprintf(tracefs.made, sizeof(tracefs.made), "%s", path);
		tracefs_fill();
		tracefs.in_kernel = false;
	}
	return rc;
}

int __wrap_unlinkat(int dir, const char *path, int flags)
{
	char full[256];

	assert_int_equal(flags, AT_REMOVEDIR);
	tracefs.removals++;
	if (tracefs.busy > 0) {
		tracefs.busy--;
		errno = EBUSY;
		return -1;
	}
	if (faccessat(dir, path, F_OK, 0) < 0) {
		return -1;
	}
	snprintf(full, sizeof(full), "%s/" INSTANCES "/%s", tracefs.tree->dir, path);
	return nftw(full, tree_remove, 8, FTW_DEPTH | FTW_PHYS);
}

static inline int tracefs_setup(void **state)
{
	int rc = tree_setup(state);

	memset(&tracefs, 0, sizeof(tracefs));
	tracefs.tree = *state;
	tracefs.recorded = "7.3";
	tree_write(*state, INSTANCES "/foreign/tracing_on", "1\n");
	return rc;
}

/* What a file of the instance holds. */
static inline const char *tracefs_get(const char *name)
{
	static char text[256];
	char path[256];

	snprintf(path, sizeof(path), INSTANCES "/%s/%s", tracefs.made, name);
	return nrb_fsroot_read_str(&tracefs.tree->root, path, text, sizeof(text)) < 0
		       ? "(none)"
		       : text;
}

static inline bool tracefs_has(const char *instance)
{
	char path[256];

	snprintf(path, sizeof(path), INSTANCES "/%s", instance);
	return faccessat(tracefs.tree->root.fd, path, F_OK, 0) == 0;
}

/* A process with that start time. */
static inline void tracefs_put_process(int pid, char state, int start_time)
{
	char path[64], text[256];

	snprintf(path, sizeof(path), "proc/%d/stat", pid);
	snprintf(text, sizeof(text),
		"%d (a) b) %c 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 %d 0 0\n", pid, state,
		start_time);
	tree_write(tracefs.tree, path, text);
}

#endif
