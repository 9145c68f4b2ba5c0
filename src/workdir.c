/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A private directory for the files of one rehearsal, and the scripts that run in it. */
#include "nrb/workdir.h"

#include "nrb/diag.h"
#include "nrb/program.h"
#include "nrb/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static int create_temporary(struct nrb_workdir *workdir)
{
	const char *parent = getenv("TMPDIR");

	if (!parent || !parent[0]) {
		parent = "/tmp";
	}
	if (geteuid() == 0 && !nrb_program_is_safe_above(parent)) {
		return nrb_refuse(NRB_EXIT_FAILED, "name another TMPDIR, or none",
			"others than root may replace what is in %s", parent);
	}
	if (asprintf(&workdir->path, "%s/numa-reclaim-bench.XXXXXX", parent) < 0) {
		workdir->path = NULL;
		return nrb_fail(-ENOMEM, "name of a working directory");
	}
	if (!mkdtemp(workdir->path)) {
		int rc = nrb_fail(-errno, "cannot create %s", workdir->path);

		free(workdir->path);
		workdir->path = NULL;
		return rc;
	}
	return 0;
}

static int create_kept(struct nrb_workdir *workdir, const char *keep)
{
	if (mkdir(keep, 0700) < 0) {
		return nrb_fail(-errno, "--keep: cannot create %s", keep);
	}
	workdir->keep = true;
	workdir->path = realpath(keep, NULL);
	return workdir->path ? 0 : nrb_fail(-errno, "--keep: %s", keep);
}

