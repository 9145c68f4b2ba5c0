/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A neighbour at work. */
#include "nrb/victim.h"

#include "nrb/arena.h"
#include "nrb/chain.h"
#include "nrb/chase.h"
#include "nrb/diag.h"
#include "nrb/placement.h"
#include "nrb/stopword.h"
#include "nrb/topologynodes.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>

enum {
	BURST_BYTES = 4 << 20, /* of new memory: as a request of a server takes it */
	/* of a walk between two bursts: milliseconds, far over a clock reading */
	SLICE_LOADS = 32 * 1024,
	PAUSE_NS = 20 * 1000000, /* between two rounds: it is no job of its own */
	PAGE = 4096,
};

/* It works in a thread of the holder, which meanwhile answers. */
struct victim {
	struct nrb_cell *cell;
	int node;
	struct nrb_arena set, burst;
	struct nrb_chain chain;
	void *at; /* in the cycle */
	pthread_t thread;
	volatile int32_t stop;
	int rc;
};

static int pin(const struct victim *victim)
{
	struct nrb_idset cpus;

	nrb_topology_usable_cpus(victim->cell->topology, victim->node, &cpus);
	return nrb_placement_pin(&cpus);
}

static int map_set(struct victim *victim, int64_t bytes)
{
	struct nrb_idset node;
	int rc = nrb_arena_map(&victim->set, (size_t)bytes, NRB_PAGE_4K);

	if (rc < 0) {
		return rc;
	}
	nrb_idset_clear(&node);
	nrb_idset_add(&node, victim->node);
	return nrb_placement_bind_range(
		victim->set.mem, victim->set.len, NRB_POLICY_BIND, &node);
}

/* The cycle is written into every line, and so touches every page. */
static int link_set(struct victim *victim)
{
	struct nrb_cell *cell = victim->cell;
	struct nrb_rng rng = nrb_rng_init((uint64_t)cell->shared->sample.seed + 2);
	const struct nrb_chain_lines lines = {
		.n_pages = victim->set.len / PAGE,
		.line_bytes = (size_t)cell->line_bytes,
	};
	int rc = nrb_chain_build(&victim->chain, &victim->set, &lines, &rng,
		nrb_cell_stop(cell), &cell->shared->progress);

	victim->at = victim->chain.start;
	if (rc == -EINVAL || rc == -ECANCELED) {
		nrb_refuse(NRB_EXIT_FAILED, NULL,
			"the neighbour's working set of %zu MiB was not ready in time",
			victim->set.len >> 20);
		return -EOPNOTSUPP;
	}
	return rc < 0 ? nrb_fail(rc, "cannot build the neighbour's chain") : 0;
}

static int map_burst(struct victim *victim)
{
	int rc = nrb_arena_map(&victim->burst, BURST_BYTES, NRB_PAGE_4K);

	return rc < 0 ? rc
		      : nrb_placement_bind_range(victim->burst.mem, victim->burst.len,
				NRB_POLICY_LOCAL, NULL);
}

static void note_taken(const struct victim *victim)
{
	struct nrb_sample *sample = &victim->cell->shared->sample;

	sample->victim_node = victim->node;
	sample->victim_bytes = (int64_t)victim->set.len;
	sample->victim_loads = sample->victim_load_ns = 0;
	sample->victim_pages = sample->victim_remote_pages = 0;
	sample->victim_absent_pages = 0;
}

static void finish(struct nrb_cell *cell)
{
	struct victim *victim = cell->hold_state;

	nrb_arena_unmap(&victim->set);
	nrb_arena_unmap(&victim->burst);
	free(victim);
	cell->hold_state = NULL;
}

static int take(struct nrb_cell *cell, int64_t bytes)
{
	struct victim *victim = calloc(1, sizeof(*victim));
	int rc;

	if (victim == NULL) {
		return nrb_fail(-ENOMEM, "no memory for a neighbour");
	}
	cell->hold_state = victim;
	victim->cell = cell;
	victim->node = nrb_topology_neighbour(cell->topology, cell->arm.node);
	rc = pin(victim);
	if (rc == 0) {
		rc = map_set(victim, bytes);
	}
	if (rc == 0) {
		rc = link_set(victim);
	}
	if (rc == 0) {
		rc = map_burst(victim);
	}
	if (rc == 0) {
		note_taken(victim);
	} else {
		finish(cell);
	}
	return rc;
}

