/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A neighbour of the job: a process on another node (nrb_topology_neighbour), on all of its CPUs, that
 * has its working set there and goes on working, whatever the job does to its node.
 */
#ifndef NRB_VICTIM_H
#define NRB_VICTIM_H

#include "nrb/cell.h"

/**
 * A variant's hold. TAKE: a working set of value bytes on its node, and a random cycle through it.
 * BEGIN to END, again and again: walk a part of the cycle, timed; touch new memory under MPOL_LOCAL,
 * each page timed, see where it landed, and give it back. END notes what of the working set is still
 * on its node. Notes victim_*. Returns as a step does.
 */
int nrb_victim_hold(struct nrb_cell *cell, enum nrb_hold what, int64_t value);

#endif
