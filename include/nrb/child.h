/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The measuring child's life. */
#ifndef NRB_CHILD_H
#define NRB_CHILD_H

#include "nrb/cell.h"

#include <sys/types.h>

/**
 * Run the steps of the cell's scenario in this freshly forked process: oom_score_adj, death with
 * the parent, CPU pin first. At the parent's own phases it writes one byte to channel and waits
 * for one. Never returns: leaves by _exit(2) with 0, or 1 after a failed step (the shared page
 * holds the status and why).
 */
_Noreturn void nrb_child_main(struct nrb_cell *cell, pid_t parent, int channel);

#endif
