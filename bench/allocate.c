/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The step that allocates under the mode: where it asks to be, on which pages, by how many threads. */
#include "nrb/steps.h"

#include "nrb/cpusetgroup.h"
#include "nrb/diag.h"
#include "nrb/placement.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>

enum {
	HOME_LEN = 4096,
	PARTS = 100, /* of an allocation that is spread over a time */
};

/* The range's policy and not the thread's, so that it holds to the end of the cell: pages that NUMA
 * balancing has marked for a hint fault are absent to move_pages(2) (seen on 6.1), and may be moved.
 * MPOL_LOCAL and not the default one: what is explicit is left alone by it. */
static int set_policy(const struct nrb_cell *cell)
{
	static const enum nrb_policy policies[] = {
		[NRB_ARM_LOCAL] = NRB_POLICY_LOCAL,
		[NRB_ARM_BIND] = NRB_POLICY_BIND,
		[NRB_ARM_PREFERRED] = NRB_POLICY_PREFERRED,
		[NRB_ARM_INTERLEAVE] = NRB_POLICY_INTERLEAVE,
		[NRB_ARM_CPUSET] = NRB_POLICY_LOCAL,
	};
	struct nrb_idset nodes;

	nrb_idset_clear(&nodes);
	nrb_idset_add(&nodes, cell->arm.node);
	if (cell->arm.policy == NRB_ARM_INTERLEAVE) {
		nrb_topology_memory_nodes(cell->topology, &nodes);
	}
	return nrb_placement_bind_range(
		cell->arena.mem, cell->arena.len, policies[cell->arm.policy], &nodes);
}

/* The threads of an allocation. They are made behind a closed gate, so that one that cannot be made
 * leaves none waiting for it, and begin together. */
struct gang {
	struct nrb_cell *cell;
	pthread_mutex_t gate;
	bool given_up;
	pthread_barrier_t start;
	struct worker {
		struct gang *gang;
		pthread_t thread;
		int number;
	} workers[NRB_MAX_THREADS]; /* thread 0 is the child itself */
};

/* So that no fault of the histogram's own is timed. */
static void prefault(struct nrb_histogram *hist)
{
	volatile char *at = (volatile char *)hist;

	for (size_t i = 0; i < sizeof(*hist); i += 4096) {
		at[i] = at[i];
	}
	at[sizeof(*hist) - 1] = at[sizeof(*hist) - 1];
}

static void touch_range(struct nrb_cell *cell, int number, int64_t from, int64_t to)
{
	static const volatile int32_t never =
		0; /* the parent ends a stall, and only that */
	struct nrb_shared *shared = cell->shared;

	nrb_arena_touch(&cell->arena, (size_t)from, (size_t)to, &cell->clock,
		&shared->thread_hist[number], &shared->thread_pages[number], &never);
}

static void touch_share(struct nrb_cell *cell, int number)
{
	int64_t units = (int64_t)(cell->arena.len / cell->arena.page_bytes), from, to;
	int parts = cell->sizes.work_ns > 0 ? PARTS : 1;
	uint64_t start = nrb_clock_ns();

	nrb_cell_share(number, cell->arm.threads, units, &from, &to);
	for (int i = 0; i < parts; i++) {
		int64_t first, last;

		if (i > 0) {
			nrb_clock_sleep_until(
				start + (uint64_t)(cell->sizes.work_ns / parts * i));
		}
		nrb_cell_share(i, parts, to - from, &first, &last);
		touch_range(cell, number, from + first, from + last);
	}
}

static void *run_worker(void *arg)
{
	struct worker *worker = arg;
	struct gang *gang = worker->gang;
	bool given_up;

	prefault(&gang->cell->shared->thread_hist[worker->number]);
	pthread_mutex_lock(&gang->gate);
	given_up = gang->given_up;
	pthread_mutex_unlock(&gang->gate);
	if (!given_up) {
		pthread_barrier_wait(&gang->start);
		touch_share(gang->cell, worker->number);
	}
	return NULL;
}

