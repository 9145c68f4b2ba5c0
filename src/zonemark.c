/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Free pages against a watermark and what is kept back (6.1, 7.3). */
#include "nrb/zonemark.h"

#include "nrb/units.h"

#include <stddef.h>

static void doubt(struct nrb_zonemark *mark, const char *why)
{
	if (mark->unsure_why == NULL) {
		mark->unsure_why = why;
	}
}

int nrb_zonemark_highest(const struct nrb_vmstate *state, enum nrb_gfp gfp)
{
	const struct nrb_zones *zones = &state->zones;

	if (zones->movable_index < 0) {
		return NRB_MAX_NODE_ZONES; /* a kernel that lists what has memory alone */
	}
	return nrb_gfp_table[gfp].is_movable ? zones->movable_index
	       : zones->normal_index >= 0    ? zones->normal_index
					     : zones->movable_index - 1;
}

/* Of the reserve for atomic requests. */
static int64_t set_aside(const struct nrb_vmstate *state, const struct nrb_zone *zone,
	struct nrb_zonemark *mark)
{
	int64_t reserved = zone->reserved_highatomic_pages;

	if (reserved == NRB_ABSENT || !state->rules.has[NRB_KERNELRULE_FREE_HIGHATOMIC]) {
		return nrb_units_or_0(reserved);
	}
	if (zone->free_highatomic_pages != NRB_ABSENT) {
		return zone->free_highatomic_pages;
	}
	if (reserved > 0) {
		doubt(mark,
			"how much of the reserve for atomic requests is free is not told");
	}
	return reserved;
}

/* __zone_watermark_unusable_free() */
static int64_t unusable(const struct nrb_vmstate *state, int order,
	const struct nrb_zone *zone, bool uses_reserves, bool uses_cma,
	struct nrb_zonemark *mark)
{
	int64_t pages = ((int64_t)1 << order) - 1;

	if (!uses_reserves) {
		pages += set_aside(state, zone, mark);
	}
	if (!uses_cma) {
		pages += nrb_units_or_0(zone->free_cma_pages);
	}
	return pages;
}

/* Atomic requests go down to 3/8 of min, and with order 0 mind no boost of it. */
static int64_t watermark(
	const struct nrb_request *request, const struct nrb_zone *zone, bool is_slow)
{
	int64_t pages = zone->min_pages;

	if (!is_slow) {
		return zone->low_pages;
	}
	if (nrb_gfp_table[request->gfp].uses_reserves) {
		pages -= request->order == 0 && zone->boost_pages > 0 ? zone->boost_pages
								      : 0;
		pages -= pages / 2;
		pages -= pages / 4;
	}
	return pages;
}

/* lowmem_reserve */
static int64_t reserve(const struct nrb_zone *zone, int highest)
{
	return highest < zone->n_protections ? zone->protection_pages[highest] : 0;
}

static void count_blocks(const struct nrb_vmstate *state, int order, int zone,
	bool uses_cma, struct nrb_zonemark *mark)
{
	const struct nrb_zone *entry = &state->zones.zones[zone];

	mark->blocks = nrb_vmblocks_count(&state->blocks[zone], order, uses_cma);
	if (mark->blocks == NRB_ABSENT) {
		doubt(mark, "how many free blocks are large enough is not told");
	} else if (!state->blocks[zone].is_exact && mark->blocks > 0 &&
		   (entry->reserved_highatomic_pages > 0 || entry->cma_pages > 0)) {
		doubt(mark,
			"the free blocks may be of a reserve that it may not take (root "
			"can tell)");
	}
}

struct nrb_zonemark nrb_zonemark_of(const struct nrb_vmstate *state,
	const struct nrb_request *request, int zone, bool is_slow)
{
	const struct nrb_gfp_info *gfp = &nrb_gfp_table[request->gfp];
	const struct nrb_zone *entry = &state->zones.zones[zone];
	struct nrb_zonemark mark = {
		.free_pages = entry->free_pages,
		.mark_pages = watermark(request, entry, is_slow),
		.reserve_pages =
			reserve(entry, nrb_zonemark_highest(state, request->gfp)),
		.blocks = NRB_ABSENT,
	};

	mark.unusable_pages = unusable(state, request->order, entry,
		gfp->uses_reserves && is_slow, gfp->is_movable, &mark);
	if (request->order > 0) {
		count_blocks(state, request->order, zone, gfp->is_movable, &mark);
	}
	return mark;
}

/* kswapd leaves reserves and CMA out, whoever it is woken for. */
bool nrb_zonemark_is_balanced(
	const struct nrb_vmstate *state, const struct nrb_request *request, int zone)
{
	const struct nrb_zone *entry = &state->zones.zones[zone];
	int highest = nrb_zonemark_highest(state, request->gfp);
	struct nrb_zonemark mark = {
		.free_pages = entry->free_pages,
		.mark_pages = entry->high_pages,
		.reserve_pages = reserve(entry, highest),
		.blocks = NRB_ABSENT,
	};

	mark.unusable_pages = unusable(state, request->order, entry, false, false, &mark);
	if (request->order > 0) {
		count_blocks(state, request->order, zone, false, &mark);
	}
	return entry->index <= highest && nrb_zonemark_has_room(&mark, 0) &&
	       mark.blocks != 0;
}

bool nrb_zonemark_has_room(const struct nrb_zonemark *mark, int64_t more_pages)
{
	return mark->free_pages + more_pages - mark->unusable_pages >
	       mark->mark_pages + mark->reserve_pages;
}
