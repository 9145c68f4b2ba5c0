/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The main picture: where memory landed against what it cost to get it. */
#include "nrb/chart.h"
#include "nrb/ink.h"
#include "nrb/plotscale.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { WIDTH = 760, HEIGHT = 430 };

/* Of the axis: stems are not nearer to each other. */
static const double apart = 0.034;

/* An arm's stem. */
struct stem {
	const struct nrb_arm_cells *arm;
	double remote;    /* share of pages on other nodes, or on none */
	double place, at; /* where it belongs on the axis, and where there is room */
	double p50, p99, p999;
};

struct picture {
	int n;
	struct stem stems[NRB_MAX_PANEL_ARMS]; /* from left to right */
	double none; /* place of the column of those without remote pages */
	double left, width;
	struct nrb_plotscale latency;
};

static double remote_of(const struct nrb_arm_cells *arm)
{
	return 1 - nrb_figure_number(NRB_FIGURE_LOCAL_RATIO, arm);
}

static bool is_shown(const struct nrb_arm_cells *arm)
{
	return !isnan(remote_of(arm)) &&
	       !isnan(nrb_figure_number(NRB_FIGURE_ALLOC_P50, arm));
}

static int rows(const struct nrb_panel *panel)
{
	int n = 0;

	for (int i = 0; i < panel->n; i++) {
		n += is_shown(panel->arms[i]);
	}
	return n;
}

static const struct nrb_arm_cells *row_arm(const struct nrb_panel *panel, int row)
{
	int i = 0;

	while (!is_shown(panel->arms[i]) || row-- > 0) {
		i++;
	}
	return panel->arms[i];
}

static void fill(const struct nrb_panel *panel, int row, char (*cells)[NRB_CHART_CELL])
{
	static const enum nrb_figure_id figures[] = { NRB_FIGURE_ALLOC_P50,
		NRB_FIGURE_ALLOC_P99, NRB_FIGURE_ALLOC_P999, NRB_FIGURE_ALLOC_MAX };
	const struct nrb_arm_cells *arm = row_arm(panel, row);
	double remote = remote_of(arm);

	nrb_panel_mode(cells[0], arm);
	if (remote > 0) {
		snprintf(cells[1], NRB_CHART_CELL, "%.3g %%", 100 * remote);
	} else {
		strcpy(cells[1], "none");
	}
	for (int i = 0; i < 4; i++) {
		nrb_figure_show(cells[i + 2], figures[i], arm, panel->ascii);
	}
	snprintf(cells[6], NRB_CHART_CELL, "%" PRId64, arm->cells);
}

/* -- the picture -- */

/* Least: what the smallest share that can be counted leaves. */
static double resolution_of(const struct nrb_panel *panel)
{
	double pages = 1;

	for (int i = 0; i < panel->n; i++) {
		pages = fmax(
			pages, nrb_group_median(panel->arms[i], NRB_VALUE_ALLOC_PAGES));
	}
	return 1 / pages;
}

/* Left is much: the axis counts decades of the share downwards. */
static double place_of(const struct picture *picture, double remote)
{
	return remote > 0 ? fmin(-log10(remote), picture->none) : picture->none;
}

static void insert(struct picture *picture, const struct stem *stem)
{
	int i = picture->n++;

	for (; i > 0 && picture->stems[i - 1].place > stem->place; i--) {
		picture->stems[i] = picture->stems[i - 1];
	}
	picture->stems[i] = *stem;
}

/* The places nearest to where they belong that are apart: neighbours that would overlap are pooled around
 * their mean (isotonic regression). */
static void make_room(struct picture *picture)
{
	struct {
		double sum;
		int n;
	} pools[NRB_MAX_PANEL_ARMS];
	double gap = apart * picture->width;
	int n = 0, stem = 0;

	for (int i = 0; i < picture->n; i++) {
		pools[n].sum = picture->stems[i].place - gap * i;
		pools[n++].n = 1;
		while (n > 1 && pools[n - 1].sum / pools[n - 1].n <
					pools[n - 2].sum / pools[n - 2].n) {
			pools[n - 2].sum += pools[n - 1].sum;
			pools[n - 2].n += pools[n - 1].n;
			n--;
		}
	}
	for (int i = 0; i < n; i++) {
		for (int k = 0; k < pools[i].n; k++, stem++) {
			picture->stems[stem].at = pools[i].sum / pools[i].n + gap * stem;
		}
	}
}

