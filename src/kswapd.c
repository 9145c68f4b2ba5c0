/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel threads kswapd<node>, out of /proc/PID/stat. */
#include "nrb/kswapd.h"

#include "nrb/units.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* include/linux/sched.h; any program may call itself kswapd0, and a well-known miner does */
#define PF_KTHREAD 0x00200000u

enum { MAX_STAT = 1024 };

struct stat_line {
	char name[32];
	char state;
	unsigned int flags;
};

/* proc(5): pid (name) state ppid pgrp session tty tpgid flags; the name may hold anything. */
static int read_stat(const struct nrb_root *root, int pid, struct stat_line *stat)
{
	char path[48], text[MAX_STAT];
	char *open, *close;
	int rc;

	snprintf(path, sizeof(path), "proc/%d/stat", pid);
	rc = nrb_fsroot_read_str(root, path, text, sizeof(text));
	if (rc < 0) {
		return rc;
	}
	open = strchr(text, '(');
	close = strrchr(text, ')');
	if (open == NULL || close == NULL || close < open) {
		return -EPROTO;
	}
	*close = '\0';
	snprintf(stat->name, sizeof(stat->name), "%s", open + 1);
	if (sscanf(close + 1, " %c %*d %*d %*d %*d %*d %u", &stat->state, &stat->flags) !=
		2) {
		return -EPROTO;
	}
	return 0;
}

static bool is_asleep(const struct stat_line *stat)
{
	return stat->state == 'S' || stat->state == 'I';
}

/* The node of a kswapd thread, or -1. */
static int node_of(const struct stat_line *stat)
{
	int64_t node;

	return strncmp(stat->name, "kswapd", 6) == 0 && (stat->flags & PF_KTHREAD) &&
			       nrb_units_parse_i64(stat->name + 6, 0, INT32_MAX, &node) ==
				       0
		       ? (int)node
		       : -1;
}

struct pids {
	int *pid;
	size_t n;
};

static int add_pid(struct pids *pids, int pid)
{
	if ((pids->n & (pids->n - 1)) == 0) { /* full at powers of two */
		size_t room = pids->n > 0 ? 2 * pids->n : 1;
		int *grown = realloc(pids->pid, room * sizeof(*grown));

		if (grown == NULL) {
			return -ENOMEM;
		}
		pids->pid = grown;
	}
	pids->pid[pids->n++] = pid;
	return 0;
}

static int by_number(const void *a, const void *b)
{
	const int *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* All processes, the oldest first: threads of the kernel are among them, so that few have to be looked at.
 * What is in pids is the caller's to free, also after a failure. */
static int list_pids(const struct nrb_root *root, struct pids *pids)
{
	struct dirent *entry;
	int64_t pid;
	int fd, rc;
	DIR *dir;

	rc = nrb_fsroot_open_file(root, "proc", O_RDONLY | O_DIRECTORY, &fd);
	if (rc < 0) {
		return rc;
	}
	dir = fdopendir(fd);
	if (dir == NULL) {
		rc = -errno;
		close(fd);
		return rc;
	}
	while (rc == 0 && (entry = readdir(dir)) != NULL) {
		if (nrb_units_parse_i64(entry->d_name, 1, INT32_MAX, &pid) == 0) {
			rc = add_pid(pids, (int)pid);
		}
	}
	closedir(dir);
	if (pids->n > 0) {
		qsort(pids->pid, pids->n, sizeof(*pids->pid), by_number);
	}
	return rc;
}

/* Call each with every kswapd, until it is content. */
static int each_kswapd(const struct nrb_root *root,
	bool (*each)(void *arg, int node, int pid, bool asleep), void *arg)
{
	struct pids pids = { 0 };
	struct stat_line stat;
	bool is_content = false;
	int rc = list_pids(root, &pids);

	for (size_t i = 0; rc == 0 && i < pids.n && !is_content; i++) {
		if (read_stat(root, pids.pid[i], &stat) == 0 && node_of(&stat) >= 0) {
			is_content =
				each(arg, node_of(&stat), pids.pid[i], is_asleep(&stat));
		}
	}
	free(pids.pid);
	return rc < 0 ? rc : is_content ? 0 : -ENOENT;
}

struct wanted {
	int node, pid;
};

static bool is_wanted(void *arg, int node, int pid, bool asleep)
{
	struct wanted *wanted = arg;

	(void)asleep;
	wanted->pid = pid;
	return node == wanted->node;
}

int nrb_kswapd_find(const struct nrb_root *root, int node, int *pid)
{
	struct wanted wanted = { .node = node };
	int rc = each_kswapd(root, is_wanted, &wanted);

	if (rc == 0) {
		*pid = wanted.pid;
	}
	return rc;
}

struct states {
	enum nrb_kswapd_state *of;
	int n, n_left;
};

static bool note_state(void *arg, int node, int pid, bool asleep)
{
	struct states *states = arg;

	(void)pid;
	if (node < states->n && states->of[node] == NRB_KSWAPD_UNKNOWN) {
		states->of[node] = asleep ? NRB_KSWAPD_ASLEEP : NRB_KSWAPD_AWAKE;
		states->n_left--;
	}
	return states->n_left == 0;
}

void nrb_kswapd_states(const struct nrb_root *root, enum nrb_kswapd_state *states, int n)
{
	struct states all = { .of = states, .n = n, .n_left = n };

	for (int i = 0; i < n; i++) {
		states[i] = NRB_KSWAPD_UNKNOWN;
	}
	(void)each_kswapd(root, note_state, &all);
}

int nrb_kswapd_is_asleep(const struct nrb_root *root, int pid, bool *asleep)
{
	struct stat_line stat;
	int rc = read_stat(root, pid, &stat);

	if (rc == 0) {
		*asleep = is_asleep(&stat);
	}
	return rc == 0 || rc == -EPROTO ? rc : -ENOENT;
}
