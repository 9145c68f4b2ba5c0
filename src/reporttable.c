/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tables of a report for people. */
#include "nrb/reporttable.h"

#include "nrb/figures.h"
#include "nrb/mode.h"
#include "nrb/table.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
	NONE = NRB_N_FIGURES,
	MEANING,
	MAX_COLUMNS = 32,
	CELL_LEN = 2 * NRB_FIGURE_LEN + 16
};

/* A column of a table of arms: one figure, or two with a stroke between. */
struct column {
	int figure, second;
	const char *heading; /* NULL: the figure's */
};

/* clang-format off */
static const struct column one_table[] = {
	{ NRB_FIGURE_MODE, NONE, NULL },
	{ MEANING, NONE, "meaning" },
	{ NRB_FIGURE_LOCAL_RATIO, NONE, NULL },
	{ NRB_FIGURE_ALLOC_P50, NONE, NULL },
	{ NRB_FIGURE_ALLOC_P99, NONE, "p99" },
	{ NRB_FIGURE_ALLOC_P999, NONE, "p99.9" },
	{ NRB_FIGURE_ACCESS, NONE, NULL },
	{ NRB_FIGURE_CACHE_KEPT, NONE, NULL },
	{ NRB_FIGURE_REREAD_RATE, NONE, NULL },
	{ NRB_FIGURE_RECLAIM_SUCCESS, NRB_FIGURE_RECLAIM_FAILED, "reclaim ok/failed" },
	{ NONE, NONE, NULL },
};

static const struct column first_of_two[] = {
	{ NRB_FIGURE_MODE, NONE, NULL },
	{ NRB_FIGURE_LOCAL_RATIO, NONE, NULL },
	{ NRB_FIGURE_ALLOC_P99, NONE, NULL },
	{ NRB_FIGURE_ACCESS, NONE, NULL },
	{ NRB_FIGURE_CACHE_KEPT, NONE, NULL },
	{ NRB_FIGURE_RECLAIM_SUCCESS, NRB_FIGURE_RECLAIM_FAILED, "reclaim ok/failed" },
	{ NONE, NONE, NULL },
};

static const struct column second_of_two[] = {
	{ NRB_FIGURE_MODE, NONE, NULL },
	{ MEANING, NONE, "meaning" },
	{ NRB_FIGURE_ALLOC_P50, NONE, NULL },
	{ NRB_FIGURE_ALLOC_P999, NONE, NULL },
	{ NRB_FIGURE_REREAD_RATE, NONE, NULL },
	{ NONE, NONE, NULL },
};

static const struct column penalty_head[] = {
	{ NRB_FIGURE_CPU_NODE, NONE, NULL },
	{ NRB_FIGURE_NODE, NONE, "memory node" },
	{ NONE, NONE, NULL },
};
/* clang-format on */

struct layout {
	struct column columns[MAX_COLUMNS];
	int n;
};

static void add_column(struct layout *layout, int figure, int second, const char *heading)
{
	layout->columns[layout->n++] =
		(struct column){ .figure = figure, .second = second, .heading = heading };
}

/* Factors that vary come first, but those that the view has anyway. */
static void make_layout(struct layout *layout, const struct column *view,
	unsigned int varying, bool fates)
{
	layout->n = 0;
	for (const struct column *c = view; c->figure != NONE; c++) {
		if (c->figure < NRB_N_FACTORS) {
			varying &= ~(1u << c->figure);
		}
	}
	for (int id = 0; id < NRB_N_FACTORS; id++) {
		if (varying & 1u << id) {
			add_column(layout, id, NONE, NULL);
		}
	}
	for (const struct column *c = view; c->figure != NONE; c++) {
		layout->columns[layout->n++] = *c;
	}
	if (fates) {
		add_column(layout, NRB_FIGURE_CELLS_OK, NRB_FIGURE_CELLS, "cells ok/all");
	}
}

static const char *heading(const struct column *column)
{
	return column->heading != NULL ? column->heading
				       : nrb_figure_table[column->figure].heading;
}

