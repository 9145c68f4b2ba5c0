/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file that is there whole or not at all. */
#include "nrb/newfile.h"

#include "nrb/diag.h"

#include <errno.h>
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

static int open_it(struct nrb_newfile *file)
{
	int rc = nrb_nameless_open(&file->nameless, file->path, 0666);

	if (rc < 0) {
		return rc;
	}
	file->out = fdopen(file->nameless.fd, "w");
	if (file->out == NULL) {
		rc = -errno;
		nrb_nameless_close(&file->nameless);
	}
	return rc;
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
	rc = file->path == NULL ? -ENOMEM : open_it(file);
	if (rc < 0) {
		nrb_fail(rc, "cannot make the %s %s", what, path);
		free(file->path);
		*file = (struct nrb_newfile){ 0 };
	}
	return rc;
}

void nrb_newfile_abandon(struct nrb_newfile *file)
{
	if (file->out == NULL) {
		return;
	}
	(void)fclose(file->out);
	file->nameless.fd = -1; /* which the stream had */
	nrb_nameless_close(&file->nameless);
	free(file->path);
	*file = (struct nrb_newfile){ 0 };
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
		rc = nrb_nameless_name(&file->nameless);
	}
	if (rc == -EEXIST) {
		refuse_existing(file->path);
	} else if (rc < 0) {
		nrb_fail(rc, "cannot write %s", file->path);
	}
	nrb_newfile_abandon(file);
	return rc;
}
