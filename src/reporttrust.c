/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What tells whether a run measured the modes, or something else. */
#include "nrb/reporttrust.h"

#include "nrb/estimatetext.h"
#include "nrb/figures.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { SENTENCE_LEN = 1024, EFFECT_LEN = 96 };

/* -- the control: the reference against itself -- */

/* "1.02x [0.98, 1.06] (10 blocks)", of a share "+0.3 points [...]". */
static void show_estimate(char *buf, size_t len, const struct nrb_contrast *contrast)
{
	bool is_share = nrb_metric_table[contrast->metric].is_share;
	char effect[NRB_ESTIMATE_LEN];

	snprintf(buf, len, "%s (%zu block%s)",
		is_share ? nrb_estimate_points(effect, &contrast->effect)
			 : nrb_estimate_ratio(effect, &contrast->effect),
		contrast->blocks, contrast->blocks == 1 ? "" : "s");
}

/* Shown to differ from itself; an estimate alone may do so by chance. */
static bool is_wrong(const struct nrb_contrast *contrast)
{
	return contrast->verdict == NRB_VERDICT_BETTER ||
	       contrast->verdict == NRB_VERDICT_WORSE;
}

static const char *judge(
	char *buf, size_t len, const struct nrb_contrast *contrast, double roi)
{
	if (is_wrong(contrast)) {
		snprintf(buf, len,
			"outside %g %%: something other than the mode made that difference, so "
			"do not trust the others of this run",
			100 * roi);
	} else if (contrast->verdict == NRB_VERDICT_SAME) {
		snprintf(buf, len, "within %g %%", 100 * roi);
	} else if (contrast->verdict == NRB_VERDICT_FEW) {
		snprintf(buf, len, "of which fewer than %d blocks tell little",
			NRB_STATS_LEAST);
	} else {
		snprintf(buf, len,
			"not known to be within %g %%: differences of that size are chance here",
			100 * roi);
	}
	return buf;
}

static void say_control(const struct nrb_report_data *data,
	const struct nrb_contrast *contrast, const struct nrb_screen *screen, FILE *out)
{
	const struct nrb_group *group = &data->group;
	unsigned int varying = nrb_figure_varying(group->arms, group->n_allocating);
	char label[NRB_FIGURE_LEN], estimate[3 * EFFECT_LEN], verdict[2 * EFFECT_LEN];
	char line[SENTENCE_LEN], escaped[4 * SENTENCE_LEN];

	nrb_figure_label(label, sizeof(label), contrast->arm, varying);
	show_estimate(estimate, sizeof(estimate), contrast);
	snprintf(line, sizeof(line),
		"Control: mode %" PRId64 " against itself%s%s: %s %s, %s.",
		contrast->arm->key.mode, label[0] != '\0' ? ", " : "", label,
		nrb_metric_table[contrast->metric].heading, estimate,
		judge(verdict, sizeof(verdict), contrast, data->roi));
	nrb_screen_escape(escaped, sizeof(escaped), line, screen->ascii);
	fputs(is_wrong(contrast) ? nrb_screen_yellow(screen) : "", out);
	nrb_screen_wrap(screen, out, 2, escaped);
	fputs(is_wrong(contrast) ? nrb_screen_plain(screen) : "", out);
}

/* As asked for, and as reached when the budget ended. */
static void say_width(
	const struct nrb_report_data *data, const struct nrb_screen *screen, FILE *out)
{
	int64_t wished = data->header->width_ppm;
	char reached[64], line[SENTENCE_LEN];

	if (wished == NRB_ABSENT || data->end == NULL) {
		return;
	}
	snprintf(reached, sizeof(reached), "%.3g %% wide",
		(double)data->end->width_ppm / 1e4);
	snprintf(line, sizeof(line),
		"Blocks: the widest interval of alloc p99 is %s; %g %% was asked for.",
		data->end->width_ppm == NRB_ABSENT ? "not known" : reached,
		(double)wished / 1e4);
	nrb_screen_wrap(screen, out, 2, line);
}

/* Of a rehearsal none is, nor need it be. */
static void say_steadiness(
	const struct nrb_report_data *data, const struct nrb_screen *screen, FILE *out)
{
	const struct nrb_trust *trust = &data->trust;
	char line[SENTENCE_LEN];

	if (trust->not_steady == 0 || data->header->rehearsal) {
		return;
	}
	snprintf(line, sizeof(line),
		"Not steady: in %" PRId64 " of %" PRId64
		" cells (%.0f %%) accesses took other "
		"times at first than in the end; they are used like all others.",
		trust->not_steady, trust->judged,
		100.0 * (double)trust->not_steady / (double)trust->judged);
	nrb_screen_wrap(screen, out, 2, line);
}

