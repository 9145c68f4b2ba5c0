/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A machine of files for the tests of settings and guard, and processes to be killed. */
#ifndef NRB_TEST_GUARDTREE_H
#define NRB_TEST_GUARDTREE_H

#include "ends.h"
#include "nrb/clock.h"
#include "nrb/fsroot.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <setjmp.h>

#include <cmocka.h>

#define KNOB    "proc/sys/vm/zone_reclaim_mode"
#define LRU_GEN "sys/kernel/mm/lru_gen/enabled"
#define OOM     "proc/self/oom_score_adj"
#define BOOT_ID "proc/sys/kernel/random/boot_id"
#define RUN     "run/numa-reclaim-bench"
#define JOURNAL RUN "/state.json"
#define TEMP    RUN "/state.json.new"
#define LOCK    RUN "/lock"

struct tree {
	char dir[64];
	struct nrb_root root;
};

static inline void tree_write(struct tree *tree, const char *path, const char *text)
{
	int fd = openat(tree->root.fd, path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	must(fd >= 0);
	must(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	close(fd);
}

/* Borrowed until the next call. */
static inline const char *tree_read(struct tree *tree, const char *path)
{
	static char text[65536];
	int fd = openat(tree->root.fd, path, O_RDONLY);
	ssize_t n = fd >= 0 ? read(fd, text, sizeof(text) - 1) : -1;

	if (fd >= 0) {
		close(fd);
	}
	snprintf(text + (n > 0 ? n : 0), 32, "%s", n < 0 ? "(none)" : "");
	text[strcspn(text, "\n")] = '\0';
	return text;
}

static inline bool tree_has(struct tree *tree, const char *path)
{
	struct stat st;

	return fstatat(tree->root.fd, path, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

static inline void tree_mkdir(struct tree *tree, const char *path, mode_t mode)
{
	char part[256];

	for (size_t i = 1; i <= strlen(path); i++) {
		if (path[i] == '/' || path[i] == '\0') {
			snprintf(part, sizeof(part), "%.*s", (int)i, path);
			must(mkdirat(tree->root.fd, part, mode) == 0 || errno == EEXIST);
		}
	}
	must(fchmodat(tree->root.fd, path, mode, 0) == 0);
}

/* Have the machine list a process of ours, with what /proc of the live one says of it now: a link there
 * would lead out of the tree. */
static inline void tree_list_process(struct tree *tree, pid_t pid)
{
	char path[64], stat[1024];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	fd = open(path, O_RDONLY);
	n = read(fd, stat, sizeof(stat) - 1);
	close(fd);
	must(n > 0);
	stat[n] = '\0';
	snprintf(path, sizeof(path), "proc/%d", (int)pid);
	tree_mkdir(tree, path, 0755);
	snprintf(path, sizeof(path), "proc/%d/stat", (int)pid);
	tree_write(tree, path, stat);
}

/* Knob found at 4, MGLRU on. */
static inline void tree_create(struct tree *tree)
{
	strcpy(tree->dir, "/tmp/nrb-guard-XXXXXX");
	must(mkdtemp(tree->dir) != NULL);
	must(nrb_fsroot_open(&tree->root, tree->dir) == 0);
	tree_mkdir(tree, "proc/sys/vm", 0755);
	tree_mkdir(tree, "proc/sys/kernel/random", 0755);
	tree_mkdir(tree, "proc/self", 0755);
	tree_mkdir(tree, "sys/kernel/mm/lru_gen", 0755);
	tree_write(tree, KNOB, "4\n");
	tree_write(tree, LRU_GEN, "0x0007\n");
	tree_write(tree, OOM, "0\n");
	tree_write(tree, BOOT_ID, "6f9619ff-8b86-d011-b42d-00c04fc964ff\n");
}

static inline int remove_one(
	const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static inline void tree_destroy(struct tree *tree)
{
	nrb_fsroot_close(&tree->root);
	nftw(tree->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static inline int setup_tree(void **state)
{
	struct tree *tree = calloc(1, sizeof(*tree));

	/* orphans of a killed process come to us, so that we can wait for the guard's end */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	tree_create(tree);
	*state = tree;
	return 0;
}

static inline int teardown_tree(void **state)
{
	tree_destroy(*state);
	free(*state);
	return 0;
}

static inline bool becomes(struct tree *tree, const char *path, const char *text, int ms)
{
	uint64_t deadline_ns = nrb_clock_ns() + (uint64_t)ms * 1000000;

	while (strcmp(tree_read(tree, path), text) != 0) {
		if (nrb_clock_ns() >= deadline_ns) {
			return false;
		}
		poll(NULL, 0, 1);
	}
	return true;
}

#endif
