/* SPDX-License-Identifier: GPL-2.0-or-later */
/* O_TMPFILE and linkat(2), and a hidden name where they cannot be had. */
#include "nrb/nameless.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

enum { MAX_TRIES = 100 };

static int open_dir(const char *path, const char *name)
{
	char *dir = name == path ? strdup(".") : strndup(path, (size_t)(name - path));
	int fd = dir != NULL ? open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
	int rc = dir == NULL ? -ENOMEM : fd < 0 ? -errno : fd;

	free(dir);
	return rc;
}

/* Without CAP_DAC_READ_SEARCH a descriptor is linked by its name in /proc alone. */
static const char *proc_name(const struct nrb_nameless *file, char *buf, size_t len)
{
	(void)snprintf(buf, len, "/proc/self/fd/%d", file->fd);
	return buf;
}

static int open_nameless(struct nrb_nameless *file, mode_t mode)
{
	char name[32];

	file->fd = openat(file->dir, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, mode);
	if (file->fd < 0) {
		return -errno;
	}
	if (access(proc_name(file, name, sizeof(name)), F_OK) == 0) {
		return 0;
	}
	close(file->fd);
	file->fd = -1;
	return -EOPNOTSUPP;
}

/* DIR/.NAME.RANDOM, of another ending, so that nobody takes it for the file. NULL: not to be had. */
static char *draw_name(const struct nrb_nameless *file)
{
	uint64_t random;
	char *name;

	if (getrandom(&random, sizeof(random), 0) != sizeof(random) ||
		asprintf(&name, ".%s.%016llx", file->name, (unsigned long long)random) <
			0) {
		return NULL;
	}
	return name;
}

static int open_hidden(struct nrb_nameless *file, mode_t mode)
{
	int rc = -EEXIST;

	for (int i = 0; rc == -EEXIST && i < MAX_TRIES; i++) {
		char *name = draw_name(file);

		if (name == NULL) {
			return -ENOMEM;
		}
		file->fd = openat(file->dir, name,
			O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
		rc = file->fd < 0 ? -errno : 0;
		if (rc == 0) {
			file->temporary = name;
			break;
		}
		free(name);
	}
	return rc;
}

int nrb_nameless_open(struct nrb_nameless *file, const char *path, mode_t mode)
{
	const char *slash = strrchr(path, '/');
	int rc;

	*file = (struct nrb_nameless){ .fd = -1, .name = slash ? slash + 1 : path };
	file->dir = open_dir(path, file->name);
	if (file->dir < 0) {
		return file->dir;
	}
	rc = open_nameless(file, mode);
	if (rc == -EOPNOTSUPP || rc == -EISDIR || rc == -EINVAL) {
		rc = open_hidden(file, mode);
	}
	if (rc < 0) {
		nrb_nameless_close(file);
	}
	return rc;
}

static int link_as(const struct nrb_nameless *file, const char *name)
{
	char proc[32];

	return linkat(AT_FDCWD, proc_name(file, proc, sizeof(proc)), file->dir, name,
		       AT_SYMLINK_FOLLOW) < 0
		       ? -errno
		       : 0;
}

static void forget_temporary(struct nrb_nameless *file)
{
	free(file->temporary);
	file->temporary = NULL;
}

/* Not every file system can rename without replacing; a hard link does not replace either. */
static int rename_new(struct nrb_nameless *file)
{
	if (renameat2(file->dir, file->temporary, file->dir, file->name,
		    RENAME_NOREPLACE) == 0) {
		forget_temporary(file);
		return 0;
	}
	if (errno != EINVAL && errno != ENOSYS) {
		return -errno;
	}
	return linkat(file->dir, file->temporary, file->dir, file->name, 0) < 0 ? -errno
										: 0;
}

int nrb_nameless_name(struct nrb_nameless *file)
{
	return file->temporary != NULL ? rename_new(file) : link_as(file, file->name);
}

/* A second name, that can be renamed over another's. */
static int link_hidden(struct nrb_nameless *file)
{
	int rc = -EEXIST;

	for (int i = 0; rc == -EEXIST && i < MAX_TRIES; i++) {
		char *name = draw_name(file);

		if (name == NULL) {
			return -ENOMEM;
		}
		rc = link_as(file, name);
		if (rc == 0) {
			file->temporary = name;
			break;
		}
		free(name);
	}
	return rc;
}

static int rename_over(struct nrb_nameless *file)
{
	int rc = file->temporary == NULL ? link_hidden(file) : 0;

	if (rc == 0 && renameat(file->dir, file->temporary, file->dir, file->name) < 0) {
		rc = -errno;
	}
	if (rc == 0) {
		forget_temporary(file);
	} else if (file->temporary != NULL) {
		unlinkat(file->dir, file->temporary, 0);
		forget_temporary(file);
	}
	return rc;
}

/* No signal that can wait comes while there is a hidden name. */
int nrb_nameless_replace(struct nrb_nameless *file)
{
	sigset_t all, before;
	int rc = nrb_nameless_name(file);

	if (rc != -EEXIST) {
		return rc;
	}
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = rename_over(file);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return rc;
}

void nrb_nameless_close(struct nrb_nameless *file)
{
	if (file->temporary != NULL) {
		unlinkat(file->dir, file->temporary, 0);
	}
	forget_temporary(file);
	if (file->fd >= 0) {
		close(file->fd);
	}
	if (file->dir >= 0) {
		close(file->dir);
	}
	file->fd = file->dir = -1;
}