static void make_picture(struct picture *picture, const struct nrb_panel *panel)
{
	double finest = -log10(resolution_of(panel));

	*picture = (struct picture){ .latency = NRB_PLOTSCALE_EMPTY };
	picture->none = finest + 0.12 * fmax(finest, 1);
	for (int i = 0; i < rows(panel); i++) {
		const struct nrb_arm_cells *arm = row_arm(panel, i);
		struct stem stem = { .arm = arm, .remote = remote_of(arm) };

		stem.place = place_of(picture, stem.remote);
		stem.p50 = nrb_figure_number(NRB_FIGURE_ALLOC_P50, arm);
		stem.p99 = nrb_figure_number(NRB_FIGURE_ALLOC_P99, arm);
		stem.p999 = nrb_figure_number(NRB_FIGURE_ALLOC_P999, arm);
		nrb_plotscale_add(&picture->latency, stem.p50);
		nrb_plotscale_add(&picture->latency, stem.p99);
		nrb_plotscale_add(&picture->latency, stem.p999);
		insert(picture, &stem);
	}
	picture->width = picture->none;
	make_room(picture);
	picture->left = fmin(0, picture->stems[0].at) - 0.04 * picture->width;
	nrb_plotscale_round(&picture->latency);
	picture->latency.high += 0.2; /* for the numbers on top */
}

/* The word of 10^-decade; finer ones than any machine's are left to powers. */
static void put_share(int decade, FILE *out)
{
	if (decade > 7) {
		fprintf(out, "\"1e%d %%%%\" %d, ", 2 - decade, decade);
	} else {
		fprintf(out, "\"%.*f %%%%\" %d, ", decade > 2 ? decade - 2 : 0,
			pow(10, 2 - decade), decade);
	}
}

static void put_axes(
	const struct picture *picture, const struct nrb_panel *panel, FILE *out)
{
	double right = fmax(picture->none, picture->stems[picture->n - 1].at) +
		       0.05 * picture->width;
	double border = picture->none - 0.06 * fmax(picture->width, 1);
	char hex[8];

	fprintf(out, "set xrange [%.6g:%.6g]\nset xtics (", picture->left, right);
	for (int decade = 0; decade < border - 0.03 * picture->width;
		decade += 1 + (int)(border / 8)) {
		put_share(decade, out);
	}
	fprintf(out, "\"none\" %.6g)\n", picture->none);
	fprintf(out,
		"set object 1 rectangle from %.6g, graph 0 to graph 1, graph 1 fc rgb \"%s\" "
		"fs solid 0.12 noborder behind\n",
		fmin(border, right), nrb_ink_hex(hex, NRB_INK_BAND));
	fprintf(out, "set yrange [%.6g:%.6g]\n", picture->latency.low,
		picture->latency.high);
	nrb_plotscale_tics_ns(&picture->latency, out, "y");
	fprintf(out, "set grid ytics lt 1 lw 1 lc rgb \"%s\"\n",
		nrb_ink_hex(hex, NRB_INK_GRID));
	fputs("set xlabel \"pages on another node, fewer to the right\"\n", out);
	fprintf(out, "set ylabel \"time of a first touch%s\"\n",
		panel->data->header->rehearsal ? " (in a virtual machine: not real)"
					       : "");
}

/* Where it ends: a quantile that too few faults were measured for is absent. */
static double top_of(const struct stem *stem)
{
	return fmax(stem->p50, fmax(stem->p99, stem->p999));
}

