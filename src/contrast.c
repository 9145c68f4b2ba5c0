/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An arm against the reference, paired by block. */
#include "nrb/contrast.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* clang-format off */
const struct nrb_metric_info nrb_metric_table[NRB_N_METRICS] = {
	/*                              name, heading, value, is_time, is_share, more_is_better */
	[NRB_METRIC_ALLOC_P99]      = { "alloc_p99_ns", "alloc p99", NRB_VALUE_ALLOC_P99_NS, true, false, false },
	[NRB_METRIC_LOCAL]          = { "local_ratio", "local", NRB_VALUE_LOCAL_RATIO, false, true, true },
	[NRB_METRIC_ALLOC_P50]      = { "alloc_p50_ns", "alloc p50", NRB_VALUE_ALLOC_P50_NS, true, false, false },
	[NRB_METRIC_ALLOC_P999]     = { "alloc_p999_ns", "alloc p99.9", NRB_VALUE_ALLOC_P999_NS, true, false, false },
	[NRB_METRIC_ALLOC_MEAN]     = { "alloc_mean_ns", "alloc mean", NRB_VALUE_ALLOC_MEAN_NS, true, false, false },
	[NRB_METRIC_ACCESS]         = { "access_ns", "access", NRB_VALUE_ACCESS_NS, true, false, false },
	[NRB_METRIC_CACHE_KEPT]     = { "cache_kept_ratio", "cache kept", NRB_VALUE_CACHE_KEPT_RATIO, false, true, true },
	[NRB_METRIC_REREAD_RATE]    = { "reread_bytes_per_s", "re-read", NRB_VALUE_REREAD_RATE, true, false, true },
	[NRB_METRIC_REQUESTS_PER_S] = { "requests_per_s", "requests/s", NRB_VALUE_REQUESTS_PER_S, true, false, true },
	[NRB_METRIC_REQUEST_P99]    = { "request_p99_ns", "request p99", NRB_VALUE_REQUEST_P99_NS, true, false, false },
	[NRB_METRIC_HIT_RATIO]      = { "hit_ratio", "hits", NRB_VALUE_HIT_RATIO, false, true, true },
	[NRB_METRIC_VICTIM_ACCESS]  = { "victim_access_ns", "victim access", NRB_VALUE_VICTIM_ACCESS_NS, true, false, false },
};
/* clang-format on */

/* A cell's value, by its block. */
struct dated {
	int64_t block;
	double value;
};

static int compare_blocks(const void *a, const void *b)
{
	const struct dated *x = a, *y = b;

	return (x->block > y->block) - (x->block < y->block);
}

/* An arm's values in the order of blocks; those that are absent are left out. */
static size_t date_values(
	struct dated *dated, const struct nrb_arm_cells *arm, enum nrb_cellvalue value)
{
	size_t n = 0;

	for (size_t i = 0; i < arm->ok.n_together; i++) {
		const struct nrb_together *cell = &arm->ok.together[i];

		if (!isnan(cell->v[value])) {
			dated[n++] = (struct dated){ cell->block, cell->v[value] };
		}
	}
	qsort(dated, n, sizeof(*dated), compare_blocks);
	return n;
}

/* What is added up over blocks: the log of a ratio, or a difference; NAN where there is no ratio. */
static double effect_of(
	const struct nrb_metric_info *metric, double one, double reference)
{
	if (metric->is_share) {
		return one - reference;
	}
	return one > 0 && reference > 0 ? log(one / reference) : NAN;
}

/* Effects of the blocks that both have. Returns how many. */
static size_t pair(double *effects, const struct nrb_metric_info *metric,
	const struct dated *one, size_t n_one, const struct dated *other, size_t n_other)
{
	size_t n = 0, k = 0;

	for (size_t i = 0; i < n_one; i++) {
		while (k < n_other && other[k].block < one[i].block) {
			k++;
		}
		if (k < n_other && other[k].block == one[i].block) {
			effects[n] = effect_of(metric, one[i].value, other[k].value);
			n += !isnan(effects[n]);
		}
	}
	return n;
}

