/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lists of free pages that CPUs keep, and when they overflow. */
#include "nrb/cpulist.h"

#include "nrb/units.h"

#include <stddef.h>

/* The largest list of the CPUs asked for; NULL: none is told. */
static const struct nrb_zone_list *find(
	const struct nrb_zones *zones, const struct nrb_zone *zone, int cpu)
{
	const struct nrb_zone_list *found = NULL;

	for (int i = 0; i < zone->n_lists; i++) {
		const struct nrb_zone_list *list = &zones->lists[zone->first_list + i];

		if ((cpu < 0 || list->cpu == cpu) && list->count_pages != NRB_ABSENT &&
			list->high_pages != NRB_ABSENT &&
			list->batch_pages != NRB_ABSENT &&
			(found == NULL || list->count_pages > found->count_pages)) {
			found = list;
		}
	}
	return found;
}

static int64_t limit_of(const struct nrb_zone_list *list)
{
	return list->high_min_pages != NRB_ABSENT ? list->high_min_pages
						  : list->high_pages;
}

int64_t nrb_cpulist_given_back(
	const struct nrb_vmstate *state, int zone, int cpu, int64_t pages)
{
	const struct nrb_zone_list *list =
		find(&state->zones, &state->zones.zones[zone], cpu);
	int64_t limit, room;

	if (list == NULL || list->batch_pages <= 0 || pages <= 0) {
		return pages;
	}
	limit = limit_of(list);
	room = limit - list->count_pages;
	if (room > pages) {
		return 0;
	}
	/* the page that fills it has a batch given back, and again each batch of pages */
	room = room > 1 ? room : 1;
	return (1 + (pages - room) / list->batch_pages) * list->batch_pages;
}
