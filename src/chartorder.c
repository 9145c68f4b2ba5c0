/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The cells as they were run: drift, the shuffle, and what went wrong when. */
#include "nrb/chart.h"
#include "nrb/ink.h"
#include "nrb/mode.h"
#include "nrb/plotscale.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { WIDTH = 760, HEIGHT = 380, MAX_NAMED_BLOCKS = 12, MAX_BLOCKS = 100 };

static int rows(const struct nrb_panel *panel)
{
	return panel->data->order.n > 1 ? (int)panel->data->order.n : 0;
}

static void fill(const struct nrb_panel *panel, int row, char (*cells)[NRB_CHART_CELL])
{
	const struct nrb_run_cell *cell = &panel->data->order.list[row];
	const char *flag = nrb_runorder_flag(cell);

	snprintf(cells[0], NRB_CHART_CELL, "%" PRId64, cell->cell);
	snprintf(cells[1], NRB_CHART_CELL, "%" PRId64, cell->block);
	nrb_panel_mode(cells[2], cell->arm);
	nrb_figure_show_number(cells[3], NRB_FORMAT_RATIO, cell->local, panel->ascii);
	nrb_figure_show_number(cells[4], NRB_FORMAT_NS, cell->p99_ns, panel->ascii);
	snprintf(cells[5], NRB_CHART_CELL, "%s", flag[0] != '\0' ? flag : "-");
}

/* -- the picture -- */

/* Where times are not real, what is. */
static bool shows_time(const struct nrb_panel *panel)
{
	return !panel->data->header->rehearsal;
}

static double value_of(const struct nrb_panel *panel, const struct nrb_run_cell *cell)
{
	if (shows_time(panel)) {
		return cell->p99_ns > 0 ? log10(cell->p99_ns) : NAN;
	}
	return 100 * cell->local;
}

static void find_range(const struct nrb_panel *panel, struct nrb_plotscale *scale)
{
	const struct nrb_runorder *order = &panel->data->order;

	*scale = NRB_PLOTSCALE_EMPTY;
	for (size_t i = 0; i < order->n; i++) {
		nrb_plotscale_add(scale, order->list[i].p99_ns);
	}
	if (!shows_time(panel)) {
		*scale = (struct nrb_plotscale){ 0, 100 };
	} else if (nrb_plotscale_is_empty(scale)) {
		*scale = (struct nrb_plotscale){ 0, 1 };
	} else {
		nrb_plotscale_round(scale);
	}
}

/* Lines between blocks, as long as they tell anything. */
static void put_blocks(const struct nrb_panel *panel, double top, FILE *out)
{
	const struct nrb_runorder *order = &panel->data->order;
	int64_t blocks = panel->data->group.blocks;
	char hex[8];

	for (size_t i = 0; i < order->n && blocks <= MAX_BLOCKS; i++) {
		int64_t block = order->list[i].block;

		if (i > 0 && order->list[i - 1].block == block) {
			continue;
		}
		if (i > 0) {
			fprintf(out,
				"set arrow from %.1f, graph 0 to %.1f, graph 1 nohead lw 1 lc rgb "
				"\"%s\"\n",
				(double)i + 0.5, (double)i + 0.5,
				nrb_ink_hex(hex, NRB_INK_GRID));
		}
		if (blocks > 1 && blocks <= MAX_NAMED_BLOCKS) {
			fprintf(out, "set label \"%" PRId64 "\" at %.1f,%.6g left\n",
				block, (double)i + 0.7, top);
		}
	}
}

/* Cells of a mode (absent: of none); those without a value at the bottom. Returns how many. */
static int put_cells(const struct nrb_panel *panel, int64_t mode, double low, FILE *out)
{
	const struct nrb_runorder *order = &panel->data->order;
	int n = 0;

	for (size_t i = 0; i < order->n; i++) {
		const struct nrb_run_cell *cell = &order->list[i];
		double value = value_of(panel, cell);

		if (cell->arm->key.mode != mode) {
			continue;
		}
		if (n++ == 0) {
			fprintf(out, "$mode%d << EOD\n",
				mode == NRB_ABSENT ? NRB_MODE_BITS + 1 : (int)mode);
		}
		fprintf(out, "%zu %.6g\n", i + 1, isnan(value) ? low : value);
	}
	fputs(n > 0 ? "EOD\n" : "", out);
	return n;
}

/* What may be wrong with a cell, each with a shape of its own over the mode's mark. */
static const struct flag {
	const char *word; /* of nrb_runorder_flag */
	int shape;
	double size;
} flags[] = {
	{ "stalled", 3, 1.8 },
	{ "killed", 2, 1.8 },
	{ "disturbed", 6, 2.2 },
	{ "cut", 4, 2.2 },
	{ "unsupported", 1, 1.8 },
};