static struct nrb_estimate undone(
	const struct nrb_metric_info *metric, struct nrb_estimate estimate)
{
	if (!metric->is_share) {
		estimate.at = exp(estimate.at);
		estimate.low = exp(estimate.low);
		estimate.high = exp(estimate.high);
	}
	return estimate;
}

static enum nrb_verdict judge(const struct nrb_metric_info *metric,
	const struct nrb_estimate *effect, double roi)
{
	double band = metric->is_share ? roi : log1p(roi);

	if (!nrb_estimate_is_bounded(effect)) {
		return NRB_VERDICT_FEW;
	}
	if (effect->low > band) {
		return metric->more_is_better ? NRB_VERDICT_BETTER : NRB_VERDICT_WORSE;
	}
	if (effect->high < -band) {
		return metric->more_is_better ? NRB_VERDICT_WORSE : NRB_VERDICT_BETTER;
	}
	return effect->low >= -band && effect->high <= band ? NRB_VERDICT_SAME
							    : NRB_VERDICT_UNCLEAR;
}

static double delta_of(
	const struct dated *one, size_t n_one, const struct dated *other, size_t n_other)
{
	double *x = malloc((n_one + n_other + 1) * sizeof(*x)), delta = NAN;

	for (size_t i = 0; x != NULL && i < n_one; i++) {
		x[i] = one[i].value;
	}
	for (size_t i = 0; x != NULL && i < n_other; i++) {
		x[n_one + i] = other[i].value;
	}
	if (x != NULL) {
		delta = nrb_stats_cliff(x, n_one, x + n_one, n_other);
	}
	free(x);
	return delta;
}

static void weigh(struct nrb_contrast *contrast, double *effects, double roi)
{
	const struct nrb_metric_info *metric = &nrb_metric_table[contrast->metric];
	bool is_primary = contrast->metric < NRB_N_PRIMARY_METRICS;
	struct nrb_estimate effect;

	if (is_primary && contrast->blocks >= NRB_STATS_LEAST) {
		contrast->p = nrb_stats_signed_rank_p(effects, contrast->blocks);
	}
	effect = nrb_stats_pseudomedian(effects, contrast->blocks);
	contrast->verdict = judge(metric, &effect, roi);
	contrast->effect = undone(metric, effect);
}

/* Times of a rehearsal are the host's: they are neither weighed nor ranked. */
static int compare_arms(struct nrb_contrast *contrast, bool rehearsal, double roi)
{
	const struct nrb_metric_info *metric = &nrb_metric_table[contrast->metric];
	size_t n_one = contrast->arm->ok.n_together;
	size_t n_other = contrast->reference->ok.n_together;
	struct dated *dated = calloc(n_one + n_other + 1, sizeof(*dated));
	double *effects = calloc(n_one + 1, sizeof(*effects));
	int rc = dated != NULL && effects != NULL ? 0 : -ENOMEM;

	contrast->effect = (struct nrb_estimate){ NAN, NAN, NAN, NAN };
	contrast->p = contrast->delta = NAN;
	if (rc == 0) {
		struct dated *other = dated + n_one;

		n_one = date_values(dated, contrast->arm, metric->value);
		n_other = date_values(other, contrast->reference, metric->value);
		contrast->blocks = pair(effects, metric, dated, n_one, other, n_other);
		if (contrast->blocks > 0 && rehearsal && metric->is_time) {
			contrast->verdict = NRB_VERDICT_UNRANKED;
		} else if (contrast->blocks > 0) {
			weigh(contrast, effects, roi);
			contrast->delta = delta_of(dated, n_one, other, n_other);
		}
	}
	free(dated);
	free(effects);
	return rc;
}

/* -- all of a group -- */

static int make_room(struct nrb_contrasts *contrasts)
{
	int room = contrasts->room > 0 ? 2 * contrasts->room : 64;
	struct nrb_contrast *list;

	if (contrasts->n < contrasts->room) {
		return 0;
	}
	list = realloc(contrasts->list, (size_t)room * sizeof(*list));
	if (list == NULL) {
		return -ENOMEM;
	}
	contrasts->list = list;
	contrasts->room = room;
	return 0;
}

