/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of the arms that only walk: what a load costs from node to node. */
#include "nrb/reportmatrix.h"

#include "nrb/reportcolumn.h"

#include <math.h>
#include <string.h>

enum { PENALTY_COLUMNS = 5 };

static void make_layout(struct nrb_report_layout *layout, unsigned int varying)
{
	static const struct nrb_report_column columns[] = {
		{ NRB_FIGURE_CPU_NODE, NRB_COLUMN_NONE, NULL },
		{ NRB_FIGURE_NODE, NRB_COLUMN_NONE, "memory node" },
	};
	const unsigned int both = 1u << NRB_FIGURE_CPU_NODE | 1u << NRB_FIGURE_NODE;

	nrb_reportcolumn_keys(layout, varying & ~both, NRB_FIGURE_CPU_NODE);
	nrb_reportcolumn_add(layout, &columns[1]);
	layout->columns[layout->n - 2] = columns[0];
}

static void show_ratio(char *buf, double ratio, bool ascii)
{
	if (isnan(ratio)) {
		strcpy(buf, "-");
	} else {
		snprintf(buf, NRB_FIGURE_LEN, "%.2f%s", ratio, ascii ? "x" : "\303\227");
	}
}

static void fill_penalty(
	char (*cells)[NRB_COLUMN_LEN], const struct nrb_penalty *penalty, bool ascii)
{
	if (penalty->distance > 0) {
		snprintf(cells[0], NRB_COLUMN_LEN, "%d", penalty->distance);
	} else {
		strcpy(cells[0], "-");
	}
	nrb_figure_show_number(cells[1], NRB_FORMAT_NS, penalty->small_ns, ascii);
	show_ratio(cells[2], penalty->small_ratio, ascii);
	nrb_figure_show_number(cells[3], NRB_FORMAT_NS, penalty->huge_ns, ascii);
	show_ratio(cells[4], penalty->huge_ratio, ascii);
}

static int create_penalties(struct nrb_table **table,
	const struct nrb_report_layout *layout, const struct nrb_screen *screen)
{
	static const char *const names[PENALTY_COLUMNS] = { "distance", "4 KiB pages",
		"to local", "2 MiB pages", "to local" };
	struct nrb_table_column columns[NRB_MAX_COLUMNS + PENALTY_COLUMNS];

	for (int i = 0; i < layout->n; i++) {
		columns[i] = nrb_reportcolumn_head(&layout->columns[i]);
	}
	for (int i = 0; i < PENALTY_COLUMNS; i++) {
		columns[layout->n + i] =
			(struct nrb_table_column){ .name = names[i], .right = true };
	}
	return nrb_table_create(
		table, columns, layout->n + PENALTY_COLUMNS, 0, screen->ascii);
}

int nrb_reportmatrix_print(
	const struct nrb_report_data *data, const struct nrb_screen *screen, FILE *out)
{
	const struct nrb_group *group = &data->group;
	char cells[NRB_MAX_COLUMNS + PENALTY_COLUMNS][NRB_COLUMN_LEN];
	const char *row[NRB_MAX_COLUMNS + PENALTY_COLUMNS];
	struct nrb_table *table;
	struct nrb_report_layout layout;
	int rc;

	make_layout(&layout, nrb_figure_varying(group->arms + group->n_allocating,
				     group->n_arms - group->n_allocating));
	rc = create_penalties(&table, &layout, screen);
	if (rc < 0) {
		return rc;
	}
	for (int i = 0; i < layout.n + PENALTY_COLUMNS; i++) {
		row[i] = cells[i];
	}
	for (int i = group->n_allocating; rc == 0 && i < group->n_arms; i++) {
		struct nrb_penalty penalty = nrb_penalty_of(data, group->arms[i]);

		for (int c = 0; c < layout.n; c++) {
			nrb_reportcolumn_fill(cells[c], &layout.columns[c],
				group->arms[i], data, screen->ascii);
		}
		fill_penalty(cells + layout.n, &penalty, screen->ascii);
		rc = nrb_table_add(table, row);
	}
	if (rc == 0) {
		rc = nrb_table_show(table, screen, out);
	}
	nrb_table_destroy(table);
	return rc;
}