/* Of what the local shares are, where they are not of all pages. */
static void say_sample(
	const struct nrb_report_data *data, const struct nrb_screen *screen, FILE *out)
{
	const struct nrb_trust *trust = &data->trust;
	char line[SENTENCE_LEN], pages[NRB_UNITS_LEN];

	if (trust->sampled == 0) {
		return;
	}
	snprintf(line, sizeof(line),
		"Located: a sample of at least %s pages in %" PRId64
		" cell%s: local shares are right within %.2f points, in 99 of 100 cells or more.",
		nrb_units_count(pages, trust->least_located), trust->sampled,
		trust->sampled == 1 ? "" : "s",
		100 * nrb_stats_share_error((double)trust->least_located));
	nrb_screen_wrap(screen, out, 2, line);
}

static void say_changes(
	const struct nrb_report_data *data, const struct nrb_screen *screen, FILE *out)
{
	const struct nrb_trust *trust = &data->trust;
	char line[SENTENCE_LEN], escaped[4 * SENTENCE_LEN];

	for (int i = 0; i < trust->changed && i < NRB_TRUST_MAX_CHANGES; i++) {
		const struct nrb_trust_change *change = &trust->changes[i];

		snprintf(line, sizeof(line),
			"Changed meanwhile by someone else, and seen after cell %" PRId64
			" (block %" PRId64 "): %s.",
			change->cell, change->block, change->text);
		nrb_screen_escape(escaped, sizeof(escaped), line, screen->ascii);
		fputs(nrb_screen_yellow(screen), out);
		nrb_screen_wrap(screen, out, 2, escaped);
		fputs(nrb_screen_plain(screen), out);
	}
	if (trust->changed > NRB_TRUST_MAX_CHANGES) {
		snprintf(line, sizeof(line), "... and after %" PRId64 " more cells.",
			trust->changed - NRB_TRUST_MAX_CHANGES);
		nrb_screen_wrap(screen, out, 2, line);
	}
}

/* What was declared beforehand, of what there is a figure. */
static bool is_said(const struct nrb_contrast *contrast)
{
	return contrast->metric < NRB_N_PRIMARY_METRICS &&
	       contrast->verdict != NRB_VERDICT_UNRANKED;
}

void nrb_reporttrust_print(
	const struct nrb_report_data *data, const struct nrb_screen *screen, FILE *out)
{
	const struct nrb_contrasts *contrasts = &data->contrasts;

	for (int i = 0; i < contrasts->n_controls; i++) {
		const struct nrb_contrast *contrast = &contrasts->list[contrasts->n + i];

		if (is_said(contrast)) {
			say_control(data, contrast, screen, out);
		}
	}
	say_width(data, screen, out);
	say_sample(data, screen, out);
	say_steadiness(data, screen, out);
	say_changes(data, screen, out);
}

/* -- the same for programs -- */

static struct nrb_json *control_json(const struct nrb_contrast *contrast)
{
	const struct nrb_metric_info *metric = &nrb_metric_table[contrast->metric];
	struct nrb_json *object = nrb_json_object();
	nrb_json_set_int(object, "row", contrast->reference->row);
	nrb_json_set_str(object, "metric", metric->name);
	nrb_json_set_bool(object, "primary", contrast->metric < NRB_N_PRIMARY_METRICS);
	nrb_json_set_int(object, "blocks", (int64_t)contrast->blocks);
	nrb_json_set_str(object, "effect", metric->is_share ? "difference" : "ratio");
	nrb_json_set_number(object, "estimate", contrast->effect.at);
	nrb_json_set_number(object, "low", contrast->effect.low);
	nrb_json_set_number(object, "high", contrast->effect.high);
	nrb_json_set_number(object, "level", contrast->effect.level);
	nrb_json_set_str(object, "verdict", nrb_verdict_name(contrast->verdict));
	if (contrast->verdict != NRB_VERDICT_UNRANKED) {
		nrb_json_set_bool(object, "within_roi", !is_wrong(contrast));
	}
	return object;
}

static struct nrb_json *changes_json(const struct nrb_trust *trust)
{
	struct nrb_json *list = nrb_json_array();

	for (int i = 0; i < trust->changed && i < NRB_TRUST_MAX_CHANGES; i++) {
		struct nrb_json *change = nrb_json_object();

		nrb_json_set_int(change, "cell", trust->changes[i].cell);
		nrb_json_set_int(change, "block", trust->changes[i].block);
		nrb_json_set_str(change, "changed", trust->changes[i].text);
		nrb_json_append(list, change);
	}
	return list;
}

struct nrb_json *nrb_reporttrust_json(const struct nrb_report_data *data)
{
	const struct nrb_contrasts *contrasts = &data->contrasts;
	struct nrb_json *object = nrb_json_object(), *controls = nrb_json_array();

	for (int i = 0; i < contrasts->n_controls; i++) {
		nrb_json_append(
			controls, control_json(&contrasts->list[contrasts->n + i]));
	}
	nrb_json_set(object, "controls", controls);
	nrb_json_set_int(object, "cells_judged", data->trust.judged);
	nrb_json_set_int(object, "cells_not_steady", data->trust.not_steady);
	nrb_json_set_int(object, "cells_sampled", data->trust.sampled);
	nrb_json_set_int(object, "cells_changed", data->trust.changed);
	nrb_json_set(object, "changes", changes_json(&data->trust));
	return object;
}
