/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parent's side of one cell: it sets and counts, and ends what does not end by itself. */
#include "nrb/cellrun.h"

#include "nrb/child.h"
#include "nrb/diag.h"
#include "nrb/progress.h"
#include "nrb/reap.h"
#include "nrb/signals.h"
#include "nrb/snapshot.h"
#include "nrb/watchdog.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static const char knob[] = "vm.zone_reclaim_mode";

enum { LOOK_MS = 100 };

/* One cell under way. */
struct flight {
	struct nrb_cellrun *run;
	struct nrb_cell *cell;
	pid_t pid;
	int pidfd, channel;
	bool ended;        /* reaped, or given up on */
	bool said;         /* why it ends is in the note */
	int64_t min_bytes; /* of the target node's watermarks */
	struct nrb_watchdog watchdog;
	struct nrb_snapshot before, after;
	int *signal;
};

static struct nrb_sample *sample_of(struct flight *flight)
{
	return &flight->cell->shared->sample;
}

static int set_mode(struct flight *flight, int mode)
{
	char text[8];

	if (!flight->run->knob) {
		return 0;
	}
	snprintf(text, sizeof(text), "%d", mode);
	return nrb_guard_set(flight->run->guard, knob, text);
}

static int fork_child(struct flight *flight)
{
	int channel[2] = { -1, -1 };
	pid_t parent = getpid();

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, channel) < 0) {
		return nrb_fail(-errno, "cannot make the channel to a child");
	}
	flight->pid = fork();
	if (flight->pid == 0) {
		close(channel[0]);
		close(flight->run->signal_fd);
		nrb_guard_leave(flight->run->guard);
		nrb_child_main(flight->cell, parent, channel[1]);
	}
	close(channel[1]);
	flight->channel = channel[0];
	if (flight->pid < 0) {
		return nrb_fail(-errno, "cannot fork a child");
	}
	flight->pidfd = (int)syscall(SYS_pidfd_open, flight->pid, 0);
	if (flight->pidfd < 0) {
		return nrb_fail(-errno, "cannot watch child %d", (int)flight->pid);
	}
	return nrb_guard_add_process(flight->run->guard, flight->pid);
}

/* NRB_PHASE_APPLY: the child waits, prepared; what follows is the mode's doing. */
static int apply(struct flight *flight)
{
	struct nrb_cell *cell = flight->cell;
	int rc = nrb_pressure_end_settle(&flight->run->pressure, cell->root);

	if (rc == 0) {
		rc = nrb_guard_check(flight->run->guard);
	}
	if (rc == 0) {
		rc = nrb_snapshot_cache(cell, &sample_of(flight)->cache_before_bytes);
	}
	if (rc == 0) {
		flight->min_bytes = nrb_snapshot_min_bytes(cell);
		rc = set_mode(flight, cell->arm.mode);
	}
	if (rc == 0) {
		rc = nrb_snapshot_take(&flight->before, cell);
	}
	return rc;
}

/* NRB_PHASE_COUNT: the allocation is over, the mode still set. */
static int count(struct flight *flight)
{
	int rc = nrb_snapshot_take(&flight->after, flight->cell);

	if (rc < 0) {
		return rc;
	}
	nrb_snapshot_note(&flight->before, &flight->after, flight->cell);
	rc = nrb_snapshot_cache(flight->cell, &sample_of(flight)->cache_after_bytes);
	return rc == 0 ? nrb_guard_check(flight->run->guard) : rc;
}

static int meet_child(struct flight *flight)
{
	char byte;
	int rc = 0;

	if (read(flight->channel, &byte, 1) != 1) {
		return 0; /* it died: its pidfd tells */
	}
	if (flight->cell->shared->phase == NRB_PHASE_APPLY) {
		rc = apply(flight);
	} else if (flight->cell->shared->phase == NRB_PHASE_COUNT) {
		rc = count(flight);
	}
	if (rc == 0 && send(flight->channel, &byte, 1, MSG_NOSIGNAL) != 1) {
		return 0;
	}
	return rc;
}

