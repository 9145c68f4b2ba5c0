/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What allocating threads of all scenarios have in common: where they run, and where their memory is
 * asked to be. */
#ifndef NRB_ALLOCATOR_H
#define NRB_ALLOCATOR_H

#include "nrb/cell.h"

/** Put the arm's policy on the arena and have work allocate there; in a cpuset without the node, where
 * the arm asks for that. Returns what work returned, or a negative errno, with a message. */
int nrb_allocator_run(struct nrb_cell *cell, int (*work)(struct nrb_cell *cell));

/** Pin the calling thread to CPU number i of the arm's cpu_node, round and round. Returns 0 or a
 * negative errno, with a message. */
int nrb_allocator_pin(const struct nrb_cell *cell, int i);

/** In thread i, before it allocates: say who it is, and touch its histogram, so that no fault of that is
 * timed. */
void nrb_allocator_prepare(struct nrb_cell *cell, int i);

#endif
