/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parent's side of one cell: it watches, and ends what does not end by itself. */
#include "nrb/cellrun.h"

#include "nrb/cellphases.h"
#include "nrb/cellprocs.h"
#include "nrb/diag.h"
#include "nrb/moved.h"
#include "nrb/progress.h"
#include "nrb/signals.h"
#include "nrb/watchdog.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LOOK_MS = 100 };

/* One cell under way. */
struct flight {
	struct nrb_cellrun *run;
	struct nrb_cell *cell;
	struct nrb_cellprocs procs;
	struct nrb_cellphases phases;
	struct nrb_watchdog watchdog;
	bool judged;       /* the parent ends it, and said why */
	int64_t oom_kills; /* on the whole machine, before the cell */
	int *signal;
};

static struct nrb_sample *sample_of(struct flight *flight)
{
	return &flight->cell->shared->sample;
}

/* How it ended, in words. Where the kernel has killed for memory since, it was this: our processes
 * offer themselves (oom_score_adj 1000). */
static const char *how(const struct flight *flight, const struct nrb_cellproc *proc,
	char *buf, size_t len)
{
	int64_t kills = nrb_snapshot_oom_kills(flight->cell);

	if (nrb_cellprocs_was_killed(proc) && flight->oom_kills != NRB_ABSENT &&
		kills > flight->oom_kills) {
		return "the out-of-memory killer";
	}
	return nrb_cellprocs_how(proc, buf, len);
}

/* The child is gone: what it said of itself stands, also what the parent said of it. */
static void note_end(struct flight *flight)
{
	struct nrb_sample *sample = sample_of(flight);
	char buf[32];

	if (flight->cell->shared->finished || flight->judged) {
		return;
	}
	sample->status = NRB_STATUS_KILLED;
	nrb_cell_note_why(flight->cell, "child ended in phase %s by %s",
		nrb_phase_name((enum nrb_phase)flight->cell->shared->phase),
		how(flight, &flight->procs.child, buf, sizeof(buf)));
}

static int reap_child(struct flight *flight)
{
	int rc = nrb_cellprocs_reap_child(&flight->procs);

	note_end(flight);
	return rc;
}

static bool is_watched(const struct flight *flight)
{
	return flight->procs.child.pid > 0 && !flight->procs.child.ended;
}

static int end_procs(struct flight *flight)
{
	bool was_watched = is_watched(flight);
	int rc = nrb_cellprocs_end(&flight->procs);

	if (was_watched) {
		note_end(flight);
	}
	return rc;
}

/* Of what the holder died only its parent knows. */
static void note_holder(struct flight *flight)
{
	enum nrb_status status = sample_of(flight)->status;
	char buf[32];

	if (status != NRB_STATUS_OK && nrb_cellprocs_holder_died(&flight->procs)) {
		nrb_cell_note_why(flight->cell, "the process beside died by %s",
			how(flight, &flight->procs.holder, buf, sizeof(buf)));
	}
}

/* NRB_PHASE_APPLY: the child waits, prepared. */
static int apply(struct flight *flight)
{
	int rc = nrb_pressure_end_settle(&flight->run->pressure, flight->cell->root);

	if (rc == 0) {
		rc = nrb_cellphases_apply(&flight->phases);
	}
	if (rc == -EINTR) {
		*flight->signal = nrb_signals_take(flight->run->signal_fd);
	}
	if (rc == 0 && flight->phases.over) {
		flight->judged = true;
		rc = end_procs(flight);
	}
	return rc;
}

/* NRB_PHASE_COUNT: the allocation is over, the mode still set. */
static int count(struct flight *flight)
{
	int rc = nrb_cellphases_count(&flight->phases);

	return rc == 0 ? nrb_guard_check(flight->run->guard) : rc;
}

