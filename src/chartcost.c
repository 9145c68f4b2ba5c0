/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What locality cost: cache that was lost, and the reclaim that took it. */
#include "nrb/chart.h"
#include "nrb/ink.h"
#include "nrb/plotscale.h"

#include <math.h>
#include <string.h>

enum {
	WIDTH = 760,
	ROW_HEIGHT = 34,
	HEAD_HEIGHT = 22,
	FOOT_HEIGHT = 70,
	KEY_HEIGHT = 20,
	KEY_ROWS = 4
};

/* Pages and events, in the order of columns and marks. */
static const struct counter {
	enum nrb_figure_id figure;
	const char *name;
	int shape;
	int color; /* that of a mode has no other meaning here */
} counters[] = {
	{ NRB_FIGURE_PGSTEAL_DIRECT, "freed by allocating tasks", 9, 6 },
	{ NRB_FIGURE_PGSCAN_DIRECT, "looked at by them", 8, 6 },
	{ NRB_FIGURE_PGSTEAL_KSWAPD, "freed by kswapd", 5, 5 },
	{ NRB_FIGURE_RECLAIM_SUCCESS, "node reclaims that did", 7, 3 },
	{ NRB_FIGURE_RECLAIM_FAILED, "node reclaims that gave up", 2, 0 },
	{ NRB_FIGURE_REFAULT_FILE, "evicted and needed again", 12, 7 },
	{ NRB_FIGURE_PSWPOUT, "swapped out", 10, 1 },
};

enum { N_COUNTERS = sizeof(counters) / sizeof(*counters) };

static double kept_of(const struct nrb_arm_cells *arm)
{
	return nrb_group_median(arm, nrb_group_kept(arm));
}

/* Where neither cache nor a counter is known there is nothing to show. */
static int rows(const struct nrb_panel *panel)
{
	for (int i = 0; i < panel->n; i++) {
		if (!isnan(kept_of(panel->arms[i])) ||
			!isnan(nrb_figure_number(
				NRB_FIGURE_PGSTEAL_DIRECT, panel->arms[i]))) {
			return panel->n;
		}
	}
	return 0;
}

static void fill(const struct nrb_panel *panel, int row, char (*cells)[NRB_CHART_CELL])
{
	const struct nrb_arm_cells *arm = panel->arms[row];

	nrb_panel_mode(cells[0], arm);
	nrb_figure_show_number(cells[1], NRB_FORMAT_RATIO, kept_of(arm), panel->ascii);
	for (int i = 0; i < N_COUNTERS; i++) {
		nrb_figure_show(cells[i + 2], counters[i].figure, arm, panel->ascii);
	}
}

/* -- the picture: bars of cache at the left, marks of counters at the right -- */

static void put_rows(const struct nrb_panel *panel, FILE *out)
{
	char number[NRB_PLOT_NUMBER];

	for (int i = 0; i < N_COUNTERS; i++) {
		fprintf(out, "$counter%d << EOD\n", i);
		for (int row = 0; row < panel->n; row++) {
			double value =
				nrb_figure_number(counters[i].figure, panel->arms[row]);

			/* side by side within the row */
			fprintf(out, "%s %.3f\n", nrb_plotscale_at(number, value),
				row + 0.5 + (i - (N_COUNTERS - 1) / 2.0) * 0.1);
		}
		fputs("EOD\n", out);
	}
	for (int row = 0; row < panel->n; row++) {
		const struct nrb_arm_cells *arm = panel->arms[row];
		double kept = kept_of(arm);
		char hex[8];

		if (!isnan(kept)) {
			fprintf(out,
				"set object rectangle from 0,%.2f to %s,%.2f fc rgb \"%s\" fs solid "
				"0.55 noborder\nset label \"%.1f %%\" at 2,%.2f left\n",
				row + 0.2, nrb_plot_number(number, 100 * fmin(kept, 1)),
				row + 0.8, nrb_ink_hex(hex, NRB_INK_BAND), 100 * kept,
				row + 0.5);
		}
	}
}

static void put_modes(const struct nrb_panel *panel, FILE *out)
{
	fprintf(out, "set yrange [%d:0]\nset ytics (", panel->n);
	for (int row = 0; row < panel->n; row++) {
		char mode[NRB_UNITS_LEN];

		fprintf(out, "%s\"%s\" %.1f", row > 0 ? ", " : "",
			nrb_panel_mode(mode, panel->arms[row]), row + 0.5);
	}
	fputs(") scale 0\n", out);
}

