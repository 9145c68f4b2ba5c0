/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading and writing the kernel's text files below a root. */
#include "nrb/fsroot.h"

#include "nrb/diag.h"
#include "nrb/units.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_FILE = 16 << 20, MAX_KEY = 128 };

int nrb_fsroot_open(struct nrb_root *root, const char *dir)
{
	struct stat given, real;

	root->fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root->fd < 0) {
		return nrb_fail(-errno, "cannot open root %s", dir);
	}
	/* "/", "//" and a bind mount of / are all the live machine: ask the file system */
	root->live = fstat(root->fd, &given) == 0 && stat("/", &real) == 0 &&
		     given.st_dev == real.st_dev && given.st_ino == real.st_ino;
	return 0;
}

void nrb_fsroot_close(struct nrb_root *root)
{
	if (root->fd > 0) {
		close(root->fd);
	}
	root->fd = 0;
	root->live = false;
}

int nrb_fsroot_open_file(
	const struct nrb_root *root, const char *path, int flags, int *fd)
{
	while (*path == '/') {
		path++;
	}
	*fd = openat(root->fd, path, flags | O_CLOEXEC, 0600);
	return *fd < 0 ? -errno : 0;
}

/* Read until end of file or len bytes; *got < len means the end was seen. */
static int read_full(int fd, char *buf, size_t len, size_t *got)
{
	*got = 0;
	while (*got < len) {
		ssize_t n = read(fd, buf + *got, len - *got);

		if (n < 0 && errno == EINTR) {
			continue;
		}
		if (n < 0) {
			return -errno;
		}
		if (n == 0) {
			break;
		}
		*got += (size_t)n;
	}
	return 0;
}

int nrb_fsroot_read_all(const struct nrb_root *root, const char *path, char **text)
{
	size_t size = 16384, used = 0, got;
	char *buf = NULL, *grown;
	int fd = -1, rc;

	rc = nrb_fsroot_open_file(root, path, O_RDONLY, &fd);
	while (rc == 0) {
		if (size > MAX_FILE) {
			rc = -EFBIG;
			break;
		}
		grown = realloc(buf, size + 1);
		if (grown == NULL) {
			rc = -ENOMEM;
			break;
		}
		buf = grown;
		rc = read_full(fd, buf + used, size - used, &got);
		used += got;
		if (rc == 0 && used < size) {
			buf[used] = '\0';
			*text = buf;
			buf = NULL;
			break;
		}
		size *= 4;
	}
	free(buf);
	if (fd >= 0) {
		close(fd);
	}
	return rc;
}

int nrb_fsroot_read_str(
	const struct nrb_root *root, const char *path, char *buf, size_t len)
{
	size_t got;
	int fd, rc;

	rc = nrb_fsroot_open_file(root, path, O_RDONLY, &fd);
	if (rc < 0) {
		return rc;
	}
	rc = read_full(fd, buf, len, &got);
	close(fd);
	if (rc < 0) {
		return rc;
	}
	if (got == len) {
		return -EFBIG;
	}
	if (got > 0 && buf[got - 1] == '\n') {
		got--;
	}
	buf[got] = '\0';
	return 0;
}

int nrb_fsroot_read_i64(const struct nrb_root *root, const char *path, int64_t *value)
{
	char text[64];
	int rc = nrb_fsroot_read_str(root, path, text, sizeof(text));

	return rc < 0 ? rc : nrb_units_parse_i64(text, INT64_MIN, INT64_MAX, value);
}

int nrb_fsroot_read_list(
	const struct nrb_root *root, const char *path, struct nrb_idset *set)
{
	char *text;
	int rc = nrb_fsroot_read_all(root, path, &text);

	if (rc < 0) {
		return rc;
	}
	rc = nrb_idset_parse(text, set);
	free(text);
	return rc;
}

/* "[Node N ]Key:  value [kB]" or "key value"; false for any other line. */
static bool parse_pair(char *line, char *key, int64_t *value)
{
	char unit[8] = "";
	char *colon = strchr(line, ':');
	int skip = 0;

	if (colon != NULL) {
		*colon = ' ';
	}
	if (sscanf(line, "Node %*d %n", &skip) < 0) {
		return false;
	}
	/* MAX_KEY - 1 characters */
	if (sscanf(line + skip, "%127s %" SCNd64 " %7s", key, value, unit) < 2) {
		return false;
	}
	if (strcmp(unit, "kB") == 0) {
		if (*value > INT64_MAX / 1024 || *value < INT64_MIN / 1024) {
			return false;
		}
		*value *= 1024;
	}
	return true;
}

int nrb_fsroot_read_pairs(const struct nrb_root *root, const char *path,
	void (*each)(void *arg, const char *key, int64_t value), void *arg)
{
	char *text = NULL, *rest = NULL, key[MAX_KEY];
	int64_t value;
	int rc = nrb_fsroot_read_all(root, path, &text);

	if (rc < 0) {
		return rc;
	}
	for (char *line = strtok_r(text, "\n", &rest); line != NULL;
		line = strtok_r(NULL, "\n", &rest)) {
		if (parse_pair(line, key, &value)) {
			each(arg, key, value);
		}
	}
	free(text);
	return 0;
}

int nrb_fsroot_write_str(const struct nrb_root *root, const char *path, const char *text)
{
	size_t len = strlen(text);
	ssize_t n;
	int fd, rc;

	rc = nrb_fsroot_open_file(root, path, O_WRONLY | O_TRUNC | O_NOFOLLOW, &fd);
	if (rc < 0) {
		return rc;
	}
	do {
		n = write(fd, text, len);
	} while (n < 0 && errno == EINTR);
	rc = n < 0 ? -errno : (size_t)n < len ? -EIO : 0;
	if (close(fd) < 0 && rc == 0) {
		rc = -errno;
	}
	return rc;
}
