/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lists of free pages that CPUs keep, and when they overflow: each page that is freed beyond the limit has
 * a batch given back, so that one far beyond it shrinks quickly. */
#include "nrb/cpulist.h"

#include "nrb/units.h"

#include <stddef.h>

/* More than any call frees; what a recorded machine says must not keep us busy. */
enum { MAX_PAGES = 1 << 16 };

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
	int64_t limit, given = 0, most = pages + (list != NULL ? list->count_pages : 0);

	if (list == NULL || list->batch_pages <= 0 || pages <= 0) {
		return pages;
	}
	limit = limit_of(list);
	for (int64_t count = list->count_pages, i = 0; i < pages && i < MAX_PAGES; i++) {
		if (++count >= limit) {
			int64_t batch =
				count < list->batch_pages ? count : list->batch_pages;

			given += batch;
			count -= batch;
		}
	}
	return given < most ? given : most;
}
