/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One cell, as the parent sees it: settings, fork, watch, apply the mode, count, reap. */
#ifndef NRB_CELLRUN_H
#define NRB_CELLRUN_H

#include "nrb/ballastproc.h"
#include "nrb/cell.h"
#include "nrb/guard.h"
#include "nrb/kernellog.h"
#include "nrb/pressure.h"
#include "nrb/reclaimstalls.h"
#include "nrb/swaptrace.h"

#include <stdbool.h>
#include <stdint.h>

/* What holds for all cells of a run. */
struct nrb_cellrun {
	struct nrb_guard *guard;
	int signal_fd; /* SIGINT, SIGTERM, SIGHUP; readable: stop */
	const struct nrb_ballastproc *ballast; /* NULL: there is none, by the plan */
	struct nrb_pressure pressure;
	int64_t own_major_faults; /* of the children reaped so far */
	/* what each phase took in the first cell of this kind of arm; 0: not known yet */
	const int64_t *known_ns; /* [NRB_N_PHASES] */
	bool knob;               /* there is a vm.zone_reclaim_mode */
	/* nobody else's work to be spared by the limit on pressure, and an emulated kswapd alone can
	 * exceed it */
	bool rehearsal;
	const char *swap;               /* the swap device; "" or NULL: there is none */
	struct nrb_swaptrace swaptrace; /* of the target nodes */
	struct nrb_kernellog kernellog;
	struct nrb_reclaimstalls
		stalls; /* of the target nodes, and of where allocations run */
};

/**
 * Run a prepared cell (plan, sizes, file; its sample has what was asked) to its end.
 * The knob is at rest before and after, and what else the arm sets as found, whatever happens. The
 * sample in cell->shared is whole afterwards, with its status.
 * signal  out, 0 or the signal that ended it (child and holder are gone then)
 * Returns 0 (also for stalled, killed, unsupported, and disturbed by what is no setting), -EINTR for
 * a signal, -ESTALE for a foreign setting, -EOWNERDEAD for a ballast that died, -EBUSY for pressure, or another negative errno, each with
 * a message.
 */
int nrb_cellrun(struct nrb_cellrun *run, struct nrb_cell *cell, int *signal);

#endif
