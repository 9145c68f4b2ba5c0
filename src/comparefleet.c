/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Many hosts, each against its own reference. */
#include "nrb/comparefleet.h"

#include "nrb/comparepair.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* -- order -- */

static int order_groups(const struct nrb_compared *a, const struct nrb_compared *b)
{
	int order = strcmp(a->topology, b->topology);

	if (order == 0) {
		order = (a->topology_id > b->topology_id) -
			(a->topology_id < b->topology_id);
	}
	order = order != 0 ? order : strverscmp(a->kernel, b->kernel);
	order = order != 0 ? order : strcmp(a->kernel, b->kernel);
	order = order != 0 ? order : strcmp(a->lru_gen, b->lru_gen);
	return order != 0 ? order
			  : (a->reference_mode > b->reference_mode) -
				    (a->reference_mode < b->reference_mode);
}

static int order_times(const struct nrb_compared *a, const struct nrb_compared *b)
{
	int order = strcmp(a->start_utc, b->start_utc);

	return order != 0 ? order : strcmp(a->run_id, b->run_id);
}

static int compare_rows(const void *a, const void *b, void *ignored)
{
	const struct nrb_comparefleet_row *x = a, *y = b;
	int order = order_groups(x->run, y->run);

	if (order == 0) {
		order = nrb_compared_order(
			x->arm->key, y->arm->key, *(const unsigned int *)ignored);
	}
	order = order != 0 ? order : strcmp(x->run->host, y->run->host);
	order = order != 0 ? order : strcmp(x->run->host_id, y->run->host_id);
	return order != 0 ? order : order_times(x->run, y->run);
}

static int compare_hosts(const void *a, const void *b)
{
	const struct nrb_compared *x = (*(struct nrb_comparefleet_row *const *)a)->run;
	const struct nrb_compared *y = (*(struct nrb_comparefleet_row *const *)b)->run;
	int order = strcmp(nrb_compared_identity(x), nrb_compared_identity(y));

	return order != 0 ? order : order_times(x, y);
}

/* A host that measured one combination in several runs counts once. */
static int mark_latest(struct nrb_comparefleet_row *rows, int n)
{
	struct nrb_comparefleet_row **sorted = calloc((size_t)n + 1, sizeof(*sorted));

	if (sorted == NULL) {
		return -ENOMEM;
	}
	for (int i = 0; i < n; i++) {
		sorted[i] = &rows[i];
	}
	qsort(sorted, (size_t)n, sizeof(*sorted), compare_hosts);
	for (int i = 0; i < n; i++) {
		sorted[i]->is_latest =
			i + 1 == n ||
			strcmp(nrb_compared_identity(sorted[i]->run),
				nrb_compared_identity(sorted[i + 1]->run)) != 0;
	}
	free(sorted);
	return 0;
}

/* -- rows -- */

static int collect(
	struct nrb_comparefleet *fleet, const struct nrb_compared *records, int n)
{
	size_t all = 1;

	for (int i = 0; i < n; i++) {
		all += (size_t)records[i].n_arms;
	}
	fleet->rows = calloc(all, sizeof(*fleet->rows));
	if (fleet->rows == NULL) {
		return -ENOMEM;
	}
	for (int i = 0; i < n; i++) {
		for (int k = 0; k < records[i].n_arms; k++) {
			const struct nrb_compared_arm *arm = &records[i].arms[k];

			if (arm->n_own > 0) {
				fleet->rows[fleet->n++] =
					(struct nrb_comparefleet_row){ .run = &records[i],
						.arm = arm };
			}
		}
	}
	qsort_r(fleet->rows, (size_t)fleet->n, sizeof(*fleet->rows), compare_rows,
		&fleet->ignored);
	return 0;
}

int nrb_comparefleet_group_end(const struct nrb_comparefleet *fleet, int from)
{
	int to = from + 1;

	while (to < fleet->n &&
		order_groups(fleet->rows[from].run, fleet->rows[to].run) == 0) {
		to++;
	}
	return to;
}

int nrb_comparefleet_arm_end(const struct nrb_comparefleet *fleet, int from)
{
	const struct nrb_comparefleet_row *rows = fleet->rows;
	int to = from + 1;

	while (to < fleet->n && order_groups(rows[from].run, rows[to].run) == 0 &&
		nrb_compared_order(
			rows[from].arm->key, rows[to].arm->key, fleet->ignored) == 0) {
		to++;
	}
	return to;
}

const struct nrb_compared_effect *nrb_comparefleet_effect(
	const struct nrb_comparefleet_row *row, enum nrb_metric metric)
{
	for (int i = 0; i < row->arm->n_own; i++) {
		if (row->arm->own[i].metric == metric) {
			return &row->arm->own[i];
		}
	}
	return NULL;
}

