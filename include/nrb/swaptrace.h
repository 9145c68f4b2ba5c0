/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who writes pages to swap: perf counters of what each kswapd writes. /proc/vmstat's pswpout does not
 * tell kswapd from node reclaim. Nothing is sampled, and nothing stays behind: the counters go with
 * their descriptors. (An instance of tracefs would: up to 6.6 sizing its buffer sizes all others.)
 */
#ifndef NRB_SWAPTRACE_H
#define NRB_SWAPTRACE_H

#include "nrb/fsroot.h"
#include "nrb/idset.h"
#include "nrb/sample.h"

#include <stdint.h>

/* All zero: counts nothing. */
struct nrb_swaptrace {
	int n;
	struct {
		int node, fd;
	} of[NRB_MAX_NODES];
};

/** Count from now on what the kswapd of each node writes to swap (the tracepoint
 * mm_vmscan_write_folio, mm_vmscan_writepage before 5.19). A node is left out where it cannot be
 * had: no tracefs to look up the event in, no CAP_PERFMON, a root that is not live. Silent. */
void nrb_swaptrace_open(struct nrb_swaptrace *trace, const struct nrb_root *root,
	const struct nrb_idset *nodes);

/** Pages written by a node's kswapd since. 6.12 and later swap folios whole, which count once, and
 * count zero pages, which they do not write: there it may differ from pswpout either way. Absent for
 * a node that was left out. */
int64_t nrb_swaptrace_count(const struct nrb_swaptrace *trace, int node);

void nrb_swaptrace_close(struct nrb_swaptrace *trace);

#endif
