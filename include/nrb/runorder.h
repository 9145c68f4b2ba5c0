/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The cells of a record as they were run, for a look at drift and at what went wrong when. */
#ifndef NRB_RUNORDER_H
#define NRB_RUNORDER_H

#include "nrb/group.h"

#include <stddef.h>

enum { NRB_MAX_RUN_CELLS = 1000 };

struct nrb_run_cell {
	const struct nrb_arm_cells *arm; /* borrowed */
	int64_t cell, block;
	enum nrb_status status;
	bool cut;      /* a phase passed its deadline */
	double local;  /* share of pages on the target; NAN */
	double p99_ns; /* of the allocation; NAN */
};

/* Zeroed is empty. */
struct nrb_runorder {
	struct nrb_run_cell *list;
	size_t n, room;
	int64_t left_out; /* after the first NRB_MAX_RUN_CELLS */
};

/** Note a cell that was added to a group; the warm-up is passed over, and what only walks. Returns 0,
 * -ENOMEM. */
int nrb_runorder_add(struct nrb_runorder *order, const struct nrb_group *group,
	const struct nrb_sample *sample);

void nrb_runorder_free(struct nrb_runorder *order);

/** What is wrong with a cell, a word; "" if nothing is. */
const char *nrb_runorder_flag(const struct nrb_run_cell *cell);

#endif
