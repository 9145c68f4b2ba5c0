/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parent sets and counts in a cell. A phase may find that the cell cannot go on: then its
 * status and why stand in the sample. */
#ifndef NRB_CELLPHASES_H
#define NRB_CELLPHASES_H

#include "nrb/cell.h"
#include "nrb/guard.h"
#include "nrb/kernellog.h"
#include "nrb/looks.h"
#include "nrb/reclaimstalls.h"
#include "nrb/snapshot.h"
#include "nrb/swaptrace.h"

#include <stdbool.h>
#include <stdint.h>

struct nrb_cellphases {
	/* given, and borrowed */
	struct nrb_guard *guard;
	struct nrb_cell *cell;
	bool knob;                             /* there is a vm.zone_reclaim_mode */
	const char *swap;                      /* the swap device; "" */
	int signal_fd;                         /* readable: stop */
	const struct nrb_swaptrace *swaptrace; /* NULL: who swaps is not asked */
	const struct nrb_kernellog *kernellog; /* NULL: it is not read */
	struct nrb_reclaimstalls *stalls;
	/* out */
	bool over; /* the cell cannot go on */
	/* its own */
	bool set, grouped;       /* what is to be undone */
	int64_t swapouts_before; /* pages that kswapd had swapped out by then */
	int64_t min_bytes;       /* of the target node's watermarks */
	struct nrb_snapshot before, after;
	struct nrb_looks looks;
};

/** Set the knob, where there is one and the arm has a mode; mode 0 is the knob at rest. Returns 0 or
 * a negative errno, as nrb_guard_set. */
int nrb_cellphases_set_mode(struct nrb_cellphases *phases, int mode);

/** The knob at rest, unless it is someone else's by now: then nothing, silent. Returns as above. */
int nrb_cellphases_rest(struct nrb_cellphases *phases);

/** Before the fill: knob at rest, the arm's settings, its cpuset group. May be over. Returns 0 or a
 * negative errno, with a message: -ESTALE for a foreign setting. */
int nrb_cellphases_begin(struct nrb_cellphases *phases);

/** What will be filled is empty: free pages that CPUs keep are given back, so that a fill finds them. */
void nrb_cellphases_drain(const struct nrb_cellphases *phases);

/** The node is prepared: what follows is the mode's doing. Trims if asked, notes the thresholds, sets
 * the mode, reads counters. May be over. Returns as above; -EINTR, silent, for a signal that waits
 * in signal_fd. */
int nrb_cellphases_apply(struct nrb_cellphases *phases);

/** Ten times a second while it allocates. */
void nrb_cellphases_look(struct nrb_cellphases *phases);

/** The allocation is over, or stalled: read counters. Returns as above. */
int nrb_cellphases_count(struct nrb_cellphases *phases);

/** All but the knob as it was before nrb_cellphases_begin; the processes are gone. Returns as above;
 * goes on after a failure. */
int nrb_cellphases_end(struct nrb_cellphases *phases);

#endif
