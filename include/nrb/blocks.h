/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The cells of a run: a warm-up, then every arm once in each shuffled block. */
#ifndef NRB_BLOCKS_H
#define NRB_BLOCKS_H

#include "nrb/cellrun.h"
#include "nrb/clock.h"
#include "nrb/machine.h"
#include "nrb/plan.h"
#include "nrb/record.h"

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
	/* its own */
	int64_t n; /* to run; 0: not known yet */
	int64_t (*known_ns)
		[NRB_N_PHASES]; /* of each kind of arm: its first cell's phases */
	int64_t reread_bytes;   /* in a cell; 0: as the plan says */
};

/**
 * Run the plan's warm-up, decide the number of blocks by what it took, and run them; each cell is
 * appended to the record and synced as it ends. The knob is at rest between cells and after the
 * last. Returns 0, -EINTR for a signal, -ESTALE for a foreign setting, -ENODATA where no cell
 * measured anything, or another negative errno, with a message.
 */
int nrb_blocks_run(struct nrb_blocks *blocks);

#endif
