/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Comparisons for programs, as CSV: a row for each effect. */
#include "nrb/comparedata.h"
#include "nrb/figures.h"
#include "nrb/screen.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { LONGEST = 1024 };

/* Quoted as in RFC 4180 where needed; nothing that could move a terminal. */
static void field(FILE *out, const char *text)
{
	char shown[LONGEST];

	nrb_screen_escape(shown, sizeof(shown), text, true);
	if (strpbrk(shown, ",\"") == NULL) {
		fprintf(out, "%s,", shown);
		return;
	}
	fputc('"', out);
	for (const char *p = shown; *p != '\0'; p++) {
		fprintf(out, *p == '"' ? "\"\"" : "%c", *p);
	}
	fputs("\",", out);
}

static void number(FILE *out, double value)
{
	if (isnan(value)) {
		fputc(',', out);
	} else {
		fprintf(out, "%.15g,", value);
	}
}

int nrb_comparedata_csv_head(FILE *out)
{
	fputs("reference,run,host,host_id,kernel,lru_gen_found,topology,paired,", out);
	for (int id = 0; id < NRB_N_FIGURE_FACTORS; id++) {
		fprintf(out, "%s,", nrb_figure_table[id].name);
	}
	fputs("metric,kind,blocks,hosts,effect,low,high,level,verdict\n", out);
	return ferror(out) ? -EIO : 0;
}

/* What stands before an effect. reference: a run, or a mode of the same run. */
static void begin(FILE *out, const char *reference, const struct nrb_compared *run,
	bool is_summary, const char *paired, const struct nrb_key *key)
{
	const struct nrb_arm_cells arm = { .key = *key };
	char text[NRB_FIGURE_LEN];

	field(out, reference);
	field(out, is_summary ? "" : run->run_id);
	field(out, is_summary ? "" : run->host);
	field(out, is_summary ? "" : run->host_id);
	field(out, run->kernel);
	field(out, run->lru_gen);
	field(out, run->topology);
	field(out, paired);
	for (int id = 0; id < NRB_N_FIGURE_FACTORS; id++) {
		field(out, nrb_figure_plain(text, (enum nrb_figure_id)id, &arm));
	}
}

/* blocks, hosts: 0 where the row is not of them. */
static void end(FILE *out, const struct nrb_compared_effect *effect, size_t hosts)
{
	const struct nrb_metric_info *metric = &nrb_metric_table[effect->metric];

	fprintf(out, "%s,%s,", metric->name, metric->is_share ? "difference" : "ratio");
	number(out, effect->blocks > 0 ? (double)effect->blocks : NAN);
	number(out, hosts > 0 ? (double)hosts : NAN);
	number(out, effect->effect.at);
	number(out, effect->effect.low);
	number(out, effect->effect.high);
	number(out, effect->effect.level);
	fprintf(out, "%s\n", nrb_verdict_name(effect->verdict));
}

int nrb_comparedata_csv_pair(const struct nrb_comparepair *pair, FILE *out)
{
	for (int i = 0; i < pair->n; i++) {
		for (int m = 0; m < NRB_N_METRICS; m++) {
			const struct nrb_compared_effect *effect =
				&pair->rows[i].effects[m];

			if (effect->verdict != NRB_VERDICT_NONE) {
				begin(out, pair->reference->run_id, pair->run, false,
					pair->unpaired == NULL ? "yes" : "no",
					pair->rows[i].arm->key);
				end(out, effect, 0);
			}
		}
	}
	return ferror(out) ? -EIO : 0;
}

static int csv_summaries(const char *reference, const struct nrb_comparefleet_row *rows,
	int n, unsigned int ignored, double roi, FILE *out)
{
	struct nrb_key key = nrb_compared_without(rows[0].arm->key, ignored);

	for (int m = 0; m < NRB_N_METRICS; m++) {
		struct nrb_compared_effect effect = { .metric = (enum nrb_metric)m };
		struct nrb_comparefleet_summary summary;
		int rc = nrb_comparefleet_sum_up(
			&summary, rows, n, (enum nrb_metric)m, roi);

		if (rc < 0) {
			return rc;
		}
		if (summary.pooled.n >= NRB_RANDOMEFFECTS_LEAST) {
			effect.verdict = summary.verdict;
			effect.effect = summary.pooled.effect;
			begin(out, reference, rows[0].run, true, "yes", &key);
			end(out, &effect, summary.pooled.n);
		}
	}
	return 0;
}

int nrb_comparedata_csv_hosts(const struct nrb_comparefleet_row *rows, int n,
	unsigned int ignored, double roi, FILE *out)
{
	char reference[32];
	int rc;

	snprintf(reference, sizeof(reference), "mode %" PRId64,
		rows[0].run->reference_mode);
	for (int i = 0; i < n; i++) {
		for (int k = 0; k < rows[i].arm->n_own; k++) {
			begin(out, reference, rows[i].run, false, "yes",
				rows[i].arm->key);
			end(out, &rows[i].arm->own[k], 0);
		}
	}
	rc = csv_summaries(reference, rows, n, ignored, roi, out);
	return rc == 0 && ferror(out) ? -EIO : rc;
}
