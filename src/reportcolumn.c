/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Columns of a report's tables for people, and what stands in them. */
#include "nrb/reportcolumn.h"

#include "nrb/mode.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { ESCAPED = 4 }; /* places that a byte takes which a terminal must not get: \x1b */

void nrb_reportcolumn_add(
	struct nrb_report_layout *layout, const struct nrb_report_column *column)
{
	assert(layout->n < NRB_MAX_COLUMNS);
	layout->columns[layout->n++] = *column;
}

void nrb_reportcolumn_keys(
	struct nrb_report_layout *layout, unsigned int varying, int last)
{
	struct nrb_report_column column = { .second = NRB_COLUMN_NONE };

	layout->n = 0;
	for (int id = 0; id < NRB_N_FIGURE_FACTORS; id++) {
		if (varying & 1u << id && id != last) {
			column.figure = id;
			nrb_reportcolumn_add(layout, &column);
		}
	}
	column.figure = last;
	nrb_reportcolumn_add(layout, &column);
}

static const char *heading(const struct nrb_report_column *column)
{
	return column->heading != NULL ? column->heading
				       : nrb_figure_table[column->figure].heading;
}

struct nrb_table_column nrb_reportcolumn_head(const struct nrb_report_column *column)
{
	return (struct nrb_table_column){ .name = heading(column),
		.right = column->figure < NRB_N_FIGURES &&
			 nrb_figure_table[column->figure].format != NRB_FORMAT_TEXT &&
			 column->figure != NRB_FIGURE_MODE };
}

static void fill_meaning(
	char *cell, const struct nrb_arm_cells *arm, const struct nrb_header *header)
{
	int64_t mode = arm->key.mode;

	if (mode == NRB_ABSENT) {
		snprintf(cell, NRB_COLUMN_LEN, "no such sysctl");
	} else {
		snprintf(cell, NRB_COLUMN_LEN, "%s%s", nrb_mode_meaning(mode),
			mode == header->reference_mode ? " (reference)" : "");
	}
}

/* Cells of one arm may have been decided by several rules. */
static void fill_rule(char *cell, const struct nrb_arm_cells *arm)
{
	int64_t others;
	enum nrb_rule rule = nrb_group_rule(arm, &others);
	int64_t most = nrb_group_tally(arm)->rules[rule];

	if (others > 0) {
		snprintf(cell, NRB_COLUMN_LEN, "%s (%" PRId64 " of %" PRId64 ")",
			nrb_rule_text(rule), most, most + others);
	} else {
		snprintf(cell, NRB_COLUMN_LEN, "%s", nrb_rule_text(rule));
	}
}

/* Whether cells of an arm were in different states: decided by several rules, or some without what
 * others counted. */
static bool is_mixed(const struct nrb_arm_cells *arm, int figure)
{
	int value = nrb_figure_table[figure].value;
	int64_t others;

	nrb_group_rule(arm, &others);
	return others > 0 ||
	       (value >= 0 && nrb_group_min(arm, (enum nrb_cellvalue)value) == 0 &&
		       nrb_group_max(arm, (enum nrb_cellvalue)value) > 0);
}

/* What stands side by side is then of one cell: two medians may be a pair that no cell had. */
static void show_typical(
	char *buf, int figure, const struct nrb_arm_cells *arm, bool ascii)
{
	int value = nrb_figure_table[figure].value;

	if (value < 0) {
		nrb_figure_show(buf, (enum nrb_figure_id)figure, arm, ascii);
	} else {
		nrb_figure_show_number(buf, nrb_figure_table[figure].format,
			nrb_group_typical(arm, (enum nrb_cellvalue)value), ascii);
	}
}

