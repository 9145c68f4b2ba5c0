/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An arm against the reference, paired by block. */
#include "nrb/contrast.h"

#include "nrb/pairs.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

/* clang-format off */
const struct nrb_metric_info nrb_metric_table[NRB_N_METRICS] = {
	/* name, heading, value, is_time, is_share, more_is_better, is_bucketed */
	[NRB_METRIC_ALLOC_P99]      = { "alloc_p99_ns", "alloc p99", NRB_VALUE_ALLOC_P99_NS, true, false, false, true },
	[NRB_METRIC_LOCAL]          = { "local_ratio", "local", NRB_VALUE_LOCAL_RATIO, false, true, true, false },
	[NRB_METRIC_ALLOC_P50]      = { "alloc_p50_ns", "alloc p50", NRB_VALUE_ALLOC_P50_NS, true, false, false, true },
	[NRB_METRIC_ALLOC_P999]     = { "alloc_p999_ns", "alloc p99.9", NRB_VALUE_ALLOC_P999_NS, true, false, false, true },
	[NRB_METRIC_ALLOC_MEAN]     = { "alloc_mean_ns", "alloc mean", NRB_VALUE_ALLOC_MEAN_NS, true, false, false, false },
	[NRB_METRIC_ACCESS]         = { "access_ns", "access", NRB_VALUE_ACCESS_NS, true, false, false, false },
	[NRB_METRIC_CACHE_KEPT]     = { "cache_kept_ratio", "cache kept", NRB_VALUE_CACHE_KEPT_RATIO, false, true, true, false },
	[NRB_METRIC_REREAD_RATE]    = { "reread_bytes_per_s", "re-read", NRB_VALUE_REREAD_RATE, true, false, true, false },
	[NRB_METRIC_REQUESTS_PER_S] = { "requests_per_s", "requests/s", NRB_VALUE_REQUESTS_PER_S, true, false, true, false },
	[NRB_METRIC_REQUEST_P99]    = { "request_p99_ns", "request p99", NRB_VALUE_REQUEST_P99_NS, true, false, false, true },
	[NRB_METRIC_HIT_RATIO]      = { "hit_ratio", "hits", NRB_VALUE_HIT_RATIO, false, true, true, false },
	[NRB_METRIC_VICTIM_ACCESS]  = { "victim_access_ns", "victim access", NRB_VALUE_VICTIM_ACCESS_NS, true, false, false, false },
};
/* clang-format on */

