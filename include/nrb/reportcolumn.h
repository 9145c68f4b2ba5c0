/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Columns of a report's tables for people, and what stands in them. */
#ifndef NRB_REPORTCOLUMN_H
#define NRB_REPORTCOLUMN_H

#include "nrb/figures.h"
#include "nrb/reportdata.h"
#include "nrb/table.h"

enum {
	NRB_COLUMN_NONE = NRB_N_FIGURES,
	NRB_COLUMN_MEANING, /* of the mode */
	NRB_COLUMN_RULE,    /* that decided */
	NRB_MAX_COLUMNS = 64,
	NRB_COLUMN_LEN = 2 * NRB_FIGURE_LEN + 16,
};

/* One figure of an arm; or two with a stroke between: medians, or, where the cells were in
 * different states, those of the one cell of median locality. */
struct nrb_report_column {
	int figure, second;
	const char *heading; /* NULL: the figure's */
};

struct nrb_report_layout {
	struct nrb_report_column columns[NRB_MAX_COLUMNS];
	int n;
};

/** The columns that tell rows apart: factors that vary, but the last, and then that one. */
void nrb_reportcolumn_keys(
	struct nrb_report_layout *layout, unsigned int varying, int last);

void nrb_reportcolumn_add(
	struct nrb_report_layout *layout, const struct nrb_report_column *column);

/** Text of an arm in a column, of NRB_COLUMN_LEN bytes; "-" where it has none. */
void nrb_reportcolumn_fill(char *cell, const struct nrb_report_column *column,
	const struct nrb_arm_cells *arm, const struct nrb_report_data *data, bool ascii);

/** As a table has it. */
struct nrb_table_column nrb_reportcolumn_head(const struct nrb_report_column *column);

/** Places on a terminal that the widest of heading and cells takes; 0: no arm has anything. */
int nrb_reportcolumn_width(const struct nrb_report_column *column,
	struct nrb_arm_cells *const *arms, int n, const struct nrb_report_data *data,
	bool ascii);

#endif