/* -- a metric over hosts -- */

/* What is not pooled is only what all say. */
static enum nrb_verdict agreed(const struct nrb_comparefleet_summary *summary)
{
	for (int i = 0; i < NRB_N_VERDICTS; i++) {
		if (summary->hosts > 0 && summary->verdicts[i] == summary->hosts) {
			return (enum nrb_verdict)i;
		}
	}
	return NRB_VERDICT_NONE;
}

int nrb_comparefleet_sum_up(struct nrb_comparefleet_summary *summary,
	const struct nrb_comparefleet_row *rows, int n, enum nrb_metric metric,
	double roi)
{
	struct nrb_estimate *estimates = calloc((size_t)n + 1, sizeof(*estimates));
	double *at = calloc((size_t)n + 1, sizeof(*at));
	size_t n_at = 0;
	int rc = estimates != NULL && at != NULL ? 0 : -ENOMEM;

	*summary = (struct nrb_comparefleet_summary){
		.pooled = { 0, { NAN, NAN, NAN, NAN }, NAN }
	};
	for (int i = 0; rc == 0 && i < n; i++) {
		const struct nrb_compared_effect *effect =
			nrb_comparefleet_effect(&rows[i], metric);

		if (effect != NULL && rows[i].is_latest) {
			summary->verdicts[effect->verdict]++;
			estimates[summary->hosts++] = effect->effect;
			at[n_at] = effect->effect.at;
			n_at += !isnan(effect->effect.at);
		}
	}
	if (rc == 0) {
		summary->median = nrb_stats_median(at, n_at);
		summary->least = n_at > 0 ? at[0] : NAN;
		summary->most = n_at > 0 ? at[n_at - 1] : NAN;
		if (!nrb_metric_table[metric].is_share) {
			summary->pooled =
				nrb_randomeffects_pool(estimates, (size_t)summary->hosts);
		}
		summary->verdict =
			summary->pooled.n >= NRB_RANDOMEFFECTS_LEAST
				? nrb_contrast_judge(metric, &summary->pooled.effect, roi)
				: agreed(summary);
	}
	free(estimates);
	free(at);
	return rc;
}

int nrb_comparefleet_hosts(const struct nrb_comparefleet_row *rows, int n)
{
	int hosts = 0;

	for (int i = 0; i < n; i++) {
		hosts += rows[i].is_latest;
	}
	return hosts;
}

/* Open is what some host could have decided and did not, and all of them together do not either. */
static int count_open(struct nrb_comparefleet *fleet, int from, int to, double roi)
{
	for (int m = 0; m < NRB_N_PRIMARY_METRICS; m++) {
		struct nrb_comparefleet_summary summary;
		int open = 0;
		int rc = nrb_comparefleet_sum_up(
			&summary, fleet->rows + from, to - from, (enum nrb_metric)m, roi);

		if (rc < 0) {
			return rc;
		}
		for (int i = from; i < to; i++) {
			const struct nrb_compared_effect *effect =
				nrb_comparefleet_effect(
					&fleet->rows[i], (enum nrb_metric)m);

			open += effect != NULL && fleet->rows[i].is_latest &&
				nrb_comparepair_is_open(effect);
		}
		fleet->unclear +=
			open > 0 && (summary.pooled.n < NRB_RANDOMEFFECTS_LEAST ||
					    summary.verdict == NRB_VERDICT_UNCLEAR);
	}
	return 0;
}

int nrb_comparefleet_make(struct nrb_comparefleet *fleet,
	const struct nrb_compared *records, int n, double roi)
{
	unsigned int varying = 0;
	int rc;

	*fleet = (struct nrb_comparefleet){ 0 };
	for (int i = 0; i < n; i++) {
		varying |= records[i].varying;
	}
	fleet->ignored = nrb_compared_given & ~varying;
	rc = collect(fleet, records, n);
	for (int i = 1; rc == 0 && i < fleet->n; i++) {
		fleet->telling |= nrb_compared_differing(
			fleet->rows[0].arm->key, fleet->rows[i].arm->key);
	}
	fleet->telling &= ~(fleet->ignored | 1u << NRB_FIGURE_MODE);
	for (int from = 0, to; rc == 0 && from < fleet->n; from = to) {
		to = nrb_comparefleet_arm_end(fleet, from);
		rc = mark_latest(fleet->rows + from, to - from);
		if (rc == 0) {
			rc = count_open(fleet, from, to, roi);
		}
	}
	return rc;
}

void nrb_comparefleet_free(struct nrb_comparefleet *fleet)
{
	free(fleet->rows);
	*fleet = (struct nrb_comparefleet){ 0 };
}
