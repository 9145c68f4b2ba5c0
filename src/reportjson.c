/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A record's arms as JSON: the names of the CSV columns, and what decided; absent is a key that is
 * not there. */
#include "nrb/answer.h"
#include "nrb/breakeven.h"
#include "nrb/figures.h"
#include "nrb/recordfields.h"
#include "nrb/reportdata.h"
#include "nrb/reporttime.h"
#include "nrb/reporttrust.h"

#include <math.h>

/* The rule that decided most cells of the arm. */
static void set_rule(struct nrb_json *row, const struct nrb_arm_cells *arm)
{
	int64_t others;
	enum nrb_rule rule = nrb_group_rule(arm, &others);

	if (rule != NRB_RULE_UNKNOWN) {
		nrb_json_set_str(row, "decided_by", nrb_rule_text(rule));
	}
}

static struct nrb_json *arm_json(const struct nrb_arm_cells *arm)
{
	struct nrb_json *row = nrb_json_object();

	for (int id = 0; id < NRB_N_FIGURES; id++) {
		const char *name = nrb_figure_table[id].name;
		const char *text = nrb_figure_text((enum nrb_figure_id)id, arm);

		if (text != NULL && text[0] != '\0') {
			nrb_json_set_str(row, name, text);
		} else if (text == NULL) {
			nrb_json_set_number(row, name,
				nrb_figure_number((enum nrb_figure_id)id, arm));
		}
	}
	set_rule(row, arm);
	return row;
}

static struct nrb_json *rows_json(const struct nrb_group *group)
{
	struct nrb_json *rows = nrb_json_array();

	for (int i = 0; i < group->n_arms; i++) {
		nrb_json_append(rows, arm_json(group->arms[i]));
	}
	return rows;
}

static struct nrb_json *claims_json(const struct nrb_claims *claims)
{
	struct nrb_json *list = nrb_json_array();

	for (int i = 0; i < claims->n; i++) {
		struct nrb_json *claim = nrb_json_object(), *modes = nrb_json_array();

		nrb_json_set_str(
			claim, "kind", nrb_claim_kind_name(claims->list[i].kind));
		for (int mode = 0; mode < 32; mode++) {
			if (claims->list[i].modes & 1u << mode) {
				nrb_json_append(modes, nrb_json_int(mode));
			}
		}
		nrb_json_set(claim, "modes", modes);
		nrb_json_set_bool(claim, "timed", claims->list[i].timed);
		nrb_json_set_str(claim, "text", claims->list[i].text);
		nrb_json_append(list, claim);
	}
	return list;
}

/* NULL: the record is not about a file server. */
static struct nrb_json *answer_json(const struct nrb_report_data *data)
{
	struct nrb_json *object, *conditions;
	struct nrb_answer answer;

	nrb_answer_make(&answer, data);
	if (!answer.is_asked) {
		return NULL;
	}
	object = nrb_json_object();
	conditions = nrb_json_array();
	if (answer.mode >= 0) {
		nrb_json_set_int(object, "mode", answer.mode);
	}
	nrb_json_set_str(object, "text", answer.text);
	for (int i = 0; i < answer.n_conditions; i++) {
		nrb_json_append(conditions, nrb_json_str(answer.conditions[i]));
	}
	nrb_json_set(object, "conditions", conditions);
	return object;
}

static struct nrb_json *penalties_json(const struct nrb_report_data *data)
{
	struct nrb_json *list = nrb_json_array();

	for (int i = data->group.n_allocating; i < data->group.n_arms; i++) {
		const struct nrb_arm_cells *arm = data->group.arms[i];
		struct nrb_penalty penalty = nrb_penalty_of(data, arm);
		struct nrb_json *entry = nrb_json_object();

		nrb_json_set_str(entry, "scenario", arm->key.scenario);
		nrb_json_set_int(entry, "cpu_node", arm->key.cpu_node);
		nrb_json_set_int(entry, "node", arm->key.node);
		if (penalty.distance > 0) {
			nrb_json_set_int(entry, "distance", penalty.distance);
		}
		nrb_json_set_number(entry, "access_4k_ns", penalty.small_ns);
		nrb_json_set_number(entry, "access_4k_ratio", penalty.small_ratio);
		nrb_json_set_number(entry, "access_2m_ns", penalty.huge_ns);
		nrb_json_set_number(entry, "access_2m_ratio", penalty.huge_ratio);
		nrb_json_append(list, entry);
	}
	return list;
}

static struct nrb_json *contrast_json(const struct nrb_contrast *contrast)
{
	const struct nrb_metric_info *metric = &nrb_metric_table[contrast->metric];
	struct nrb_json *object = nrb_json_object();

	nrb_json_set_int(object, "row", contrast->arm->row);
	nrb_json_set_int(object, "reference_row", contrast->reference->row);
	nrb_json_set_str(object, "metric", metric->name);
	nrb_json_set_bool(object, "primary", contrast->metric < NRB_N_PRIMARY_METRICS);
	nrb_json_set_int(object, "blocks", (int64_t)contrast->blocks);
	if (contrast->lost_against + contrast->lost_for > 0) {
		nrb_json_set_int(object, "lost_against", (int64_t)contrast->lost_against);
		nrb_json_set_int(object, "lost_for", (int64_t)contrast->lost_for);
	}
	nrb_json_set_str(object, "effect", metric->is_share ? "difference" : "ratio");
	nrb_json_set_number(object, "estimate", contrast->effect.at);
	nrb_json_set_number(object, "low", contrast->effect.low);
	nrb_json_set_number(object, "high", contrast->effect.high);
	nrb_json_set_number(object, "level", contrast->effect.level);
	nrb_json_set_number(object, "p_holm", contrast->p);
	nrb_json_set_number(object, "cliffs_delta", contrast->delta);
	nrb_json_set_str(object, "verdict", nrb_verdict_name(contrast->verdict));
	return object;
}

