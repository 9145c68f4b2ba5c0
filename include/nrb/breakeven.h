/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How often memory that was kept local has to be used before it has paid for what keeping it cost. Of blocks
 * in which the arm and the reference both are ok; never of a rehearsal, whose times are the host's.
 */
#ifndef NRB_BREAKEVEN_H
#define NRB_BREAKEVEN_H

#include "nrb/contrast.h"

enum nrb_breakeven_state {
	NRB_BREAKEVEN_NONE,    /* not measured, a rehearsal's, or of huge pages */
	NRB_BREAKEVEN_FEW,     /* under NRB_STATS_LEAST blocks */
	NRB_BREAKEVEN_UNCLEAR, /* whether an access takes less is not clear */
	NRB_BREAKEVEN_NEVER,   /* it does not, or by what does not matter: nothing pays */
	NRB_BREAKEVEN_AT_ONCE, /* nor does a first touch take longer: there is nothing to pay */
	NRB_BREAKEVEN_AFTER, /* so many accesses */
	NRB_N_BREAKEVEN_STATES,
};

struct nrb_breakeven {
	const struct nrb_arm_cells *arm, *base; /* borrowed */
	enum nrb_breakeven_state state;
	size_t blocks;
	/* Accesses to each page (dependent loads, each of a random cache line) after which what a first touch
	 * takes longer is saved by what an access takes less: where the signed-rank test finds no difference
	 * between the two. Where a first touch is not shown to take longer it begins at 0. */
	struct nrb_estimate accesses;
	/* The same for one more pass over the cached file, which takes longer since part of it was
	 * evicted. NAN: not measured, or that it does was not shown. */
	struct nrb_estimate per_reread;
};

/** What break-evens of an arm are told beside: its like in mode 0, else in the reference mode; NULL where
 * neither has a cell that is ok, or the arm itself, or it keeps no more local. */
const struct nrb_arm_cells *nrb_breakeven_base(const struct nrb_group *group,
	const struct nrb_arm_cells *arm, const struct nrb_header *header);

/** An arm beside its base; roi as in struct nrb_contrasts. Returns 0, -ENOMEM. */
int nrb_breakeven_make(struct nrb_breakeven *breakeven, const struct nrb_arm_cells *arm,
	const struct nrb_arm_cells *base, const struct nrb_header *header, double roi);

/** "few", "unclear", "never", "at once", "after"; "" for NONE. */
const char *nrb_breakeven_name(enum nrb_breakeven_state state);

#endif