static int meet_child(struct flight *flight)
{
	char byte;
	int rc = 0;

	if (read(flight->procs.channel, &byte, 1) != 1) {
		return 0; /* it died: its pidfd tells */
	}
	(void)nrb_cellprocs_stand_still(
		&flight->procs, (enum nrb_phase)flight->cell->shared->phase);
	if (flight->cell->shared->phase == NRB_PHASE_DRAIN) {
		nrb_cellphases_drain(&flight->phases);
	} else if (flight->cell->shared->phase == NRB_PHASE_APPLY) {
		rc = apply(flight);
	} else if (flight->cell->shared->phase == NRB_PHASE_COUNT) {
		rc = count(flight);
	}
	if (rc == 0) {
		/* it may have died: its pidfd tells */
		(void)send(flight->procs.channel, &byte, 1, MSG_NOSIGNAL);
	}
	return rc;
}

/* All is written: whatever takes so long, it is not the mode's doing. */
static void note_endless(struct flight *flight)
{
	sample_of(flight)->status = NRB_STATUS_DISTURBED;
	nrb_cell_note_why(flight->cell, "%s",
		flight->cell->arm.variant->hold != NULL
			? "all is written, but the process beside did not end"
			: "all is written, but the phase did not end");
}

static int64_t units(const struct flight *flight)
{
	const struct nrb_sample *sample = &flight->cell->shared->sample;

	return sample->alloc_bytes / sample->alloc_page_bytes;
}

static void note_stall(struct flight *flight, bool slow)
{
	struct nrb_sample *sample = sample_of(flight);
	long long written = nrb_cell_written(flight->cell->shared), all = units(flight);
	const char *pages =
		flight->cell->arm.page_size == NRB_PAGE_THP ? "huge pages" : "pages";

	flight->judged = true;
	if (written == all && (slow || flight->cell->sizes.served_bytes == 0)) {
		note_endless(flight);
		return;
	}
	sample->status = NRB_STATUS_STALLED;
	if (slow) {
		nrb_cell_note_why(flight->cell, "slow: %lld of %lld %s in %d s", written,
			all, pages, NRB_ALLOCATE_LIMIT_S);
	} else {
		nrb_cell_note_why(flight->cell,
			"stalled: %lld of %lld %s%s, then no progress", written, all,
			pages, written == all ? " and some of them again" : "");
	}
}

/* The knob before the kill: what holds the child in reclaim holds every process that faults there.
 * Stopped before that, the child writes nothing that the mode did not place. */
static int end_stalled(struct flight *flight, bool slow)
{
	int rc, ended;

	nrb_cellprocs_send(&flight->procs.child, SIGSTOP);
	rc = nrb_cellphases_set_mode(&flight->phases, 0);
	if (rc < 0) {
		return rc;
	}
	note_stall(flight, slow);
	rc = nrb_cellphases_count(&flight->phases);
	if (rc == 0) {
		rc = nrb_snapshot_locate(flight->cell, flight->procs.child.pid);
	}
	ended = end_procs(flight);
	nrb_cell_merge_threads(flight->cell->shared); /* nobody adds to them now */
	return rc < 0 ? rc : ended;
}

/* The knob first, as for a stall. */
static int end_late(struct flight *flight, enum nrb_phase phase)
{
	int rc = nrb_cellphases_set_mode(&flight->phases, 0);

	if (rc < 0) {
		return rc;
	}
	flight->judged = true;
	sample_of(flight)->status = NRB_STATUS_KILLED;
	nrb_cell_note_why(flight->cell,
		"did not end phase %s when its deadline had passed",
		nrb_phase_name(phase));
	return end_procs(flight);
}

/* Not the mode's doing, whatever the status says so far. */
static bool note_standstill(struct flight *flight)
{
	char buf[NRB_NOTE_LEN];
	const char *why = nrb_cellprocs_stood_still(&flight->procs, buf, sizeof(buf));

	if (why != NULL) {
		sample_of(flight)->status = NRB_STATUS_DISTURBED;
		nrb_cell_note_why(flight->cell, "%s", why);
	}
	return why != NULL;
}

/* Deadlines do not run meanwhile: who was stopped is neither late nor stalled. But nobody waits for
 * ever. */
