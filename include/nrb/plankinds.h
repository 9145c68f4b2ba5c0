/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kinds of arms: which variants of which scenarios were asked for. */
#ifndef NRB_PLANKINDS_H
#define NRB_PLANKINDS_H

#include "nrb/plan.h"

enum { NRB_MAX_KINDS = 64 };

struct nrb_kind {
	const struct nrb_scenario *scenario;
	const struct nrb_variant *variant;
};

struct nrb_kinds {
	int n;
	struct nrb_kind list[NRB_MAX_KINDS];
	unsigned int needs; /* enum nrb_needs, of any of them */
};

/**
 * Find what --scenario (or --all) and --variant name, each once: all variants, the named ones of each scenario,
 * or the first of a scenario that has none of the names.
 * Looks at no machine. Returns 0 or a negative errno, with a message (NRB_EXIT_USAGE): a scenario
 * that is not in the table, a variant that none of the scenarios has.
 */
int nrb_plankinds_find(struct nrb_kinds *kinds, const struct nrb_run_options *options,
	const struct nrb_scenario *const *table);

#endif