/* "60.0 to 100.0 %" */
static void fill_local(char *cell, const struct nrb_arm_cells *arm)
{
	const enum nrb_cellvalue local = NRB_VALUE_LOCAL_RATIO;

	if (nrb_group_is_apart(arm, local)) {
		snprintf(cell, NRB_COLUMN_LEN, "%.1f to %.1f %%",
			100 * nrb_group_min(arm, local), 100 * nrb_group_max(arm, local));
	} else {
		nrb_figure_show(cell, NRB_FIGURE_LOCAL_RATIO, arm, true);
	}
}

/* "302 to 498", of whatever blocks there are: a time of a few has no median to go by. */
static void fill_rate(char *cell, const struct nrb_arm_cells *arm)
{
	char low[NRB_FIGURE_LEN], high[NRB_FIGURE_LEN];

	nrb_figure_show(low, NRB_FIGURE_REQUESTS_LOWEST, arm, true);
	nrb_figure_show(high, NRB_FIGURE_REQUESTS_HIGHEST, arm, true);
	if (strcmp(low, high) == 0) {
		snprintf(cell, NRB_COLUMN_LEN, "%s", low);
	} else {
		snprintf(cell, NRB_COLUMN_LEN, "%s to %s", low, high);
	}
}

void nrb_reportcolumn_fill(char *cell, const struct nrb_report_column *column,
	const struct nrb_arm_cells *arm, const struct nrb_report_data *data, bool ascii)
{
	char one[NRB_FIGURE_LEN], two[NRB_FIGURE_LEN];

	if (column->figure == NRB_COLUMN_MEANING) {
		fill_meaning(cell, arm, data->header);
		return;
	}
	if (column->figure == NRB_COLUMN_RULE) {
		fill_rule(cell, arm);
		return;
	}
	if (column->figure == NRB_FIGURE_LOCAL_RATIO) {
		fill_local(cell, arm);
		return;
	}
	if (column->figure == NRB_FIGURE_REQUESTS_PER_S) {
		fill_rate(cell, arm);
		return;
	}
	if (column->figure == NRB_FIGURE_CACHE_KEPT) {
		nrb_figure_show_number(cell, NRB_FORMAT_RATIO,
			nrb_group_median(arm, nrb_group_kept(arm)), ascii);
		return;
	}
	if (column->second == NRB_COLUMN_NONE) {
		nrb_figure_show(one, (enum nrb_figure_id)column->figure, arm, ascii);
		snprintf(cell, NRB_COLUMN_LEN, "%s", one);
		return;
	}
	if (is_mixed(arm, column->figure) || is_mixed(arm, column->second)) {
		show_typical(one, column->figure, arm, ascii);
		show_typical(two, column->second, arm, ascii);
	} else {
		nrb_figure_show(one, (enum nrb_figure_id)column->figure, arm, ascii);
		nrb_figure_show(two, (enum nrb_figure_id)column->second, arm, ascii);
	}
	snprintf(cell, NRB_COLUMN_LEN, "%s / %s", one, two);
}

/* At most: what a terminal may show as one character is one only where it is no ASCII. */
static int places(const char *text, bool ascii)
{
	int n = 0;

	for (; *text != '\0'; text++) {
		unsigned char byte = (unsigned char)*text;

		if (byte < ' ' || byte == 0x7f || (byte >= 0x80 && ascii)) {
			n += ESCAPED;
		} else {
			n += (byte & 0xc0) != 0x80;
		}
	}
	return n;
}

int nrb_reportcolumn_width(const struct nrb_report_column *column,
	struct nrb_arm_cells *const *arms, int n, const struct nrb_report_data *data,
	bool ascii)
{
	int width = places(heading(column), ascii);
	char cell[NRB_COLUMN_LEN];
	bool any = false;

	for (int i = 0; i < n; i++) {
		int cell_width;

		nrb_reportcolumn_fill(cell, column, arms[i], data, ascii);
		any = any || (strcmp(cell, "-") != 0 && strcmp(cell, "- / -") != 0);
		cell_width = places(cell, ascii);
		width = cell_width > width ? cell_width : width;
	}
	return any ? width : 0;
}