static void walk_on(struct victim *victim)
{
	struct nrb_sample *sample = &victim->cell->shared->sample;
	uint64_t start = nrb_clock_ns();

	victim->at = nrb_chase_run(victim->at, SLICE_LOADS);
	sample->victim_load_ns += (int64_t)(nrb_clock_ns() - start);
	sample->victim_loads += SLICE_LOADS;
}

static int see_where(const struct victim *victim)
{
	struct nrb_sample *sample = &victim->cell->shared->sample;
	int64_t pages[NRB_MAX_NODES] = { 0 }, absent = 0;
	const struct nrb_arena *burst = &victim->burst;
	int rc = nrb_placement_count(
		0, burst->mem, burst->len, PAGE, pages, NRB_MAX_NODES, &absent, NULL);

	if (rc < 0) {
		return rc;
	}
	for (int node = 0; node < NRB_MAX_NODES; node++) {
		sample->victim_remote_pages += node != victim->node ? pages[node] : 0;
	}
	sample->victim_absent_pages += absent;
	sample->victim_pages += (int64_t)(burst->len / PAGE);
	return 0;
}

static int take_burst(struct victim *victim)
{
	static const volatile int32_t never = 0; /* a burst is short */
	struct nrb_sample *sample = &victim->cell->shared->sample;
	struct nrb_arena *burst = &victim->burst;
	volatile int64_t touched = 0;
	int rc;

	nrb_arena_touch(burst, 0, burst->len / PAGE, &victim->cell->clock,
		&sample->victim_hist, &touched, &never);
	rc = see_where(victim);
	if (rc == 0 && madvise(burst->mem, burst->len, MADV_DONTNEED) < 0) {
		rc = nrb_fail(-errno, "cannot give the neighbour's memory back");
	}
	return rc;
}

static void *work(void *arg)
{
	struct victim *victim = arg;

	do {
		walk_on(victim);
		victim->rc = take_burst(victim);
		nrb_clock_sleep_until(nrb_clock_ns() + PAUSE_NS);
	} while (victim->rc == 0 && !nrb_stopword_is_said(&victim->stop));
	return NULL;
}

static int begin(struct victim *victim)
{
	int rc = -pthread_create(&victim->thread, NULL, work, victim);

	return rc < 0 ? nrb_fail(rc, "cannot start a neighbour") : 0;
}

static int see_what_is_left(const struct victim *victim)
{
	struct nrb_sample *sample = &victim->cell->shared->sample;
	int64_t pages[NRB_MAX_NODES] = { 0 }, absent = 0;
	int rc;

	if (victim->rc < 0) {
		/* what its thread said is of the request before */
		return nrb_fail(victim->rc, "the neighbour gave up");
	}
	rc = nrb_placement_count(0, victim->set.mem, victim->set.len, PAGE, pages,
		NRB_MAX_NODES, &absent, NULL);
	if (rc == 0) {
		sample->victim_lost_bytes =
			sample->victim_bytes - pages[victim->node] * PAGE;
	}
	return rc;
}

/* It is at most a slice, a burst and a pause from its end. Its working set stays as long as it lives:
 * what its node has free is read after this. */
static int end(struct nrb_cell *cell)
{
	struct victim *victim = cell->hold_state;

	nrb_stopword_say(&victim->stop);
	nrb_cell_join(cell, victim->thread);
	return see_what_is_left(victim);
}

int nrb_victim_hold(struct nrb_cell *cell, enum nrb_hold what, int64_t value)
{
	switch (what) {
	case NRB_HOLD_TAKE:
		return take(cell, value);
	case NRB_HOLD_BEGIN:
		return begin(cell->hold_state);
	case NRB_HOLD_END:
		return end(cell);
	default:
		return 0;
	}
}
