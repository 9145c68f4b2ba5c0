/* SPDX-License-Identifier: GPL-2.0-or-later */
/* node_dirty_limit() of mm/page-writeback.c (6.1, 7.3), over a state. */
#include "nrb/dirtyshare.h"

#include "nrb/units.h"

/* What writers may dirty of a node, or of all (node < 0): node_dirtyable_memory(). The reserves are
 * what calculate_totalreserve_pages() sums: high and the largest lowmem reserve of each zone. */
static int64_t dirtyable(const struct nrb_vmstate *state, int node)
{
	int64_t free_pages = 0, reserve = 0, file = 0;

	for (int i = 0; i < state->zones.n; i++) {
		const struct nrb_zone *zone = &state->zones.zones[i];
		int64_t kept = 0;

		if (node >= 0 && zone->node != node) {
			continue;
		}
		for (int k = 0; k < zone->n_protections; k++) {
			kept = zone->protection_pages[k] > kept
				       ? zone->protection_pages[k]
				       : kept;
		}
		kept += zone->high_pages;
		free_pages += zone->free_pages;
		reserve += kept < zone->managed_pages ? kept : zone->managed_pages;
	}
	for (int i = 0; i < state->n_nodes; i++) {
		const struct nrb_vmnode *entry = &state->nodes[i];

		if (!entry->has_memory || (node >= 0 && entry->node != node)) {
			continue;
		}
		if (entry->active_file_pages == NRB_ABSENT ||
			entry->inactive_file_pages == NRB_ABSENT) {
			return NRB_ABSENT;
		}
		file += entry->active_file_pages + entry->inactive_file_pages;
	}
	return (free_pages > reserve ? free_pages - reserve : 0) + file;
}

int64_t nrb_dirtyshare_limit(const struct nrb_vmstate *state, int node)
{
	int64_t memory = dirtyable(state, node), page = nrb_zones_page_bytes();
	int64_t all, pages;

	if (memory == NRB_ABSENT) {
		return NRB_ABSENT;
	}
	if (state->dirty_bytes == 0) {
		return memory * state->dirty_ratio / 100;
	}
	all = dirtyable(state, -1);
	if (all == NRB_ABSENT) {
		return NRB_ABSENT;
	}
	/* as a real number: the product passes 64 bits for bounds that no machine has */
	pages = (state->dirty_bytes - 1) / page + 1;
	return (int64_t)((double)pages * ((double)memory / (double)(all + 1)));
}
