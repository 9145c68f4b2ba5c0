/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Many hosts, for people: of each group what each value does, then hosts as rows. */
#include "nrb/comparetable.h"
#include "nrb/comparetext.h"

#include "nrb/mode.h"
#include "nrb/units.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { LABEL = NRB_COMPARETEXT_LABEL };

static const char *s_of(int n)
{
	return n == 1 ? "" : "s";
}

/* -- what all hosts of a group come to -- */

/* "2 better, 1 worse". */
static void count_verdicts(
	char *buf, size_t len, const struct nrb_comparefleet_summary *summary)
{
	static const enum nrb_verdict order[] = { NRB_VERDICT_BETTER, NRB_VERDICT_WORSE,
		NRB_VERDICT_SAME, NRB_VERDICT_UNCLEAR, NRB_VERDICT_FEW,
		NRB_VERDICT_UNRANKED };
	size_t used = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < sizeof(order) / sizeof(*order) && used < len; i++) {
		int n = summary->verdicts[order[i]];

		if (n > 0) {
			used += (size_t)snprintf(buf + used, len - used, "%s%d %s",
				used > 0 ? ", " : "", n, nrb_verdict_name(order[i]));
		}
	}
}

/* "1.70 times [1.50, 1.92] over 5 hosts"; of shares, and of few hosts, the median and how far they are
 * apart. */
static void describe_summary(char *buf, size_t len,
	const struct nrb_comparefleet_summary *summary, enum nrb_metric metric)
{
	const struct nrb_pooled *pooled = &summary->pooled;
	char span[96], at[NRB_COMPARETABLE_CELL], least[NRB_COMPARETABLE_CELL],
		most[NRB_COMPARETABLE_CELL];

	if (pooled->n >= NRB_RANDOMEFFECTS_LEAST) {
		snprintf(buf, len, "%.2f times [%.2f, %.2f] over %zu hosts",
			pooled->effect.at, pooled->effect.low, pooled->effect.high,
			pooled->n);
	} else if (isnan(summary->median)) {
		snprintf(buf, len, "not ranked");
	} else if (nrb_metric_table[metric].is_share) {
		snprintf(buf, len, "%.32s pp [%.32s, %.32s]",
			nrb_comparetable_points(at, summary->median),
			nrb_comparetable_points(least, summary->least),
			nrb_comparetable_points(most, summary->most));
	} else {
		snprintf(buf, len, "%s",
			nrb_comparetext_span(span, sizeof(span), metric, summary->least,
				summary->most));
	}
}

static const char *label_of(char *buf, size_t len, const struct nrb_comparefleet *fleet,
	const struct nrb_comparefleet_row *row)
{
	const struct nrb_arm_cells arm = { .key = *row->arm->key };
	char factors[LABEL];

	nrb_figure_label(factors, sizeof(factors), &arm, fleet->telling);
	snprintf(buf, len, "%s%smode %" PRId64, factors, factors[0] != '\0' ? ", " : "",
		row->arm->key->mode);
	return buf;
}

static int say_arm(const struct nrb_comparefleet *fleet, int from, int to, double roi,
	const struct nrb_screen *screen, FILE *out)
{
	char text[NRB_COMPARETEXT_LEN], label[LABEL + 32];
	size_t used = 0;

	for (int i = 0; i < NRB_COMPARETEXT_SPOKEN && used < sizeof(text); i++) {
		enum nrb_metric metric = nrb_comparetext_order[i];
		struct nrb_comparefleet_summary summary;
		char what[160], verdicts[128];
		int rc = nrb_comparefleet_sum_up(
			&summary, fleet->rows + from, to - from, metric, roi);

		if (rc < 0) {
			return rc;
		}
		if (summary.hosts == 0 || isnan(summary.median)) {
			continue;
		}
		describe_summary(what, sizeof(what), &summary, metric);
		count_verdicts(verdicts, sizeof(verdicts), &summary);
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s %s (%s)",
			used > 0 ? "; " : "", nrb_metric_table[metric].heading, what,
			verdicts);
	}
	nrb_comparetext_say(screen, out, false, "%s: %s.",
		label_of(label, sizeof(label), fleet, &fleet->rows[from]),
		used > 0 ? text : "nothing of it is compared");
	return 0;
}

/* -- hosts as rows -- */

/* Several runs of one host, or hosts of one name, are told apart by when they ran. */
static bool needs_time(const struct nrb_comparefleet_row *rows, int n)
{
	for (int i = 1; i < n; i++) {
		if (strcmp(rows[i].run->host, rows[i - 1].run->host) == 0) {
			return true;
		}
	}
	return false;
}

/* columns: of each metric, or -1. */
static void add_host(struct nrb_comparetable *table,
	const struct nrb_comparefleet_row *row, int time, const int *columns)
{
	char text[NRB_COMPARETABLE_CELL];

	nrb_comparetable_row(table);
	nrb_comparetable_set(table, 0, row->run->host);
	if (time >= 0) {
		nrb_comparetable_set(table, time, row->run->start_utc);
	}
	for (int i = 0; i < row->arm->n_own; i++) {
		const struct nrb_compared_effect *effect = &row->arm->own[i];

		if (columns[effect->metric] >= 0) {
			nrb_comparetable_set(table, columns[effect->metric],
				nrb_comparetable_effect(text, effect));
		}
	}
}