/* What is added up over blocks: the log of a ratio, or a difference; NAN where there is none. */
static double effect_of(const struct nrb_metric_info *metric, const struct nrb_pair *pair)
{
	double one = pair->one->v[metric->value];
	double reference = pair->reference->v[metric->value];

	if (metric->is_share) {
		return one - reference;
	}
	return one > 0 && reference > 0 ? log(one / reference) : NAN;
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

enum nrb_verdict nrb_contrast_judge(
	enum nrb_metric metric, const struct nrb_estimate *effect, double roi)
{
	const struct nrb_metric_info *info = &nrb_metric_table[metric];
	double above = info->is_share ? roi : 1 + roi;
	double below = info->is_share ? -roi : 1 / (1 + roi);
	double off = info->is_bucketed ? NRB_CONTRAST_BUCKET : 1;
	double low, high;

	if (!nrb_estimate_is_bounded(effect)) {
		return NRB_VERDICT_FEW;
	}
	low = info->is_share ? effect->low : effect->low / off;
	high = info->is_share ? effect->high : effect->high * off;
	if (low > above) {
		return info->more_is_better ? NRB_VERDICT_BETTER : NRB_VERDICT_WORSE;
	}
	if (high < below) {
		return info->more_is_better ? NRB_VERDICT_WORSE : NRB_VERDICT_BETTER;
	}
	return low >= below && high <= above ? NRB_VERDICT_SAME : NRB_VERDICT_UNCLEAR;
}

/* Of cells, whether or not they have a like. column: room for those of both arms. */
static double delta_of(
	const struct nrb_contrast *contrast, enum nrb_cellvalue value, double *column)
{
	size_t n = nrb_tally_column(&contrast->arm->ok, value, column);
	size_t others = nrb_tally_column(&contrast->reference->ok, value, column + n);

	return nrb_stats_cliff(column, n, column + n, others);
}

/* effects: of the pairs, not needed any more once it returns. */
static void weigh(struct nrb_contrast *contrast, double *effects, double roi)
{
	const struct nrb_metric_info *metric = &nrb_metric_table[contrast->metric];
	bool is_primary = contrast->metric < NRB_N_PRIMARY_METRICS;
	struct nrb_estimate effect;

	if (is_primary && contrast->blocks >= NRB_STATS_LEAST) {
		contrast->p = nrb_stats_signed_rank_p(effects, contrast->blocks);
	}
	effect = nrb_stats_pseudomedian(effects, contrast->blocks);
	contrast->effect = undone(metric, effect);
	contrast->verdict = nrb_contrast_judge(contrast->metric, &contrast->effect, roi);
	contrast->delta = delta_of(contrast, metric->value, effects);
}

/* A cell that has nothing of what the other has speaks for the one that has more of what is better. */
static void note_lost(struct nrb_contrast *contrast, const struct nrb_pair *pair)
{
	const struct nrb_metric_info *metric = &nrb_metric_table[contrast->metric];
	double one = pair->one->v[metric->value];
	double reference = pair->reference->v[metric->value];

	if (metric->is_share || isnan(one) || isnan(reference) || one == reference) {
		return;
	}
	if ((one < reference) == metric->more_is_better) {
		contrast->lost_against++;
	} else {
		contrast->lost_for++;
	}
}

/* A stalled cell's time is not known, but that it is long. */
static void note_stalls(struct nrb_contrast *contrast)
{
	if (nrb_metric_table[contrast->metric].is_time) {
		contrast->lost_against += (size_t)contrast->arm->with[NRB_STATUS_STALLED];
		contrast->lost_for +=
			(size_t)contrast->reference->with[NRB_STATUS_STALLED];
	}
}

/* What is lost must not be able to turn a verdict. */
static void doubt(struct nrb_contrast *contrast)
{
	enum nrb_verdict verdict = contrast->verdict;
	size_t lost = contrast->lost_against + contrast->lost_for;

	if (lost == 0 || contrast->blocks + lost < NRB_STATS_LEAST) {
		return;
	}
	if ((contrast->lost_against > 0 && verdict != NRB_VERDICT_WORSE) ||
		(contrast->lost_for > 0 && verdict != NRB_VERDICT_BETTER)) {
		contrast->verdict = NRB_VERDICT_UNCLEAR;
	}
}

/* Times of a rehearsal are the host's: they are neither weighed nor ranked. effects: by make_effects. */
static void compare_arms(struct nrb_contrast *contrast, const struct nrb_pairs *pairs,
	double *effects, bool rehearsal, double roi)
{
	const struct nrb_metric_info *metric = &nrb_metric_table[contrast->metric];

	contrast->effect = (struct nrb_estimate){ NAN, NAN, NAN, NAN };
	contrast->p = contrast->delta = NAN;
	for (size_t i = 0; i < pairs->n; i++) {
		effects[contrast->blocks] = effect_of(metric, &pairs->list[i]);
		if (isnan(effects[contrast->blocks])) {
			note_lost(contrast, &pairs->list[i]);
		} else {
			contrast->blocks++;
		}
	}
	if (contrast->blocks + contrast->lost_against + contrast->lost_for == 0) {
		return;
	}
	if (rehearsal && metric->is_time) {
		contrast->verdict = NRB_VERDICT_UNRANKED;
		return;
	}
	note_stalls(contrast);
	weigh(contrast, effects, roi);
	doubt(contrast);
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

static int add_metrics(struct nrb_contrasts *contrasts, const struct nrb_pairs *pairs,
	double *effects, struct nrb_contrast contrast, bool rehearsal)
{
	int rc = 0;

	for (int i = 0; i < NRB_N_METRICS && rc == 0; i++) {
		struct nrb_contrast one = contrast;

		one.metric = (enum nrb_metric)i;
		compare_arms(&one, pairs, effects, rehearsal, contrasts->roi);
		if (one.verdict == NRB_VERDICT_NONE) {
			continue;
		}
		rc = make_room(contrasts);
		if (rc == 0) {
			contrasts->list[contrasts->n++] = one;
		}
	}
	return rc;
}

/* Room for the effect of each pair, and for each cell of both arms. NULL: no memory. */
static double *make_effects(
	const struct nrb_arm_cells *arm, const struct nrb_arm_cells *reference)
{
	size_t n = arm->ok.n_together + reference->ok.n_together;

	return calloc(n + 1, sizeof(double));
}

static int add_arm(struct nrb_contrasts *contrasts, const struct nrb_arm_cells *arm,
	const struct nrb_arm_cells *reference, bool rehearsal)
{
	struct nrb_contrast contrast = { .arm = arm, .reference = reference };
	double *effects = NULL;
	struct nrb_pairs pairs;
	int rc = nrb_pairs_make(&pairs, arm, reference);

	if (rc == 0) {
		effects = make_effects(arm, reference);
		rc = effects != NULL ? 0 : -ENOMEM;
	}
	if (rc == 0) {
		rc = add_metrics(contrasts, &pairs, effects, contrast, rehearsal);
	}
	free(effects);
	nrb_pairs_free(&pairs);
	return rc;
}

int nrb_contrast_make(struct nrb_contrast *contrast, const struct nrb_arm_cells *arm,
	const struct nrb_arm_cells *reference, enum nrb_metric metric,
	const struct nrb_header *header, double roi)
{
	struct nrb_pairs pairs;
	double *effects;
	int rc = nrb_pairs_make(&pairs, arm, reference);

	*contrast = (struct nrb_contrast){
		.arm = arm, .reference = reference, .metric = metric
	};
	if (rc < 0) {
		return rc;
	}
	effects = make_effects(arm, reference);
	if (effects != NULL) {
		compare_arms(contrast, &pairs, effects, header->rehearsal, roi);
		contrast->p = NAN;
	}
	rc = effects != NULL ? 0 : -ENOMEM;
	free(effects);
	nrb_pairs_free(&pairs);
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

/* Where the contrasts of each row begin. They are in the order of arms, those of a reference apart. */
static int index_arms(struct nrb_contrasts *contrasts, const struct nrb_group *group)
{
	int at = 0;

	contrasts->first = calloc((size_t)group->n_arms + 1, sizeof(*contrasts->first));
	if (contrasts->first == NULL) {
		return -ENOMEM;
	}
	contrasts->n_arms = group->n_arms;
	for (int row = 0; row <= group->n_arms; row++) {
		while (at < contrasts->n && contrasts->list[at].arm->row < row) {
			at++;
		}
		contrasts->first[row] = at;
	}
	return 0;
}

/* Behind the others, where nobody takes them for one of the modes. */
static int add_controls(struct nrb_contrasts *contrasts, const struct nrb_group *group,
	const struct nrb_header *header)
{
	int first = contrasts->n, rc = 0;

	for (int i = 0; i < group->n_controls && rc == 0; i++) {
		struct nrb_key key = group->controls[i]->key;
		const struct nrb_arm_cells *repeated;

		key.control = 0;
		repeated = nrb_group_find(group, &key);
		if (repeated != NULL) {
			rc = add_arm(contrasts, group->controls[i], repeated,
				header->rehearsal);
		}
	}
	contrasts->n_controls = contrasts->n - first;
	contrasts->n = first;
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
	if (rc == 0) {
		rc = index_arms(contrasts, group);
	}
	return rc == 0 ? add_controls(contrasts, group, header) : rc;
}

void nrb_contrasts_free(struct nrb_contrasts *contrasts)
{
	free(contrasts->list);
	free(contrasts->first);
	*contrasts = (struct nrb_contrasts){ 0 };
}

const struct nrb_contrast *nrb_contrast_find(const struct nrb_contrasts *contrasts,
	const struct nrb_arm_cells *arm, enum nrb_metric metric)
{
	if (arm == NULL || arm->row < 0 || arm->row >= contrasts->n_arms) {
		return NULL;
	}
	for (int i = contrasts->first[arm->row]; i < contrasts->first[arm->row + 1];
		i++) {
		if (contrasts->list[i].metric == metric) {
			return &contrasts->list[i];
		}
	}
	return NULL;
}

int nrb_contrasts_unclear(const struct nrb_contrasts *contrasts)
{
	int n = 0;

	for (int i = 0; i < contrasts->n; i++) {
		n += contrasts->list[i].metric < NRB_N_PRIMARY_METRICS &&
		     contrasts->list[i].verdict == NRB_VERDICT_UNCLEAR;
	}
	return n;
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
