/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One cell, as the parent sees it: fork, watch, apply the mode, count, reap. */
#ifndef NRB_CELLRUN_H
#define NRB_CELLRUN_H

#include "nrb/cell.h"
#include "nrb/guard.h"
#include "nrb/pressure.h"

#include <stdbool.h>
#include <stdint.h>

/* What holds for all cells of a run. */
struct nrb_cellrun {
	struct nrb_guard *guard;
	int signal_fd; /* SIGINT, SIGTERM, SIGHUP; readable: stop */
	struct nrb_pressure pressure;
	int64_t own_major_faults;         /* of the children reaped so far */
	int64_t warm_up_ns[NRB_N_PHASES]; /* what each phase took; 0: not known yet */
	bool knob;                        /* there is a vm.zone_reclaim_mode */
};

/**
 * Run a prepared cell (plan, sizes, file; its sample has what was asked) to its end.
 * The knob is at rest before and after, whatever happens. The sample in cell->shared is whole
 * afterwards, with its status.
 * signal  out, 0 or the signal that ended it (the child is gone then)
 * Returns 0 (also for stalled, killed, unsupported), -EINTR for a signal, -ESTALE for a foreign
 * setting, -EBUSY for pressure, or another negative errno, each with a message.
 */
int nrb_cellrun(struct nrb_cellrun *run, struct nrb_cell *cell, int *signal);

#endif
