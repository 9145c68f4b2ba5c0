/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * In which order the cells of a block are run, and for which of them a budget leaves time.
 * A plan is run in turns: one of all its cells, mixed; or, by scenario, one for each variant of a
 * scenario, the cheapest first, so that a budget which ends early has whole comparisons to show.
 */
#ifndef NRB_AGENDA_H
#define NRB_AGENDA_H

#include "nrb/balance.h"
#include "nrb/plan.h"

#include <stdbool.h>
#include <stdint.h>

/* Cells that are run together, in a shuffled order. */
struct nrb_turn {
	int *arms, n; /* numbers of arms in the plan, those that can be run first */
	int runnable; /* of them */
	struct nrb_balance balance; /* of those */
	int cost;                   /* of a cell, as struct nrb_scenario has it */
	bool compares;              /* modes, or what does without */
	int64_t cells, wall_ns;     /* run so far, and what they took */
};

struct nrb_agenda {
	const struct nrb_plan *plan; /* borrowed */
	int n;
	struct nrb_turn *turns; /* in the order of a block */
	int64_t cost,
		wall_ns; /* of all cells so far, the first in units of a cell's cost */
	bool compared;   /* a turn that compares was run */
};

/** Make the turns of a plan. Returns 0 or -ENOMEM, with a message; nrb_agenda_finish is due all the
 * same. */
int nrb_agenda_begin(struct nrb_agenda *agenda, const struct nrb_plan *plan);
void nrb_agenda_finish(struct nrb_agenda *agenda);

/** A turn's arms in block (1..) into order[turn->n], shuffled by the plan's seed: in every block
 * another one first, each right before each other equally often, as far as the number of blocks
 * allows. The same for the same block, whichever was asked for before. What cannot be run stands last.
 * Returns 0 or -ENOMEM, with a message. */
int nrb_agenda_order(const struct nrb_agenda *agenda, struct nrb_turn *turn,
	int64_t block, int *order);

/** A cell of an arm was run, the warm-up too, and took wall_ns. */
void nrb_agenda_note(struct nrb_agenda *agenda, int arm, int64_t wall_ns);

/** What a turn will take, in seconds: by its own cells so far, else by those of others and what a
 * cell of it costs beside them; 0 where nothing has been run yet. */
double nrb_agenda_estimate_s(
	const struct nrb_agenda *agenda, const struct nrb_turn *turn);

/** "dirty, clean-first": what a turn is of. Fills and returns buf; "" for one of all. */
const char *nrb_agenda_name(const struct nrb_agenda *agenda, const struct nrb_turn *turn,
	char *buf, size_t len);

#endif
