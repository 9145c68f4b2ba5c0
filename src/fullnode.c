/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A copy of the zones, one node's brought down to its limits. */
#include "nrb/fullnode.h"

#include "nrb/diag.h"
#include "nrb/zonemark.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int copy_zones(struct nrb_zones *copy, const struct nrb_zones *zones)
{
	size_t bytes = (size_t)zones->n * sizeof(*zones->zones);

	*copy = *zones;
	copy->lists = NULL;
	copy->n_lists = 0;
	copy->zones = malloc(bytes);
	if (copy->zones == NULL) {
		return nrb_fail(-ENOMEM, "no memory for %d zones", zones->n);
	}
	memcpy(copy->zones, zones->zones, bytes);
	return 0;
}

int nrb_fullnode_make(struct nrb_vmstate *full, struct nrb_zones *zones,
	const struct nrb_vmstate *state, const struct nrb_request *request, int node)
{
	int rc = copy_zones(zones, &state->zones);

	if (rc < 0) {
		return rc;
	}
	*full = *state;
	full->zones = *zones;
	for (int i = 0; i < zones->n; i++) {
		struct nrb_zone *zone = &zones->zones[i];
		struct nrb_zonemark mark = nrb_zonemark_of(state, request, i, false);
		int64_t most = mark.mark_pages + mark.reserve_pages + mark.unusable_pages;

		if (zone->node == node && zone->free_pages > most) {
			zone->free_pages = most;
		}
		/* a node that has been full for a while has full lists: what is freed is free at once */
		zone->n_lists = 0;
	}
	return 0;
}
