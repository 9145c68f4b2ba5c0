/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Scenario anon: the node is full of anonymous memory that its owner leaves idle. */
#include "nrb/diag.h"
#include "nrb/hold.h"
#include "nrb/holder.h"
#include "nrb/scenarios.h"
#include "nrb/steps.h"
#include "nrb/zones.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

enum {
	/* of the node, in locked shmem: it counts as file cache, so bit 4 finds more than
	 * vm.min_unmapped_ratio (1 %) of it, and it cannot go; twice that ratio beside a ballast,
	 * which leaves little of the node */
	GATE_PERCENT = 5,
	/* of what fits, in anonymous memory, where file cache is the rest */
	SOME_PERCENT = 20,
	LEAST_PERCENT = 99, /* of what was taken, there still when the mode is applied */
};

/* What the holder keeps; of mem[0] to mem[n - 1]. */
struct anon {
	int n;
	struct nrb_held mem[2];
};

static uint64_t seed_of(const struct nrb_cell *cell)
{
	return (uint64_t)cell->shared->sample.seed;
}

static int take_anon(struct nrb_cell *cell, struct anon *anon, int64_t bytes)
{
	struct nrb_held *held = &anon->mem[anon->n];
	int rc = nrb_held_take_anon(held, cell, bytes, seed_of(cell));

	anon->n += rc == 0;
	return rc;
}

static int take_locked_shmem(struct nrb_cell *cell, struct anon *anon, int64_t bytes)
{
	struct nrb_held *held = &anon->mem[anon->n];
	int rc = nrb_held_take_shmem(held, cell, bytes, ~seed_of(cell));

	if (rc < 0) {
		return rc;
	}
	anon->n++;
	return mlock(held->mem, held->len) < 0
		       ? nrb_fail(-errno, "cannot lock %zu bytes", held->len)
		       : 0;
}

static int take(struct nrb_cell *cell, int64_t bytes, bool gate_held_open)
{
	struct anon *anon = calloc(1, sizeof(*anon));
	struct nrb_zone_sums sums;
	int64_t gate = 0;
	int rc;

	if (anon == NULL) {
		return nrb_fail(-ENOMEM, "no memory for what is held");
	}
	cell->hold_state = anon;
	cell->shared->sample.hold_asked_bytes = bytes;
	rc = nrb_zones_read_sum(cell->root, cell->arm.node, &sums);
	if (rc == 0 && gate_held_open) {
		gate = cell->sizes.slack_bytes > 0
			       ? 2 * cell->sizes.gate_bytes / nrb_zones_page_bytes() *
					 nrb_zones_page_bytes()
			       : sums.managed_pages * nrb_zones_page_bytes() / 100 *
					 GATE_PERCENT;
		gate = gate < bytes ? gate : bytes;
		rc = take_locked_shmem(cell, anon, gate);
	}
	return rc == 0 ? take_anon(cell, anon, bytes - gate) : rc;
}

/* Idle throughout: what it answers is all that its owner does. */
static int serve(struct nrb_cell *cell, enum nrb_hold what)
{
	struct anon *anon = cell->hold_state;

	if (what == NRB_HOLD_CHECK) {
		return nrb_held_check(cell, anon->mem, anon->n, LEAST_PERCENT);
	}
	for (int i = 0; what == NRB_HOLD_RETURN && i < anon->n; i++) {
		nrb_held_return(cell, &anon->mem[i]);
	}
	return 0;
}

static int hold_gate_open(struct nrb_cell *cell, enum nrb_hold what, int64_t value)
{
	return what == NRB_HOLD_TAKE ? take(cell, value, true) : serve(cell, what);
}

static int hold_anon(struct nrb_cell *cell, enum nrb_hold what, int64_t value)
{
	return what == NRB_HOLD_TAKE ? take(cell, value, false) : serve(cell, what);
}

/* The anonymous memory first: it is older than the cache when the kernel looks for victims. */
static int hold_some_then_fill(struct nrb_cell *cell)
{
	int64_t room;
	int rc = nrb_fill_room(cell, &room);

	if (rc == 0) {
		rc = nrb_fill_check(cell, room);
	}
	if (rc == 0) {
		rc = nrb_holder_ask(cell, NRB_HOLD_TAKE,
			room / 100 * SOME_PERCENT / nrb_zones_page_bytes() *
				nrb_zones_page_bytes());
	}
	return rc == 0 ? nrb_step_fill_once(cell) : rc;
}

static const struct nrb_step anon_steps[] = {
	NRB_STEPS_EMPTY, /* of cells of other scenarios */
	{ NRB_PHASE_FILL, nrb_step_hold },
	NRB_STEPS_MEASURE(nrb_step_soak_held, nrb_step_allocate),
	{ NRB_PHASE_RETURN, nrb_step_return },
	{ NRB_PHASE_DONE, NULL },
};

static const struct nrb_step cached_steps[] = {
	NRB_STEPS_EMPTY,
	{ NRB_PHASE_FILL, hold_some_then_fill },
	NRB_STEPS_MEASURE(nrb_step_soak_held, nrb_step_allocate),
	{ NRB_PHASE_REREAD, nrb_step_reread },
	{ NRB_PHASE_RETURN, nrb_step_return },
	{ NRB_PHASE_DONE, NULL },
};

/* Slab opens the gate as well as cache does. */
static const struct nrb_value gate_closed[] = {
	{ .name = "vm.min_unmapped_ratio", .value = "100" },
	{ .name = "vm.min_slab_ratio", .value = "100" },
	{ 0 },
};

static const struct nrb_variant variants[] = {
	{ .name = "swapping",
		.shows =
			"little else on the node, and the kernel's threshold exceeded: modes 6 "
			"and 7 swap it out",
		.steps = anon_steps,
		.hold = hold_gate_open },
	{ .name = "cached",
		.shows =
			"read-once cache on most of the node goes first: next to nothing is swapped "
			"out (but at vm.swappiness 200)",
		.needs = NRB_NEEDS_SWAP | NRB_NEEDS_FILE,
		.steps = cached_steps,
		.hold = hold_anon },
	{ .name = "closed",
		.shows =
			"cache below vm.min_unmapped_ratio (raised for it): no mode reclaims",
		.needs = NRB_NEEDS_SWAP,
		.settings = gate_closed,
		.steps = anon_steps,
		.hold = hold_anon },
	{ 0 },
};

const struct nrb_scenario nrb_scenario_anon = {
	.name = "anon",
	.holds = "anonymous memory that its owner leaves idle",
	.shows = "bit 4 with bit 2: when a mode swaps, and what that costs the owner",
	.question = "does it swap out my processes",
	.limits = "random bytes: zswap and zram cannot make them smaller",
	.needs = NRB_NEEDS_MODES | NRB_NEEDS_SPILL | NRB_USES_SWAP,
	.alloc_percent = 20,
	.cost = 20,
	.variants = variants,
};