static bool is_right(const struct column *column)
{
	return column->figure < NRB_N_FIGURES &&
	       nrb_figure_table[column->figure].format != NRB_FORMAT_TEXT &&
	       column->figure != NRB_FIGURE_MODE;
}

static void fill_cell(char *cell, const struct column *column,
	const struct nrb_arm_cells *arm, const struct nrb_report_data *data, bool ascii)
{
	char one[NRB_FIGURE_LEN], two[NRB_FIGURE_LEN];

	if (column->figure == MEANING) {
		snprintf(cell, CELL_LEN, "%s%s", nrb_mode_meaning(arm->key.mode),
			arm->key.mode == data->header->reference_mode ? " (reference)"
								      : "");
		return;
	}
	if (column->figure == NRB_FIGURE_CACHE_KEPT && data->group.cache_is_others) {
		nrb_figure_show_number(cell, NRB_FORMAT_RATIO,
			nrb_group_median(arm, NRB_VALUE_NODE_KEPT_RATIO), ascii);
		return;
	}
	nrb_figure_show(one, (enum nrb_figure_id)column->figure, arm, ascii);
	if (column->second == NONE) {
		snprintf(cell, CELL_LEN, "%s", one);
		return;
	}
	nrb_figure_show(two, (enum nrb_figure_id)column->second, arm, ascii);
	snprintf(cell, CELL_LEN, "%s / %s", one, two);
}

static int create(struct nrb_table **table, const struct layout *layout,
	const struct nrb_screen *screen)
{
	struct nrb_table_column columns[MAX_COLUMNS];

	for (int i = 0; i < layout->n; i++) {
		columns[i] =
			(struct nrb_table_column){ .name = heading(&layout->columns[i]),
				.right = is_right(&layout->columns[i]) };
	}
	return nrb_table_create(table, columns, layout->n, 0, screen->ascii);
}

static int print_arms(const struct nrb_report_data *data, const struct layout *layout,
	const struct nrb_screen *screen, FILE *out)
{
	char cells[MAX_COLUMNS][CELL_LEN];
	const char *row[MAX_COLUMNS];
	struct nrb_table *table;
	int rc = create(&table, layout, screen);

	if (rc < 0) {
		return rc;
	}
	for (int i = 0; rc == 0 && i < data->group.n_with_mode; i++) {
		for (int c = 0; c < layout->n; c++) {
			fill_cell(cells[c], &layout->columns[c], data->group.arms[i],
				data, screen->ascii);
			row[c] = cells[c];
		}
		rc = nrb_table_add(table, row);
	}
	if (rc == 0) {
		rc = nrb_table_print(table, out);
	}
	nrb_table_destroy(table);
	return rc;
}

/* Columns of a terminal that the widest line of text takes. */
static int widest(const char *text)
{
	int width = 0, column = 0;

	for (; *text != '\0'; text++) {
		column = *text == '\n' ? 0
				       : column + (((unsigned char)*text & 0xc0) != 0x80);
		width = column > width ? column : width;
	}
	return width;
}

/* Print the one table if the screen is wide enough; *fits tells. */
static int try_one_table(const struct nrb_report_data *data, const struct layout *layout,
	const struct nrb_screen *screen, FILE *out, bool *fits)
{
	char *text = NULL;
	size_t len;
	FILE *memory = open_memstream(&text, &len);
	int rc;

	if (memory == NULL) {
		return -errno;
	}
	rc = print_arms(data, layout, screen, memory);
	if (fclose(memory) != 0 && rc == 0) {
		rc = -ENOMEM;
	}
	*fits = rc == 0 && (screen->width == 0 || widest(text) <= screen->width);
	if (*fits && fputs(text, out) < 0) {
		rc = -EIO;
	}
	free(text);
	return rc;
}

static bool has_lost_cells(const struct nrb_group *group)
{
	for (int i = 0; i < group->n_with_mode; i++) {
		if (group->arms[i]->with[NRB_STATUS_OK] != group->arms[i]->cells) {
			return true;
		}
	}
	return false;
}

