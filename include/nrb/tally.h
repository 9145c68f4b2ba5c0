/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is kept of cells of one arm that had the same fate: one row of values a cell, which exact
 * medians and pairs of blocks need, and sums; histograms are merged.
 */
#ifndef NRB_TALLY_H
#define NRB_TALLY_H

#include "nrb/cellvalue.h"
#include "nrb/histogram.h"
#include "nrb/landing.h"
#include "nrb/rule.h"
#include "nrb/sample.h"

#include <stddef.h>
#include <stdint.h>

/* Values of one cell that belong together, as success and failure; and by block with those of other arms. */
struct nrb_together {
	int64_t block;
	double v[NRB_N_VALUES]; /* NAN: it has none */
};

/* Of one value, over the cells that have it; NAN where none has. */
struct nrb_summary {
	double median, min, max, sum;
};

/* Zeroed is empty. */
struct nrb_tally {
	struct nrb_histogram *alloc;   /* merged; NULL: no cell had one */
	struct nrb_histogram *victim;  /* likewise, of a neighbour's first touches */
	struct nrb_histogram *serve;   /* likewise, of requests */
	struct nrb_histogram *reclaim; /* likewise, of calls of node reclaim */
	struct nrb_landing landing;
	int64_t rules[NRB_N_RULES]; /* cells that each decided */
	/* of each cell; sorted by locality once nrb_tally_finish was called */
	struct nrb_together *together;
	size_t n_together, together_room;
	struct nrb_summary of[NRB_N_VALUES]; /* after nrb_tally_finish */
};

/** Add a cell. kernel: by nrb_rule_kernel. Returns 0, -ENOMEM. */
int nrb_tally_add(struct nrb_tally *tally, const struct nrb_sample *sample, int kernel);

/** Sort the cells, make the summaries. To be called once, after the last cell. Returns 0, -ENOMEM. */
int nrb_tally_finish(struct nrb_tally *tally);

void nrb_tally_free(struct nrb_tally *tally);

/** The values of one kind, of the cells that have it, into column, which has room for
 * n_together. Returns how many. */
size_t nrb_tally_column(
	const struct nrb_tally *tally, enum nrb_cellvalue value, double *column);

#endif
