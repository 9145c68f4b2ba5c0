/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Scenario neighbour: a job outgrows its node beside somebody who works on another one. */
#include "nrb/holder.h"
#include "nrb/pagecache.h"
#include "nrb/scenarios.h"
#include "nrb/steps.h"
#include "nrb/victim.h"

enum {
	READ_LIMIT_S = 25, /* of the 60 that reading and allocating may take */
	PART = 16 << 20,   /* between two looks at the clock */
};

/* The neighbour first: bound to its node, it would take what a fill of all nodes has put there. */
static int fill(struct nrb_cell *cell)
{
	int rc = nrb_holder_ask(cell, NRB_HOLD_TAKE, cell->sizes.victim_bytes);

	return rc == 0 ? nrb_step_fill_once(cell) : rc;
}

/* As any job reads, with the default policy: what its node has no room for goes to others, or in the
 * place of what it read before. The allocation has to end in its time, too. */
static int read_part(struct nrb_cell *cell)
{
	const struct nrb_sizes *sizes = &cell->sizes;
	uint64_t end_ns = nrb_clock_ns() + READ_LIMIT_S * UINT64_C(1000000000);
	int64_t at = 0;
	int rc = 0;

	while (rc == 0 && at < sizes->beside_bytes && nrb_clock_ns() < end_ns) {
		int64_t left = sizes->beside_bytes - at, n = left < PART ? left : PART;

		rc = nrb_pagecache_fill(cell->file, sizes->beside_from + at, n,
			&cell->shared->progress, nrb_cell_stop(cell));
		at += n;
	}
	cell->shared->sample.beside_read_bytes = at;
	if (rc == 0 && at < sizes->beside_bytes) {
		nrb_cell_note(cell, "only %lld of %lld MiB were read in %d s",
			(long long)at >> 20, (long long)sizes->beside_bytes >> 20,
			READ_LIMIT_S);
	}
	return rc;
}

static int outgrow(struct nrb_cell *cell, void *arg)
{
	int rc = read_part(cell);

	(void)arg;
	return rc == 0 ? nrb_step_allocate(cell) : rc;
}

static int allocate(struct nrb_cell *cell)
{
	return nrb_holder_beside(cell, outgrow, NULL);
}

static const struct nrb_step steps[] = {
	NRB_STEPS_EMPTY,
	{ NRB_PHASE_FILL, fill },
	NRB_STEPS_MEASURE(nrb_step_soak, allocate),
	{ NRB_PHASE_REREAD, nrb_step_reread },
	{ NRB_PHASE_DONE, NULL },
};

static const struct nrb_variant variants[] = {
	{ .name = "", .steps = steps, .hold = nrb_victim_hold },
	{ 0 },
};

const struct nrb_scenario nrb_scenario_neighbour = {
	.name = "neighbour",
	.holds = "clean, read-once file cache; on another node somebody works",
	.shows =
		"what a job that outgrows its node costs that node's memory and its owner",
	.question = "does it preserve the memory of other nodes, and who works there",
	.limits =
		"one neighbour, who wants little; on a large machine its node stays free",
	.needs = NRB_NEEDS_MODES | NRB_NEEDS_FILE | NRB_NEEDS_SPILL | NRB_NEEDS_LOOKS |
		 NRB_NEEDS_BESIDE | NRB_NEEDS_NEIGHBOUR,
	.cost = 18,
	.variants = variants,
};
