/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How many dirty pages a node may hold before pages that are to be written are taken elsewhere. */
#ifndef NRB_DIRTYSHARE_H
#define NRB_DIRTYSHARE_H

#include "nrb/vmstate.h"

/** The dirty and writeback pages up to which a node is within its share; absent: not known. Pure.
 * Source: node_dirty_limit() in mm/page-writeback.c (6.1, 7.3), for a task without real-time priority. */
int64_t nrb_dirtyshare_limit(const struct nrb_vmstate *state, int node);

#endif