/* 0: nothing of it was counted. */
static double largest_of(const struct nrb_panel *panel, int counter)
{
	double largest = 0;

	for (int row = 0; row < panel->n; row++) {
		largest = fmax(largest,
			nrb_figure_number(counters[counter].figure, panel->arms[row]));
	}
	return largest;
}

static void put_counts(const struct nrb_panel *panel, double bottom, FILE *out)
{
	struct nrb_plotscale scale = NRB_PLOTSCALE_EMPTY;
	char hex[8];

	nrb_plotscale_add(&scale, 1);
	nrb_plotscale_add(&scale, 10);
	for (int i = 0; i < N_COUNTERS; i++) {
		nrb_plotscale_add(&scale, largest_of(panel, i));
	}
	nrb_plotscale_round(&scale);
	nrb_plotscale_tics_count(&scale, out, "x");
	fprintf(out,
		"set xrange [-0.15:%.6g]\nunset ytics\nset grid xtics lt 1 lw 1 lc rgb \"%s\"\n"
		"set xlabel \"pages or events\"\n"
		"set key at screen 0.96, screen %.4f right bottom vertical maxrows %d Left reverse "
		"samplen 1\n",
		scale.high + 0.05, nrb_ink_hex(hex, NRB_INK_GRID), bottom, KEY_ROWS);
	fputs("plot NaN notitle", out);
	for (int i = 0; i < N_COUNTERS; i++) {
		if (largest_of(panel, i) > 0) {
			fprintf(out,
				", \\\n $counter%d using 1:2 with points pt %d ps 1 lc rgb \"%s\" "
				"title \"%s\"",
				i, counters[i].shape,
				nrb_ink_hex(hex, nrb_ink_of_mode(counters[i].color)),
				counters[i].name);
		}
	}
	fputc('\n', out);
}

/* Axis and key. */
static int foot_of(const struct nrb_panel *panel)
{
	int n = 0;

	for (int i = 0; i < N_COUNTERS; i++) {
		n += largest_of(panel, i) > 0;
	}
	return FOOT_HEIGHT + KEY_HEIGHT * (n < KEY_ROWS ? n : KEY_ROWS);
}

static void script(const struct nrb_panel *panel, FILE *out)
{
	int foot = foot_of(panel);
	int height = HEAD_HEIGHT + ROW_HEIGHT * panel->n + foot;
	double bottom = (double)foot / height, top = 1 - 12.0 / height;

	nrb_plot_begin(out, WIDTH, height);
	put_rows(panel, out);
	fputs("set multiplot\n", out);
	put_modes(panel, out);
	fprintf(out,
		"set bmargin at screen %.4f\nset tmargin at screen %.4f\n"
		"set lmargin at screen 0.1\nset rmargin at screen 0.42\n"
		"set xrange [0:100]\nset xtics (\"0\" 0, \"50\" 50, \"100\" 100)\n"
		"set xlabel \"cache kept, %%\"\nplot NaN\n"
		"unset object\nunset label\nset lmargin at screen 0.47\n"
		"set rmargin at screen 0.94\n",
		bottom, top);
	put_counts(panel, 4.0 / height, out);
	fputs("unset multiplot\n", out);
}

const struct nrb_chart nrb_chart_cost = {
	.name = "cost",
	.title = "Reclaim, and what it did to the cache",
	.caption =
		"Left: of the file cache that was there when the value was applied, the share that "
		"still was after the allocation. Right: what the kernel counted meanwhile, medians of "
		"a cell, on a logarithmic axis; what has no mark was not counted at all.",
	.within = 1u << NRB_FIGURE_MODE,
	.n_columns = 2 + N_COUNTERS,
	.columns = { { "value", false, false }, { "cache kept", true, false },
		{ "freed by allocating tasks", true, false },
		{ "looked at by them", true, false }, { "freed by kswapd", true, false },
		{ "node reclaims that did", true, false },
		{ "node reclaims that gave up", true, false },
		{ "evicted and needed again", true, false },
		{ "swapped out", true, false } },
	.rows = rows,
	.fill = fill,
	.script = script,
};
