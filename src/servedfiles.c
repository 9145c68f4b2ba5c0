/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The user's own files, opened to be served. */
#include "nrb/servedfiles.h"

#include "nrb/cachefile.h"
#include "nrb/diag.h"
#include "nrb/units.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FEW_HOLES_PART = 100 };

static int refuse_kind(const char *path, mode_t mode)
{
	return nrb_refuse(NRB_EXIT_USAGE, "name regular files", "--file %s is a %s", path,
		S_ISDIR(mode)    ? "directory"
		: S_ISBLK(mode)  ? "block device"
		: S_ISFIFO(mode) ? "pipe"
				 : "special file");
}

static int check_file_system(const char *path, int fd)
{
	const char *fs = NULL;
	int rc = nrb_cachefile_check_fd(fd, &fs);

	if (rc == -EOPNOTSUPP) {
		return nrb_refuse(NRB_EXIT_NOT_HERE, "name files on a local disk",
			"--file %s is on %s: its page cache cannot be reclaimed and read "
			"back from a disk",
			path, fs != NULL ? fs : "such a file system");
	}
	return rc < 0 ? nrb_fail(rc, "--file %s", path) : 0;
}

static int check(const char *path, int fd, int64_t *bytes)
{
	struct stat stat;

	if (fstat(fd, &stat) < 0) {
		return nrb_fail(-errno, "--file %s", path);
	}
	*bytes = stat.st_size;
	return S_ISREG(stat.st_mode) ? check_file_system(path, fd)
				     : refuse_kind(path, stat.st_mode);
}

/* Twice in the set it would be cached once: by another path or a hard link as well. */
static int refuse_again(const struct nrb_servedfiles *files, const char *path, int fd)
{
	struct stat one, other;

	if (fstat(fd, &one) < 0) {
		return nrb_fail(-errno, "--file %s", path);
	}
	for (int i = 0; i < files->n; i++) {
		if (fstat(files->list[i].fd, &other) == 0 && one.st_dev == other.st_dev &&
			one.st_ino == other.st_ino) {
			return nrb_refuse(NRB_EXIT_USAGE, "name it once",
				"--file %s is a file that was named before", path);
		}
	}
	return 0;
}

/* Bytes that no block of the disk is read for: a hole, or what was allocated and never written. */
static int64_t holes_of(int fd, int64_t bytes)
{
	int64_t holes = 0, at = 0;

	while (at < bytes) {
		off_t data = lseek(fd, at, SEEK_DATA);

		/* ENXIO: none until its end; else the file system cannot tell */
		if (data < 0) {
			return errno == ENXIO ? holes + bytes - at : 0;
		}
		holes += data - at;
		at = lseek(fd, data, SEEK_HOLE);
		if (at < data) {
			return 0;
		}
	}
	return holes;
}

static void warn_of_holes(const char *path, int fd, int64_t bytes)
{
	int64_t holes = holes_of(fd, bytes);
	char some[NRB_UNITS_LEN], all[NRB_UNITS_LEN];

	if (holes > bytes / FEW_HOLES_PART) {
		nrb_warn(
			"--file %s: %s of %s are holes, which cost no disk to read: missing "
			"them in the cache tells nothing",
			path, nrb_units_bytes(some, holes), nrb_units_bytes(all, bytes));
	}
}

/* Nothing is written to them, not even when they were read. Only who owns a file may ask for that. */
static int open_reading(const char *path)
{
	const int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
	int fd = open(path, flags | O_NOATIME);

	return fd < 0 && errno == EPERM ? open(path, flags) : fd;
}

/* ELOOP: the last part of the path is a link. A pipe or a device must not hold us, or be set going. */
static int open_one(const char *path, int *fd)
{
	*fd = open_reading(path);
	if (*fd >= 0) {
		return 0;
	}
	return errno == ELOOP ? nrb_refuse(NRB_EXIT_USAGE, "name what it points to",
					"--file %s is a symbolic link", path)
			      : nrb_fail(-errno, "--file %s", path);
}

static int add(struct nrb_servedfiles *files, const char *path)
{
	int64_t bytes = 0;
	int fd = -1, rc = open_one(path, &fd);

	if (rc == 0) {
		rc = check(path, fd, &bytes);
	}
	if (rc == 0) {
		rc = refuse_again(files, path, fd);
	}
	if (rc == 0 && bytes == 0) {
		nrb_warn("--file %s is empty, and left out", path);
	} else if (rc == 0) {
		warn_of_holes(path, fd, bytes);
		files->list[files->n++] =
			(struct nrb_served_file){ .fd = fd, .bytes = bytes };
		return 0;
	}
	if (fd >= 0) {
		close(fd);
	}
	return rc;
}

int nrb_servedfiles_open(struct nrb_servedfiles *files, const char *const *paths, int n)
{
	int rc = 0;

	assert(n <= NRB_MAX_SERVED_FILES);
	files->n = 0;
	for (int i = 0; i < n && rc == 0; i++) {
		rc = add(files, paths[i]);
	}
	if (rc == 0 && n > 0 && files->n == 0) {
		rc = nrb_refuse(NRB_EXIT_USAGE, NULL, "--file: all of them are empty");
	}
	files->set = nrb_servedset_of(files->list, files->n);
	return rc;
}

void nrb_servedfiles_close(struct nrb_servedfiles *files)
{
	for (int i = 0; i < files->n; i++) {
		close(files->list[i].fd);
	}
	files->n = 0;
}
