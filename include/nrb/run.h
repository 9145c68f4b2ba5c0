/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `run`: compare values on this machine. */
#ifndef NRB_RUN_H
#define NRB_RUN_H

#include "nrb/plan.h"

/* What the front needs to know of a run that has ended. */
struct nrb_run_result {
	char path[4096]; /* of the record; "-" for stdout; "" if none was begun */
	int record;      /* to read it from its beginning; -1: none. The caller's */
	int signal;      /* that ended it; 0: none */
	bool too_wide;   /* it ended before its intervals were as narrow as asked */
};

/**
 * Plan, ask, measure, restore, record. The root must be live unless options->dry_run; the caller
 * checks that (tests give it a fixture root and a table of their own).
 * Changes vm.zone_reclaim_mode while it runs, and what else an arm of the plan sets, all through the
 * guard; puts it back.
 * Returns 0 or a negative errno, with a message and its exit code.
 */
int nrb_run(const struct nrb_run_options *options, const struct nrb_root *root,
	const struct nrb_scenario *const *table, const struct nrb_screen *screen,
	struct nrb_run_result *result);

#endif
