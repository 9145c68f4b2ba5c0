/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of scenarios. */
#include "nrb/scenarios.h"

#include <stddef.h>
#include <string.h>

const struct nrb_scenario *const nrb_scenario_table[] = {
	&nrb_scenario_clean,
	&nrb_scenario_hot,
	&nrb_scenario_dirty,
	&nrb_scenario_mapped,
	&nrb_scenario_anon,
	&nrb_scenario_shmem,
	&nrb_scenario_neighbour,
	&nrb_scenario_headroom,
	&nrb_scenario_fileserver,
	&nrb_scenario_matrix,
	NULL,
};

const struct nrb_scenario *nrb_scenario_find(
	const struct nrb_scenario *const *table, const char *name)
{
	for (; *table != NULL; table++) {
		if (strcmp((*table)->name, name) == 0) {
			return *table;
		}
	}
	return NULL;
}
