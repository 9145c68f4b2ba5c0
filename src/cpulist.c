/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lists of free pages that CPUs keep, and when they overflow: each page that is freed beyond the limit has
 * a batch given back, so that one far beyond it shrinks quickly. */
#include "nrb/cpulist.h"

#include "nrb/units.h"

#include <stddef.h>

/* More than any call frees; what a recorded machine says must not keep us busy. */
enum { MAX_PAGES = 1 << 16, MAX_DOUBLED = 5 /* CONFIG_PCP_BATCH_SCALE_MAX */ };

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

/* What goes back as a list of that limit is full, n pages of this call freed: twice as much each time up to
 * 6.6 (free_factor), as much as was freed running since (free_count); a batch at least. */
static int64_t piece(
	const struct nrb_zone_list *list, int64_t limit, int times, int64_t n)
{
	int64_t most = limit - list->batch_pages > 1 ? limit - list->batch_pages : 1;
	int64_t wanted = n;

	if (list->high_min_pages == NRB_ABSENT) {
		wanted = list->batch_pages << (times < MAX_DOUBLED ? times : MAX_DOUBLED);
	}
	wanted = wanted > list->batch_pages ? wanted : list->batch_pages;
	return wanted < most ? wanted : most;
}

int64_t nrb_cpulist_given_back(
	const struct nrb_vmstate *state, int zone, int cpu, int64_t pages)
{
	const struct nrb_zone_list *list =
		find(&state->zones, &state->zones.zones[zone], cpu);
	int64_t limit, count, given = 0;
	int times = 0;

	if (list == NULL || list->batch_pages <= 0 || pages <= 0) {
		return pages;
	}
	limit = limit_of(list);
	count = list->count_pages;
	for (int64_t n = 1; n <= pages && n <= MAX_PAGES; n++) {
		if (++count >= limit) {
			int64_t back = piece(list, limit, times++, n);

			back = back < count ? back : count;
			given += back;
			count -= back;
		}
	}
	return given;
}
