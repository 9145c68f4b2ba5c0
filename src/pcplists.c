/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every write to vm.stat_refresh lowers a list's limit by an eighth or 32 batches, and then its length. */
#include "nrb/pcplists.h"

#include "nrb/counters.h"

enum {
	LITTLE_BYTES = 8 << 20,
	MAX_DRAINS = 256, /* 2 GiB of each CPU */
	DRY_DRAINS =
		24, /* the limit may be far above the length: an eighth of it at a time */
};

static int count(
	const struct nrb_root *root, const struct nrb_idset *nodes, int64_t *bytes)
{
	int rc = 0;

	*bytes = 0;
	nrb_for_each_id(node, nodes) {
		struct nrb_zone_sums sums;

		rc = rc == 0 ? nrb_zones_read_sum(root, node, &sums) : rc;
		*bytes += rc == 0 ? sums.pcp_pages * nrb_zones_page_bytes() : 0;
	}
	return rc;
}

void nrb_pcplists_drain(const struct nrb_root *root, const struct nrb_idset *nodes)
{
	int64_t bytes = 0, least = INT64_MAX;
	int dry = 0;

	for (int i = 0; i < MAX_DRAINS && dry < DRY_DRAINS; i++) {
		if (count(root, nodes, &bytes) < 0 || bytes <= LITTLE_BYTES ||
			nrb_counters_refresh(root) < 0) {
			return;
		}
		dry = bytes < least ? 0 : dry + 1;
		least = bytes < least ? bytes : least;
	}
}
