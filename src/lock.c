/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The directory in /run, safe against what others may have planted there, and its lock. */
#include "nrb/lock.h"

#include "nrb/clock.h"
#include "nrb/diag.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { RETRY_NS = 10000000 };

#define LOCK_NAME "lock"

static int open_level(int parent, const char *name, bool create, mode_t mode, int *fd)
{
	if (create && mkdirat(parent, name, mode) < 0 && errno != EEXIST) {
		return -errno;
	}
	*fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return *fd < 0 ? -errno : 0;
}

static int check_owner(int dir)
{
	struct stat st;

	if (fstat(dir, &st) < 0) {
		return nrb_fail(-errno, "cannot look at /%s", NRB_RUN_DIR);
	}
	if (st.st_uid != geteuid() || (st.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
		return nrb_refuse(NRB_EXIT_FAILED,
			"remove it, if nothing of yours is in it",
			"/%s is not ours alone: owner %u, mode %04o", NRB_RUN_DIR,
			(unsigned int)st.st_uid, (unsigned int)st.st_mode & 07777);
	}
	return 0;
}

int nrb_lock_open_dir(const struct nrb_root *root, bool create, int *dir)
{
	int run = -1, rc;

	*dir = -1;
	rc = open_level(root->fd, "run", create, 0755, &run);
	if (rc == 0) {
		rc = open_level(run, strchr(NRB_RUN_DIR, '/') + 1, create, 0700, dir);
		close(run);
	}
	if (rc < 0 && !create && (rc == -ENOENT || rc == -EACCES)) {
		return rc;
	}
	if (rc < 0) {
		return nrb_fail(rc, "cannot use /%s", NRB_RUN_DIR);
	}
	rc = check_owner(*dir);
	if (rc < 0) {
		close(*dir);
		*dir = -1;
	}
	return rc;
}

int nrb_lock_take(int dir, int wait_ms, int *lock)
{
	uint64_t deadline_ns = nrb_clock_ns() + (uint64_t)wait_ms * 1000000;
	const struct timespec pause = { .tv_nsec = RETRY_NS };
	int rc;

	*lock = openat(dir, LOCK_NAME, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (*lock < 0) {
		return nrb_fail(-errno, "cannot open /%s/%s", NRB_RUN_DIR, LOCK_NAME);
	}
	while (flock(*lock, LOCK_EX | LOCK_NB) < 0) {
		rc = -errno;
		if (rc == -EINTR ||
			(rc == -EWOULDBLOCK && nrb_clock_ns() < deadline_ns)) {
			nanosleep(&pause, NULL);
			continue;
		}
		close(*lock);
		*lock = -1;
		return rc == -EWOULDBLOCK ? -EBUSY
					  : nrb_fail(rc, "cannot lock /%s/%s",
						    NRB_RUN_DIR, LOCK_NAME);
	}
	return 0;
}

bool nrb_lock_is_held(int dir)
{
	int fd = openat(dir, LOCK_NAME, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	bool held;

	if (fd < 0) {
		return false;
	}
	held = flock(fd, LOCK_SH | LOCK_NB) < 0 && errno == EWOULDBLOCK;
	close(fd);
	return held;
}