int nrb_reporttable_modes(
	const struct nrb_report_data *data, const struct nrb_screen *screen, FILE *out)
{
	unsigned int varying =
		nrb_figure_varying(data->group.arms, data->group.n_with_mode);
	bool fates = has_lost_cells(&data->group), fits = false;
	struct layout layout;
	int rc;

	make_layout(&layout, one_table, varying, fates);
	rc = try_one_table(data, &layout, screen, out, &fits);
	if (rc < 0 || fits) {
		return rc;
	}
	make_layout(&layout, first_of_two, varying, false);
	rc = print_arms(data, &layout, screen, out);
	if (rc < 0) {
		return rc;
	}
	fputc('\n', out);
	make_layout(&layout, second_of_two, varying, fates);
	return print_arms(data, &layout, screen, out);
}

/* -- what a load costs -- */

enum { PENALTY_COLUMNS = 5 };

static void show_ratio(char *buf, double ratio, bool ascii)
{
	if (isnan(ratio)) {
		strcpy(buf, "-");
	} else {
		snprintf(buf, NRB_FIGURE_LEN, "%.2f%s", ratio, ascii ? "x" : "\303\227");
	}
}

static void fill_penalty(
	char (*cells)[CELL_LEN], const struct nrb_penalty *penalty, bool ascii)
{
	if (penalty->distance > 0) {
		snprintf(cells[0], CELL_LEN, "%d", penalty->distance);
	} else {
		strcpy(cells[0], "-");
	}
	nrb_figure_show_number(cells[1], NRB_FORMAT_NS, penalty->small_ns, ascii);
	show_ratio(cells[2], penalty->small_ratio, ascii);
	nrb_figure_show_number(cells[3], NRB_FORMAT_NS, penalty->huge_ns, ascii);
	show_ratio(cells[4], penalty->huge_ratio, ascii);
}

static int create_penalties(struct nrb_table **table, const struct layout *layout,
	const struct nrb_screen *screen)
{
	static const char *const names[PENALTY_COLUMNS] = { "distance", "4 KiB pages",
		"to local", "2 MiB pages", "to local" };
	struct nrb_table_column columns[MAX_COLUMNS + PENALTY_COLUMNS];

	for (int i = 0; i < layout->n; i++) {
		columns[i] =
			(struct nrb_table_column){ .name = heading(&layout->columns[i]),
				.right = is_right(&layout->columns[i]) };
	}
	for (int i = 0; i < PENALTY_COLUMNS; i++) {
		columns[layout->n + i] =
			(struct nrb_table_column){ .name = names[i], .right = true };
	}
	return nrb_table_create(
		table, columns, layout->n + PENALTY_COLUMNS, 0, screen->ascii);
}

int nrb_reporttable_penalties(
	const struct nrb_report_data *data, const struct nrb_screen *screen, FILE *out)
{
	const struct nrb_group *group = &data->group;
	char cells[MAX_COLUMNS + PENALTY_COLUMNS][CELL_LEN];
	const char *row[MAX_COLUMNS + PENALTY_COLUMNS];
	struct nrb_table *table;
	struct layout layout;
	int rc;

	make_layout(&layout, penalty_head,
		nrb_figure_varying(group->arms + group->n_with_mode,
			group->n_arms - group->n_with_mode),
		false);
	rc = create_penalties(&table, &layout, screen);
	if (rc < 0) {
		return rc;
	}
	for (int i = 0; i < layout.n + PENALTY_COLUMNS; i++) {
		row[i] = cells[i];
	}
	for (int i = group->n_with_mode; rc == 0 && i < group->n_arms; i++) {
		struct nrb_penalty penalty = nrb_penalty_of(data, group->arms[i]);

		for (int c = 0; c < layout.n; c++) {
			fill_cell(cells[c], &layout.columns[c], group->arms[i], data,
				screen->ascii);
		}
		fill_penalty(cells + layout.n, &penalty, screen->ascii);
		rc = nrb_table_add(table, row);
	}
	if (rc == 0) {
		rc = nrb_table_print(table, out);
	}
	nrb_table_destroy(table);
	return rc;
}