/* Number i in the node's CPUs, round and round. */
static int pin_to(const struct nrb_cell *cell, int i)
{
	struct nrb_idset usable, one;
	int cpu = -1;

	nrb_topology_usable_cpus(cell->topology, cell->arm.cpu_node, &usable);
	for (int at = 0; at <= i % nrb_idset_count(&usable); at++) {
		cpu = nrb_idset_next(&usable, cpu);
	}
	nrb_idset_clear(&one);
	nrb_idset_add(&one, cpu);
	return nrb_placement_pin(&one);
}

/* A thread begins on the CPU of who makes it. *made out: how many there are. */
static int make_workers(struct gang *gang, int *made)
{
	int rc = 0;

	for (*made = 1; *made < gang->cell->arm.threads; ++*made) {
		struct worker *worker = &gang->workers[*made];

		*worker = (struct worker){ .gang = gang, .number = *made };
		rc = pin_to(gang->cell, *made);
		if (rc < 0) {
			break;
		}
		rc = -pthread_create(&worker->thread, NULL, run_worker, worker);
		if (rc < 0) {
			nrb_fail(rc, "cannot start thread %d of %d", *made + 1,
				gang->cell->arm.threads);
			break;
		}
	}
	return rc < 0 ? rc : pin_to(gang->cell, 0);
}

/* Thread 0's part, and wait for the others'; timed from the start of all to the end of the last. */
static void touch_together(struct gang *gang, int made)
{
	uint64_t start;

	pthread_barrier_wait(&gang->start);
	start = nrb_clock_ns();
	touch_share(gang->cell, 0);
	for (int i = 1; i < made; i++) {
		pthread_join(gang->workers[i].thread, NULL);
	}
	gang->cell->shared->sample.alloc_wall_ns = (int64_t)(nrb_clock_ns() - start);
}

static int touch_by_threads(struct nrb_cell *cell)
{
	struct gang gang = { .cell = cell, .gate = PTHREAD_MUTEX_INITIALIZER };
	int made, rc;

	pthread_barrier_init(&gang.start, NULL, (unsigned int)cell->arm.threads);
	pthread_mutex_lock(&gang.gate);
	rc = make_workers(&gang, &made);
	gang.given_up = rc < 0;
	pthread_mutex_unlock(&gang.gate);
	if (rc == 0) {
		touch_together(&gang, made);
	}
	for (int i = 1; i < made && rc < 0; i++) {
		pthread_join(gang.workers[i].thread, NULL);
	}
	pthread_barrier_destroy(&gang.start);
	return rc;
}

static void touch_alone(struct nrb_cell *cell)
{
	uint64_t start = nrb_clock_ns();

	touch_share(cell, 0);
	cell->shared->sample.alloc_wall_ns = (int64_t)(nrb_clock_ns() - start);
}

static int touch(struct nrb_cell *cell)
{
	int rc = 0;

	prefault(&cell->shared->thread_hist[0]);
	if (cell->arm.threads > 1) {
		rc = touch_by_threads(cell);
	} else {
		touch_alone(cell);
	}
	nrb_cell_merge_threads(cell->shared);
	return rc;
}

/* A cgroup's cpuset may undo what CPU one is pinned to: pinned again on both ways. */
static int touch_in_group(struct nrb_cell *cell)
{
	char home[HOME_LEN];
	int rc = nrb_cpusetgroup_enter(cell->root, home, sizeof(home)), left;

	if (rc < 0) {
		return rc;
	}
	rc = pin_to(cell, 0);
	if (rc == 0) {
		rc = touch(cell);
	}
	left = nrb_cpusetgroup_leave(cell->root, home);
	if (left == 0) {
		left = pin_to(cell, 0);
	}
	return rc < 0 ? rc : left;
}

int nrb_step_allocate(struct nrb_cell *cell)
{
	int rc = set_policy(cell);

	if (rc < 0) {
		return rc;
	}
	return cell->arm.policy == NRB_ARM_CPUSET ? touch_in_group(cell) : touch(cell);
}