enum { N_FLAGS = sizeof(flags) / sizeof(*flags) };

/* Returns how many have it. */
static int put_flag(const struct nrb_panel *panel, int flag, double low, FILE *out)
{
	const struct nrb_runorder *order = &panel->data->order;
	int n = 0;

	for (size_t i = 0; i < order->n; i++) {
		const struct nrb_run_cell *cell = &order->list[i];
		double value = value_of(panel, cell);

		if (strcmp(nrb_runorder_flag(cell), flags[flag].word) != 0) {
			continue;
		}
		if (n++ == 0) {
			fprintf(out, "$flag%d << EOD\n", flag);
		}
		fprintf(out, "%zu %.6g\n", i + 1, isnan(value) ? low : value);
	}
	fputs(n > 0 ? "EOD\n" : "", out);
	return n;
}

static void put_axes(const struct nrb_panel *panel, const struct nrb_plotscale *scale,
	double top, FILE *out)
{
	double low = scale->low - 0.08 * (scale->high - scale->low);
	double n = (double)panel->data->order.n;
	char hex[8];

	fprintf(out, "set xrange [%.3f:%.3f]\nset yrange [%.6g:%.6g]\n", 0.8 - n / 60,
		n + 0.7, low, top);
	if (shows_time(panel)) {
		nrb_plotscale_tics_ns(scale, out, "y");
		fputs("set ylabel \"p99 of a first touch\"\n", out);
	} else {
		fputs("set ytics (\"0 %%\" 0, \"25 %%\" 25, \"50 %%\" 50, \"75 %%\" 75, \"100 %%\" "
		      "100)\nset ylabel \"pages on the node under test\"\n",
			out);
	}
	fprintf(out,
		"set grid ytics lt 1 lw 1 lc rgb \"%s\"\nset xlabel \"cells in the order "
		"run\"\nset key outside right top Left reverse samplen 1\n",
		nrb_ink_hex(hex, NRB_INK_GRID));
}

static void put_plots(const bool *modes, const bool *has_flag, FILE *out)
{
	char hex[8];
	int n = 0;

	for (int mode = 0; mode <= NRB_MODE_BITS + 1; mode++) {
		bool is_none = mode == NRB_MODE_BITS + 1;
		int shown = is_none ? 0 : mode;

		if (!modes[mode]) {
			continue;
		}
		fprintf(out,
			"%s $mode%d using 1:2 with points pt %d ps 1 lc rgb \"%s\" title ",
			n++ == 0 ? "plot" : ", \\\n", mode, nrb_ink_shape(shown),
			nrb_ink_hex(hex, nrb_ink_of_mode(shown)));
		fprintf(out, is_none ? "\"no mode\"" : "\"mode %d\"", mode);
	}
	nrb_ink_hex(hex, NRB_INK_WARN);
	for (int i = 0; i < N_FLAGS; i++) {
		if (has_flag[i]) {
			fprintf(out,
				", \\\n $flag%d using 1:2 with points pt %d ps %.1f lw 2 lc rgb "
				"\"%s\" title \"%s\"",
				i, flags[i].shape, flags[i].size, hex, flags[i].word);
		}
	}
	fputc('\n', out);
}

static void script(const struct nrb_panel *panel, FILE *out)
{
	bool modes[NRB_MODE_BITS + 2], has_flag[N_FLAGS];
	struct nrb_plotscale scale;
	double top;

	find_range(panel, &scale);
	top = scale.high + 0.14 * (scale.high - scale.low);
	nrb_plot_begin(out, WIDTH, HEIGHT);
	put_axes(panel, &scale, top, out);
	put_blocks(panel, scale.high + 0.1 * (scale.high - scale.low), out);
	for (int mode = 0; mode <= NRB_MODE_BITS; mode++) {
		modes[mode] = put_cells(panel, mode, scale.low, out) > 0;
	}
	modes[NRB_MODE_BITS + 1] = put_cells(panel, NRB_ABSENT, scale.low, out) > 0;
	for (int i = 0; i < N_FLAGS; i++) {
		has_flag[i] = put_flag(panel, i, scale.low, out) > 0;
	}
	put_plots(modes, has_flag, out);
}

const struct nrb_chart nrb_chart_order = {
	.name = "order",
	.title = "The cells in the order they were run",
	.caption =
		"A trend within a value is drift of the machine, not of the value. Red marks are on "
		"cells that stalled, were killed, disturbed or cut by a deadline; one without a "
		"figure stands at the bottom. Numbers at the top count blocks. The first 1,000 cells "
		"are shown.",
	.is_whole = true,
	.n_columns = 6,
	.columns = { { "cell", true, false }, { "block", true, false },
		{ "value", false, false }, { "local", true, false },
		{ "p99", true, false }, { "not ok", false, false } },
	.rows = rows,
	.fill = fill,
	.script = script,
};
