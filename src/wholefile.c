/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Write a file whole: temporary name, sync, rename. */
#include "nrb/wholefile.h"

#include "nrb/diag.h"
#include "nrb/writeall.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* As root, a rename would turn /dev/null into a file. */
static int check_target(const char *path, const char *not_this)
{
	struct stat target, other;

	if (lstat(path, &target) < 0) {
		return errno == ENOENT ? 0 : nrb_fail(-errno, "%s", path);
	}
	if (!S_ISREG(target.st_mode)) {
		return nrb_refuse(NRB_EXIT_FAILED, "name another file",
			"%s is no regular file", path);
	}
	if (not_this != NULL && stat(not_this, &other) == 0 &&
		other.st_dev == target.st_dev && other.st_ino == target.st_ino) {
		return nrb_refuse(NRB_EXIT_FAILED, "name another file",
			"%s is the record itself", path);
	}
	return 0;
}

static int fill(int fd, const char *text, size_t len)
{
	int rc = nrb_write_all(fd, text, len);

	if (rc == 0 && (fchmod(fd, 0644) < 0 || fsync(fd) < 0)) {
		rc = -errno;
	}
	if (close(fd) < 0 && rc == 0) {
		rc = -errno;
	}
	return rc;
}

/* Hidden, and of another ending, so that nobody takes it for the file. */
static char *temporary_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	int dir = slash != NULL ? (int)(slash + 1 - path) : 0;
	char *name;

	return asprintf(&name, "%.*s.%s.XXXXXX", dir, path, path + dir) < 0 ? NULL : name;
}

int nrb_wholefile_write(
	const char *path, const char *text, size_t len, const char *not_this)
{
	int fd, rc = check_target(path, not_this);
	char *name;

	if (rc < 0) {
		return rc;
	}
	name = temporary_name(path);
	if (name == NULL) {
		return nrb_fail(-ENOMEM, "%s", path);
	}
	fd = mkostemp(name, O_CLOEXEC);
	if (fd < 0) {
		rc = nrb_fail(-errno, "%s", path);
		free(name);
		return rc;
	}
	rc = fill(fd, text, len);
	if (rc == 0 && rename(name, path) < 0) {
		rc = -errno;
	}
	if (rc < 0) {
		unlink(name);
		nrb_fail(rc, "%s", path);
	}
	free(name);
	return rc;
}
