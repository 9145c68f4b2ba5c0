/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Write a file whole: no name, sync, then its name. */
#include "nrb/wholefile.h"

#include "nrb/diag.h"
#include "nrb/nameless.h"
#include "nrb/writeall.h"

#include <errno.h>
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

	return rc == 0 && (fchmod(fd, 0644) < 0 || fsync(fd) < 0) ? -errno : rc;
}

int nrb_wholefile_write(
	const char *path, const char *text, size_t len, const char *not_this)
{
	struct nrb_nameless file;
	int rc = check_target(path, not_this);

	if (rc < 0) {
		return rc;
	}
	rc = nrb_nameless_open(&file, path, 0644);
	if (rc == 0) {
		rc = fill(file.fd, text, len);
		if (rc == 0) {
			rc = nrb_nameless_replace(&file);
		}
		nrb_nameless_close(&file);
	}
	return rc < 0 ? nrb_fail(rc, "%s", path) : 0;
}
