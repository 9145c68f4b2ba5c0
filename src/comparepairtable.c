/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One record against another, for people: the tables. */
#include "nrb/comparetable.h"
#include "nrb/comparetext.h"
#include "nrb/units.h"

#include <errno.h>
#include <math.h>
#include <string.h>

enum { KEYS = NRB_N_FIGURE_FACTORS };

static const char *const counter_headings[NRB_COMPARED_N_COUNTERS] = {
	[NRB_COMPARED_RECLAIM_SUCCESS] = "reclaim ok",
	[NRB_COMPARED_RECLAIM_FAILED] = "reclaim failed",
	[NRB_COMPARED_PGSTEAL_DIRECT] = "freed",
	[NRB_COMPARED_PGSTEAL_KSWAPD] = "kswapd freed",
	[NRB_COMPARED_ALLOCSTALL] = "direct reclaim",
	[NRB_COMPARED_PSWPOUT] = "swapped out",
	[NRB_COMPARED_REFAULT_FILE] = "refaults",
};

static void fill_keys(
	struct nrb_comparetable *table, const int *columns, const struct nrb_key *key)
{
	const struct nrb_arm_cells arm = { .key = *key };
	char text[NRB_FIGURE_LEN];

	for (int id = 0; id < KEYS; id++) {
		if (columns[id] >= 0) {
			nrb_comparetable_set(table, columns[id],
				nrb_figure_show(
					text, (enum nrb_figure_id)id, &arm, true));
		}
	}
}

static void fill_counter(struct nrb_comparetable *table, int column, double difference)
{
	char count[NRB_UNITS_LEN], text[NRB_UNITS_LEN + 1];

	if (!isnan(difference) && fabs(difference) < 9e15) {
		nrb_units_count(count, (int64_t)llround(difference));
		snprintf(text, sizeof(text), "%s%s", difference > 0 ? "+" : "", count);
		nrb_comparetable_set(table, column, text);
	}
}

static bool differs(const struct nrb_comparepair *pair, int counter)
{
	for (int i = 0; i < pair->n; i++) {
		if (fabs(pair->rows[i].counters[counter]) > 0) {
			return true;
		}
	}
	return false;
}

/* Of a kernel's counters alone those that are not the same everywhere. brief: without what has no
 * sentence either. */
static void add_columns(struct nrb_comparetable *table,
	const struct nrb_comparepair *pair, unsigned int keys, bool brief, int *columns)
{
	int *metrics = columns + KEYS, *counters = metrics + NRB_N_METRICS;

	for (int id = 0; id < KEYS; id++) {
		columns[id] = keys & 1u << id
				      ? nrb_comparetable_column(table,
						nrb_figure_table[id].heading, true, false)
				      : -1;
	}
	for (int i = 0; i < NRB_N_METRICS; i++) {
		enum nrb_metric m = nrb_comparetext_order[i];

		metrics[m] = i < NRB_COMPARETEXT_SPOKEN || !brief
				     ? nrb_comparetable_column(table,
					       nrb_metric_table[m].heading, false, true)
				     : -1;
	}
	for (int c = 0; c < NRB_COMPARED_N_COUNTERS; c++) {
		counters[c] = differs(pair, c) ? nrb_comparetable_column(table,
							 counter_headings[c], false, true)
					       : -1;
	}
}

static void add_row(struct nrb_comparetable *table, const struct nrb_comparepair_row *row,
	const int *columns)
{
	const int *metrics = columns + KEYS, *counters = metrics + NRB_N_METRICS;
	char text[NRB_COMPARETABLE_CELL];

	nrb_comparetable_row(table);
	fill_keys(table, columns, row->arm->key);
	for (int m = 0; m < NRB_N_METRICS; m++) {
		if (metrics[m] >= 0) {
			nrb_comparetable_set(table, metrics[m],
				nrb_comparetable_effect(text, &row->effects[m]));
		}
	}
	for (int c = 0; c < NRB_COMPARED_N_COUNTERS; c++) {
		if (counters[c] >= 0) {
			fill_counter(table, counters[c], row->counters[c]);
		}
	}
}

static int print_rows(const struct nrb_comparepair *pair, int from, int to,
	unsigned int keys, bool *crowded, const struct nrb_screen *screen, FILE *out)
{
	int columns[KEYS + NRB_N_METRICS + NRB_COMPARED_N_COUNTERS], rc = 0;
	struct nrb_comparetable table = { 0 };

	add_columns(&table, pair, keys, crowded == NULL, columns);
	for (int i = from; i < to; i++) {
		add_row(&table, &pair->rows[i], columns);
	}
	if (crowded != NULL) {
		*crowded = nrb_comparetable_is_crowded(&table, screen);
	}
	if (crowded == NULL || !*crowded) {
		rc = nrb_comparetable_print(&table, screen, out);
	}
	nrb_comparetable_free(&table);
	return rc;
}

/* One table; where what tells families apart takes too much room, one for each. */
int nrb_comparetext_tables(
	const struct nrb_comparepair *pair, const struct nrb_screen *screen, FILE *out)
{
	const unsigned int mode = 1u << NRB_FIGURE_MODE;
	bool crowded;
	int rc = print_rows(
		pair, 0, pair->n, pair->run->varying | mode, &crowded, screen, out);

	for (int from = 0; rc == 0 && crowded && from < pair->n;) {
		struct nrb_comparetext_family family =
			nrb_comparetext_family_at(pair, from);

		fputs(from > 0 ? "\n" : "", out);
		nrb_comparetext_say(screen, out, false, "%.*s",
			(int)strlen(family.label) - 1, family.label);
		rc = print_rows(pair, from, from + family.n, mode, NULL, screen, out);
		from += family.n;
	}
	return rc;
}
