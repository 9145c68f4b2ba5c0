/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether a zone has room for a request: zone_watermark_ok() of mm/page_alloc.c, over a state. */
#ifndef NRB_ZONEMARK_H
#define NRB_ZONEMARK_H

#include "nrb/request.h"
#include "nrb/vmstate.h"

#include <stdbool.h>
#include <stdint.h>

/* free less unusable must exceed mark + reserve; of order > 0 blocks must exceed 0 too. */
struct nrb_zonemark {
	int64_t free_pages;
	int64_t unusable_pages; /* reserved for atomic requests, CMA, and the block itself but a page */
	int64_t mark_pages; /* low, or min as far as the request minds it */
	int64_t reserve_pages; /* kept from requests that could lie in a higher zone (lowmem_reserve) */
	int64_t blocks; /* free ones that are large enough; absent: order 0, or not known */
	const char *unsure_why; /* a number that is not told, a clause; NULL: all are */
};

/** The number of the highest kind of zone that may serve (GFP_KERNEL must not lie in Movable). */
int nrb_zonemark_highest(const struct nrb_vmstate *state, enum nrb_gfp gfp);

/** Take the numbers of a zone (position in state->zones), down to min (is_slow) or to low. Pure. */
struct nrb_zonemark nrb_zonemark_of(const struct nrb_vmstate *state,
	const struct nrb_request *request, int zone, bool is_slow);

/** Whether a kswapd that is asked for the request would sleep on for this zone: it has room above high, in
 * blocks large enough for order > 0. Source: pgdat_balanced() of mm/vmscan.c (6.1, 7.3). Pure. */
bool nrb_zonemark_is_balanced(
	const struct nrb_vmstate *state, const struct nrb_request *request, int zone);

/** Whether there is room, had the zone so many more pages; blocks are another matter. */
bool nrb_zonemark_has_room(const struct nrb_zonemark *mark, int64_t more_pages);

#endif