static struct nrb_json *contrasts_json(const struct nrb_report_data *data)
{
	struct nrb_json *list = nrb_json_array();

	for (int i = 0; i < data->contrasts.n; i++) {
		nrb_json_append(list, contrast_json(&data->contrasts.list[i]));
	}
	return list;
}

static void set_estimate(
	struct nrb_json *object, const char *key, const struct nrb_estimate *estimate)
{
	struct nrb_json *entry;

	if (isnan(estimate->at)) {
		return;
	}
	entry = nrb_json_object();
	nrb_json_set_number(entry, "estimate", estimate->at);
	nrb_json_set_number(entry, "low", estimate->low);
	nrb_json_set_number(entry, "high", estimate->high);
	nrb_json_set_number(entry, "level", estimate->level);
	nrb_json_set(object, key, entry);
}

/* NULL: there is none. */
static struct nrb_json *break_even_json(
	const struct nrb_report_data *data, const struct nrb_arm_cells *arm)
{
	const struct nrb_arm_cells *base =
		nrb_breakeven_base(&data->group, arm, data->header);
	struct nrb_breakeven even;
	struct nrb_json *object;

	if (base == NULL ||
		nrb_breakeven_make(&even, arm, base, data->header, data->roi) < 0 ||
		even.state == NRB_BREAKEVEN_NONE) {
		return NULL;
	}
	object = nrb_json_object();
	nrb_json_set_int(object, "row", arm->row);
	nrb_json_set_int(object, "reference_row", even.base->row);
	nrb_json_set_int(object, "blocks", (int64_t)even.blocks);
	nrb_json_set_str(object, "pays", nrb_breakeven_name(even.state));
	set_estimate(object, "accesses_per_page", &even.accesses);
	set_estimate(object, "accesses_per_reread", &even.per_reread);
	return object;
}

static struct nrb_json *break_evens_json(const struct nrb_report_data *data)
{
	struct nrb_json *list = nrb_json_array();

	for (int i = 0; i < data->group.n_allocating; i++) {
		struct nrb_json *entry = break_even_json(data, data->group.arms[i]);

		if (entry != NULL) {
			nrb_json_append(list, entry);
		}
	}
	return list;
}

static struct nrb_json *odd_json(const struct nrb_group *group)
{
	struct nrb_json *list = nrb_json_array();

	for (int i = 0; i < group->n_odd && i < NRB_MAX_ODD_CELLS; i++) {
		const struct nrb_odd_cell *odd = &group->odd[i];
		struct nrb_json *cell = nrb_json_object();

		nrb_json_set_int(cell, "cell", odd->cell);
		nrb_json_set_int(cell, "block", odd->block);
		nrb_json_set_known(cell, "mode", odd->key.mode);
		if (odd->key.control != 0) {
			nrb_json_set_int(cell, "control", odd->key.control);
		}
		nrb_json_set_str(cell, "status", nrb_status_name(odd->status));
		nrb_json_set_str(cell, "note", odd->note);
		nrb_json_append(list, cell);
	}
	return list;
}

static struct nrb_json *header_json(const struct nrb_header *header)
{
	struct nrb_json *object = nrb_json_object();

	nrb_strings_put(object, header, nrb_header_strings);
	nrb_fields_put(object, header, nrb_header_fields);
	return object;
}

static struct nrb_json *settings_json(const struct nrb_end *end)
{
	struct nrb_json *list = nrb_json_array();

	for (int i = 0; i < end->n_settings; i++) {
		struct nrb_json *setting = nrb_json_object();

		nrb_strings_put(setting, &end->settings[i], nrb_end_setting_strings);
		nrb_json_append(list, setting);
	}
	return list;
}

static struct nrb_json *end_json(const struct nrb_end *end)
{
	struct nrb_json *object = nrb_json_object();

	nrb_strings_put(object, end, nrb_end_strings);
	nrb_fields_put(object, end, nrb_end_fields);
	nrb_json_set_bool(object, "restored", end->restored);
	nrb_json_set(object, "settings", settings_json(end));
	return object;
}

struct nrb_json *nrb_reportjson_make(const struct nrb_report_data *data)
{
	struct nrb_json *object = nrb_json_object(), *answer, *time;

	nrb_json_set_str(object, "file", data->file);
	nrb_json_set_bool(object, "rehearsal", data->header->rehearsal);
	nrb_json_set(object, "header", header_json(data->header));
	nrb_json_set_real(object, "roi", data->roi);
	nrb_json_set_int(object, "blocks", data->group.blocks);
	nrb_json_set_int(object, "cells", data->group.cells);
	answer = answer_json(data);
	if (answer != NULL) {
		nrb_json_set(object, "answer", answer);
	}
	nrb_json_set(object, "claims", claims_json(&data->claims));
	nrb_json_set(object, "rows", rows_json(&data->group));
	nrb_json_set(object, "contrasts", contrasts_json(data));
	nrb_json_set(object, "break_even", break_evens_json(data));
	nrb_json_set(object, "matrix", penalties_json(data));
	nrb_json_set(object, "trust", nrb_reporttrust_json(data));
	nrb_json_set_int(object, "cells_not_ok", data->group.n_odd);
	nrb_json_set(object, "not_ok", odd_json(&data->group));
	time = nrb_reporttime_json(data);
	if (time != NULL) {
		nrb_json_set(object, "time", time);
	}
	if (data->end != NULL) {
		nrb_json_set(object, "end", end_json(data->end));
	}
	return object;
}
