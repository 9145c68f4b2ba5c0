/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One record against another. */
#include "nrb/comparepair.h"

#include "nrb/shift.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

/* -- the values of two arms -- */

/* Room for the values of one metric: of both arms, and of the pairs. */
struct values {
	double *one, *other, *paired;
	size_t n_one, n_other, n_paired;
};

/* Ratios are compared as logs; of what is no ratio there is none. */
static double scaled(const struct nrb_metric_info *metric, double value)
{
	if (metric->is_share) {
		return value;
	}
	return value > 0 ? log(value) : NAN;
}

static size_t pick(
	double *into, const struct nrb_compared_arm *arm, enum nrb_metric metric)
{
	size_t n = 0;

	for (size_t i = 0; i < arm->n_all; i++) {
		double value = scaled(&nrb_metric_table[metric], arm->all[i].v[metric]);

		if (!isnan(value)) {
			into[n++] = value;
		}
	}
	return n;
}

/* Differences of the blocks that both have; cells are sorted by them. */
static size_t pick_pairs(double *into, const struct nrb_compared_arm *one,
	const struct nrb_compared_arm *other, enum nrb_metric metric)
{
	const struct nrb_metric_info *info = &nrb_metric_table[metric];
	size_t n = 0, k = 0;

	for (size_t i = 0; i < one->n_all; i++) {
		while (k < other->n_all && other->all[k].block < one->all[i].block) {
			k++;
		}
		if (k < other->n_all && other->all[k].block == one->all[i].block) {
			into[n] = scaled(info, one->all[i].v[metric]) -
				  scaled(info, other->all[k].v[metric]);
			n += !isnan(into[n]);
		}
	}
	return n;
}

/* -- an effect -- */

/* By all that the cells allow; what was compared is sorted. */
static enum nrb_verdict judge_few(
	enum nrb_metric metric, const struct values *v, double roi)
{
	double low, high;

	if (v->n_paired > 0) {
		low = v->paired[0];
		high = v->paired[v->n_paired - 1];
	} else {
		low = v->one[0] - v->other[v->n_other - 1];
		high = v->one[v->n_one - 1] - v->other[0];
	}
	return nrb_compared_judge_counted(metric, low, high, roi);
}

static void undo_log(struct nrb_estimate *estimate)
{
	estimate->at = exp(estimate->at);
	estimate->low = exp(estimate->low);
	estimate->high = exp(estimate->high);
}

static void weigh(
	struct nrb_compared_effect *effect, struct values *v, bool paired, double roi)
{
	const struct nrb_metric_info *metric = &nrb_metric_table[effect->metric];

	effect->effect =
		paired ? nrb_stats_pseudomedian(v->paired, v->n_paired)
		       : nrb_shift_estimate(v->one, v->n_one, v->other, v->n_other);
	if (!metric->is_share) {
		undo_log(&effect->effect);
	}
	if (effect->blocks >= NRB_STATS_LEAST) {
		effect->verdict =
			nrb_contrast_judge(effect->metric, &effect->effect, roi);
		return;
	}
	effect->effect.low = effect->effect.high = effect->effect.level = NAN;
	effect->verdict =
		metric->is_share ? judge_few(effect->metric, v, roi) : NRB_VERDICT_FEW;
}

static void find_effect(struct nrb_compared_effect *effect, struct values *v,
	const struct nrb_comparepair *pair, const struct nrb_comparepair_row *row,
	double roi)
{
	bool paired = pair->unpaired == NULL;

	v->n_one = pick(v->one, row->arm, effect->metric);
	v->n_other = pick(v->other, row->reference, effect->metric);
	v->n_paired =
		paired ? pick_pairs(v->paired, row->arm, row->reference, effect->metric)
		       : 0;
	effect->blocks = paired                  ? v->n_paired
			 : v->n_one < v->n_other ? v->n_one
						 : v->n_other;
	effect->effect = (struct nrb_estimate){ NAN, NAN, NAN, NAN };
	effect->verdict = NRB_VERDICT_NONE;
	if (effect->blocks == 0) {
		return;
	}
	if (nrb_metric_table[effect->metric].is_time &&
		pair->run->kind == NRB_COMPARED_REHEARSAL) {
		effect->verdict = NRB_VERDICT_UNRANKED;
		return;
	}
	weigh(effect, v, paired, roi);
}

