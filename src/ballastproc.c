/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fork the ballast, see it grow, watch it. */
#include "nrb/ballastproc.h"

#include "nrb/ballast.h"
#include "nrb/clock.h"
#include "nrb/diag.h"
#include "nrb/placement.h"
#include "nrb/process.h"
#include "nrb/progress.h"
#include "nrb/reap.h"
#include "nrb/rights.h"
#include "nrb/signals.h"
#include "nrb/units.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
	LOOK_MS = 100,
	LINE_LOOKS = 300,
	STILL_LOOKS = 300,     /* without a byte more: it waits for what does not come */
	GONE_MS_PER_GIB = 250, /* small pages are given back at some GiB a second */
};

/* Written by the ballast, read by the parent. */
struct nrb_ballast_words {
	volatile int64_t progress;
	volatile int32_t ready, failed; /* failed: the errno, negative */
	volatile int64_t held_bytes[NRB_MAX_NODES],
		below_bytes[NRB_MAX_NODES]; /* by rank */
	char why[NRB_NOTE_LEN];
};

/* -- in the ballast -- */

static int take(const struct nrb_ballastproc *proc, int i)
{
	const struct nrb_plan_ballast *part = &proc->plan->ballasts[i];
	struct nrb_ballast ballast = {
		.node = part->node,
		.room_bytes = part->room_bytes,
		.progress = &proc->words->progress,
	};
	int rc;

	nrb_topology_usable_cpus(proc->topology, part->node, &ballast.cpus);
	/* from the node's own CPUs it is written fastest; a node without lets any write */
	rc = nrb_idset_count(&ballast.cpus) > 0 ? nrb_placement_pin(&ballast.cpus) : 0;
	if (nrb_idset_count(&ballast.cpus) == 0) {
		ballast.cpus = proc->topology->allowed_cpus;
	}
	if (rc == 0) {
		rc = nrb_ballast_take(proc->root, &ballast);
	}
	proc->words->held_bytes[i] = (int64_t)ballast.len;
	proc->words->below_bytes[i] = ballast.below_bytes;
	return rc;
}

static _Noreturn void hold(const struct nrb_ballastproc *proc, pid_t parent)
{
	int rc;

	prctl(PR_SET_NAME, "nrb-ballast");
	nrb_diag_reset();
	nrb_diag_set_copy(proc->words->why, sizeof(proc->words->why));
	rc = nrb_process_begin_child(proc->root, parent);
	if (rc == 0) {
		rc = nrb_rights_limit(proc->root, NRB_ROLE_BALLAST);
	}
	for (int i = 0; i < proc->plan->n_ballasts && rc == 0; i++) {
		rc = take(proc, i);
	}
	/* what is locked stays so */
	if (rc == 0) {
		rc = nrb_rights_limit(proc->root, NRB_ROLE_BALLAST_HELD);
	}
	proc->words->failed = rc;
	if (rc < 0) {
		_exit(1);
	}
	proc->words->ready = 1;
	for (;;) {
		pause();
	}
}

/* -- in the parent -- */

static int die(const struct nrb_ballastproc *proc, bool early)
{
	char node[32] = "the filled nodes";

	if (early && proc->words->failed < 0 && proc->words->why[0] != '\0') {
		/* said by the ballast; keep it for --json and the record */
		return nrb_diag_adopt(proc->words->failed, proc->words->why);
	}
	if (proc->plan->n_ballasts == 1) {
		snprintf(node, sizeof(node), "node %d", proc->plan->ballasts[0].node);
	}
	nrb_refuse(NRB_EXIT_FAILED, "find out who killed it, and run again",
		early ? "the process that takes up free memory of %s died"
		      : "the process that held free memory of %s died: it is no longer "
			"what the plan says",
		node);
	return -EOWNERDEAD;
}

/* Where plain lines are wanted one now and then: who rehearses takes silence for a guest that hangs. */
static void draw(const struct nrb_ballastproc *proc, int look)
{
	char text[128], line[160], taken[NRB_UNITS_LEN], all[NRB_UNITS_LEN];
	int64_t rooms = 0;

	for (int i = 0; i < proc->plan->n_ballasts; i++) {
		rooms += proc->plan->ballasts[i].room_bytes;
	}
	snprintf(text, sizeof(text), "taking up free memory: %s of %s",
		nrb_units_bytes(taken, proc->words->progress),
		nrb_units_bytes(all, rooms + nrb_plan_ballast_bytes(proc->plan)));
	if (look % LINE_LOOKS == 0) {
		snprintf(line, sizeof(line), "[%4d s] %s", look * LOOK_MS / 1000, text);
		nrb_progress_say(line);
	} else {
		nrb_progress_redraw(text);
	}
}

