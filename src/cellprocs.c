/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fork, signal and reap the processes of a cell. */
#include "nrb/cellprocs.h"

#include "nrb/child.h"
#include "nrb/diag.h"
#include "nrb/holder.h"
#include "nrb/reap.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* The channel's end is its sign: unmapping what it held takes a guest half a second. */
enum { HOLDER_END_MS = 2000 };

/* The four ends of the two channels, in this order. */
enum { TO_CHILD, TO_PARENT, ASKS, ANSWERS, N_ENDS };

static void close_end(int *fd)
{
	if (*fd >= 0) {
		close(*fd);
		*fd = -1;
	}
}

static int open_channels(const struct nrb_cell *cell, int *ends)
{
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, &ends[TO_CHILD]) < 0) {
		return nrb_fail(-errno, "cannot make the channel to a child");
	}
	if (cell->arm.variant->hold != NULL &&
		socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, &ends[ASKS]) < 0) {
		return nrb_fail(-errno, "cannot make the channel to a holder");
	}
	return 0;
}

/* In the fresh process: keep one end of the channels, and nothing of the parent's. */
static void leave_parent(
	struct nrb_cellprocs *procs, int signal_fd, int *ends, int keep, int keep_too)
{
	for (int i = 0; i < N_ENDS; i++) {
		if (i != keep && i != keep_too) {
			close_end(&ends[i]);
		}
	}
	close_end(&procs->holder.fd);
	close(signal_fd);
	nrb_guard_leave(procs->guard);
}

/* What is forked is the guard's to end from the first moment on. */
static int watch(struct nrb_cellprocs *procs, struct nrb_cellproc *proc, const char *what)
{
	if (proc->pid < 0) {
		int rc = nrb_fail(-errno, "cannot fork a %s", what);

		proc->pid = 0;
		return rc;
	}
	proc->fd = (int)syscall(SYS_pidfd_open, proc->pid, 0);
	if (proc->fd < 0) {
		return nrb_fail(-errno, "cannot watch %s %d", what, (int)proc->pid);
	}
	return nrb_guard_add_process(procs->guard, proc->pid);
}

static int fork_holder(
	struct nrb_cellprocs *procs, struct nrb_cell *cell, int signal_fd, int *ends)
{
	pid_t parent = getpid();

	if (cell->arm.variant->hold == NULL) {
		return 0;
	}
	procs->holder.pid = fork();
	if (procs->holder.pid == 0) {
		leave_parent(procs, signal_fd, ends, ANSWERS, ANSWERS);
		cell->holder = ends[ANSWERS];
		nrb_holder_main(cell, parent);
	}
	return watch(procs, &procs->holder, "holder");
}

static int fork_child(
	struct nrb_cellprocs *procs, struct nrb_cell *cell, int signal_fd, int *ends)
{
	pid_t parent = getpid();

	procs->child.pid = fork();
	if (procs->child.pid == 0) {
		leave_parent(procs, signal_fd, ends, TO_PARENT, ASKS);
		cell->holder = ends[ASKS];
		nrb_child_main(cell, parent, ends[TO_PARENT]);
	}
	return watch(procs, &procs->child, "child");
}

int nrb_cellprocs_start(struct nrb_cellprocs *procs, struct nrb_cell *cell,
	struct nrb_guard *guard, int signal_fd)
{
	int ends[N_ENDS] = { -1, -1, -1, -1 };
	int rc;

	*procs = (struct nrb_cellprocs){
		.guard = guard,
		.child.fd = -1,
		.holder.fd = -1,
		.channel = -1,
	};
	rc = open_channels(cell, ends);
	if (rc == 0) {
		rc = fork_holder(procs, cell, signal_fd, ends);
	}
	if (rc == 0) {
		rc = fork_child(procs, cell, signal_fd, ends);
	}
	procs->channel = ends[TO_CHILD];
	/* the ends of one that dies must not live on here */
	for (int i = TO_PARENT; i < N_ENDS; i++) {
		close_end(&ends[i]);
	}
	return rc;
}