static int add_pooled(struct nrb_comparetable *table,
	const struct nrb_comparefleet_row *rows, int n, const int *columns, double roi)
{
	char text[NRB_COMPARETABLE_CELL];
	bool started = false;

	for (int i = 0; i < NRB_COMPARETEXT_SPOKEN; i++) {
		enum nrb_metric metric = nrb_comparetext_order[i];
		struct nrb_compared_effect effect = { .metric = metric };
		struct nrb_comparefleet_summary summary;
		int rc = nrb_comparefleet_sum_up(&summary, rows, n, metric, roi);

		if (rc < 0) {
			return rc;
		}
		if (summary.pooled.n < NRB_RANDOMEFFECTS_LEAST) {
			continue;
		}
		if (!started) {
			nrb_comparetable_row(table);
			nrb_comparetable_set(table, 0, "together");
			started = true;
		}
		effect.verdict = summary.verdict;
		effect.effect = summary.pooled.effect;
		nrb_comparetable_set(
			table, columns[metric], nrb_comparetable_effect(text, &effect));
	}
	return 0;
}

/* Returns the column of times, or -1. */
static int add_columns(struct nrb_comparetable *table,
	const struct nrb_comparefleet_row *rows, int n, int *columns)
{
	int time = -1;

	nrb_comparetable_column(table, "host", true, false);
	if (needs_time(rows, n)) {
		time = nrb_comparetable_column(table, "run", true, false);
	}
	for (int i = 0; i < NRB_N_METRICS; i++) {
		enum nrb_metric metric = nrb_comparetext_order[i];

		columns[metric] =
			i < NRB_COMPARETEXT_SPOKEN
				? nrb_comparetable_column(table,
					  nrb_metric_table[metric].heading, false, true)
				: -1;
	}
	return time;
}

static int print_arm(const struct nrb_comparefleet *fleet, int from, int to, double roi,
	const struct nrb_screen *screen, FILE *out)
{
	const struct nrb_comparefleet_row *rows = fleet->rows + from;
	struct nrb_comparetable table = { 0 };
	int n = to - from, columns[NRB_N_METRICS], rc;
	int time = add_columns(&table, rows, n, columns);
	char label[LABEL + 32];

	for (int i = 0; i < n; i++) {
		add_host(&table, &rows[i], time, columns);
	}
	rc = add_pooled(&table, rows, n, columns, roi);
	if (rc == 0) {
		fputc('\n', out);
		nrb_comparetext_say(screen, out, false,
			"%s (%s):", label_of(label, sizeof(label), fleet, rows),
			nrb_mode_meaning(rows[0].arm->key->mode));
		rc = nrb_comparetable_print(&table, screen, out);
	}
	nrb_comparetable_free(&table);
	return rc;
}

/* -- a group -- */

static void print_head(const struct nrb_comparefleet *fleet, int from, int to,
	const struct nrb_screen *screen, FILE *out)
{
	const struct nrb_compared *run = fleet->rows[from].run;
	int hosts = nrb_comparefleet_hosts(
		fleet->rows + from, nrb_comparefleet_arm_end(fleet, from) - from);
	char reference[64] = "no mode";

	for (int i = from, next; i < to; i = next) {
		int n;

		next = nrb_comparefleet_arm_end(fleet, i);
		n = nrb_comparefleet_hosts(fleet->rows + i, next - i);
		hosts = n > hosts ? n : hosts;
	}
	if (run->reference_mode != NRB_ABSENT) {
		snprintf(reference, sizeof(reference), "mode %" PRId64,
			run->reference_mode);
	}
	nrb_comparetext_say(screen, out, true,
		"%d host%s: %s; kernel %s, %s%s; each against its own %s", hosts,
		s_of(hosts), run->topology, run->kernel,
		run->lru_gen[0] != '\0' ? "MGLRU " : "no MGLRU", run->lru_gen, reference);
	if (run->kind == NRB_COMPARED_REHEARSAL) {
		nrb_comparetext_say(screen, out, false,
			"Rehearsals: locality and reclaim are real, times are not, and are not "
			"compared.");
	}
}

static int print_group(const struct nrb_comparefleet *fleet, int from, int to, double roi,
	const struct nrb_screen *screen, FILE *out)
{
	int rc = 0;

	print_head(fleet, from, to, screen, out);
	for (int i = from, next; rc == 0 && i < to; i = next) {
		next = nrb_comparefleet_arm_end(fleet, i);
		rc = say_arm(fleet, i, next, roi, screen, out);
	}
	for (int i = from, next; rc == 0 && i < to; i = next) {
		next = nrb_comparefleet_arm_end(fleet, i);
		rc = print_arm(fleet, i, next, roi, screen, out);
	}
	return rc;
}

int nrb_comparetext_fleet(const struct nrb_comparefleet *fleet, double roi,
	const struct nrb_screen *screen, FILE *out)
{
	int rc = 0;

	if (fleet->n == 0) {
		nrb_comparetext_say(screen, out, false,
			"No host compared anything with its own reference.");
	}
	for (int from = 0, to; rc == 0 && from < fleet->n; from = to) {
		to = nrb_comparefleet_group_end(fleet, from);
		fputs(from > 0 ? "\n" : "", out);
		rc = print_group(fleet, from, to, roi, screen, out);
	}
	return rc;
}
