/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What reports take from one cell: numbers derived from a sample, NAN where it has none. */
#ifndef NRB_CELLVALUE_H
#define NRB_CELLVALUE_H

#include "nrb/sample.h"

enum nrb_cellvalue {
	NRB_VALUE_LOCAL_RATIO, /* pages on the target node / all pages written */
	NRB_VALUE_PAGES_ABSENT,
	NRB_VALUE_ACCESS_NS,        /* a load, over all that was allocated */
	NRB_VALUE_ACCESS_LOCAL_NS,  /* a load on the target node */
	NRB_VALUE_ACCESS_REMOTE_NS, /* a load on any other node */
	NRB_VALUE_ACCESS_HUGE_NS,   /* a load on huge pages, where the kernel gave them */
	NRB_VALUE_CACHE_KEPT_RATIO, /* of the file: after the allocation / before the mode */
	NRB_VALUE_CACHE_BYTES,      /* of the file, before the mode */
	NRB_VALUE_NODE_KEPT_RATIO,  /* of all file cache of the node: the same */
	NRB_VALUE_NODE_CACHE_BYTES, /* of all files on the node, before the mode */
	NRB_VALUE_REREAD_RATE,      /* bytes per second */
	NRB_VALUE_REREAD_DISK_RATIO,
	NRB_VALUE_HEADROOM_MIN_BYTES,
	NRB_VALUE_ZONE_RECLAIM_SUCCESS, /* counters of the allocation, from here */
	NRB_VALUE_ZONE_RECLAIM_FAILED,
	NRB_VALUE_PGSTEAL_DIRECT,
	NRB_VALUE_PGSTEAL_KSWAPD,
	NRB_VALUE_ALLOCSTALL,
	NRB_VALUE_PSWPOUT,
	NRB_VALUE_REFAULT_FILE, /* from the start of the allocation to the end of the re-read */
	NRB_N_VALUES,
};

/** The value of a cell; NAN where the cell cannot give it. */
double nrb_cellvalue(const struct nrb_sample *sample, enum nrb_cellvalue value);

#endif
