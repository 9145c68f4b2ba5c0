/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How wide the intervals are that a run has come to, while it runs: by that, and never by what they say,
 * it decides how many blocks it takes. Looking is allowed at a few numbers of blocks alone.
 */
#ifndef NRB_WIDTHS_H
#define NRB_WIDTHS_H

#include "nrb/plan.h"
#include "nrb/sample.h"

#include <stdint.h>

enum {
	NRB_WIDTHS_PILOT = 6, /* the first look: below there is no interval */
	NRB_WIDTHS_MOST = 32, /* the last one */
};

struct nrb_widths {
	const struct nrb_plan *plan; /* borrowed */
	double *p99_ns;              /* of arm and block, NAN absent */
};

/** Start for a plan. Returns 0 or -ENOMEM, with a message; nrb_widths_finish is due all the same. */
int nrb_widths_begin(struct nrb_widths *widths, const struct nrb_plan *plan);
void nrb_widths_finish(struct nrb_widths *widths);

/** Note what a cell's first touches took at the 99th percentile. */
void nrb_widths_note(struct nrb_widths *widths, int arm, int64_t block,
	const struct nrb_sample *sample);

/** The widest interval of a mode's p99 beside the reference's, as a ratio, from its low end to its high
 * one (0.1: 10 %); NAN where none has one yet. */
double nrb_widths_widest(const struct nrb_widths *widths);

/** From one look (blocks) to the next: the first at which an interval of width now will be as narrow as
 * wished, if it narrows with the root of the number; the last one if none will. 0: there is no further
 * one. */
int64_t nrb_widths_next(int64_t blocks, double now, double wished);

#endif
