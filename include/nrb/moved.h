/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether the machine is still the one that was planned for. */
#ifndef NRB_MOVED_H
#define NRB_MOVED_H

#include "nrb/fsroot.h"
#include "nrb/topology.h"

/**
 * Check that a cell's nodes are what they were: the memory of node within one per cent (memory is
 * plugged and goes offline in larger pieces; a hypervisor's balloon takes smaller ones), and every
 * CPU of cpu_node that this process may run on. Reads meminfo of the node and the list of
 * CPUs that are online; what cannot be read has not moved.
 * Returns 0, or -ESTALE, with a message that names both, and exit code NRB_EXIT_DISTURBED.
 */
int nrb_moved_check(const struct nrb_root *root, const struct nrb_topology *topology,
	int node, int cpu_node);

#endif
