/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls of node reclaim, into the sample, at a price that does not show in it. */
#include "nrb/reclaimstalls.h"

#include "nrb/clock.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

enum {
	/* One that frees pages takes longer, on any machine; one that does not is over in a microsecond. */
	SHORT_NS = 10000,
	/* An emulated CPU takes 1.2 us to tell of a call, so that 5 in a ms are 0.6 % of its time. */
	FEW_PER_MS = 5,
	PAUSE = 49,   /* times as long as a window that it follows: 2 % are recorded */
	FIRST_MS = 2, /* a window's; doubled up to the time between two looks */
	LONGEST_MS = 64,
};

static void set_timer(const struct nrb_reclaimstalls *stalls, int ms)
{
	const struct itimerspec when = { .it_value = { .tv_nsec = ms * 1000000L } };

	(void)timerfd_settime(stalls->timer, 0, &when, NULL);
}

/* The CPUs of a node that threads are pinned to, round and round. */
static void add_first(struct nrb_idset *busy, const struct nrb_idset *cpus, int threads)
{
	for (int i = 0, cpu = nrb_idset_next(cpus, -1); i < threads && cpu >= 0;
		i++, cpu = nrb_idset_next(cpus, cpu)) {
		nrb_idset_add(busy, cpu);
	}
}

int nrb_reclaimstalls_open(struct nrb_reclaimstalls *stalls, const struct nrb_root *root,
	const struct nrb_topology *topology, const struct nrb_idset *nodes, int threads,
	char *why, size_t why_len)
{
	struct nrb_idset cpus, busy, usable;
	int rc;

	*stalls = (struct nrb_reclaimstalls){ 0 };
	nrb_idset_clear(&cpus);
	nrb_idset_clear(&busy);
	nrb_for_each_id(node, nodes) {
		const struct nrb_topology_node *entry = nrb_topology_node(topology, node);

		nrb_topology_usable_cpus(topology, node, &usable);
		add_first(&busy, &usable, threads);
		if (entry != NULL) {
			add_first(&cpus, &entry->cpus, NRB_IDSET_MAX);
		}
	}
	rc = nrb_reclaimtrace_open(&stalls->trace, root, &cpus, &busy, why, why_len);
	if (rc < 0) {
		return rc;
	}
	stalls->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (stalls->timer < 0) {
		rc = -errno;
		snprintf(why, why_len, "no timer: %s", strerror(-rc));
		nrb_reclaimstalls_close(stalls);
	}
	return rc;
}

void nrb_reclaimstalls_close(struct nrb_reclaimstalls *stalls)
{
	if (stalls->timer > 0) {
		close(stalls->timer);
	}
	(void)nrb_reclaimtrace_close(stalls->trace);
	*stalls = (struct nrb_reclaimstalls){ 0 };
}

int nrb_reclaimstalls_fd(const struct nrb_reclaimstalls *stalls)
{
	return stalls->trace != NULL ? stalls->timer : -1;
}

/* A thread of the cell that allocates, and not one that serves or writes beside. */
static bool is_ours(const struct nrb_cell *cell, pid_t tid)
{
	for (int i = 0; i < cell->arm.threads; i++) {
		if (cell->shared->thread_id[i] == tid) {
			return true;
		}
	}
	return false;
}

static void note_call(void *arg, const struct nrb_reclaimcall *call)
{
	struct nrb_reclaimstalls *stalls = arg;
	struct nrb_sample *sample = &stalls->cell->shared->sample;

	stalls->short_calls += call->ns < SHORT_NS;
	if (!is_ours(stalls->cell, call->tid)) {
		sample->reclaim_other_calls++;
		sample->reclaim_other_ns += (int64_t)call->ns;
		return;
	}
	sample->reclaim_calls++;
	sample->reclaim_futile_calls += call->reclaimed_pages == 0;
	if (call->reclaimed_pages != NRB_ABSENT) {
		sample->reclaim_pages += call->reclaimed_pages;
	}
	nrb_histogram_add(&sample->reclaim_hist, call->ns);
}

