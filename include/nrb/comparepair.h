/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One record against another: what each combination of factors that both have does there. */
#ifndef NRB_COMPAREPAIR_H
#define NRB_COMPAREPAIR_H

#include "nrb/compared.h"

struct nrb_comparepair_row {
	const struct nrb_compared_arm *arm, *reference;
	struct nrb_compared_effect effects[NRB_N_METRICS]; /* verdict NONE: not in both */
	double counters[NRB_COMPARED_N_COUNTERS]; /* differences of medians; NAN */
};

struct nrb_comparepair {
	const struct nrb_compared *run, *reference; /* borrowed, with their cells */
	const char *
		unpaired; /* why its blocks are none of the reference's; NULL: they are paired */
	unsigned int ignored; /* factors that tell no arms apart */
	int n;
	struct nrb_comparepair_row *rows; /* in the order of arms */
	int alone;                        /* combinations that only one of both has */
	int unclear; /* that could have been decided: primary, of NRB_STATS_LEAST blocks */
};

/** Returns 0, -ENOMEM; the pair is to be freed in any case. */
int nrb_comparepair_make(struct nrb_comparepair *pair, const struct nrb_compared *run,
	const struct nrb_compared *reference, double roi);
void nrb_comparepair_free(struct nrb_comparepair *pair);

/** Whether a verdict is a claim that stayed open though there was enough to decide it: of a metric
 * declared beforehand, of enough blocks. */
bool nrb_comparepair_is_open(const struct nrb_compared_effect *effect);

#endif
