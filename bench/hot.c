/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Scenario hot: the node is full of clean file cache that was read again and again. */
#include "nrb/diag.h"
#include "nrb/pagecache.h"
#include "nrb/rise.h"
#include "nrb/scenarios.h"
#include "nrb/steps.h"

#include <errno.h>

/* One makes a page referenced, the next active. */
enum { PASSES = 2 };

static int judge(const struct nrb_cell *cell)
{
	const struct nrb_sample *sample = &cell->shared->sample;

	if (*nrb_cell_stop(cell) != 0 || nrb_cell_has_lru_gen(cell) ||
		sample->fill_active_bytes >= sample->fill_node_bytes / 100 * 80) {
		return 0;
	}
	nrb_refuse(NRB_EXIT_FAILED, NULL,
		"the cache of node %d is not hot: of %lld MiB that the fill brought %lld MiB "
		"are active",
		cell->arm.node, (long long)sample->fill_node_bytes >> 20,
		(long long)sample->fill_active_bytes >> 20);
	return -EOPNOTSUPP;
}

static int use_again(struct nrb_cell *cell)
{
	struct nrb_node_memory before, after;
	int rc = nrb_fill_check(cell, cell->fill_len);

	if (rc == 0) {
		rc = nrb_rise_look(cell, &before);
	}
	for (int i = 0; i < PASSES && rc == 0; i++) {
		rc = nrb_pagecache_use_again(cell->file, cell->fill_len,
			&cell->shared->progress, nrb_cell_stop(cell));
	}
	if (rc == 0) {
		rc = nrb_rise_note(cell, &before, &after);
	}
	return rc == 0 ? judge(cell) : rc;
}

static const struct nrb_step steps[] = {
	NRB_STEPS_EMPTY,
	{ NRB_PHASE_FILL, nrb_step_fill_once },
	{ NRB_PHASE_SHAPE, use_again },
	NRB_STEPS_MEASURE(nrb_step_soak, nrb_step_allocate),
	{ NRB_PHASE_REREAD, nrb_step_reread },
	{ NRB_PHASE_DONE, NULL },
};

static const struct nrb_variant variants[] = { { .name = "", .steps = steps }, { 0 } };

const struct nrb_scenario nrb_scenario_hot = {
	.name = "hot",
	.holds = "clean file cache that was used several times (active)",
	.shows = "whether a mode that takes read-once cache takes cache in use too",
	.question = "is my working set safe",
	.limits = "all of it is equally hot: there is nothing colder to take first",
	.needs = NRB_NEEDS_MODES | NRB_NEEDS_FILE | NRB_NEEDS_SPILL,
	.cost = 12,
	.variants = variants,
};
