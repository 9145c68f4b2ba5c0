/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What one block decides, told as soon as it is over: where memory landed, what cache was kept and what
 * node reclaim did hardly differ between blocks. Times do, and are left to the report.
 */
#ifndef NRB_FIRSTBLOCK_H
#define NRB_FIRSTBLOCK_H

#include "nrb/plan.h"
#include "nrb/sample.h"

enum { NRB_FIRSTBLOCK_LEN = 160 };

struct nrb_firstblock {
	const struct nrb_plan *plan; /* borrowed */
	/* of each arm; "": not run yet, or it compares nothing */
	char (*found)[NRB_FIRSTBLOCK_LEN];
};

/** Start for a plan. Returns 0 or -ENOMEM, with a message; nrb_firstblock_finish is due all the same. */
int nrb_firstblock_begin(struct nrb_firstblock *first, const struct nrb_plan *plan);
void nrb_firstblock_finish(struct nrb_firstblock *first);

/** Note what a cell found; those of other blocks than the first are passed over. */
void nrb_firstblock_note(struct nrb_firstblock *first, int arm, int64_t block,
	const struct nrb_sample *sample);

/** Say it, a line for each arm in the order of the plan, at most 16 of them. */
void nrb_firstblock_say(const struct nrb_firstblock *first);

/** "100.0 % local, 53.0 % of the cache kept, node reclaim 113 ok, 0 failed": of a cell what it measured; of
 * one that is not ok its status first. Fills and returns buf. */
const char *nrb_firstblock_found(char *buf, size_t len, const struct nrb_sample *sample);

#endif
