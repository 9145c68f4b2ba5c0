/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All processes of the PID namespace that /proc shows. */
#include "nrb/pids.h"

#include "nrb/units.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

static int add_pid(struct nrb_pids *pids, pid_t pid)
{
	if ((pids->n & (pids->n - 1)) == 0) { /* full at powers of two */
		size_t room = pids->n > 0 ? 2 * pids->n : 1;
		pid_t *grown = realloc(pids->pid, room * sizeof(*grown));

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
	const pid_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

int nrb_pids_list(const struct nrb_root *root, struct nrb_pids *pids)
{
	struct dirent *entry;
	int64_t pid;
	int fd, rc;
	DIR *dir;

	*pids = (struct nrb_pids){ 0 };
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
			rc = add_pid(pids, (pid_t)pid);
		}
	}
	closedir(dir);
	if (pids->n > 0) {
		qsort(pids->pid, pids->n, sizeof(*pids->pid), by_number);
	}
	return rc;
}

void nrb_pids_free(struct nrb_pids *pids)
{
	free(pids->pid);
	*pids = (struct nrb_pids){ 0 };
}