static int wait_for(struct nrb_ballastproc *proc, int *signal)
{
	int64_t last = -1;
	int still = 0, looks = 0;

	while (!proc->words->ready) {
		struct pollfd fds[] = {
			{ .fd = proc->signal_fd, .events = POLLIN },
			{ .fd = proc->fd, .events = POLLIN },
		};

		if (poll(fds, 2, LOOK_MS) < 0 && errno != EINTR) {
			return nrb_fail(-errno, "cannot wait for the ballast");
		}
		if (fds[0].revents) {
			*signal = nrb_signals_take(proc->signal_fd);
			return -EINTR;
		}
		if (fds[1].revents) {
			return die(proc, true);
		}
		still = proc->words->progress != last ? 0 : still + 1;
		last = proc->words->progress;
		if (still > STILL_LOOKS) {
			return nrb_fail(-ETIME,
				"taking up free memory does not get on: %lld MiB are taken",
				(long long)last >> 20);
		}
		draw(proc, ++looks);
	}
	return 0;
}

/* Below the highest zone it is not where the kernel was to have it: reclaim takes more there (6.1: 2.8
 * pages for one that was allocated, where in the highest zone it was 0.8). */
static void say_result(const struct nrb_ballastproc *proc)
{
	for (int i = 0; i < proc->plan->n_ballasts; i++) {
		const struct nrb_plan_ballast *part = &proc->plan->ballasts[i];
		int64_t below = proc->words->below_bytes[i];
		char held[NRB_UNITS_LEN];

		nrb_note("node %d: %s that was free is locked until the end", part->node,
			nrb_units_bytes(held, proc->words->held_bytes[i]));
		if (below > part->room_bytes / 10) {
			nrb_warn("of %lld MiB that cells fill on node %d %lld MiB lie in "
				 "a lower zone: more may be reclaimed there than is "
				 "allocated",
				(long long)part->room_bytes >> 20, part->node,
				(long long)below >> 20);
		}
	}
}

static int fork_ballast(struct nrb_ballastproc *proc)
{
	pid_t parent = getpid();

	proc->pid = fork();
	if (proc->pid == 0) {
		close(proc->signal_fd);
		nrb_guard_leave(proc->guard);
		hold(proc, parent);
	}
	if (proc->pid < 0) {
		int rc = nrb_fail(-errno, "cannot fork the ballast");

		proc->pid = 0;
		return rc;
	}
	proc->fd = (int)syscall(SYS_pidfd_open, proc->pid, 0);
	if (proc->fd < 0) {
		return nrb_fail(-errno, "cannot watch the ballast by pidfd");
	}
	return nrb_guard_add_process(proc->guard, proc->pid);
}

int nrb_ballastproc_start(struct nrb_ballastproc *proc, int *signal)
{
	void *words;
	int rc;

	if (proc->plan->n_ballasts == 0) {
		return 0;
	}
	words = mmap(NULL, sizeof(*proc->words), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (words == MAP_FAILED) {
		return nrb_fail(-errno, "no memory to share with the ballast");
	}
	proc->words = words;
	rc = fork_ballast(proc);
	if (rc == 0) {
		rc = wait_for(proc, signal);
	}
	if (rc == 0) {
		say_result(proc);
	}
	return rc;
}

int nrb_ballastproc_check(const struct nrb_ballastproc *proc)
{
	struct pollfd pollfd = { .fd = proc->fd, .events = POLLIN };

	return proc->pid > 0 && poll(&pollfd, 1, 0) > 0 ? die(proc, false) : 0;
}

int64_t nrb_ballastproc_held(const struct nrb_ballastproc *proc, int node)
{
	for (int i = 0; proc->words != NULL && i < proc->plan->n_ballasts; i++) {
		if (proc->plan->ballasts[i].node == node) {
			return proc->words->held_bytes[i];
		}
	}
	return NRB_ABSENT;
}

void nrb_ballastproc_kill(struct nrb_ballastproc *proc)
{
	if (proc->pid > 0) {
		kill(proc->pid, SIGKILL); /* not reaped yet: the pid is its own */
	}
}

int nrb_ballastproc_finish(struct nrb_ballastproc *proc)
{
	int rc = 0;

	if (proc->pid > 0) {
		int64_t gib = proc->words->progress >> 30;

		rc = nrb_reap(proc->pid, NRB_REAP_LIMIT_MS + (int)gib * GONE_MS_PER_GIB,
			NULL, NULL);
		proc->pid = 0;
	}
	if (proc->fd >= 0 && proc->words != NULL) {
		close(proc->fd);
	}
	if (proc->words != NULL) {
		munmap(proc->words, sizeof(*proc->words));
	}
	proc->words = NULL;
	proc->fd = -1;
	return rc;
}
