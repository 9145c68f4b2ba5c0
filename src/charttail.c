/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How many faults take longer than a time: the complementary distribution, log-log. */
#include "nrb/chart.h"
#include "nrb/ink.h"
#include "nrb/plotscale.h"

#include <math.h>
#include <string.h>

enum { WIDTH = 760, HEIGHT = 420, MIN_FOR_TAIL = 10000 };

/* Of a decade: points nearer to each other than this are one. */
static const double step = 0.02;

static const struct nrb_histogram *histogram_of(const struct nrb_arm_cells *arm)
{
	return nrb_group_tally(arm)->alloc;
}

static int rows(const struct nrb_panel *panel)
{
	int n = 0;

	for (int i = 0; i < panel->n; i++) {
		n += histogram_of(panel->arms[i]) != NULL;
	}
	return n;
}

static const struct nrb_arm_cells *row_arm(const struct nrb_panel *panel, int row)
{
	int i = 0;

	while (histogram_of(panel->arms[i]) == NULL || row-- > 0) {
		i++;
	}
	return panel->arms[i];
}

static void fill(const struct nrb_panel *panel, int row, char (*cells)[NRB_CHART_CELL])
{
	static const double quantiles[] = { 0.5, 0.9, 0.99, 0.999, 0.9999 };
	const struct nrb_arm_cells *arm = row_arm(panel, row);
	const struct nrb_histogram *histogram = histogram_of(arm);

	nrb_panel_mode(cells[0], arm);
	nrb_units_count(cells[1], (int64_t)histogram->n);
	for (int i = 0; i < 5; i++) {
		double ns = nrb_histogram_quantile_ns(histogram, quantiles[i]);
		bool is_known = quantiles[i] < 0.999 || histogram->n >= MIN_FOR_TAIL;

		nrb_figure_show_number(
			cells[i + 2], NRB_FORMAT_NS, is_known ? ns : NAN, panel->ascii);
	}
	nrb_figure_show_number(
		cells[7], NRB_FORMAT_NS, (double)histogram->max_ns, panel->ascii);
}

/* -- the picture -- */

/* A line of points, down to the slowest fault. */
static void put_line(const struct nrb_histogram *histogram, int number, FILE *out,
	struct nrb_plotscale *time)
{
	double n = (double)histogram->n, x = NAN, y = NAN;
	uint64_t above = histogram->n;

	fprintf(out, "$tail%d << EOD\n", number);
	for (unsigned int i = 0; i < NRB_HISTOGRAM_BUCKETS && above > 0; i++) {
		double ns = fmax(nrb_histogram_mid_ns(i), 1);
		double share = (double)above / n;

		if (histogram->count[i] == 0) {
			continue;
		}
		above -= histogram->count[i] < above ? histogram->count[i] : above;
		if (isnan(x) || above == 0 || log10(ns) - x > step ||
			y - log10(share) > step) {
			x = log10(ns);
			y = log10(share);
			fprintf(out, "%.4f %.4f\n", x, y);
			nrb_plotscale_add(time, ns);
		}
	}
	fputs("EOD\n", out);
}

static void put_axes(const struct nrb_panel *panel, const struct nrb_plotscale *time,
	const struct nrb_plotscale *share, FILE *out)
{
	char hex[8];

	fprintf(out, "set xrange [%.6g:%.6g]\nset yrange [%.6g:%.6g]\n", time->low,
		time->high, share->low, share->high);
	nrb_plotscale_tics_ns(time, out, "x");
	nrb_plotscale_tics_ratio(share, out, "y");
	fprintf(out, "set grid xtics ytics lt 1 lw 1 lc rgb \"%s\"\n",
		nrb_ink_hex(hex, NRB_INK_GRID));
	fprintf(out, "set xlabel \"time of a first touch%s\"\n",
		panel->data->header->rehearsal ? " (in a virtual machine: not real)"
					       : "");
	fputs("set ylabel \"faults that take at least that long\"\n"
	      "set key outside right top Left reverse samplen 2\n",
		out);
}

static void put_plots(const struct nrb_panel *panel, int n, FILE *out)
{
	for (int i = 0; i < n; i++) {
		const struct nrb_arm_cells *arm = row_arm(panel, i);
		char name[NRB_UNITS_LEN], hex[8];

		fprintf(out,
			"%s $tail%d using 1:2 with linespoints pt %d pi -9 ps 0.8 lw 1.6 lc rgb "
			"\"%s\" title \"%s\"",
			i == 0 ? "plot" : ", \\\n", i, nrb_ink_shape(arm->key.mode),
			nrb_ink_hex(hex, nrb_ink_of_mode(arm->key.mode)),
			nrb_panel_mode(name, arm));
	}
	fputc('\n', out);
}

static void script(const struct nrb_panel *panel, FILE *out)
{
	struct nrb_plotscale time = NRB_PLOTSCALE_EMPTY, share = NRB_PLOTSCALE_EMPTY;
	int n = rows(panel);

	nrb_plot_begin(out, WIDTH, HEIGHT);
	nrb_plotscale_add(&share, 1);
	for (int i = 0; i < n; i++) {
		const struct nrb_histogram *histogram = histogram_of(row_arm(panel, i));

		put_line(histogram, i, out, &time);
		nrb_plotscale_add(&share, 1 / (double)histogram->n);
	}
	nrb_plotscale_round(&time);
	nrb_plotscale_round(&share);
	put_axes(panel, &time, &share, out);
	put_plots(panel, n, out);
}

const struct nrb_chart nrb_chart_tail = {
	.name = "tail",
	.title = "How slow the slowest faults are",
	.caption =
		"Of all first touches of a page, the share that takes at least so long; both axes "
		"are logarithmic. A line ends where there is one fault left: no more is known of the "
		"tail.",
	.ranking = "Lower and further left is better.",
	.within = 1u << NRB_FIGURE_MODE,
	.n_columns = 8,
	.columns = { { "value", false, false }, { "faults", true, false },
		{ "p50", true, false }, { "p90", true, false }, { "p99", true, false },
		{ "p99.9", true, false }, { "p99.99", true, false },
		{ "max", true, false } },
	.rows = rows,
	.fill = fill,
	.script = script,
};
