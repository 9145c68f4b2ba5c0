/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The steps that scenarios are made of; each is the child's work in one phase (design of a cell:
 * numa-reclaim-bench-method(7)). All return as struct nrb_step says. */
#ifndef NRB_STEPS_H
#define NRB_STEPS_H

#include "nrb/cell.h"

/* What every scenario that compares modes does before its node is filled, and once it is full; the order is
 * that of a cell. */
/* clang-format off */
#define NRB_STEPS_EMPTY \
	{ NRB_PHASE_EVICT, nrb_step_evict }, \
	{ NRB_PHASE_DRAIN, NULL }

#define NRB_STEPS_MEASURE(soak, allocate) \
	{ NRB_PHASE_SETTLE, nrb_step_settle }, \
	{ NRB_PHASE_SOAK, soak }, \
	{ NRB_PHASE_APPLY, NULL }, \
	{ NRB_PHASE_ALLOCATE, allocate }, \
	{ NRB_PHASE_COUNT, NULL }, \
	{ NRB_PHASE_LOCATE, nrb_step_locate }, \
	{ NRB_PHASE_ACCESS, nrb_step_access }
/* clang-format on */

/** Evict our own file from the cache and verify that it is gone. */
int nrb_step_evict(struct nrb_cell *cell);

/** Fill the node's free memory with read-once file pages, as far as headroom above the high
 * watermark, and verify where they are. */
int nrb_step_fill_once(struct nrb_cell *cell);

/** Bytes that a fill may take of the node now: as far as headroom above the high watermark, --fill
 * and, for a file, its length. Returns 0 or a negative errno, with a message. */
int nrb_fill_room(const struct nrb_cell *cell, int64_t *bytes);

/** For what has to be on the node, and may not be others': refuse room, a fill's, of less than a
 * twentieth of the node, with -EOPNOTSUPP, beside a ballast of less than half of the fill with -ESTALE. */
int nrb_fill_check(const struct nrb_cell *cell, int64_t room);

/** With fill_all, fill each other memory node likewise, from its part of the file; else nothing. Notes
 * a node that is not full then. */
int nrb_fill_others(struct nrb_cell *cell);

/** Have the holder take what fits (nrb_fill_room) on the node. */
int nrb_step_hold(struct nrb_cell *cell);

/** As nrb_step_soak; and then what the holder holds must all be there: -ESTALE if it died, or
 * if too little of what it took is still on the node. */
int nrb_step_soak_held(struct nrb_cell *cell);

/** Have the owner of what the node held touch all of it again, timed. */
int nrb_step_return(struct nrb_cell *cell);

/** Wait until the node's kswapd sleeps and its free memory is steady. */
int nrb_step_settle(struct nrb_cell *cell);

/** Write batches of pages preferring the node until they land wholly elsewhere: the node then
 * stands at its low watermark. */
int nrb_step_soak(struct nrb_cell *cell);

/** First-touch the allocation under the arm's policy, on its pages, by its threads, each fault
 * timed. */
int nrb_step_allocate(struct nrb_cell *cell);

/** Find the node of every page written. */
int nrb_step_locate(struct nrb_cell *cell);

/** Walk a random cycle over the allocation, and one for each node that holds part of it. */
int nrb_step_access(struct nrb_cell *cell);

/** Read the file again in random order, timed; nothing where it is sparse, and no disk is read. */
int nrb_step_reread(struct nrb_cell *cell);

/** Allocate on the arm's node from a CPU of its cpu_node and walk it, on 4 KiB and on huge pages. */
int nrb_step_access_bound(struct nrb_cell *cell);

#endif
