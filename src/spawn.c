/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Programs that we start. */
#include "nrb/spawn.h"

#include "nrb/diag.h"
#include "nrb/fsroot.h"
#include "nrb/process.h"
#include "nrb/program.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	LOOK_MS = 20, /* between two looks at a child; short beside anything we start */
	STOP_LOOKS = 3000 / LOOK_MS, /* before a child that does not stop is killed */
};

static int redirect(const struct nrb_spawn *spawn)
{
	int null_fd = open("/dev/null", O_RDONLY);

	if (null_fd < 0 || dup2(null_fd, STDIN_FILENO) < 0) {
		return -errno;
	}
	if (spawn->out_fd >= 0 && dup2(spawn->out_fd, STDOUT_FILENO) < 0) {
		return -errno;
	}
	if (spawn->err_fd >= 0 && dup2(spawn->err_fd, STDERR_FILENO) < 0) {
		return -errno;
	}
	if (spawn->dir_fd >= 0 && fchdir(spawn->dir_fd) < 0) {
		return -errno;
	}
	return setpgid(0, 0) < 0 ? -errno : 0;
}

/* A path is one that we name ourselves. */
static int find(const char *name, char *path, size_t len)
{
	return name[0] == '/'
		       ? snprintf(path, len, "%s", name) < (int)len ? 0 : -ENAMETOOLONG
		       : nrb_program_find(name, path, len);
}

/* In the child. An errno on report_fd tells the parent that the program does not run; the
 * close on exec, that it does. */
static void run_child(const struct nrb_spawn *spawn, pid_t parent, int report_fd)
{
	char **environment = nrb_program_environment();
	char program[PATH_MAX];
	struct nrb_root root = { .fd = -1 };
	int rc = nrb_fsroot_open(&root, "/");

	if (!rc) {
		rc = nrb_process_begin_child(&root, parent);
	}
	if (!rc) {
		rc = redirect(spawn);
	}
	if (!rc) {
		rc = find(spawn->argv[0], program, sizeof(program));
	}
	if (!rc) {
		rc = nrb_rights_limit(&root, spawn->role);
	}
	if (!rc) {
		rc = environment != NULL ? 0 : -ENOMEM;
	}
	if (!rc) {
		execve(program, spawn->argv, environment);
		rc = -errno;
	}
	if (write(report_fd, &rc, sizeof(rc)) != sizeof(rc)) {
		_exit(126);
	}
	_exit(127);
}

int nrb_spawn_start(const struct nrb_spawn *spawn, pid_t *pid)
{
	pid_t parent = getpid();
	int report[2], child_rc = 0;

	if (pipe2(report, O_CLOEXEC) < 0) {
		return nrb_fail(-errno, "pipe");
	}
	*pid = fork();
	if (*pid < 0) {
		int rc = nrb_fail(-errno, "fork for %s", spawn->argv[0]);

		close(report[0]);
		close(report[1]);
		return rc;
	}
	if (*pid == 0) {
		run_child(spawn, parent, report[1]);
	}
	close(report[1]);
	if (read(report[0], &child_rc, sizeof(child_rc)) == sizeof(child_rc)) {
		waitpid(*pid, NULL, 0);
		if (child_rc != -ENOENT) {
			nrb_fail(child_rc, "cannot run %s", spawn->argv[0]);
		}
	}
	close(report[0]);
	return child_rc;
}

bool nrb_spawn_ended(pid_t pid, int *status)
{
	return waitpid(pid, status, WNOHANG) == pid;
}

void nrb_spawn_stop(pid_t pid, int signal)
{
	struct timespec pause = { .tv_nsec = LOOK_MS * 1000000L };
	int status;

	kill(-pid, signal);
	for (int i = 0; i < STOP_LOOKS; i++) {
		if (nrb_spawn_ended(pid, &status)) {
			return;
		}
		nanosleep(&pause, NULL);
	}
	kill(-pid, SIGKILL);
	waitpid(pid, &status, 0);
}

int nrb_spawn_run(
	const struct nrb_spawn *spawn, struct nrb_interrupt *interrupt, int *status)
{
	pid_t pid = -1;
	int rc = nrb_spawn_start(spawn, &pid);

	if (rc) {
		return rc;
	}
	while (!nrb_spawn_ended(pid, status)) {
		if (nrb_interrupt_wait(interrupt, LOOK_MS)) {
			nrb_spawn_stop(pid, SIGTERM);
			return -EINTR;
		}
	}
	return 0;
}