static void note_end(struct flight *flight, int status)
{
	struct nrb_sample *sample = sample_of(flight);

	if (flight->cell->shared->finished || sample->status == NRB_STATUS_STALLED) {
		return;
	}
	sample->status = NRB_STATUS_KILLED;
	if (flight->said) {
		return;
	}
	nrb_cell_note_why(flight->cell, "child ended in phase %s by %s %d",
		nrb_phase_name((enum nrb_phase)flight->cell->shared->phase),
		WIFSIGNALED(status) ? "signal" : "exit code",
		WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
}

/* One that hangs in the kernel stays registered with the guard, and holds the node's memory: no
 * cell can follow it. */
static int reap(struct flight *flight)
{
	struct rusage usage = { 0 };
	int status = 0, rc;

	rc = nrb_reap(flight->pid, NRB_REAP_LIMIT_MS, &status, &usage);
	flight->ended = true;
	if (rc < 0) {
		status = SIGKILL;
	} else {
		flight->run->own_major_faults += usage.ru_majflt;
		nrb_guard_forget_process(flight->run->guard, flight->pid);
	}
	note_end(flight, status);
	return rc;
}

static void send_child(const struct flight *flight, int signal)
{
	/* not reaped: the pid is still its own where there is no pidfd */
	if (flight->pidfd >= 0) {
		syscall(SYS_pidfd_send_signal, flight->pidfd, signal, NULL, 0);
	} else {
		kill(flight->pid, signal);
	}
}

static int end_child(struct flight *flight)
{
	if (flight->pid <= 0 || flight->ended) {
		return 0;
	}
	send_child(flight, SIGKILL);
	return reap(flight);
}

static void note_stall(struct flight *flight, bool slow, int64_t written)
{
	struct nrb_sample *sample = sample_of(flight);
	long long pages = sample->alloc_bytes / sample->alloc_page_bytes;

	sample->status = NRB_STATUS_STALLED;
	if (slow) {
		nrb_cell_note_why(flight->cell, "slow: %lld of %lld pages in %d s",
			(long long)written, pages, NRB_ALLOCATE_LIMIT_S);
	} else {
		nrb_cell_note_why(flight->cell,
			"stalled: %lld of %lld pages, then no progress",
			(long long)written, pages);
	}
}

/* The knob before the kill: what holds the child in reclaim holds every process that faults there.
 * Stopped before that, the child writes nothing that the mode did not place. */
static int end_stalled(struct flight *flight, bool slow)
{
	struct nrb_sample *sample = sample_of(flight);
	int64_t written;
	int rc, ended;

	send_child(flight, SIGSTOP);
	rc = set_mode(flight, 0);
	if (rc < 0) {
		return rc;
	}
	written = flight->cell->shared->progress;
	note_stall(flight, slow, written);
	rc = nrb_snapshot_take(&flight->after, flight->cell);
	if (rc == 0) {
		nrb_snapshot_note(&flight->before, &flight->after, flight->cell);
		rc = nrb_snapshot_cache(flight->cell, &sample->cache_after_bytes);
	}
	if (rc == 0) {
		rc = nrb_snapshot_locate(flight->cell, flight->pid, written);
	}
	ended = end_child(flight);
	return rc < 0 ? rc : ended;
}

/* The knob first, as for a stall. */
static int end_late(struct flight *flight, enum nrb_phase phase)
{
	int rc = set_mode(flight, 0);

	if (rc < 0) {
		return rc;
	}
	flight->said = true;
	nrb_cell_note_why(flight->cell,
		"did not end phase %s when its deadline had passed",
		nrb_phase_name(phase));
	return end_child(flight);
}

static int look(struct flight *flight)
{
	struct nrb_shared *shared = flight->cell->shared;
	enum nrb_phase phase = (enum nrb_phase)shared->phase;
	bool new_phase = phase != flight->watchdog.phase;

	if (new_phase && phase == NRB_PHASE_SETTLE) {
		nrb_pressure_begin_settle(&flight->run->pressure, flight->cell->root);
	}
	if (phase == NRB_PHASE_ALLOCATE) {
		nrb_snapshot_headroom(flight->cell, flight->min_bytes);
	}
	nrb_progress_look(phase);
	switch (nrb_watchdog_look(&flight->watchdog, phase, shared->progress)) {
	case NRB_WATCHDOG_STALLED:
		return end_stalled(flight, false);
	case NRB_WATCHDOG_SLOW:
		return end_stalled(flight, true);
	case NRB_WATCHDOG_STOP:
		shared->stop[phase] = 1;
		break;
	case NRB_WATCHDOG_KILL:
		return end_late(flight, phase);
	case NRB_WATCHDOG_FINE:
		break;
	}
	return nrb_pressure_look_swap(&flight->run->pressure, flight->cell->root,
		flight->run->own_major_faults);
}

static int take_signal(struct flight *flight)
{
	*flight->signal = nrb_signals_take(flight->run->signal_fd);
	return *flight->signal != 0 ? -EINTR : 0;
}

/* Until the child is gone, or something ends the cell before. */
static int watch(struct flight *flight)
{
	int rc = 0;

	while (rc == 0 && !flight->ended) {
		struct pollfd fds[] = {
			{ .fd = flight->run->signal_fd, .events = POLLIN },
			{ .fd = nrb_guard_fd(flight->run->guard), .events = POLLIN },
			{ .fd = flight->channel, .events = POLLIN },
			{ .fd = flight->pidfd, .events = POLLIN },
		};
		int n = poll(fds, 4, LOOK_MS);

		if (n < 0 && errno != EINTR) {
			return nrb_fail(-errno, "cannot wait for the child");
		}
		if (fds[0].revents) {
			rc = take_signal(flight);
		} else if (fds[1].revents) {
			rc = nrb_guard_renew(flight->run->guard);
		} else if (fds[3].revents) {
			rc = reap(flight);
		} else if (fds[2].revents) {
			rc = meet_child(flight);
		} else {
			rc = look(flight);
		}
	}
	return rc;
}

/* Whatever was measured is shown and never used. */
static void note_disturbed(struct flight *flight)
{
	sample_of(flight)->status = NRB_STATUS_DISTURBED;
	nrb_cell_note_why(flight->cell, "%s", nrb_diag_message());
}

static int wind_up(struct flight *flight, int rc)
{
	int rest;

	if (rc < 0) {
		/* the knob before the child: whoever waits in reclaim goes on at once */
		if (rc != -ESTALE) {
			set_mode(flight, 0);
		}
		flight->said = rc == -ESTALE;
		(void)end_child(flight); /* settings do not wait for one that hangs */
		if (rc == -ESTALE) {
			note_disturbed(flight);
		}
		return rc;
	}
	nrb_snapshot_note_rest(&flight->after, flight->cell);
	rest = nrb_guard_check(flight->run->guard);
	if (rest == 0) {
		rest = set_mode(flight, 0);
	}
	if (rest == -ESTALE) {
		note_disturbed(flight);
	}
	return rest;
}

int nrb_cellrun(struct nrb_cellrun *run, struct nrb_cell *cell, int *signal)
{
	struct flight flight = {
		.run = run,
		.cell = cell,
		.pidfd = -1,
		.channel = -1,
		.signal = signal,
		.min_bytes = NRB_ABSENT,
	};
	struct nrb_sample *sample = &cell->shared->sample;
	int rc;

	sample->start_ns = (int64_t)nrb_clock_ns();
	run->pressure.since_ns = 0; /* until this cell's settle phase is seen */
	nrb_watchdog_begin(&flight.watchdog, run->warm_up_ns);
	rc = nrb_guard_check(run->guard);
	if (rc == 0) {
		rc = set_mode(&flight, 0);
	}
	if (rc == 0) {
		rc = fork_child(&flight);
	}
	if (rc == 0) {
		rc = watch(&flight);
	}
	rc = wind_up(&flight, rc);
	sample->wall_ns = (int64_t)nrb_clock_ns() - sample->start_ns;
	if (sample->status == NRB_STATUS_KILLED ||
		sample->status == NRB_STATUS_UNSUPPORTED) {
		nrb_sample_drop_measured(sample);
	}
	if (flight.pidfd >= 0) {
		close(flight.pidfd);
	}
	if (flight.channel >= 0) {
		close(flight.channel);
	}
	return rc;
}
