/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading and writing the kernel's text files below a root. */
#include "nrb/fsroot.h"

#include "nrb/diag.h"
#include "nrb/units.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { MAX_FILE = 16 << 20, MAX_KEY = 128, MAX_TRIES = 100 };

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

static void close_keeping_errno(int fd)
{
	int err = errno;

	close(fd);
	errno = err;
}

/* Without openat2(2), before 5.6: no link is followed. */
static int open_without_links(int dir, const char *path, int flags)
{
	int at = fcntl(dir, F_DUPFD_CLOEXEC, 0);

	while (at >= 0) {
		size_t len = strcspn(path, "/"), slashes = strspn(path + len, "/");
		bool last = path[len + slashes] == '\0';
		char name[NAME_MAX + 1] = ".";
		int next = -1;

		if (len > NAME_MAX) {
			errno = ENAMETOOLONG;
		} else if (strncmp(path, "..", len) == 0 && len == 2) {
			errno = ELOOP;
		} else {
			memcpy(name, path, len);
			name[len > 0 ? len : 1] = '\0';
			next = openat(at, name,
				O_NOFOLLOW | (last ? flags : O_PATH | O_CLOEXEC), 0600);
		}
		close_keeping_errno(at);
		if (last) {
			return next;
		}
		at = next;
		path += len + slashes;
	}
	return -1;
}

/* A link of a recorded machine is one within it, also if it begins with "/". */
static int open_in_root(int dir, const char *path, int flags)
{
	struct open_how how = {
		.flags = (unsigned int)flags,
		.mode = (flags & O_CREAT) != 0 ? 0600 : 0,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	int fd, tries = MAX_TRIES;

	do { /* EAGAIN: something was renamed meanwhile, where there is ".." */
		fd = (int)syscall(SYS_openat2, dir, path, &how, sizeof(how));
	} while (fd < 0 && errno == EAGAIN && --tries > 0);
	/* EPERM: a container's filter that does not know the call */
	return fd < 0 && (errno == ENOSYS || errno == EPERM)
		       ? open_without_links(dir, path, flags)
		       : fd;
}

int nrb_fsroot_open_file(
	const struct nrb_root *root, const char *path, int flags, int *fd)
{
	while (*path == '/') {
		path++;
	}
	flags |= O_CLOEXEC;
	*fd = -1;
	if (root->fd < 0) {
		return -ENOENT;
	}
	if (root->live) {
		*fd = openat(root->fd, path, flags, 0600);
	} else {
		*fd = open_in_root(root->fd, path, flags);
	}
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

/* The whole lines of what is held are handed on, at the end of the file the last one too; the rest of one
 * is moved to the front. */
static int hand_lines(char *buf, size_t *held, bool is_end,
	int (*each)(void *arg, char *line), void *arg)
{
	char *line = buf, *end = buf + *held, *next;
	int rc = 0;

	while (rc == 0 && (next = memchr(line, '\n', (size_t)(end - line))) != NULL) {
		*next = '\0';
		rc = each(arg, line);
		line = next + 1;
	}
	if (rc == 0 && is_end && line < end) {
		*end = '\0';
		rc = each(arg, line);
	}
	*held = (size_t)(end - line);
	memmove(buf, line, *held);
	return rc;
}

int nrb_fsroot_read_lines(const struct nrb_root *root, const char *path,
	int (*each)(void *arg, char *line), void *arg)
{
	enum { ROOM = 64 << 10, MOST = 1 << 30 };
	char buf[ROOM + 1];
	size_t held = 0, got = 0, all = 0;
	int fd = -1, rc = nrb_fsroot_open_file(root, path, O_RDONLY, &fd);
	bool is_end = false;

	while (rc == 0 && !is_end) {
		if (held == ROOM || all > MOST) {
			rc = -EFBIG;
			break;
		}
		rc = read_full(fd, buf + held, ROOM - held, &got);
		if (rc == 0) {
			is_end = got < ROOM - held;
			held += got;
			all += got;
			rc = hand_lines(buf, &held, is_end, each, arg);
		}
	}
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

int nrb_fsroot_read_percent(
	const struct nrb_root *root, const char *path, int64_t *percent)
{
	char text[64];
	int rc = nrb_fsroot_read_str(root, path, text, sizeof(text));

	return rc < 0 ? rc : nrb_units_parse_i64(text, 0, 100, percent);
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
