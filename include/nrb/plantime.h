/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How long a plan takes, by the pace of the machine: what a cell fills and allocates, times what that took on a
 * small scale, and what no size changes. Reclaim, writing back and swapping come on top: what they cost is what
 * the run is to find out.
 */
#ifndef NRB_PLANTIME_H
#define NRB_PLANTIME_H

#include "nrb/json.h"
#include "nrb/pace.h"
#include "nrb/planpage.h"

/* Seconds. */
struct nrb_plantime {
	double file_s;  /* writing the cache file, once */
	double cell_s;  /* the longest cell of a block */
	double block_s; /* a cell of each arm */
	double all_s; /* file, warm-up and blocks; at most the budget, where one block fits in it */
	int64_t blocks; /* that many, of those asked for, fit in the budget; at least 1 */
};

/** Of a plan, by a pace that has bytes. Pure. */
void nrb_plantime_of(const struct nrb_plan *plan, const struct nrb_machine *machine,
	const struct nrb_pace *pace, struct nrb_plantime *time);

/** Its line of the plan; nothing where no pace was tried. */
void nrb_plantime_print(const struct nrb_planpage *page, const struct nrb_pace *pace);

/** NULL where no pace was tried; the caller owns it. */
struct nrb_json *nrb_plantime_json(const struct nrb_plan *plan,
	const struct nrb_machine *machine, const struct nrb_pace *pace);

#endif
