/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Free blocks by order: a request of order > 0 needs one, however much is free in pieces. */
#ifndef NRB_VMBLOCKS_H
#define NRB_VMBLOCKS_H

#include "nrb/fsroot.h"
#include "nrb/zones.h"

#include <stdbool.h>
#include <stdint.h>

/* 0 to 10, as x86 kernels have; what others have above stands with the last. */
enum { NRB_VMBLOCKS_ORDERS = 11 };

/* Of one zone. */
struct nrb_vmblocks {
	int64_t free
		[NRB_VMBLOCKS_ORDERS]; /* that every ordinary request may take; absent: not known */
	int64_t cma
		[NRB_VMBLOCKS_ORDERS]; /* that movable ones may take too; absent: none, or not told apart */
	bool is_exact; /* by type (root); else free has blocks that are reserved or set apart too */
};

/** Read them for every zone. A zone that no file has, or one with words that are no numbers, is not
 * known; that is no failure.
 * blocks   out, zones->n of them
 * Source: /proc/pagetypeinfo, where it may be read, else /proc/buddyinfo. */
void nrb_vmblocks_read(struct nrb_vmblocks *blocks, const struct nrb_zones *zones,
	const struct nrb_root *root);

/** Those that hold 2^order pages or more, with those of CMA or without; absent: not known. */
int64_t nrb_vmblocks_count(const struct nrb_vmblocks *blocks, int order, bool with_cma);

#endif
