/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All that decides where the next page comes from, read at one moment from files that everyone may
 * read. Pages throughout, of nrb_zones_page_bytes(). What the kernel does not tell is NRB_ABSENT.
 */
#ifndef NRB_VMSTATE_H
#define NRB_VMSTATE_H

#include "nrb/fsroot.h"
#include "nrb/idset.h"
#include "nrb/kernelrules.h"
#include "nrb/kswapd.h"
#include "nrb/vmblocks.h"
#include "nrb/zones.h"

#include <stdbool.h>
#include <stdint.h>

enum nrb_vmstate_lru_gen { NRB_LRU_GEN_NONE, NRB_LRU_GEN_OFF, NRB_LRU_GEN_ON };

/* What a huge page's fault may do to get one (transparent_hugepage/enabled and defrag). */
enum nrb_vmstate_thp {
	NRB_THP_NEVER,    /* no huge pages, or none without madvise(2) */
	NRB_THP_LIGHT,    /* takes what is free: no reclaim, no compaction */
	NRB_THP_DEFERS,   /* takes what is free, and where nothing is wakes kswapd */
	NRB_THP_RECLAIMS, /* reclaims and compacts */
};

struct nrb_vmnode {
	int node;              /* OS number */
	bool has_cpus;         /* N_CPU */
	bool has_memory;       /* has a populated zone */
	bool is_allowed;       /* by our cpuset */
	struct nrb_idset cpus; /* online ones */
	enum nrb_kswapd_state kswapd;
	/* counters of the whole node, as the kernel's own tests read them; dirty without writeback */
	int64_t active_file_pages, inactive_file_pages, file_pages, mapped_pages,
		dirty_pages;
	int64_t writeback_pages, shmem_pages, anon_pages, slab_reclaimable_pages;
	int64_t drift_pages; /* by which each may be off: what per-CPU counters may hold back */
	/* thresholds of node reclaim: managed pages of each zone x ratio / 100, added up; absent where
	 * this kernel has no such setting */
	int64_t min_unmapped_pages, min_slab_pages;
};

struct nrb_vmstate {
	char kernel[256]; /* release */
	struct nrb_kernelrules rules;
	int n_nodes;
	struct nrb_vmnode *nodes; /* online ones by rising number */
	int *distances; /* n_nodes x n_nodes by position, row = from; 0: unknown */
	bool has_more_nodes; /* possible ones that are not online: they have a turn in zonelists */
	struct nrb_zones zones;
	struct nrb_vmblocks *blocks; /* by position in zones.zones */
	int64_t mode; /* vm.zone_reclaim_mode verbatim; absent: this kernel has none */
	enum nrb_vmstate_lru_gen lru_gen;
	enum nrb_vmstate_thp thp,
		thp_advised;  /* of a plain range, and after MADV_HUGEPAGE */
	int reclaim_distance; /* node_reclaim_distance */
	int64_t min_unmapped_ratio, min_slab_ratio; /* per cent */
	int64_t dirty_ratio, dirty_bytes;           /* of which one is 0 */
	bool has_swap;                              /* a device that is on */
	bool defrag_mode; /* vm.defrag_mode is on (6.15 and later) */
};

/** Read it all. Changes nothing and folds no counters: who may, does nrb_counters_refresh before.
 * Returns 0 or a negative errno, with a message. Source: zoneinfo, buddyinfo, pagetypeinfo, sysctls,
 * /sys/devices/system/node. */
int nrb_vmstate_read(struct nrb_vmstate *state, const struct nrb_root *root);
void nrb_vmstate_finish(struct nrb_vmstate *state);

/** The entry of a node, or NULL. */
const struct nrb_vmnode *nrb_vmstate_node(const struct nrb_vmstate *state, int node);

/** The node of a CPU, or -1. */
int nrb_vmstate_node_of_cpu(const struct nrb_vmstate *state, int cpu);

/** Distance from node to node (SLIT); 0: unknown. */
int nrb_vmstate_distance(const struct nrb_vmstate *state, int from, int to);

#endif
