/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Free pages that CPUs keep for themselves. Zones do not count them as free, and no request of another
 * CPU, or for a large folio, finds them. From 6.7 on such lists grow by what a CPU frees, up to an eighth of
 * a zone shared out among the node's CPUs: of a node of 4 GiB 390 MiB were seen there (7.3).
 * Source: zone_highsize, decay_pcp_high (6.7, mm/page_alloc.c).
 */
#ifndef NRB_PCPLISTS_H
#define NRB_PCPLISTS_H

#include "nrb/idset.h"
#include "nrb/zones.h"

/** Have the kernel give back what CPUs keep of these nodes, a piece of each list at a time
 * (vm.stat_refresh), until there is little or nothing more comes. Silent: where that cannot be, nothing is
 * done. */
void nrb_pcplists_drain(const struct nrb_root *root, const struct nrb_idset *nodes);

#endif
