/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a kernel before 3.16 would have made of the distances between nodes: it set
 * vm.zone_reclaim_mode at boot. The default has been 0 on every machine since (4f9b16a64753), but
 * the kernel's documentation still speaks as if the distances decided.
 */
#ifndef NRB_DISTANCE_H
#define NRB_DISTANCE_H

#include "nrb/fsroot.h"

#include <stdbool.h>
#include <stddef.h>

enum {
	NRB_DISTANCE_LOCAL = 10, /* ACPI's */
	NRB_DISTANCE_RECLAIM_2_6 =
		20, /* RECLAIM_DISTANCE of x86 in the 2.6.32 (RHEL 6) era */
	NRB_DISTANCE_RECLAIM_3_0 =
		30, /* and from about 3.0 on; node_reclaim_distance since 5.4 */
	NRB_DISTANCE_RECLAIM_ZEN = 32, /* on AMD Zen since 5.4 (a55c7454a8c8) */
	NRB_DISTANCE_RECLAIM_POWER = 10,
};

/** vm.zone_reclaim_mode as set at boot before 3.16: 1 if the largest distance between two nodes
 * was above RECLAIM_DISTANCE. */
int nrb_distance_legacy_mode(int largest, int reclaim_distance);

/** The same for both limits that x86 has had, in words: "1 (largest distance 40)"; largest 0:
 * unknown. Fills and returns buf; 128 bytes hold it. */
const char *nrb_distance_legacy(char *buf, size_t len, int largest);

/** node_reclaim_distance of this architecture's kernels: farther nodes are never reclaimed. */
int nrb_distance_reclaim(bool is_zen_kernel);

/**
 * Read a node's row of distances from sysfs: one number for each online node, by rising number.
 * row   out, n of them
 * Returns 0, -EPROTO (a row that is anything else) or the errno of reading; silent.
 */
int nrb_distance_read_row(const struct nrb_root *root, int node, int *row, int n);

#endif