/* A window begins, of which the timer tells the end. */
static int open_window(struct nrb_reclaimstalls *stalls)
{
	int rc = nrb_reclaimtrace_start(stalls->trace);

	stalls->on = rc == 0;
	stalls->since_ns = nrb_clock_ns();
	stalls->window_ms = FIRST_MS;
	if (rc == 0) {
		set_timer(stalls, stalls->window_ms);
	}
	return rc;
}

/* The time up to now was recorded. Returns how long it was. */
static uint64_t note_time(struct nrb_reclaimstalls *stalls)
{
	uint64_t now_ns = nrb_clock_ns(), ns = now_ns - stalls->since_ns;

	stalls->since_ns = now_ns;
	stalls->cell->shared->sample.reclaim_traced_ns += (int64_t)ns;
	return ns;
}

static void stop(struct nrb_reclaimstalls *stalls)
{
	nrb_reclaimtrace_stop(stalls->trace);
	stalls->on = false;
}

/* Too many short calls end a window, and the longer it was the longer is the pause: a parent that its
 * machine starves ends it late. Where they were many before, reading them need not be recorded too. */
static void look_at_window(struct nrb_reclaimstalls *stalls)
{
	uint64_t ns;

	if (stalls->many) {
		stop(stalls);
	}
	ns = note_time(stalls);
	stalls->short_calls = 0;
	(void)nrb_reclaimtrace_read(stalls->trace, note_call, stalls);
	stalls->many = stalls->short_calls > ((int64_t)(ns / 1000000) + 1) * FEW_PER_MS;
	if (stalls->many && stalls->on) {
		stop(stalls);
		ns += note_time(stalls);
		(void)nrb_reclaimtrace_read(stalls->trace, note_call, stalls);
	}
	if (stalls->many) {
		stalls->resume_ns = stalls->since_ns + PAUSE * ns;
	} else if (!stalls->on) {
		(void)open_window(stalls);
	}
}

void nrb_reclaimstalls_begin(struct nrb_reclaimstalls *stalls, struct nrb_cell *cell)
{
	struct nrb_sample *sample = &cell->shared->sample;

	if (stalls->trace == NULL) {
		return;
	}
	stalls->lost = nrb_reclaimtrace_lost(stalls->trace);
	stalls->many = false;
	if (open_window(stalls) < 0) {
		return;
	}
	stalls->cell = cell;
	sample->reclaim_traced_ns = 0;
	sample->reclaim_calls = 0;
	sample->reclaim_futile_calls = 0;
	sample->reclaim_pages = 0;
	sample->reclaim_other_calls = 0;
	sample->reclaim_other_ns = 0;
}

void nrb_reclaimstalls_tick(struct nrb_reclaimstalls *stalls)
{
	uint64_t times;

	if (read(stalls->timer, &times, sizeof(times)) < 0 || stalls->cell == NULL ||
		!stalls->on) {
		return;
	}
	look_at_window(stalls);
	if (stalls->on && stalls->window_ms < LONGEST_MS) {
		stalls->window_ms *= 2;
		set_timer(stalls, stalls->window_ms);
	}
}

void nrb_reclaimstalls_look(struct nrb_reclaimstalls *stalls)
{
	if (stalls->cell == NULL) {
		return;
	}
	if (stalls->on) {
		look_at_window(stalls);
	} else if (nrb_clock_ns() >= stalls->resume_ns) {
		(void)open_window(stalls);
	}
}

void nrb_reclaimstalls_end(struct nrb_reclaimstalls *stalls)
{
	struct nrb_cell *cell = stalls->cell;

	if (cell == NULL) {
		return;
	}
	if (stalls->on) {
		stop(stalls);
		(void)note_time(stalls);
		(void)nrb_reclaimtrace_read(stalls->trace, note_call, stalls);
		(void)nrb_reclaimtrace_read_unended(
			stalls->trace, stalls->since_ns, note_call, stalls);
	}
	cell->shared->sample.reclaim_lost_calls =
		nrb_reclaimtrace_lost(stalls->trace) - stalls->lost;
	stalls->cell = NULL;
}
