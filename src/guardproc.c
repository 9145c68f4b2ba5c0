/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guard process: waits for the parent's end and cleans up after it. */
#include "nrb/guardproc.h"

#include "nrb/diag.h"
#include "nrb/inherited.h"
#include "nrb/moment.h"
#include "nrb/putback.h"
#include "nrb/rights.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { STOP_MS = 1000 };

void nrb_guardproc_publish(
	struct nrb_guardproc_page *page, const struct nrb_journal *journal)
{
	int next = 1 - atomic_load_explicit(&page->in_use, memory_order_relaxed);

	page->copies[next] = *journal;
	atomic_store_explicit(&page->in_use, next, memory_order_release);
}

static int compare_fds(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

/* A record, a pipe or a terminal must not stay open because of us; stderr is for a last word. */
static void close_others(const struct nrb_guardproc *guardproc, int parent)
{
	int keep[] = { STDERR_FILENO, guardproc->root->fd, guardproc->dir,
		guardproc->lock, guardproc->good_bye, parent };
	const size_t n = sizeof(keep) / sizeof(keep[0]);
	unsigned int from = 0;
	int null;

	qsort(keep, n, sizeof(keep[0]), compare_fds);
	for (size_t i = 0; i < n; i++) {
		if ((unsigned int)keep[i] > from) {
			nrb_inherited_close(from, (unsigned int)keep[i] - 1);
		}
		from = (unsigned int)keep[i] + 1;
	}
	nrb_inherited_close(from, ~0u);
	do { /* so that no later open becomes stdin or stdout */
		null = open("/dev/null", O_RDWR);
	} while (null >= 0 && null < STDERR_FILENO);
	if (null > STDERR_FILENO) {
		close(null);
	}
}

/* Returns true if the parent is gone without a good-bye. */
static bool wait_for_end(const struct nrb_guardproc *guardproc, int parent)
{
	struct pollfd fds[] = { { .fd = parent, .events = POLLIN },
		{ .fd = guardproc->good_bye, .events = POLLIN } };

	while (poll(fds, 2, -1) <= 0) {
		/* interrupted, or no memory for a moment: there is nothing else to do */
	}
	/* it may have said good-bye and died at once */
	return poll(&fds[1], 1, 0) <= 0;
}

static void restore(const struct nrb_guardproc *guardproc)
{
	const struct nrb_journal *journal = &guardproc->page->copies[atomic_load_explicit(
		&guardproc->page->in_use, memory_order_acquire)];
	struct nrb_restored results[NRB_JOURNAL_MAX_SETTINGS];
	int n;

	nrb_moment_pass("before-restore");
	n = nrb_putback_settings(guardproc->root, journal, results);
	nrb_moment_pass("after-restore");
	nrb_putback_kill(guardproc->root, journal);
	nrb_putback_clear(guardproc->root);
	if (nrb_putback_is_done(results, n)) {
		nrb_journal_remove(guardproc->dir);
	}
	close(guardproc->lock);
	/* only now: stderr may be a pipe that nobody reads */
	nrb_diag_set_before_line(NULL);
	if (nrb_putback_conclude(guardproc->root, results, n) == 0 && n > 0) {
		nrb_warn("the run (pid %d) was killed; its guard put every setting back",
			(int)journal->pid);
	}
}

static void run(const struct nrb_guardproc *guardproc, int parent)
{
	setsid();
	prctl(PR_SET_NAME, "nrb-guard");
	close_others(guardproc, parent);
	/* not inherited by fork; a refusal costs speed under memory pressure, not safety */
	mlockall(MCL_CURRENT);
	/* said; a guard with more rights than it needs is better than none */
	(void)nrb_rights_limit(guardproc->root, NRB_ROLE_GUARD);
	if (wait_for_end(guardproc, parent)) {
		restore(guardproc);
	}
}

int nrb_guardproc_start(const struct nrb_guardproc *guardproc, pid_t *pid, int *fd)
{
	/* opened before the fork: whatever happens to the parent from here on, it is seen */
	int parent = (int)syscall(SYS_pidfd_open, getpid(), 0);
	sigset_t all, before;
	int rc = 0;

	*fd = -1;
	if (parent < 0) {
		return nrb_fail(-errno, "cannot watch this process by pidfd");
	}
	/* blocked for good in the guard process, and before it could die of one */
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	*pid = fork();
	if (*pid == 0) {
		run(guardproc, parent);
		_exit(0);
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (*pid < 0) {
		rc = nrb_fail(-errno, "cannot start the guard process");
		goto out;
	}
	*fd = (int)syscall(SYS_pidfd_open, *pid, 0);
	if (*fd < 0) {
		rc = nrb_fail(-errno, "cannot watch the guard process by pidfd");
		kill(*pid, SIGKILL);
		waitpid(*pid, NULL, 0);
	}
out:
	close(parent);
	return rc;
}

void nrb_guardproc_reap(pid_t pid, int fd)
{
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) {
		/* ECHILD: somebody's waitpid(-1) had it already */
	}
	close(fd);
}

void nrb_guardproc_stop(const struct nrb_guardproc *guardproc, pid_t pid, int fd)
{
	const uint64_t one = 1;
	struct pollfd pollfd = { .fd = fd, .events = POLLIN };

	if (write(guardproc->good_bye, &one, sizeof(one)) < 0 ||
		poll(&pollfd, 1, STOP_MS) <= 0) {
		syscall(SYS_pidfd_send_signal, fd, SIGKILL, NULL, 0);
	}
	nrb_guardproc_reap(pid, fd);
}