bool nrb_comparepair_is_open(const struct nrb_compared_effect *effect)
{
	return effect->metric < NRB_N_PRIMARY_METRICS &&
	       effect->verdict == NRB_VERDICT_UNCLEAR &&
	       effect->blocks >= NRB_STATS_LEAST;
}

static int fill_row(
	struct nrb_comparepair_row *row, struct nrb_comparepair *pair, double roi)
{
	size_t most = row->arm->n_all + row->reference->n_all + 1;
	double *room = calloc(3 * most, sizeof(*room));
	struct values v;

	if (room == NULL) {
		return -ENOMEM;
	}
	v = (struct values){ room, room + most, room + 2 * most, 0, 0, 0 };
	for (int m = 0; m < NRB_N_METRICS; m++) {
		row->effects[m].metric = (enum nrb_metric)m;
		find_effect(&row->effects[m], &v, pair, row, roi);
		pair->unclear += nrb_comparepair_is_open(&row->effects[m]);
	}
	for (int i = 0; i < NRB_COMPARED_N_COUNTERS; i++) {
		row->counters[i] = row->arm->counters[i] - row->reference->counters[i];
	}
	free(room);
	return 0;
}

/* -- arms that both have -- */

static int compare_arms(const void *a, const void *b, void *ignored)
{
	const struct nrb_compared_arm *const *x = a, *const *y = b;

	return nrb_compared_order((*x)->key, (*y)->key, *(const unsigned int *)ignored);
}

/* bsearch(3) has no argument for what is ignored. */
static const struct nrb_compared_arm *find_arm(const struct nrb_compared_arm *arm,
	const struct nrb_compared_arm *const *sorted, size_t n, unsigned int ignored)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = nrb_compared_order(arm->key, sorted[middle]->key, ignored);

		if (order == 0) {
			return sorted[middle];
		}
		if (order < 0) {
			high = middle;
		} else {
			low = middle + 1;
		}
	}
	return NULL;
}

/* No two arms of one record are alike without what is ignored: it is the same in all of them. */
static int match_arms(struct nrb_comparepair *pair)
{
	const struct nrb_compared *run = pair->run, *reference = pair->reference;
	size_t n = (size_t)reference->n_arms;
	const struct nrb_compared_arm **sorted = calloc(n + 1, sizeof(*sorted));

	if (sorted == NULL) {
		return -ENOMEM;
	}
	for (size_t i = 0; i < n; i++) {
		sorted[i] = &reference->arms[i];
	}
	qsort_r(sorted, n, sizeof(*sorted), compare_arms, &pair->ignored);
	for (int i = 0; i < run->n_arms; i++) {
		struct nrb_comparepair_row *row = &pair->rows[pair->n];

		row->arm = &run->arms[i];
		row->reference = find_arm(row->arm, sorted, n, pair->ignored);
		pair->n += row->reference != NULL;
	}
	free(sorted);
	pair->alone = run->n_arms + reference->n_arms - 2 * pair->n;
	return 0;
}

static const char *why_unpaired(const struct nrb_comparepair *pair)
{
	const struct nrb_compared *run = pair->run, *reference = pair->reference;

	if (run->seed == NRB_ABSENT || run->seed != reference->seed) {
		return "they ran in orders of different seeds";
	}
	if (pair->alone > 0) {
		return "they did not compare the same combinations";
	}
	return run->alloc_bytes != reference->alloc_bytes
		       ? "they allocated different amounts"
		       : NULL;
}

int nrb_comparepair_make(struct nrb_comparepair *pair, const struct nrb_compared *run,
	const struct nrb_compared *reference, double roi)
{
	int rc;

	*pair = (struct nrb_comparepair){ .run = run,
		.reference = reference,
		.ignored = nrb_compared_given & ~(run->varying | reference->varying) };
	pair->rows = calloc((size_t)run->n_arms + 1, sizeof(*pair->rows));
	if (pair->rows == NULL) {
		return -ENOMEM;
	}
	rc = match_arms(pair);
	pair->unpaired = why_unpaired(pair);
	for (int i = 0; rc == 0 && i < pair->n; i++) {
		rc = fill_row(&pair->rows[i], pair, roi);
	}
	return rc;
}

void nrb_comparepair_free(struct nrb_comparepair *pair)
{
	free(pair->rows);
	*pair = (struct nrb_comparepair){ 0 };
}
