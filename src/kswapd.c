/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel threads kswapd<node>, out of /proc/PID/stat. */
#include "nrb/kswapd.h"

#include "nrb/units.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
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

int nrb_kswapd_find(const struct nrb_root *root, int node, int *pid)
{
	struct stat_line stat;
	struct dirent *entry;
	char name[32];
	int64_t number;
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
	snprintf(name, sizeof(name), "kswapd%d", node);
	rc = -ENOENT;
	while (rc == -ENOENT && (entry = readdir(dir)) != NULL) {
		if (nrb_units_parse_i64(entry->d_name, 1, INT32_MAX, &number) == 0 &&
			read_stat(root, (int)number, &stat) == 0 &&
			strcmp(stat.name, name) == 0 && (stat.flags & PF_KTHREAD)) {
			*pid = (int)number;
			rc = 0;
		}
	}
	closedir(dir);
	return rc;
}

int nrb_kswapd_is_asleep(const struct nrb_root *root, int pid, bool *asleep)
{
	struct stat_line stat;
	int rc = read_stat(root, pid, &stat);

	if (rc == 0) {
		*asleep = stat.state == 'S' || stat.state == 'I';
	}
	return rc == 0 || rc == -EPROTO ? rc : -ENOENT;
}
