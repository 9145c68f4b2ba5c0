/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Scenario mapped: the node is full of clean file cache that a live process has mapped. */
#include "nrb/diag.h"
#include "nrb/hold.h"
#include "nrb/holder.h"
#include "nrb/rise.h"
#include "nrb/scenarios.h"
#include "nrb/steps.h"
#include "nrb/zones.h"

#include <errno.h>
#include <stdlib.h>

/* Of what was mapped, there still when the mode is applied. 7.3 reads in large folios, and a fill that
 * overshoots the high watermark with the last of them may wake kswapd, which takes up to 4 % of it. */
enum { LEAST_PERCENT = 90 };

static int judge(const struct nrb_cell *cell, int64_t mapped)
{
	const struct nrb_sample *sample = &cell->shared->sample;

	if (*nrb_cell_stop(cell) != 0 || mapped >= sample->fill_node_bytes / 100 * 80) {
		return 0;
	}
	nrb_refuse(NRB_EXIT_FAILED, NULL,
		"the cache of node %d is not mapped: of %lld MiB that the fill brought only "
		"%lld MiB are",
		cell->arm.node, (long long)sample->fill_node_bytes >> 20,
		(long long)mapped >> 20);
	return -EOPNOTSUPP;
}

static int have_it_mapped(struct nrb_cell *cell)
{
	struct nrb_node_memory before, after;
	int rc = nrb_fill_check(cell, cell->fill_len);

	if (rc == 0) {
		rc = nrb_rise_look(cell, &before);
	}
	if (rc == 0) {
		rc = nrb_holder_ask(cell, NRB_HOLD_TAKE, cell->fill_len);
	}
	if (rc == 0) {
		rc = nrb_rise_note(cell, &before, &after);
	}
	return rc == 0 ? judge(cell, after.mapped_bytes - before.mapped_bytes) : rc;
}

/* What stayed cached but lost its mapping since is mapped again (7.3 with MGLRU: 16 MiB of 414 in one
 * cell of twelve). What was evicted comes back wherever there is room, and the check sees that. */
static void use(const struct nrb_held *held)
{
	for (size_t at = 0; at < held->len; at += (size_t)nrb_zones_page_bytes()) {
		(void)*(const volatile char *)(held->mem + at);
	}
}

static int hold(struct nrb_cell *cell, enum nrb_hold what, int64_t value)
{
	struct nrb_held *held = cell->hold_state;
	int rc = 0;

	switch (what) {
	case NRB_HOLD_TAKE:
		held = calloc(1, sizeof(*held));
		if (held == NULL) {
			return nrb_fail(-ENOMEM, "no memory for a mapping");
		}
		cell->hold_state = held;
		cell->shared->sample.hold_asked_bytes = value;
		rc = nrb_held_map_file(held, cell, value);
		break;
	case NRB_HOLD_CHECK:
		use(held);
		rc = nrb_held_check(cell, held, 1, LEAST_PERCENT);
		break;
	case NRB_HOLD_RETURN:
		if (!cell->sizes.sparse) {
			nrb_held_return(cell, held);
		}
		break;
	default:
		break;
	}
	return rc;
}

static const struct nrb_step steps[] = {
	NRB_STEPS_EMPTY,
	{ NRB_PHASE_FILL, nrb_step_fill_once },
	{ NRB_PHASE_SHAPE, have_it_mapped },
	NRB_STEPS_MEASURE(nrb_step_soak_held, nrb_step_allocate),
	{ NRB_PHASE_RETURN, nrb_step_return },
	{ NRB_PHASE_DONE, NULL },
};

static const struct nrb_variant variants[] = {
	{ .name = "", .steps = steps, .hold = hold },
	{ 0 },
};

const struct nrb_scenario nrb_scenario_mapped = {
	.name = "mapped",
	.holds = "clean file cache that a live process has mapped",
	.shows =
		"bits 1 and 2 against bit 4: without it mapped cache is not counted, nor taken",
	.question = "databases that use mmap(2), programs and their libraries",
	.limits =
		"the process sleeps meanwhile; one that uses its pages loses fewer of them",
	.needs = NRB_NEEDS_MODES | NRB_NEEDS_FILE | NRB_NEEDS_SPILL,
	.cost = 12,
	.variants = variants,
};
