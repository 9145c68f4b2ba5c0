/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Scenario shmem: the node is full of tmpfs pages that nobody has mapped. */
#include "nrb/diag.h"
#include "nrb/hold.h"
#include "nrb/pagecache.h"
#include "nrb/placement.h"
#include "nrb/rng.h"
#include "nrb/scenarios.h"
#include "nrb/steps.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* What the holder keeps: a file of tmpfs, and its pages through it. */
struct shmem {
	int fd;
	int64_t bytes; /* written */
};

static int map(const struct shmem *shmem, int64_t bytes, struct nrb_held *held)
{
	void *mem;

	*held = (struct nrb_held){ 0 };
	if (bytes == 0) {
		return 0;
	}
	mem = mmap(NULL, (size_t)bytes, PROT_READ | PROT_WRITE, MAP_SHARED, shmem->fd, 0);
	if (mem == MAP_FAILED) {
		return nrb_fail(
			-errno, "cannot map %lld bytes of a memfd", (long long)bytes);
	}
	*held = (struct nrb_held){
		.mem = mem, .len = (size_t)bytes, .map_len = (size_t)bytes
	};
	return 0;
}

/* The policy of a range of tmpfs is the file's, and stays with it. */
static int write_bound(struct nrb_cell *cell, struct shmem *shmem, struct nrb_held *held)
{
	struct nrb_rng rng = nrb_rng_init((uint64_t)cell->shared->sample.seed);
	struct nrb_idset node;
	uint64_t *words = (uint64_t *)(void *)held->mem;
	int rc;

	nrb_idset_clear(&node);
	nrb_idset_add(&node, cell->arm.node);
	rc = nrb_placement_bind_range(held->mem, held->len, NRB_POLICY_BIND, &node);
	while (rc == 0 && shmem->bytes < (int64_t)held->len &&
		*nrb_cell_stop(cell) == 0) {
		for (size_t i = 0; i < NRB_REREAD_BLOCK / sizeof(*words); i++) {
			*words++ = nrb_rng_next(&rng);
		}
		shmem->bytes += NRB_REREAD_BLOCK;
		cell->shared->progress += NRB_REREAD_BLOCK;
	}
	return rc;
}

/* value is a multiple of NRB_REREAD_BLOCK. */
static int take(struct nrb_cell *cell, struct shmem *shmem, int64_t value)
{
	struct nrb_held held;
	int rc;

	shmem->fd = memfd_create("numa-reclaim-bench", MFD_CLOEXEC);
	if (shmem->fd < 0 || ftruncate(shmem->fd, value) < 0) {
		return nrb_fail(
			-errno, "cannot make a memfd of %lld bytes", (long long)value);
	}
	rc = map(shmem, value, &held);
	if (rc == 0 && held.mem != NULL) {
		rc = write_bound(cell, shmem, &held);
	}
	cell->shared->sample.hold_asked_bytes = shmem->bytes;
	nrb_held_finish(&held);
	return rc;
}

/* Bound to the node: what of it is in memory is there. */
static int check(struct nrb_cell *cell, const struct shmem *shmem)
{
	struct nrb_sample *sample = &cell->shared->sample;
	int rc = nrb_pagecache_cached_bytes(shmem->fd, shmem->bytes, &sample->hold_bytes);

	if (rc < 0) {
		return nrb_fail(rc, "cannot see what of a memfd is in memory");
	}
	if (sample->hold_bytes >= shmem->bytes / 100 * 99) {
		return 0;
	}
	nrb_refuse(NRB_EXIT_DISTURBED, NULL,
		"of %lld MiB of tmpfs on node %d only %lld MiB are there still",
		(long long)shmem->bytes >> 20, cell->arm.node,
		(long long)sample->hold_bytes >> 20);
	return -ESTALE;
}

static int use_again(struct nrb_cell *cell, const struct shmem *shmem)
{
	struct nrb_held held;
	int rc = map(shmem, shmem->bytes, &held);

	if (rc == 0) {
		nrb_held_return(cell, &held);
		nrb_held_finish(&held);
	}
	return rc;
}

static int hold(struct nrb_cell *cell, enum nrb_hold what, int64_t value)
{
	struct shmem *shmem = cell->hold_state;

	switch (what) {
	case NRB_HOLD_TAKE:
		shmem = calloc(1, sizeof(*shmem));
		if (shmem == NULL) {
			return nrb_fail(-ENOMEM, "no memory for a memfd");
		}
		cell->hold_state = shmem;
		return take(cell, shmem, value);
	case NRB_HOLD_CHECK:
		return check(cell, shmem);
	case NRB_HOLD_RETURN:
		return use_again(cell, shmem);
	default:
		return 0;
	}
}

static const struct nrb_step steps[] = {
	NRB_STEPS_EMPTY, /* of cells of other scenarios */
	{ NRB_PHASE_FILL, nrb_step_hold },
	NRB_STEPS_MEASURE(nrb_step_soak_held, nrb_step_allocate),
	{ NRB_PHASE_RETURN, nrb_step_return },
	{ NRB_PHASE_DONE, NULL },
};

static const struct nrb_variant variants[] = {
	{ .name = "", .steps = steps, .hold = hold },
	{ 0 },
};

const struct nrb_scenario nrb_scenario_shmem = {
	.name = "shmem",
	.holds = "tmpfs pages: memory that the kernel counts as file cache",
	.shows =
		"bit 4: it counts them as reclaimable, scans, and without swap frees nothing",
	.question = "tmpfs, shared buffers of databases",
	.limits =
		"nobody maps them, nothing else is there: beside clean cache 2 and 3 may swap "
		"them out too",
	.needs = NRB_NEEDS_MODES | NRB_NEEDS_SPILL | NRB_USES_SWAP,
	.alloc_percent = 20,
	.cost = 20,
	.variants = variants,
};
