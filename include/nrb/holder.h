/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The holder: a process beside the child that holds memory on the node, maps the cache or writes.
 * The parent forks both and a channel between them; the child asks, the holder does and answers.
 */
#ifndef NRB_HOLDER_H
#define NRB_HOLDER_H

#include "nrb/cell.h"

#include <sys/types.h>

/**
 * Serve requests in this freshly forked process until the channel closes: oom_score_adj and death
 * with the parent first, pinned to the CPUs of the cell's cpu_node. Never returns.
 */
_Noreturn void nrb_holder_main(struct nrb_cell *cell, pid_t parent);

/**
 * Ask the holder (in the child) and wait for its answer; it advances shared->progress and looks at
 * the child's stop words itself. Returns what the variant's hold returned, its message adopted;
 * -ESTALE, with a message, if the holder is gone.
 */
int nrb_holder_ask(struct nrb_cell *cell, enum nrb_hold what, int64_t value);

/** Have the holder begin, do the work, and have it end whatever came of that. Returns what failed
 * first, or 0. */
int nrb_holder_beside(
	struct nrb_cell *cell, int (*work)(struct nrb_cell *cell, void *arg), void *arg);

#endif
