/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pictures by gnuplot: without a shell, without its user's settings, script on stdin. */
#include "nrb/plot.h"

#include "nrb/diag.h"
#include "nrb/program.h"
#include "nrb/writeall.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PROGRAM "gnuplot"

enum {
	MAX_SVG = 8 << 20, /* bytes; a picture has some 10 KiB */
	LOOK_MS = 5,
	MAX_LOOKS = 60000 / LOOK_MS, /* a picture takes it a tenth of a second */
};

/* -- the program -- */

static int make_actions(posix_spawn_file_actions_t *actions, int in, int out)
{
	int rc = posix_spawn_file_actions_init(actions);

	if (rc == 0) {
		rc = posix_spawn_file_actions_adddup2(actions, in, STDIN_FILENO);
	}
	if (rc == 0) {
		rc = posix_spawn_file_actions_adddup2(actions, out, STDOUT_FILENO);
	}
	if (rc == 0) {
		rc = posix_spawn_file_actions_addopen(
			actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	}
	return -rc;
}

/* Files, not pipes: whoever writes all before it reads cannot be waited for in vain. */
static int start(int in, int out, pid_t *pid)
{
	static char *const argv[] = { PROGRAM, "--default-settings", "-", NULL };
	static char *const environment[] = { "LC_ALL=C", "HOME=/nonexistent", NULL };
	posix_spawn_file_actions_t actions;
	char program[PATH_MAX];
	int rc = nrb_program_find(PROGRAM, program, sizeof(program));

	if (rc == 0) {
		rc = make_actions(&actions, in, out);
	}
	if (rc == 0) {
		rc = -posix_spawn(pid, program, &actions, NULL, argv, environment);
		posix_spawn_file_actions_destroy(&actions);
	}
	return rc;
}

/* Its exit status; one that hangs is killed. */
static int await(pid_t pid)
{
	const struct timespec pause = { .tv_nsec = LOOK_MS * 1000000L };
	int status = 0;

	for (int i = 0; i < MAX_LOOKS; i++) {
		pid_t ended = waitpid(pid, &status, WNOHANG);

		if (ended == pid) {
			return status == 0 ? 0 : -EPROTO;
		}
		if (ended < 0 && errno != EINTR) {
			return -errno; /* it is not ours any more, nor ours to kill */
		}
		nanosleep(&pause, NULL);
	}
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	return -ETIMEDOUT;
}

/* The whole of a small file, NUL-ended. */
static int read_all(int fd, char **text)
{
	off_t size = lseek(fd, 0, SEEK_END);
	ssize_t n;

	if (size <= 0 || size > MAX_SVG) {
		return -EPROTO;
	}
	*text = malloc((size_t)size + 1);
	if (*text == NULL) {
		return -ENOMEM;
	}
	n = pread(fd, *text, (size_t)size, 0);
	if (n != size) {
		free(*text);
		*text = NULL;
		return -EIO;
	}
	(*text)[size] = '\0';
	return 0;
}

static int run(const char *script, size_t len, char **svg)
{
	int in = memfd_create("script", MFD_CLOEXEC);
	int out = memfd_create("svg", MFD_CLOEXEC);
	pid_t pid = -1;
	int rc = in < 0 || out < 0 ? -errno : nrb_write_all(in, script, len);

	if (rc == 0) {
		rc = lseek(in, 0, SEEK_SET) < 0 ? -errno : start(in, out, &pid);
	}
	if (rc == 0) {
		rc = await(pid);
	}
	if (rc == 0) {
		rc = read_all(out, svg);
	}
	close(in);
	close(out);
	return rc;
}

/* -- what is left of it -- */

int nrb_plots_begin(struct nrb_plots *plots, const char *dir)
{
	*plots = (struct nrb_plots){ .directory = dir, .fd = -1 };
	if (dir == NULL) {
		return 0;
	}
	if (mkdir(dir, 0777) == 0) {
		plots->fd = open(dir, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		return plots->fd < 0 ? nrb_fail(-errno, "cannot open %s", dir) : 0;
	}
	if (errno == EEXIST) {
		nrb_refuse(NRB_EXIT_FAILED,
			"nothing is ever overwritten: name a new directory", "%s exists",
			dir);
		return -EEXIST;
	}
	return nrb_fail(-errno, "cannot make the directory %s", dir);
}

static int keep(
	const struct nrb_plots *plots, const char *name, const char *script, size_t len)
{
	char file[128];
	int fd, rc;

	if (plots->directory == NULL) {
		return 0;
	}
	snprintf(file, sizeof(file), "%02d-%s.gp", plots->n, name);
	fd = openat(plots->fd, file, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		0666);
	rc = fd < 0 ? -errno : nrb_write_all(fd, script, len);
	if (fd >= 0 && close(fd) < 0 && rc == 0) {
		rc = -errno;
	}
	return rc < 0 ? nrb_fail(rc, "cannot write %s/%s", plots->directory, file) : 0;
}

void nrb_plots_end(struct nrb_plots *plots)
{
	if (plots->directory != NULL && plots->fd >= 0) {
		close(plots->fd);
	}
	plots->fd = -1;
}

void nrb_plot_begin(FILE *script, int width, int height)
{
	fprintf(script,
		"set terminal svg size %d,%d dynamic noenhanced font \"sans-serif,13\"\n"
		"set encoding utf8\n"
		"set border 3\n"
		"set tics nomirror\n"
		"unset key\n",
		width, height);
}

int nrb_plot_draw(struct nrb_plots *plots, const char *name, const char *script,
	size_t len, char **svg)
{
	int rc;

	*svg = NULL;
	plots->n++;
	rc = keep(plots, name, script, len);
	if (rc < 0 || plots->is_absent) {
		return rc;
	}
	rc = run(script, len, svg);
	if (rc == -ENOENT) {
		plots->is_absent = true;
		nrb_note(
			"gnuplot is not installed: the page has tables, but no pictures");
	} else if (rc < 0 && plots->n_failed++ == 0) {
		nrb_warn("gnuplot did not draw the picture %s: %s", name, strerror(-rc));
	}
	return rc == -ENOMEM ? rc : 0;
}
