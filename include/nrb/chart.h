/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Charts of a page: the numbers of each as rows of a table, and the picture by gnuplot. */
#ifndef NRB_CHART_H
#define NRB_CHART_H

#include "nrb/figures.h"
#include "nrb/panel.h"
#include "nrb/plot.h"
#include "nrb/table.h"

#include <stdio.h>

enum { NRB_CHART_COLUMNS = 10, NRB_CHART_CELL = NRB_FIGURE_LEN };

struct nrb_chart {
	const char *name;    /* a word, of the script's file */
	const char *title;   /* heading */
	const char *caption; /* how to read it */
	const char
		*ranking; /* which time is better: not said in a rehearsal; NULL: none */
	unsigned int within; /* factors in which arms of one picture may differ */
	bool is_whole;       /* one picture for the record, whatever its factors */
	int n_columns;
	struct nrb_table_column columns[NRB_CHART_COLUMNS];
	/** How many rows; 0: there is nothing to show. */
	int (*rows)(const struct nrb_panel *panel);
	/** A row, as many cells as columns. */
	void (*fill)(
		const struct nrb_panel *panel, int row, char (*cells)[NRB_CHART_CELL]);
	/** What gnuplot is to draw, after nrb_plot_begin: numbers and words of ours alone. */
	void (*script)(const struct nrb_panel *panel, FILE *out);
};

/* In the order of the page; ends with NULL. */
extern const struct nrb_chart *const nrb_charts[];

extern const struct nrb_chart
	nrb_chart_locality; /* where memory landed against its cost */
extern const struct nrb_chart
	nrb_chart_ratios; /* against the reference: times and rates */
extern const struct nrb_chart nrb_chart_shares; /* and shares */
extern const struct nrb_chart nrb_chart_tail;   /* complementary distribution of faults */
extern const struct nrb_chart nrb_chart_landing; /* from node to node */
extern const struct nrb_chart nrb_chart_cost;    /* reclaim and cache */
extern const struct nrb_chart nrb_chart_order;   /* the cells as they were run */

/**
 * Print a chart for all panels of a record: heading, pictures, tables; nothing where there is nothing to
 * show. What gnuplot does not draw leaves its table.
 * plots  counts the pictures of the page. Returns 0 or a negative errno, silent.
 */
int nrb_chart_print(const struct nrb_chart *chart, const struct nrb_report_data *data,
	struct nrb_plots *plots, const struct nrb_screen *screen, FILE *out);

#endif
