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
	if (column->figure == NRB_FIGURE_CACHE_KEPT) {
		nrb_figure_show_number(cell, NRB_FORMAT_RATIO,
			nrb_group_median(arm, nrb_group_kept(arm)), ascii);
		return;
	}
	nrb_figure_show(one, (enum nrb_figure_id)column->figure, arm, ascii);
	if (column->second == NRB_COLUMN_NONE) {
		snprintf(cell, NRB_COLUMN_LEN, "%s", one);
		return;
	}
	nrb_figure_show(two, (enum nrb_figure_id)column->second, arm, ascii);
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
