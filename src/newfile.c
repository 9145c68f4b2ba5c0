/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file that is there whole or not at all. */
#include "nrb/newfile.h"

#include "nrb/diag.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int refuse_existing(const char *path)
{
	nrb_refuse(NRB_EXIT_FAILED, "nothing is ever overwritten: name a new file",
		"%s exists", path);
	return -EEXIST;
}

/* DIR/.NAME.XXXXXX: in the same directory, or no rename would do. */
static char *temporary_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	int dir_len = slash != NULL ? (int)(slash + 1 - path) : 0;
	char *temporary;

	return asprintf(&temporary, "%.*s.%s.XXXXXX", dir_len, path, path + dir_len) < 0
		       ? NULL
		       : temporary;
}

/* As a new file would have it. */
static int open_temporary(struct nrb_newfile *file)
{
	mode_t mask = umask(0);
	int fd;

	umask(mask);
	fd = mkostemp(file->temporary, O_CLOEXEC);
	if (fd < 0) {
		return -errno;
	}
	if (fchmod(fd, 0666 & ~mask) == 0) {
		file->out = fdopen(fd, "w");
	}
	if (file->out == NULL) {
		int rc = -errno;

		close(fd);
		unlink(file->temporary);
		return rc;
	}
	return 0;
}

int nrb_newfile_begin(struct nrb_newfile *file, const char *path, const char *what)
{
	struct stat st;
	int rc;

	*file = (struct nrb_newfile){ 0 };
	if (lstat(path, &st) == 0) {
		return refuse_existing(path);
	}
	file->path = strdup(path);
	file->temporary = temporary_of(path);
	rc = file->path == NULL || file->temporary == NULL ? -ENOMEM
							   : open_temporary(file);
	if (rc < 0) {
		nrb_fail(rc, "cannot make the %s %s", what, path);
		free(file->path);
		free(file->temporary);
		*file = (struct nrb_newfile){ 0 };
	}
	return rc;
}

void nrb_newfile_abandon(struct nrb_newfile *file)
{
	if (file->out != NULL) {
		(void)fclose(file->out);
	}
	if (file->temporary != NULL) {
		unlink(file->temporary);
	}
	free(file->path);
	free(file->temporary);
	*file = (struct nrb_newfile){ 0 };
}

/* Not every file system can rename without replacing; a hard link does not replace either. */
static int name_it(const struct nrb_newfile *file)
{
	if (renameat2(AT_FDCWD, file->temporary, AT_FDCWD, file->path,
		    RENAME_NOREPLACE) == 0) {
		return 0;
	}
	if (errno != EINVAL && errno != ENOSYS) {
		return -errno;
	}
	if (link(file->temporary, file->path) < 0) {
		return -errno;
	}
	unlink(file->temporary);
	return 0;
}

/* A stream does not keep why it failed: what failed once fails again. The file goes anyway. */
static int error_of(FILE *out)
{
	return write(fileno(out), "\n", 1) < 0 ? -errno : -EIO;
}

int nrb_newfile_fail(const struct nrb_newfile *file)
{
	return nrb_fail(error_of(file->out), "cannot write %s", file->path);
}

int nrb_newfile_commit(struct nrb_newfile *file)
{
	int rc = 0;

	if (fflush(file->out) != 0 || ferror(file->out)) {
		rc = error_of(file->out);
	} else if (fsync(fileno(file->out)) < 0 && errno != EINVAL) {
		rc = -errno;
	}
	if (rc == 0) {
		rc = name_it(file);
	}
	if (rc == -EEXIST) {
		refuse_existing(file->path);
	} else if (rc < 0) {
		nrb_fail(rc, "cannot write %s", file->path);
	}
	nrb_newfile_abandon(file);
	return rc;
}
