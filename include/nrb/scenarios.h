/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The scenarios: what the node holds, and what is asked of it. One file each in bench/. */
#ifndef NRB_SCENARIOS_H
#define NRB_SCENARIOS_H

#include "nrb/cell.h"

extern const struct nrb_scenario nrb_scenario_anon;
extern const struct nrb_scenario nrb_scenario_clean;
extern const struct nrb_scenario nrb_scenario_dirty;
extern const struct nrb_scenario nrb_scenario_fileserver;
extern const struct nrb_scenario nrb_scenario_headroom;
extern const struct nrb_scenario nrb_scenario_hot;
extern const struct nrb_scenario nrb_scenario_mapped;
extern const struct nrb_scenario nrb_scenario_matrix;
extern const struct nrb_scenario nrb_scenario_neighbour;
extern const struct nrb_scenario nrb_scenario_shmem;

/** All of them, in the order of `list`; ends with NULL. */
extern const struct nrb_scenario *const nrb_scenario_table[];

/** The scenario of a name in a table that ends with NULL, or NULL. */
const struct nrb_scenario *nrb_scenario_find(
	const struct nrb_scenario *const *table, const char *name);

#endif