int nrb_workdir_create(struct nrb_workdir *workdir, const char *keep)
{
	int rc;

	*workdir = (struct nrb_workdir){ .fd = -1 };
	rc = keep ? create_kept(workdir, keep) : create_temporary(workdir);
	if (rc || workdir->path == NULL) {
		return rc;
	}
	workdir->fd =
		open(workdir->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return workdir->fd < 0 ? nrb_fail(-errno, "cannot open %s", workdir->path) : 0;
}

int nrb_workdir_open(const struct nrb_workdir *workdir, const char *name, int *fd)
{
	*fd = -1;
	/* of an earlier try */
	if (unlinkat(workdir->fd, name, 0) < 0 && errno != ENOENT) {
		return nrb_fail(-errno, "cannot remove %s/%s", workdir->path, name);
	}
	*fd = openat(workdir->fd, name,
		O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (*fd < 0) {
		return nrb_fail(-errno, "cannot create %s/%s", workdir->path, name);
	}
	return 0;
}

int nrb_workdir_write(
	const struct nrb_workdir *workdir, const char *name, const char *text)
{
	size_t len = strlen(text);
	int fd, rc = nrb_workdir_open(workdir, name, &fd);

	while (!rc && len) {
		ssize_t n = write(fd, text, len);

		if (n < 0) {
			rc = nrb_fail(-errno, "cannot write %s/%s", workdir->path, name);
			break;
		}
		text += n;
		len -= (size_t)n;
	}
	if (fd >= 0 && close(fd) < 0 && !rc) {
		rc = nrb_fail(-errno, "cannot write %s/%s", workdir->path, name);
	}
	return rc;
}

/* Cut text behind its last line that is not empty and return that line. */
static char *cut_last_line(char *text, size_t len)
{
	char *line;

	while (len && (unsigned char)text[len - 1] <= ' ') {
		len--;
	}
	text[len] = '\0';
	line = memrchr(text, '\n', len);
	return line ? line + 1 : text;
}

const char *nrb_workdir_last_line(
	const struct nrb_workdir *workdir, const char *name, char *buf, size_t len)
{
	char text[4096];
	ssize_t n = 0;
	struct stat st;
	int fd = openat(workdir->fd, name, O_RDONLY | O_CLOEXEC);

	if (fd >= 0 && fstat(fd, &st) == 0) {
		off_t start = st.st_size - (off_t)sizeof(text) + 1;

		n = pread(fd, text, sizeof(text) - 1, start > 0 ? start : 0);
	}
	if (fd >= 0) {
		close(fd);
	}
	snprintf(buf, len, "%s", cut_last_line(text, n > 0 ? (size_t)n : 0));
	for (char *c = buf; *c; c++) {
		if ((unsigned char)*c < ' ' || *c == 127) {
			*c = ' ';
		}
	}
	return buf;
}

static int run_script(const struct nrb_workdir *workdir, struct nrb_interrupt *interrupt,
	const char *name, const struct nrb_words *argv, int *status)
{
	struct nrb_spawn spawn = {
		.argv = argv->word,
		.role = NRB_ROLE_SCRIPT,
		.dir_fd = workdir->fd,
		.out_fd = -1,
		.err_fd = -1,
	};
	char file[64];
	int rc;

	snprintf(file, sizeof(file), "%s.out", name);
	rc = nrb_workdir_open(workdir, file, &spawn.out_fd);
	if (!rc) {
		snprintf(file, sizeof(file), "%s.err", name);
		rc = nrb_workdir_open(workdir, file, &spawn.err_fd);
	}
	if (!rc) {
		rc = nrb_spawn_run(&spawn, interrupt, status);
		if (rc == -ENOENT) {
			nrb_fail(rc, "cannot run %s", argv->word[0]);
		}
	}
	if (spawn.out_fd >= 0) {
		close(spawn.out_fd);
	}
	if (spawn.err_fd >= 0) {
		close(spawn.err_fd);
	}
	return rc;
}

/* What a script said last, without the name of the script: ours stands before it already. */
static void take_reason(const struct nrb_workdir *workdir, const char *name, char *reason,
	size_t reason_len)
{
	char file[64], line[512];
	size_t prefix = strlen(name);

	snprintf(file, sizeof(file), "%s.err", name);
	nrb_workdir_last_line(workdir, file, line, sizeof(line));
	if (!line[0]) {
		snprintf(line, sizeof(line), "%s failed without a word", name);
	}
	if (strncmp(line, name, prefix) != 0 || strncmp(line + prefix, ": ", 2) != 0) {
		prefix = 0;
	}
	snprintf(reason, reason_len, "%s", line + (prefix ? prefix + 2 : 0));
}

int nrb_workdir_run(const struct nrb_workdir *workdir, struct nrb_interrupt *interrupt,
	const char *name, const char *script, const struct nrb_words *args, char *reason,
	size_t reason_len)
{
	struct nrb_words argv = { 0 };
	int status = 0, rc = nrb_workdir_write(workdir, name, script);

	if (rc) {
		return rc;
	}
	nrb_words_add(&argv, "/bin/sh");
	nrb_words_add(&argv, "%s", name);
	for (size_t i = 0; i < args->n; i++) {
		nrb_words_add(&argv, "%s", args->word[i]);
	}
	rc = args->err ? args->err : argv.err;
	if (rc) {
		nrb_fail(rc, "command line of %s", name);
	} else {
		rc = run_script(workdir, interrupt, name, &argv, &status);
	}
	nrb_words_finish(&argv);
	if (rc || (WIFEXITED(status) && WEXITSTATUS(status) == 0)) {
		return rc;
	}
	take_reason(workdir, name, reason, reason_len);
	return -ECHILD;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *walk)
{
	(void)st;
	(void)walk;
	if ((type == FTW_DP ? rmdir(path) : unlink(path)) < 0) {
		nrb_warn("cannot remove %s: %s", path, strerror(errno));
	}
	return 0;
}

void nrb_workdir_remove(struct nrb_workdir *workdir)
{
	if (!workdir->path) {
		return;
	}
	if (workdir->fd >= 0) {
		close(workdir->fd);
	}
	if (!workdir->keep) {
		nftw(workdir->path, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
	}
	free(workdir->path);
	*workdir = (struct nrb_workdir){ .fd = -1 };
}
