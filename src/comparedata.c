/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Comparisons for programs, as JSON: absent is a key that is not there. */
#include "nrb/comparedata.h"

#include "nrb/figures.h"

#include <math.h>

struct nrb_json *nrb_comparedata_record(const struct nrb_compared *run)
{
	static const char *const kinds[] = { "hardware", "guest", "rehearsal" };
	struct nrb_json *object = nrb_json_object();

	nrb_json_set_str(object, "file", run->file);
	nrb_json_set_str(object, "run_id", run->run_id);
	nrb_json_set_str(object, "host", run->host);
	nrb_json_set_str(object, "host_id", run->host_id);
	nrb_json_set_str(object, "start_utc", run->start_utc);
	nrb_json_set_str(object, "kernel", run->kernel);
	nrb_json_set_str(object, "lru_gen", run->lru_gen);
	nrb_json_set_str(object, "topology", run->topology);
	nrb_json_set_str(object, "kind", kinds[run->kind]);
	nrb_json_set_int(object, "blocks", run->blocks);
	nrb_json_set_int(object, "cells", run->cells);
	return object;
}

/* The factors under the names of the report's columns. */
static void set_factors(struct nrb_json *object, const struct nrb_key *key)
{
	const struct nrb_arm_cells arm = { .key = *key };

	for (int id = 0; id < NRB_N_FIGURE_FACTORS; id++) {
		const char *name = nrb_figure_table[id].name;
		const char *text = nrb_figure_text((enum nrb_figure_id)id, &arm);
		double number = nrb_figure_number((enum nrb_figure_id)id, &arm);

		if (text != NULL && text[0] != '\0') {
			nrb_json_set_str(object, name, text);
		} else if (text == NULL && !isnan(number)) {
			nrb_json_set_int(object, name, (int64_t)number);
		}
	}
}

static void set_estimate(struct nrb_json *object, const struct nrb_estimate *estimate)
{
	nrb_json_set_number(object, "effect", estimate->at);
	nrb_json_set_number(object, "low", estimate->low);
	nrb_json_set_number(object, "high", estimate->high);
	nrb_json_set_number(object, "level", estimate->level);
}

static struct nrb_json *effect_json(const struct nrb_compared_effect *effect)
{
	const struct nrb_metric_info *metric = &nrb_metric_table[effect->metric];
	struct nrb_json *object = nrb_json_object();

	nrb_json_set_str(object, "metric", metric->name);
	nrb_json_set_bool(object, "primary", effect->metric < NRB_N_PRIMARY_METRICS);
	nrb_json_set_str(object, "kind", metric->is_share ? "difference" : "ratio");
	nrb_json_set_int(object, "blocks", (int64_t)effect->blocks);
	set_estimate(object, &effect->effect);
	nrb_json_set_str(object, "verdict", nrb_verdict_name(effect->verdict));
	return object;
}

static struct nrb_json *row_json(const struct nrb_comparepair_row *row)
{
	struct nrb_json *object = nrb_json_object(), *effects = nrb_json_array();
	struct nrb_json *counters = nrb_json_object();

	set_factors(object, row->arm->key);
	nrb_json_set_int(object, "cells_ok", row->arm->ok);
	nrb_json_set_int(object, "cells_stalled", row->arm->stalled);
	nrb_json_set_int(object, "reference_cells_ok", row->reference->ok);
	nrb_json_set_int(object, "reference_cells_stalled", row->reference->stalled);
	for (int m = 0; m < NRB_N_METRICS; m++) {
		if (row->effects[m].verdict != NRB_VERDICT_NONE) {
			nrb_json_append(effects, effect_json(&row->effects[m]));
		}
	}
	for (int i = 0; i < NRB_COMPARED_N_COUNTERS; i++) {
		nrb_json_set_number(counters,
			nrb_figure_table[nrb_compared_counters[i]].name,
			row->counters[i]);
	}
	nrb_json_set(object, "effects", effects);
	nrb_json_set(object, "counters", counters);
	return object;
}

struct nrb_json *nrb_comparedata_pair(const struct nrb_comparepair *pair)
{
	struct nrb_json *object = nrb_json_object(), *rows = nrb_json_array();

