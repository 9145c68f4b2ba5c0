/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether a node's kswapd sleeps: mode 0 with kswapd awake looks like mode 1. */
#ifndef NRB_KSWAPD_H
#define NRB_KSWAPD_H

#include "nrb/fsroot.h"

#include <stdbool.h>

enum nrb_kswapd_state { NRB_KSWAPD_UNKNOWN, NRB_KSWAPD_ASLEEP, NRB_KSWAPD_AWAKE };

/** Find the pid of a node's kswapd thread by its name. Returns 0, -ENOENT, silent. */
int nrb_kswapd_find(const struct nrb_root *root, int node, int *pid);

/** Whether it sleeps now (state S or I of its stat). Returns 0, -ENOENT, silent. */
int nrb_kswapd_is_asleep(const struct nrb_root *root, int pid, bool *asleep);

/** What the kswapds of nodes 0 to n - 1 do now, by one look through /proc; one that is not found is
 * unknown. */
void nrb_kswapd_states(const struct nrb_root *root, enum nrb_kswapd_state *states, int n);

#endif
