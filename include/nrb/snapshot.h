/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parent reads of the machine around the timed part of a cell. */
#ifndef NRB_SNAPSHOT_H
#define NRB_SNAPSHOT_H

#include "nrb/cell.h"
#include "nrb/counters.h"

#include <sys/types.h>

struct nrb_snapshot {
	bool taken;
	struct nrb_counters counters;
	struct nrb_node_memory nodes[NRB_MAX_NODES]; /* by position in the topology */
	int64_t psi_some_us, psi_full_us;            /* absent: no PSI */
};

/** Fold the kernel's per-CPU counters and read all. Returns 0 or a negative errno, with a
 * message. */
int nrb_snapshot_take(struct nrb_snapshot *snapshot, const struct nrb_cell *cell);

/** How often the kernel has killed for memory since boot; absent where it does not count (before
 * 4.13). Source: /proc/vmstat. */
int64_t nrb_snapshot_oom_kills(const struct nrb_cell *cell);

/** Put the difference over the allocation, and the nodes before and after, into the sample. */
void nrb_snapshot_note(const struct nrb_snapshot *before,
	const struct nrb_snapshot *after, struct nrb_cell *cell);

/** Put what was counted since after into the sample's counters_after; nothing if it was never
 * taken. */
void nrb_snapshot_note_rest(const struct nrb_snapshot *after, struct nrb_cell *cell);

/** Bytes of the cache file that are cached now; absent for a scenario without a file. */
int nrb_snapshot_cache(const struct nrb_cell *cell, int64_t *bytes);

/** Find the pages that a child has written, from outside: of each of its threads' parts the first
 * ones. Of one that is dead nothing is found, which the note says. Returns 0 or a negative errno, with
 * a message. */
int nrb_snapshot_locate(struct nrb_cell *cell, pid_t pid);

/** Put the node's thresholds for node reclaim into the sample; absent where they cannot be read.
 * Source: vm.min_unmapped_ratio and vm.min_slab_ratio, of each zone's managed pages apart, as
 * setup_min_unmapped_ratio() in mm/page_alloc.c sums them. */
void nrb_snapshot_thresholds(struct nrb_cell *cell);

/** The min watermarks of the target node in bytes; absent if they cannot be read. Takes the zones'
 * locks: not while faults are timed. Source: /proc/zoneinfo. */
int64_t nrb_snapshot_min_bytes(const struct nrb_cell *cell);

/** Look how far the node's free memory is above min_bytes, and keep the lowest. Takes no lock of the
 * kernel's; nothing if min_bytes is absent. Source: the node's meminfo. */
void nrb_snapshot_headroom(struct nrb_cell *cell, int64_t min_bytes);

#endif
