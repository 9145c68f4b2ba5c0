/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where threads run and memory lands, by libnuma's syscalls (included by placement.c alone).
 * Ask, then check: nothing here is believed until nrb_placement_count says so.
 */
#ifndef NRB_PLACEMENT_H
#define NRB_PLACEMENT_H

#include "nrb/fsroot.h"
#include "nrb/idset.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum nrb_policy {
	NRB_POLICY_DEFAULT,
	NRB_POLICY_LOCAL,
	NRB_POLICY_BIND,
	NRB_POLICY_PREFERRED, /* the set's first node */
	NRB_POLICY_INTERLEAVE,
};

/** Pin the calling thread to the CPUs of set, then verify. Returns 0 or a negative errno, with
 * a message (-EINVAL: offline, or outside the cpuset). Source: sched_setaffinity(2). */
int nrb_placement_pin(const struct nrb_idset *cpus);

/** Where a process keeps out of a measurement's way. */
struct nrb_place {
	struct nrb_idset cpus;  /* to run on; empty: anywhere */
	struct nrb_idset nodes; /* to prefer for memory; empty: local memory */
};

/** Have the calling thread run there and take further memory there; nodes that its
 * cpuset does not have leave it with local memory. Returns 0 or a negative errno, with a message. Source:
 * sched_setaffinity(2), set_mempolicy(2). */
int nrb_placement_keep_to(const struct nrb_place *place);

/** Set the calling thread's memory policy; nodes is not used for DEFAULT and LOCAL.
 * Returns 0 or a negative errno, with a message. Source: set_mempolicy(2). */
int nrb_placement_set_policy(enum nrb_policy policy, const struct nrb_idset *nodes);

/** The same for a range, page-aligned, before it is touched. Source: mbind(2). */
int nrb_placement_bind_range(
	void *mem, size_t len, enum nrb_policy policy, const struct nrb_idset *nodes);

/**
 * Find the node of each page of a range of process pid (0: own) and count them.
 * Reads only; does not fault pages in. Queried in batches.
 * mem, len      page-aligned, bytes
 * page_bytes    step between queried addresses
 * pages         out, adds one count per OS node id; array of n_pages_max counts
 * absent        out, adds pages that are not present (swapped out, or never written)
 * node_of       out, one OS node or -1 per page; NULL if not wanted
 * Returns 0; -ESRCH, silent: the other process is gone, or dead; or another negative errno, with a
 * message.
 * Source: move_pages(2) with nodes == NULL.
 */
int nrb_placement_count(pid_t pid, const void *mem, size_t len, size_t page_bytes,
	int64_t *pages, int n_pages_max, int64_t *absent, int16_t *node_of);

/** The same of n pages of a range that begins at mem, by their numbers (NULL: the first n); node_of
 * has n entries. */
int nrb_placement_count_some(pid_t pid, const void *mem, size_t page_bytes,
	const uint32_t *numbers, size_t n, int64_t *pages, int n_pages_max,
	int64_t *absent, int16_t *node_of);

/**
 * Count a range's pages per node by another way than move_pages(2), as its cross-check.
 * root          /proc/PID/numa_maps is read below it; pid is never 0 here
 * mem, len      a range made of whole mappings: mem is where one begins (an arena is so)
 * pages         out, adds one count per OS node id, in pages of 4 KiB also where the mapping's
 *               are larger (kernelpagesize_kB); array of n_pages_max counts
 * Returns 0, -ENOENT (no mapping begins at mem; a kernel without numa_maps; pid is gone), -ERANGE
 * (a node of n_pages_max or above, more pages than can be) or another negative errno; silent.
 * Source: numa(7). numa_maps gives no ends, and merges neighbours that are alike.
 */
int nrb_placement_numa_maps(const struct nrb_root *root, pid_t pid, const void *mem,
	size_t len, int64_t *pages, int n_pages_max);

/** The OS node of the CPU that runs the calling thread now; -1 if the kernel does not say.
 * Source: getcpu(2). */
int nrb_placement_current_node(void);

#endif