	nrb_json_set_str(object, "reference", pair->reference->run_id);
	nrb_json_set_str(object, "run", pair->run->run_id);
	nrb_json_set_bool(object, "paired", pair->unpaired == NULL);
	if (pair->unpaired != NULL) {
		nrb_json_set_str(object, "why_unpaired", pair->unpaired);
	}
	nrb_json_set_int(object, "unclear", pair->unclear);
	nrb_json_set_int(object, "in_one_alone", pair->alone);
	for (int i = 0; i < pair->n; i++) {
		nrb_json_append(rows, row_json(&pair->rows[i]));
	}
	nrb_json_set(object, "rows", rows);
	return object;
}

static struct nrb_json *host_json(const struct nrb_comparefleet_row *row)
{
	struct nrb_json *object = nrb_json_object(), *effects = nrb_json_array();

	nrb_json_set_str(object, "run", row->run->run_id);
	nrb_json_set_str(object, "host", row->run->host);
	nrb_json_set_bool(object, "latest", row->is_latest);
	for (int i = 0; i < row->arm->n_own; i++) {
		nrb_json_append(effects, effect_json(&row->arm->own[i]));
	}
	nrb_json_set(object, "effects", effects);
	return object;
}

static struct nrb_json *summary_json(
	const struct nrb_comparefleet_summary *summary, enum nrb_metric metric)
{
	struct nrb_json *object = nrb_json_object(), *verdicts = nrb_json_object();

	nrb_json_set_str(object, "metric", nrb_metric_table[metric].name);
	nrb_json_set_int(object, "hosts", summary->hosts);
	for (int i = NRB_VERDICT_NONE + 1; i < NRB_N_VERDICTS; i++) {
		if (summary->verdicts[i] > 0) {
			nrb_json_set_int(verdicts, nrb_verdict_name((enum nrb_verdict)i),
				summary->verdicts[i]);
		}
	}
	nrb_json_set(object, "verdicts", verdicts);
	nrb_json_set_number(object, "least", summary->least);
	nrb_json_set_number(object, "median", summary->median);
	nrb_json_set_number(object, "most", summary->most);
	if (summary->pooled.n >= NRB_RANDOMEFFECTS_LEAST) {
		struct nrb_json *pooled = nrb_json_object();

		nrb_json_set_int(pooled, "hosts", (int64_t)summary->pooled.n);
		set_estimate(pooled, &summary->pooled.effect);
		nrb_json_set_number(
			pooled, "between_hosts_log_sd", summary->pooled.between);
		nrb_json_set_str(pooled, "verdict", nrb_verdict_name(summary->verdict));
		nrb_json_set(object, "pooled", pooled);
	}
	return object;
}

struct nrb_json *nrb_comparedata_hosts(
	const struct nrb_comparefleet_row *rows, int n, unsigned int ignored, double roi)
{
	struct nrb_key key = nrb_compared_without(rows[0].arm->key, ignored);
	struct nrb_json *object = nrb_json_object(), *hosts = nrb_json_array();
	struct nrb_json *summaries = nrb_json_array();

	nrb_json_set_str(object, "topology", rows[0].run->topology);
	nrb_json_set_str(object, "kernel", rows[0].run->kernel);
	nrb_json_set_str(object, "lru_gen_found", rows[0].run->lru_gen);
	nrb_json_set_int(object, "reference_mode", rows[0].run->reference_mode);
	set_factors(object, &key);
	for (int m = 0; m < NRB_N_METRICS; m++) {
		struct nrb_comparefleet_summary summary;

		if (nrb_comparefleet_sum_up(&summary, rows, n, (enum nrb_metric)m, roi) <
			0) {
			nrb_json_append(summaries, NULL); /* says so when it is printed */
		} else if (summary.hosts > 0) {
			nrb_json_append(
				summaries, summary_json(&summary, (enum nrb_metric)m));
		}
	}
	for (int i = 0; i < n; i++) {
		nrb_json_append(hosts, host_json(&rows[i]));
	}
	nrb_json_set(object, "summaries", summaries);
	nrb_json_set(object, "hosts", hosts);
	return object;
}
