/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Free blocks by order: a request of order > 0 needs one, however much is free in pieces. */
#ifndef NRB_VMBLOCKS_H
#define NRB_VMBLOCKS_H

#include "nrb/fsroot.h"
#include "nrb/zones.h"

#include <stdbool.h>
#include <stdint.h>

enum { NRB_VMBLOCKS_ORDERS = 11 }; /* 0 to 10, as x86 kernels have */

/* Of one zone, of the types that an ordinary request may take. */
struct nrb_vmblocks {
	int64_t free[NRB_VMBLOCKS_ORDERS]; /* absent: not known */
	bool is_exact; /* by type (root); else with blocks that are reserved or set apart */
};

/** Read them for every zone. A zone that no file has, or one with words that are no numbers, is not
 * known; that is no failure.
 * blocks   out, zones->n of them
 * Source: /proc/pagetypeinfo, where it may be read, else /proc/buddyinfo. */
void nrb_vmblocks_read(struct nrb_vmblocks *blocks, const struct nrb_zones *zones,
	const struct nrb_root *root);

/** Those that hold 2^order pages or more; absent: not known. */
int64_t nrb_vmblocks_count(const struct nrb_vmblocks *blocks, int order);

#endif