static void put_stem(const struct stem *stem, int number, FILE *out)
{
	const double values[] = { stem->p50, stem->p99, stem->p999, top_of(stem) };
	char buf[NRB_PLOT_NUMBER];

	fprintf(out, "$stem%d << EOD\n%.6g", number, stem->at);
	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
		fprintf(out, " %s", nrb_plotscale_at(buf, values[i]));
	}
	if (stem->arm->key.mode == NRB_ABSENT) {
		fputs(" -\nEOD\n", out);
	} else {
		fprintf(out, " %" PRId64 "\nEOD\n", stem->arm->key.mode);
	}
}

/* Beside their stem as they are from its locality; p99. Returns how many. */
static int put_dots(const struct picture *picture, const struct nrb_panel *panel,
	int number, FILE *out)
{
	const struct nrb_runorder *order = &panel->data->order;
	const struct stem *stem = &picture->stems[number];
	char p99[NRB_PLOT_NUMBER];
	int n = 0;

	if (panel->data->group.blocks < 2) {
		return 0;
	}
	for (size_t i = 0; i < order->n; i++) {
		const struct nrb_run_cell *cell = &order->list[i];

		if (cell->arm != stem->arm || cell->status != NRB_STATUS_OK ||
			isnan(cell->local) || isnan(cell->p99_ns)) {
			continue;
		}
		fprintf(out, n++ == 0 ? "$dots%d << EOD\n" : "", number);
		fprintf(out, "%.6g %s\n",
			stem->at + place_of(picture, 1 - cell->local) - stem->place,
			nrb_plotscale_at(p99, cell->p99_ns));
	}
	fputs(n > 0 ? "EOD\n" : "", out);
	return n;
}

static void put_plot(const struct picture *picture, int number, bool dots, FILE *out)
{
	double cap = 0.3 * apart * picture->width;
	char hex[8];

	nrb_ink_hex(hex, nrb_ink_of_mode(picture->stems[number].arm->key.mode));
	fprintf(out,
		"%s $stem%d using 1:2:(0):($5-$2) with vectors nohead lw 2 lc rgb \"%s\", \\\n"
		" $stem%d using ($1-%.6g):4:(%.6g):(0) with vectors nohead lw 2 lc rgb \"%s\", \\\n"
		" $stem%d using 1:2 with points pt 5 ps 0.9 lc rgb \"%s\", \\\n"
		" $stem%d using 1:3 with points pt 13 ps 1.3 lc rgb \"%s\", \\\n"
		" $stem%d using 1:5:6 with labels offset 0,1",
		number == 0 ? "plot" : ", \\\n", number, hex, number, cap, 2 * cap, hex,
		number, hex, number, hex, number);
	if (dots) {
		fprintf(out,
			", \\\n $dots%d using 1:2 with points pt 6 ps 0.6 lw 1 lc rgb \"%s\"",
			number, hex);
	}
}

static void script(const struct nrb_panel *panel, FILE *out)
{
	struct picture picture;
	bool dots[NRB_MAX_PANEL_ARMS];

	make_picture(&picture, panel);
	nrb_plot_begin(out, WIDTH, HEIGHT);
	put_axes(&picture, panel, out);
	for (int i = 0; i < picture.n; i++) {
		put_stem(&picture.stems[i], i, out);
		dots[i] = put_dots(&picture, panel, i, out) > 0;
	}
	for (int i = 0; i < picture.n; i++) {
		put_plot(&picture, i, dots[i], out);
	}
	fputc('\n', out);
}

const struct nrb_chart nrb_chart_locality = {
	.name = "locality",
	.title = "Locality against latency",
	.caption =
		"Each value of vm.zone_reclaim_mode is a stem with its number on top: square p50, "
		"diamond p99, bar p99.9 of the time that the first touch of a page takes; a small "
		"circle is p99 of one block. Further right is more local; stems that share a place "
		"stand side by side.",
	.ranking = "Lower is better.",
	.within = 1u << NRB_FIGURE_MODE,
	.n_columns = 7,
	.columns = { { "value", false, false }, { "pages elsewhere", true, false },
		{ "p50", true, false }, { "p99", true, false }, { "p99.9", true, false },
		{ "max", true, false }, { "cells", true, false } },
	.rows = rows,
	.fill = fill,
	.script = script,
};
