/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a plan costs others on the machine, as its text says it. */
#ifndef NRB_PLANCOSTS_H
#define NRB_PLANCOSTS_H

#include "nrb/planpage.h"

/**
 * Bytes of the file cache that a node holds before the run which a cell may evict at most: on a target
 * by reclaim, on another node by what spills there; 0 or less: nothing.
 * is_target  out
 */
int64_t nrb_plancosts_evicts(const struct nrb_plan *plan,
	const struct nrb_machine *machine, int node, bool *is_target);

/** The same of each node, as an array of {node, file_bytes, evict_bytes}; the caller owns it. */
struct nrb_json *nrb_plancosts_json(
	const struct nrb_plan *plan, const struct nrb_machine *machine);

/** Say what of other programs' cache and memory may go, and from which nodes. */
void nrb_plancosts_print_others(const struct nrb_planpage *page);

/** Say which settings change, to what, what that means for everybody, and what is put back. */
void nrb_plancosts_print_changes(const struct nrb_planpage *page);

#endif
