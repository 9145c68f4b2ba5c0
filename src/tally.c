/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is kept of cells of one arm that had the same fate. */
#include "nrb/tally.h"

#include "nrb/stats.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

/* A place for another cell's values; NULL: no memory. */
static struct nrb_together *push_cell(struct nrb_tally *tally)
{
	if (tally->n_together == tally->together_room) {
		size_t room = tally->together_room > 0 ? 2 * tally->together_room : 8;
		struct nrb_together *cells =
			realloc(tally->together, room * sizeof(*cells));

		if (cells == NULL) {
			return NULL;
		}
		tally->together = cells;
		tally->together_room = room;
	}
	return &tally->together[tally->n_together++];
}

static int merge(struct nrb_histogram **into, const struct nrb_histogram *from)
{
	if (from->n == 0) {
		return 0;
	}
	if (*into == NULL) {
		*into = calloc(1, sizeof(**into));
	}
	if (*into == NULL) {
		return -ENOMEM;
	}
	nrb_histogram_merge(*into, from);
	return 0;
}

int nrb_tally_add(struct nrb_tally *tally, const struct nrb_sample *sample, int kernel)
{
	struct nrb_together *cell = push_cell(tally);
	int rc = cell != NULL ? 0 : -ENOMEM;

	tally->rules[nrb_rule_of(sample, kernel)]++;
	if (rc == 0) {
		cell->block = sample->block;
		for (int i = 0; i < NRB_N_VALUES; i++) {
			cell->v[i] = nrb_cellvalue(sample, (enum nrb_cellvalue)i);
		}
		rc = nrb_landing_add(&tally->landing, sample);
	}
	if (rc == 0) {
		rc = merge(&tally->alloc, &sample->alloc_hist);
	}
	if (rc == 0) {
		rc = merge(&tally->victim, &sample->victim_hist);
	}
	if (rc == 0) {
		rc = merge(&tally->serve, &sample->serve_hist);
	}
	return rc == 0 ? merge(&tally->reclaim, &sample->reclaim_hist) : rc;
}

static int compare_locality(const void *a, const void *b)
{
	const struct nrb_together *x = a, *y = b;
	double one = x->v[NRB_VALUE_LOCAL_RATIO], two = y->v[NRB_VALUE_LOCAL_RATIO];

	one = isnan(one) ? -1 : one; /* they stand together */
	two = isnan(two) ? -1 : two;
	if (one == two) { /* any of them will do, but always the same */
		one = x->v[NRB_VALUE_ZONE_RECLAIM_FAILED];
		two = y->v[NRB_VALUE_ZONE_RECLAIM_FAILED];
	}
	return (one > two) - (one < two);
}

size_t nrb_tally_column(
	const struct nrb_tally *tally, enum nrb_cellvalue value, double *column)
{
	size_t n = 0;

	for (size_t i = 0; i < tally->n_together; i++) {
		column[n] = tally->together[i].v[value];
		n += !isnan(column[n]);
	}
	return n;
}

/* Sorts the values. */
static struct nrb_summary summarize(double *values, size_t n)
{
	struct nrb_summary summary = { .median = nrb_stats_median(values, n) };

	for (size_t i = 0; i < n; i++) {
		summary.sum += values[i];
	}
	summary.sum = n > 0 ? summary.sum : NAN;
	summary.min = n > 0 ? values[0] : NAN;
	summary.max = n > 0 ? values[n - 1] : NAN;
	return summary;
}

int nrb_tally_finish(struct nrb_tally *tally)
{
	double *column = calloc(tally->n_together + 1, sizeof(*column));

	if (column == NULL) {
		return -ENOMEM;
	}
	if (tally->n_together > 0) {
		qsort(tally->together, tally->n_together, sizeof(*tally->together),
			compare_locality);
	}
	for (int i = 0; i < NRB_N_VALUES; i++) {
		size_t n = nrb_tally_column(tally, (enum nrb_cellvalue)i, column);

		tally->of[i] = summarize(column, n);
	}
	free(column);
	return 0;
}

void nrb_tally_free(struct nrb_tally *tally)
{
	free(tally->alloc);
	free(tally->victim);
	free(tally->serve);
	free(tally->reclaim);
	free(tally->together);
	nrb_landing_free(&tally->landing);
}
