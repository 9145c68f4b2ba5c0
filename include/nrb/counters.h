/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel counted: /proc/vmstat and each node's vmstat and meminfo.
 * Parsed by key, never by position (7.x reordered vmstat). A key that this kernel has not is
 * NRB_ABSENT, not 0: zone_reclaim_success came with 6.12.
 */
#ifndef NRB_COUNTERS_H
#define NRB_COUNTERS_H

#include "nrb/fsroot.h"
#include "nrb/sample.h"

/** Make the kernel fold its per-CPU counters (vm.stat_refresh, root only, since 4.7).
 * Returns 0, -ENOENT, -EACCES, -EPERM. */
int nrb_counters_refresh(const struct nrb_root *root);

/** Read every counter of nrb_counter_table from /proc/vmstat; those missing are NRB_ABSENT.
 * A counter that the table gives as a sum of keys (allocstall: one per zone since 4.10) is
 * the sum of those present. Returns 0 or a negative errno, with a message. */
int nrb_counters_read(const struct nrb_root *root, struct nrb_counters *counters);

/** after - before, absent where either is. */
void nrb_counters_delta(const struct nrb_counters *before,
	const struct nrb_counters *after, struct nrb_counters *delta);

/* What one node holds and served, in bytes and events, as the kernel says it now. */
struct nrb_node_memory {
	int64_t total_bytes, free_bytes,
		file_bytes; /* FilePages: page cache, shmem, swap cache */
	int64_t active_file_bytes, inactive_file_bytes, mapped_bytes, dirty_bytes;
	int64_t writeback_bytes, shmem_bytes, anon_bytes, slab_reclaimable_bytes;
	int64_t page_tables_bytes;
	int64_t numa_hit, numa_miss, numa_foreign, numa_local, numa_other;
};

/** Read node's meminfo and numastat; what is missing there is NRB_ABSENT.
 * Returns 0, -ENOENT (no such node) or a negative errno, silent. */
int nrb_counters_read_node(
	const struct nrb_root *root, int node, struct nrb_node_memory *memory);

/** Total microseconds of a line of /proc/pressure/memory, "some avg10=0.00 avg60=0.00 avg300=0.00 total=123".
 * line  "some" or "full"
 * Returns 0, -EPROTO. Pure. */
int nrb_counters_psi_total(const char *text, const char *line, int64_t *us);

/** Total microseconds stalled on memory since boot, PSI "some" and "full" (system-wide).
 * Returns 0, -ENOENT or -EOPNOTSUPP where the kernel has no PSI, silent. */
int nrb_counters_read_psi(
	const struct nrb_root *root, int64_t *some_us, int64_t *full_us);

#endif
