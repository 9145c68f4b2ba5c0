/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What nodes hold while predictions are tested: made anew, and given back whole. */
#ifndef SCENE_H
#define SCENE_H

#include <stddef.h>

enum { SCENE_MAX_NODES = 4 };

/* Shares of what a node has free at first. */
struct scene_shares {
	double clean, mapped, dirty, shmem, anon;
};

/** Fill every node; ends the program where it cannot. Files lie in dir, nameless, and are written by
 * so many KiB at once, which is what their folios grow to. */
void scene_build(
	const char *dir, const struct scene_shares *shares, int n_nodes, long write_kib);

/** Give all back. */
void scene_drop(void);

/** Look up names that are not there, until the node holds that many pages of reclaimable slab more. */
void scene_grow_slab(const char *dir, int node, long pages);

/** Pages of a node's meminfo line, as "SReclaimable". */
long scene_node_pages(int node, const char *key);

#endif
