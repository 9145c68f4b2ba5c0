/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How often memory that was kept local has to be used before it has paid for what keeping it cost. Of blocks
 * in which the arm and the reference both are ok; never of a rehearsal, whose times are the host's.
 */
#ifndef NRB_BREAKEVEN_H
#define NRB_BREAKEVEN_H

#include "nrb/contrast.h"

enum nrb_breakeven_state {
	NRB_BREAKEVEN_NONE,  /* not measured, or a rehearsal's */
	NRB_BREAKEVEN_NEVER, /* an access is not shown to be any faster: nothing pays */
	NRB_BREAKEVEN_AT_ONCE, /* nor does the allocation take any longer: there is nothing to pay */
	NRB_BREAKEVEN_AFTER, /* so many accesses */
	NRB_N_BREAKEVEN_STATES,
};

struct nrb_breakeven {
	enum nrb_breakeven_state state;
	size_t blocks;
	/* Accesses to each page (dependent loads, each of a random cache line): what a first touch takes
	 * longer / what an access takes less */
	struct nrb_estimate accesses;
	/* The same for one more pass over the cached file: what that takes longer, since part of it was
	 * evicted / (pages allocated * what an access takes less). At 0: none was missed; at NAN: not
	 * measured. */
	struct nrb_estimate per_reread;
};

/** An arm against the reference of its family. Returns 0, -ENOMEM. */
int nrb_breakeven_make(struct nrb_breakeven *breakeven, const struct nrb_arm_cells *arm,
	const struct nrb_arm_cells *reference, const struct nrb_header *header);

#endif
