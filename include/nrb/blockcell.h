/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The blocks of a run under way, and one cell of them, from what is asked of it to its line in the
 * record. */
#ifndef NRB_BLOCKCELL_H
#define NRB_BLOCKCELL_H

#include "nrb/agenda.h"
#include "nrb/cellrun.h"
#include "nrb/clock.h"
#include "nrb/firstblock.h"
#include "nrb/machine.h"
#include "nrb/plan.h"
#include "nrb/record.h"
#include "nrb/surroundings.h"
#include "nrb/widths.h"

#include <stdint.h>

struct nrb_blocks {
	/* given, and borrowed */
	const struct nrb_root *root;
	const struct nrb_machine *machine;
	const struct nrb_plan *plan;
	struct nrb_record *record; /* with its header written */
	struct nrb_shared *shared;
	struct nrb_clock clock;
	struct nrb_cellrun cellrun;
	int file;          /* the cache file; -1: the plan has none */
	uint64_t start_ns; /* of the run: from there the budget counts */
	/* out */
	int signal;        /* that ended it; 0: none */
	int64_t cells;     /* lines written to the record */
	int64_t phases_ns; /* sum over their phases */
	int64_t usable;    /* of the blocks: ok, or stalled, which is a finding */
	char left_out[NRB_SET_LEN]; /* scenarios that the budget left no time for; "" */
	double width; /* of the widest interval at the end; NAN: there is none */
	/* its own */
	int64_t n; /* to run; 0: not known yet */
	struct nrb_agenda agenda;
	struct nrb_widths widths;
	struct nrb_firstblock first;
	struct nrb_surroundings surroundings;
	int64_t (*known_ns)
		[NRB_N_PHASES]; /* of each kind of arm: its first cell's phases */
	int64_t reread_bytes;   /* in a cell; 0: as the plan says */
};

/**
 * Run an arm of the plan as the next cell of a block (0: the warm-up), and append it to the record; one
 * that this machine cannot run is on record with its reason. Counts it in blocks.
 * Returns 0, also for a cell that was lost and says so; -EINTR for a signal: that cell is on no
 * record; another negative errno, with a message: none of the next would do better.
 */
int nrb_blockcell_run(struct nrb_blocks *blocks, int64_t block, int arm_index);

#endif
