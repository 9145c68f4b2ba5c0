/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Zones and their watermarks, from /proc/zoneinfo. Pages throughout. */
#ifndef NRB_ZONES_H
#define NRB_ZONES_H

#include "nrb/fsroot.h"

#include <stdbool.h>
#include <stdint.h>

enum { NRB_ZONE_PROTECTIONS = 8, NRB_MAX_NODE_ZONES = 8 /* the kernel has up to 6 */ };

/* Counters of a whole node, which the kernel prints with the node's first zone that has memory. */
struct nrb_zone_node {
	int64_t active_file_pages, inactive_file_pages, file_pages, mapped_pages,
		dirty_pages;
	int64_t writeback_pages, shmem_pages, anon_pages, slab_reclaimable_pages;
};

struct nrb_zone {
	int node;
	int index; /* rank in the node, as listed: rises from DMA to the highest; the kernel's zone_idx() */
	char name[16]; /* "DMA", "DMA32", "Normal", "Movable", "Device" */
	/* min, low and high as printed, that is including boost; absent where the kernel does not
	 * print it (boost: by 6.1; promo: by 6.12) */
	int64_t free_pages, boost_pages, min_pages, low_pages, high_pages, promo_pages;
	int64_t spanned_pages, present_pages, managed_pages, cma_pages;
	/* free_highatomic: what is free of the reserve; absent before 7.x prints it */
	int64_t reserved_highatomic_pages, free_highatomic_pages, free_cma_pages;
	int n_protections;
	int64_t protection_pages
		[NRB_ZONE_PROTECTIONS]; /* lowmem_reserve, by class zone index */
	int64_t pcp_pages;              /* in per-CPU lists; not in free_pages */
	int64_t unreclaimable;   /* 1: its node's kswapd has given up; absent: not told */
	int first_list, n_lists; /* of these, in nrb_zones.lists */
	int64_t drift_pages; /* by which its counters may be off: each CPU's "vm stats threshold" */
	bool has_node; /* the file has its node's counters with this zone (4.8 and later) */
	struct nrb_zone_node of_node; /* absent without has_node */
};

/* A CPU's list of a zone's free pages, which the zone does not count as free ("pagesets"). */
struct nrb_zone_list {
	int cpu;
	/* what it has, and from where on it gives a batch back; high_min: the same while the zone is below
	 * its high watermark (6.7 and later). Absent where the kernel does not print it. */
	int64_t count_pages, high_pages, high_min_pages, batch_pages;
};

struct nrb_zones {
	int n;
	struct nrb_zone
		*zones; /* populated ones alone (managed > 0), in the file's order */
	int n_lists;
	struct nrb_zone_list *lists; /* zone by zone, of each by rising CPU */
	int normal_index,
		movable_index; /* numbers of those kinds of zone; -1: none listed */
};

/** Read all populated zones. Returns 0 or a negative errno, with a message. */
int nrb_zones_read(struct nrb_zones *zones, const struct nrb_root *root);
void nrb_zones_finish(struct nrb_zones *zones);

/** Free pages of a zone that a program's memory or file cache may take without waking kswapd: those
 * above the high watermark and what the zone keeps back from users of higher ones (lowmem_reserve).
 * Source: zone_watermark_ok() of mm/page_alloc.c. */
int64_t nrb_zones_spare(const struct nrb_zone *zone);

/* Sums over a node's zones. */
struct nrb_zone_sums {
	int64_t free_pages, low_pages, high_pages, managed_pages, pcp_pages;
	int64_t min_pages;   /* without boost, which passes */
	int64_t boost_pages; /* 0 also where the kernel does not print it */
	int64_t spare_pages; /* nrb_zones_spare of each */
	int n;
	bool has_dma32;
};

/** Sum up one node; all 0 for a node with no zone. */
struct nrb_zone_sums nrb_zones_sum(const struct nrb_zones *zones, int node);

/** Read the zones and sum up one node, for looks in a loop. Returns 0 or a negative errno. */
int nrb_zones_read_sum(const struct nrb_root *root, int node, struct nrb_zone_sums *sums);

/** Bytes in a base page. */
int64_t nrb_zones_page_bytes(void);

#endif