static int add_arm(struct nrb_contrasts *contrasts, const struct nrb_arm_cells *arm,
	const struct nrb_arm_cells *reference, bool rehearsal)
{
	int rc = 0;

	for (int i = 0; i < NRB_N_METRICS && rc == 0; i++) {
		struct nrb_contrast contrast = {
			.arm = arm, .reference = reference, .metric = (enum nrb_metric)i
		};

		rc = compare_arms(&contrast, rehearsal, contrasts->roi);
		if (rc == 0 && contrast.verdict != NRB_VERDICT_NONE) {
			rc = make_room(contrasts);
		}
		if (rc == 0 && contrast.verdict != NRB_VERDICT_NONE) {
			contrasts->list[contrasts->n++] = contrast;
		}
	}
	return rc;
}

/* Holm over all that was declared beforehand of one family. */
static void adjust(struct nrb_contrast *contrasts, int n)
{
	double *p = calloc((size_t)n + 1, sizeof(*p));

	for (int i = 0; i < n && p != NULL; i++) {
		p[i] = contrasts[i].p;
	}
	if (p != NULL) {
		nrb_stats_holm(p, (size_t)n);
	}
	for (int i = 0; i < n; i++) {
		contrasts[i].p = p != NULL ? p[i] : NAN;
	}
	free(p);
}

/* Of arms[from..to), which differ in their mode alone. */
static int add_family(struct nrb_contrasts *contrasts, struct nrb_arm_cells *const *arms,
	int n, const struct nrb_header *header)
{
	const struct nrb_arm_cells *reference = NULL;
	int first = contrasts->n, rc = 0;

	for (int i = 0; i < n; i++) {
		if (arms[i]->key.mode == header->reference_mode &&
			arms[i]->with[NRB_STATUS_OK] > 0) {
			reference = arms[i];
		}
	}
	for (int i = 0; i < n && rc == 0 && reference != NULL; i++) {
		if (arms[i] != reference) {
			rc = add_arm(contrasts, arms[i], reference, header->rehearsal);
		}
	}
	if (contrasts->n > first) {
		adjust(contrasts->list + first, contrasts->n - first);
	}
	return rc;
}

int nrb_contrasts_make(struct nrb_contrasts *contrasts, const struct nrb_group *group,
	const struct nrb_header *header, double roi)
{
	int rc = 0;

	*contrasts = (struct nrb_contrasts){ .roi = roi };
	if (header->reference_mode == NRB_ABSENT) {
		return 0;
	}
	for (int from = 0, to = 0; from < group->n_allocating && rc == 0; from = to) {
		while (to < group->n_allocating &&
			nrb_group_same_but_mode(group->arms[from], group->arms[to])) {
			to++;
		}
		rc = add_family(contrasts, group->arms + from, to - from, header);
	}
	return rc;
}

void nrb_contrasts_free(struct nrb_contrasts *contrasts)
{
	free(contrasts->list);
	*contrasts = (struct nrb_contrasts){ 0 };
}

const struct nrb_contrast *nrb_contrast_find(const struct nrb_contrasts *contrasts,
	const struct nrb_arm_cells *arm, enum nrb_metric metric)
{
	for (int i = 0; i < contrasts->n; i++) {
		const struct nrb_contrast *contrast = &contrasts->list[i];

		if (contrast->arm == arm && contrast->metric == metric) {
			return contrast;
		}
	}
	return NULL;
}

const char *nrb_verdict_name(enum nrb_verdict verdict)
{
	static const char *const names[NRB_N_VERDICTS] = {
		[NRB_VERDICT_NONE] = "",
		[NRB_VERDICT_FEW] = "few",
		[NRB_VERDICT_UNRANKED] = "unranked",
		[NRB_VERDICT_BETTER] = "better",
		[NRB_VERDICT_WORSE] = "worse",
		[NRB_VERDICT_SAME] = "same",
		[NRB_VERDICT_UNCLEAR] = "unclear",
	};

	return names[verdict];
}
