/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A state as it would be with a node's free pages taken: where modes begin to matter. */
#ifndef NRB_FULLNODE_H
#define NRB_FULLNODE_H

#include "nrb/request.h"
#include "nrb/vmstate.h"

/**
 * The state with no page to spare on a node: each of its zones stands at its limit for this request, or
 * below, where it is. Borrows all of state but the zones.
 * zones   out, a copy that the caller frees by nrb_zones_finish
 * Returns 0, -ENOMEM (with a message).
 */
int nrb_fullnode_make(struct nrb_vmstate *full, struct nrb_zones *zones,
	const struct nrb_vmstate *state, const struct nrb_request *request, int node);

#endif
