/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Arms of --set that the kernel would take and no machine should be given. */
#include "nrb/plandraft.h"

#include "nrb/diag.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Of all memory, in vm.min_free_kbytes: the kernel keeps so much from everybody, and frees it at once
 * by evicting and swapping. Its own default is under 1 % from 4 GiB on. A guest is small, and nobody
 * else's. */
enum { MOST_PERCENT = 5, MOST_PERCENT_OF_A_GUEST = 25 };

static int64_t all_kbytes(const struct nrb_plandraft *draft)
{
	int64_t pages = 0;

	nrb_for_each_id(node, &draft->memory_nodes) {
		pages += nrb_zones_sum(&draft->machine->zones, node).managed_pages;
	}
	return pages * (nrb_zones_page_bytes() / 1024);
}

static int check_set(const struct nrb_plandraft *draft, const struct nrb_set *set)
{
	int percent = draft->options->rehearsal ? MOST_PERCENT_OF_A_GUEST : MOST_PERCENT;
	int64_t most = all_kbytes(draft) / 100 * percent;
	char way_out[64];

	for (int i = 0; i < set->n; i++) {
		const char *name = set->items[i].setting->name;

		if (strcmp(name, "vm.min_free_kbytes") != 0 ||
			strtoll(set->items[i].value, NULL, 10) <= most) {
			continue;
		}
		snprintf(way_out, sizeof(way_out), "give at most %" PRId64, most);
		return nrb_refuse(NRB_EXIT_USAGE, way_out,
			"--set %s=%s would keep over %d %% of all memory from everybody",
			name, set->items[i].value, percent);
	}
	return 0;
}

int nrb_plansets_check(const struct nrb_plandraft *draft)
{
	int rc = 0;

	for (int i = 0; i < draft->options->n_sets && rc == 0; i++) {
		rc = check_set(draft, &draft->options->sets[i]);
	}
	return rc;
}
