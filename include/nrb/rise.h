/* SPDX-License-Identifier: GPL-2.0-or-later */
/* By how much a node's file cache rose, from one look at the node to another. */
#ifndef NRB_RISE_H
#define NRB_RISE_H

#include "nrb/cell.h"
#include "nrb/counters.h"

/** Look at the cell's node. Returns 0 or a negative errno, with a message. */
int nrb_rise_look(const struct nrb_cell *cell, struct nrb_node_memory *memory);

/**
 * Look again: add what rose since to fill_node_bytes, fill_active_bytes and fill_inactive_bytes, and
 * note what of the file's first fill_len bytes is cached now.
 * after  out, what was seen
 * Returns 0 or a negative errno, with a message.
 */
int nrb_rise_note(struct nrb_cell *cell, const struct nrb_node_memory *before,
	struct nrb_node_memory *after);

#endif