static bool is_dead(const struct nrb_cellproc *proc, int wait_ms)
{
	struct pollfd pollfd = { .fd = proc->fd, .events = POLLIN };

	return proc->fd >= 0 && poll(&pollfd, 1, wait_ms) > 0;
}

void nrb_cellprocs_send(struct nrb_cellproc *proc, int signal)
{
	if (proc->pid <= 0 || proc->ended || is_dead(proc, 0)) {
		return;
	}
	proc->killed |= signal == SIGKILL;
	/* not reaped: the pid is still its own where there is no pidfd */
	if (proc->fd >= 0) {
		syscall(SYS_pidfd_send_signal, proc->fd, signal, NULL, 0);
	} else {
		kill(proc->pid, signal);
	}
}

/* One that hangs in the kernel stays registered with the guard, and holds the node's memory: no
 * cell can follow it. */
static int reap(struct nrb_cellprocs *procs, struct nrb_cellproc *proc)
{
	struct rusage usage = { 0 };
	int rc;

	if (proc->pid <= 0 || proc->ended) {
		return 0;
	}
	rc = nrb_reap(proc->pid, NRB_REAP_LIMIT_MS, &proc->status, &usage);
	proc->ended = true;
	if (rc < 0) {
		proc->status = SIGKILL;
		return rc;
	}
	procs->major_faults += usage.ru_majflt;
	nrb_guard_forget_process(procs->guard, proc->pid);
	return 0;
}

int nrb_cellprocs_reap_child(struct nrb_cellprocs *procs)
{
	return reap(procs, &procs->child);
}

int nrb_cellprocs_end(struct nrb_cellprocs *procs)
{
	struct nrb_cellproc *child = &procs->child, *holder = &procs->holder;
	int rc, ended;

	if (child->ended && !child->killed && holder->pid > 0 && !holder->ended) {
		(void)is_dead(holder, HOLDER_END_MS);
	}
	nrb_cellprocs_send(child, SIGKILL);
	nrb_cellprocs_send(holder, SIGKILL);
	rc = reap(procs, child);
	ended = reap(procs, holder);
	return rc < 0 ? rc : ended;
}

static bool look_at(struct nrb_cellproc *proc, enum nrb_phase phase)
{
	return proc->pid > 0 && !proc->ended &&
	       nrb_standstill_look(&proc->standstill, proc->pid, phase);
}

bool nrb_cellprocs_stand_still(struct nrb_cellprocs *procs, enum nrb_phase phase)
{
	bool child = look_at(&procs->child, phase);

	return look_at(&procs->holder, phase) || child;
}

bool nrb_cellprocs_stand_endlessly(const struct nrb_cellprocs *procs)
{
	return nrb_standstill_is_endless(&procs->child.standstill) ||
	       nrb_standstill_is_endless(&procs->holder.standstill);
}

const char *nrb_cellprocs_stood_still(
	const struct nrb_cellprocs *procs, char *buf, size_t len)
{
	const char *why =
		nrb_standstill_why(&procs->child.standstill, "the child", buf, len);

	return why != NULL ? why
			   : nrb_standstill_why(&procs->holder.standstill,
				     "the process beside", buf, len);
}

const char *nrb_cellprocs_how(const struct nrb_cellproc *proc, char *buf, size_t len)
{
	if (WIFSIGNALED(proc->status)) {
		snprintf(buf, len, "signal %d", WTERMSIG(proc->status));
	} else {
		snprintf(buf, len, "exit code %d", WEXITSTATUS(proc->status));
	}
	return buf;
}

bool nrb_cellprocs_was_killed(const struct nrb_cellproc *proc)
{
	return proc->ended && !proc->killed && WIFSIGNALED(proc->status) &&
	       WTERMSIG(proc->status) == SIGKILL;
}

bool nrb_cellprocs_holder_died(const struct nrb_cellprocs *procs)
{
	const struct nrb_cellproc *holder = &procs->holder;

	return holder->pid > 0 && holder->ended && !holder->killed && holder->status != 0;
}

void nrb_cellprocs_close(struct nrb_cellprocs *procs)
{
	close_end(&procs->child.fd);
	close_end(&procs->holder.fd);
	close_end(&procs->channel);
}