static int look_at_standing(struct flight *flight)
{
	int rc;

	if (!nrb_cellprocs_stand_endlessly(&flight->procs)) {
		return 0;
	}
	rc = nrb_cellphases_set_mode(&flight->phases, 0);
	if (rc < 0) {
		return rc;
	}
	flight->judged = true;
	if (!note_standstill(flight)) {
		sample_of(flight)->status = NRB_STATUS_KILLED;
		nrb_cell_note_why(flight->cell,
			"was stopped by a signal in phase %s, and did not go on in %d s",
			nrb_phase_name((enum nrb_phase)flight->cell->shared->phase),
			NRB_STANDSTILL_LIMIT_S);
	}
	return end_procs(flight);
}

/* Swapping stops a run, but not where it is the subject. */
static int look_at_swap(struct flight *flight)
{
	struct nrb_cellrun *run = flight->run;

	return nrb_arm_needs(&flight->cell->arm) & NRB_USES_SWAP
		       ? 0
		       : nrb_pressure_look_swap(&run->pressure, flight->cell->root,
				 run->own_major_faults);
}

static int look(struct flight *flight)
{
	struct nrb_shared *shared = flight->cell->shared;
	enum nrb_phase phase = (enum nrb_phase)shared->phase;
	bool new_phase = phase != flight->watchdog.phase;

	if (nrb_cellprocs_stand_still(&flight->procs, phase)) {
		return look_at_standing(flight);
	}
	if (new_phase && phase == NRB_PHASE_SETTLE && !flight->run->rehearsal) {
		nrb_pressure_begin_settle(&flight->run->pressure, flight->cell->root);
	}
	if (phase == NRB_PHASE_ALLOCATE) {
		nrb_cellphases_look(&flight->phases);
		if (nrb_cell_written(shared) == units(flight)) {
			nrb_watchdog_all_written(
				&flight->watchdog, flight->cell->sizes.served_bytes > 0);
		}
	}
	nrb_progress_look(phase);
	switch (nrb_watchdog_look(&flight->watchdog, phase, nrb_cell_progress(shared))) {
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
	return look_at_swap(flight);
}

static int ballast_fd(const struct nrb_cellrun *run)
{
	return run->ballast != NULL && run->ballast->pid > 0 ? run->ballast->fd : -1;
}

/* Its end is the node's: what was measured since is of another one. */
static int check_ballast(const struct flight *flight)
{
	return flight->run->ballast != NULL ? nrb_ballastproc_check(flight->run->ballast)
					    : 0;
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

	while (rc == 0 && is_watched(flight)) {
		struct pollfd fds[] = {
			{ .fd = flight->run->signal_fd, .events = POLLIN },
			{ .fd = nrb_guard_fd(flight->run->guard), .events = POLLIN },
			{ .fd = flight->procs.channel, .events = POLLIN },
			{ .fd = flight->procs.child.fd, .events = POLLIN },
			{ .fd = ballast_fd(flight->run), .events = POLLIN },
			{ .fd = nrb_reclaimstalls_fd(&flight->run->stalls),
				.events = POLLIN },
		};
		int n = poll(fds, sizeof(fds) / sizeof(fds[0]), LOOK_MS);

		if (n < 0 && errno != EINTR) {
			return nrb_fail(-errno, "cannot wait for the child");
		}
		if (fds[0].revents) {
			rc = take_signal(flight);
		} else if (fds[1].revents) {
			rc = nrb_guard_renew(flight->run->guard);
		} else if (fds[4].revents) {
			rc = check_ballast(flight);
		} else if (fds[3].revents) {
			rc = reap_child(flight);
		} else if (fds[2].revents) {
			rc = meet_child(flight);
		} else if (fds[5].revents) {
			nrb_reclaimstalls_tick(&flight->run->stalls);
		} else {
			rc = look(flight);
		}
	}
	return rc;
}

static bool is_disturbed(int rc)
{
	return rc == -ESTALE || rc == -EOWNERDEAD;
}

/* Whatever was measured is shown and never used. */
static void note_disturbed(struct flight *flight)
{
	sample_of(flight)->status = NRB_STATUS_DISTURBED;
	nrb_cell_note_why(flight->cell, "%s", nrb_diag_message());
}

/* Before there was a child to end: nothing else says that nothing was measured. */
static void note_not_begun(struct flight *flight)
{
	struct nrb_sample *sample = sample_of(flight);

	if (sample->status == NRB_STATUS_OK && !flight->cell->shared->finished) {
		sample->status = NRB_STATUS_KILLED;
		nrb_cell_note_why(flight->cell, "%s", nrb_diag_message());
	}
}

/* The knob before the processes: whoever waits in reclaim goes on at once. The other settings after
 * them: turning swap off would read back what they have there. */
static int break_off(struct flight *flight, int rc)
{
	(void)nrb_cellphases_rest(&flight->phases);
	flight->judged |= is_disturbed(rc);
	(void)end_procs(flight); /* settings do not wait for one that hangs */
	if (is_disturbed(rc)) {
		note_disturbed(flight);
	} else {
		note_not_begun(flight);
	}
	(void)nrb_cellphases_end(&flight->phases);
	return rc;
}

static int wind_up(struct flight *flight)
{
	int rc, ended, undone;

	nrb_snapshot_note_rest(&flight->phases.after, flight->cell);
	rc = nrb_guard_check(flight->run->guard);
	if (rc == 0) {
		rc = nrb_cellphases_set_mode(&flight->phases, 0);
	} else {
		(void)nrb_cellphases_rest(&flight->phases);
	}
	ended = end_procs(flight);
	note_holder(flight);
	if (sample_of(flight)->status == NRB_STATUS_OK) {
		(void)note_standstill(flight);
	}
	if (rc == 0) {
		rc = check_ballast(flight);
	}
	if (rc == 0) {
		rc = nrb_moved_check(flight->cell->root, flight->cell->topology,
			flight->cell->arm.node, flight->cell->arm.cpu_node);
	}
	if (is_disturbed(rc)) {
		note_disturbed(flight);
	}
	undone = nrb_cellphases_end(&flight->phases);
	return rc < 0 ? rc : ended < 0 ? ended : undone;
}

static int fly(struct flight *flight)
{
	int rc = check_ballast(flight);

	if (rc == 0) {
		rc = nrb_cellphases_begin(&flight->phases);
	}
	if (rc < 0 || flight->phases.over) {
		return rc;
	}
	rc = nrb_cellprocs_start(
		&flight->procs, flight->cell, flight->run->guard, flight->run->signal_fd);
	return rc == 0 ? watch(flight) : rc;
}

int nrb_cellrun(struct nrb_cellrun *run, struct nrb_cell *cell, int *signal)
{
	struct flight flight = {
		.run = run,
		.cell = cell,
		.procs = { .child.fd = -1, .holder.fd = -1, .channel = -1 },
		.phases = {
			.guard = run->guard,
			.cell = cell,
			.knob = run->knob,
			.swap = run->swap != NULL ? run->swap : "",
			.signal_fd = run->signal_fd,
			.swaptrace = &run->swaptrace,
			.kernellog = &run->kernellog,
			.stalls = &run->stalls,
			.swapouts_before = NRB_ABSENT,
			.min_bytes = NRB_ABSENT,
		},
		.signal = signal,
	};
	struct nrb_sample *sample = &cell->shared->sample;
	int rc;

	cell->holder = -1;
	sample->start_ns = (int64_t)nrb_clock_ns();
	run->pressure.since_ns = 0; /* until this cell's settle phase is seen */
	flight.oom_kills = nrb_snapshot_oom_kills(cell);
	nrb_watchdog_begin(&flight.watchdog, run->known_ns);
	rc = fly(&flight);
	rc = rc < 0 ? break_off(&flight, rc) : wind_up(&flight);
	sample->wall_ns = (int64_t)nrb_clock_ns() - sample->start_ns;
	run->own_major_faults += flight.procs.major_faults;
	if (sample->status == NRB_STATUS_KILLED ||
		sample->status == NRB_STATUS_UNSUPPORTED) {
		nrb_sample_drop_measured(sample);
	}
	nrb_cellprocs_close(&flight.procs);
	return rc;
}
