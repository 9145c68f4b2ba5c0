/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What reports take from one cell: numbers derived from a sample, NAN where it has none. */
#ifndef NRB_CELLVALUE_H
#define NRB_CELLVALUE_H

#include "nrb/sample.h"

enum nrb_cellvalue {
	NRB_VALUE_LOCAL_RATIO,   /* pages on the target node / all pages written */
	NRB_VALUE_ALLOC_PAGES,   /* base pages of all that was to be written */
	NRB_VALUE_ALLOC_MEAN_NS, /* of this cell's first touches, from here */
	NRB_VALUE_ALLOC_P50_NS,
	NRB_VALUE_ALLOC_P99_NS,
	NRB_VALUE_ALLOC_P999_NS, /* absent with under 10,000 of them */
	NRB_VALUE_PAGES_ABSENT, /* of all written, by what a sample says where there was one */
	NRB_VALUE_LOCAL_ERROR, /* of LOCAL_RATIO by the sample (nrb_stats_share_error); 0: all */
	NRB_VALUE_ACCESS_NS,        /* a load, over all that was allocated */
	NRB_VALUE_ACCESS_LOCAL_NS,  /* a load on the target node */
	NRB_VALUE_ACCESS_REMOTE_NS, /* a load on any other node */
	NRB_VALUE_ACCESS_HUGE_NS,   /* a load on huge pages, where the kernel gave them */
	NRB_VALUE_CACHE_KEPT_RATIO, /* of the file: after the allocation / before the mode */
	NRB_VALUE_CACHE_BYTES,      /* of the file, before the mode */
	NRB_VALUE_NODE_KEPT_RATIO,  /* of all file cache of the node: the same */
	NRB_VALUE_NODE_CACHE_BYTES, /* of all files on the node, before the mode */
	NRB_VALUE_CACHE_LOST_BYTES, /* of the file: before - after */
	NRB_VALUE_NODE_LOST_BYTES,  /* of all file cache of the node: the same */
	NRB_VALUE_REREAD_RATE,      /* bytes per second */
	NRB_VALUE_REREAD_DISK_RATIO,
	NRB_VALUE_HEADROOM_MIN_BYTES,
	NRB_VALUE_ZONE_RECLAIM_SUCCESS, /* counters of the allocation, from here */
	NRB_VALUE_ZONE_RECLAIM_FAILED,
	NRB_VALUE_PGSCAN_DIRECT,
	NRB_VALUE_PGSTEAL_DIRECT,
	NRB_VALUE_FREED_RATIO,       /* of the allocation, that allocating tasks freed */
	NRB_VALUE_PAGES_PER_RECLAIM, /* that a node reclaim freed; absent before 6.12 */
	NRB_VALUE_PGSTEAL_KSWAPD,
	NRB_VALUE_ALLOCSTALL,
	NRB_VALUE_PSWPOUT,
	NRB_VALUE_PSWPIN, /* from the start of the allocation to the end of the owner's return */
	NRB_VALUE_ZSWPOUT,
	NRB_VALUE_SWAPPED_OUT, /* to swap or to zswap */
	NRB_VALUE_VMSCAN_WRITE,
	NRB_VALUE_WRITTEN_PAGES,
	NRB_VALUE_REFAULT_FILE, /* from the start of the allocation to the end of the re-read */
	NRB_VALUE_SWAPOUT_KSWAPD_PAGES, /* of pswpout; the rest is by those who allocate */
	NRB_VALUE_RETURN_NS,            /* of the owner, to touch a page again */
	NRB_VALUE_RETURN_DISK_RATIO,    /* of these pages, read from disk or swap */
	NRB_VALUE_WRITER_RATE,          /* bytes per second */
	NRB_VALUE_WRITER_MAX_NS,
	NRB_VALUE_ALLOC_HUGE_RATIO, /* of what was written, on huge pages */
	NRB_VALUE_TRIM_FREED_BYTES,
	NRB_VALUE_TRIM_NS,
	NRB_VALUE_OTHERS_FREE_LOST_BYTES, /* of all nodes but the target: before - after */
	NRB_VALUE_OTHERS_CACHE_GAINED_BYTES, /* after - before */
	/* dirty or under writeback, in looks while it was allocated, from here */
	NRB_VALUE_DIRTY_FIRST_BYTES,          /* of the target */
	NRB_VALUE_DIRTY_LAST_BYTES,           /* of the target */
	NRB_VALUE_OTHERS_DIRTY_HIGHEST_BYTES, /* of all nodes but the target together */
	NRB_VALUE_HOLD_BYTES,
	NRB_VALUE_VICTIM_ACCESS_NS,    /* a load of a neighbour's */
	NRB_VALUE_VICTIM_REMOTE_RATIO, /* of its new pages, on other nodes than its own */
	NRB_VALUE_VICTIM_LOST_RATIO,   /* of its working set */
	NRB_VALUE_VICTIM_FREE_LOST_BYTES, /* of its node: before - after */
	/* of the target's zones over time, each of the one where it is worst, from here */
	NRB_VALUE_HEADROOM_LOWEST_BYTES, /* free above min */
	NRB_VALUE_HEADROOM_P1_BYTES,
	NRB_VALUE_HEADROOM_P50_BYTES,
	NRB_VALUE_FREE_LOWEST_BYTES,
	NRB_VALUE_BELOW_LOW_RATIO, /* of the looks */
	NRB_VALUE_BELOW_MIN_RATIO,
	NRB_VALUE_KSWAPD_RUNS,
	NRB_VALUE_ALLOC_FAILURE_LINES,
	NRB_VALUE_BALLAST_BYTES,     /* on the target */
	NRB_VALUE_HIT_RATIO,         /* requests that were cached whole / requests */
	NRB_VALUE_SERVED_DISK_BYTES, /* read from disk for them */
	NRB_VALUE_SERVED_DISK_RATIO, /* the same / bytes of all requests */
	NRB_VALUE_SERVED_REFAULTS,   /* evicted pages needed again, of 1,000 requests */
	NRB_VALUE_REQUESTS_PER_S,
	NRB_VALUE_REQUEST_P99_NS,
	NRB_VALUE_SERVE_SET_BYTES,      /* of all objects that were asked for */
	NRB_VALUE_NODE_ROOM_BYTES,      /* that the target could cache before the mode */
	NRB_VALUE_ALL_ROOM_BYTES,       /* that all nodes could, beside the allocation */
	NRB_VALUE_RECLAIM_CALLS,        /* of who allocates, in all of the allocation */
	NRB_VALUE_RECLAIM_FUTILE_RATIO, /* of these, that freed nothing */
	NRB_VALUE_RECLAIM_STALL_RATIO,  /* of its time, that it was in them */
	NRB_N_VALUES,
};

/** The value of a cell; NAN where the cell cannot give it. */
double nrb_cellvalue(const struct nrb_sample *sample, enum nrb_cellvalue value);

#endif
