/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How much more or less than the reference: intervals beside the band of what does not matter. Times and
 * rates as ratios, shares as differences. */
#include "nrb/chart.h"
#include "nrb/ink.h"
#include "nrb/plotscale.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

enum {
	WIDTH = 760,
	ROW_HEIGHT = 19,
	FRAME_HEIGHT = 76,
	MAX_ROWS = NRB_MAX_PANEL_ARMS * NRB_N_METRICS,
};

static bool is_shown(const struct nrb_contrast *contrast, bool shares)
{
	return contrast != NULL && isfinite(contrast->effect.at) &&
	       nrb_metric_table[contrast->metric].is_share == shares &&
	       (shares || contrast->effect.at > 0);
}

static int index_of(const struct nrb_panel *panel, const struct nrb_arm_cells *arm)
{
	int i = 0;

	while (i < panel->n && panel->arms[i] != arm) {
		i++;
	}
	return i < panel->n ? i : -1;
}

/* By metric, then in the order of arms; contrasts stand in that of arms. Returns how many. */
static int find_rows(const struct nrb_panel *panel, bool shares,
	const struct nrb_contrast *rows[MAX_ROWS])
{
	const struct nrb_contrast *found[NRB_N_METRICS][NRB_MAX_PANEL_ARMS] = { 0 };
	const struct nrb_contrasts *contrasts = &panel->data->contrasts;
	int n = 0, last = -1;

	for (int i = 0; i < contrasts->n; i++) {
		const struct nrb_contrast *contrast = &contrasts->list[i];
		int arm = index_of(panel, contrast->arm);

		if (arm >= 0) {
			found[contrast->metric][arm] = contrast;
		} else if (last == panel->n - 1) {
			break;
		}
		last = arm >= 0 ? arm : last;
	}
	for (int i = 0; i < MAX_ROWS; i++) {
		const struct nrb_contrast *contrast =
			found[i / NRB_MAX_PANEL_ARMS][i % NRB_MAX_PANEL_ARMS];

		if (is_shown(contrast, shares)) {
			rows[n++] = contrast;
		}
	}
	return n;
}

/* "1.60x", "+27.5 points" */
static void show_effect(char *cell, double effect, bool share)
{
	if (!isfinite(effect)) {
		strcpy(cell, "-");
	} else if (share) {
		snprintf(cell, NRB_CHART_CELL, "%+.1f points", 100 * effect);
	} else {
		snprintf(cell, NRB_CHART_CELL, effect < 10 ? "%.2f times" : "%.0f times",
			effect);
	}
}

static const char *verdict_of(const struct nrb_contrast *contrast)
{
	return contrast->verdict == NRB_VERDICT_FEW ? "no interval"
						    : nrb_verdict_name(contrast->verdict);
}

static void fill_row(const struct nrb_contrast *row, char (*cells)[NRB_CHART_CELL])
{
	const struct nrb_metric_info *metric = &nrb_metric_table[row->metric];

	snprintf(cells[0], NRB_CHART_CELL, "%s", metric->heading);
	nrb_panel_mode(cells[1], row->arm);
	snprintf(cells[2], NRB_CHART_CELL, "%zu", row->blocks);
	show_effect(cells[3], row->effect.at, metric->is_share);
	show_effect(cells[4], row->effect.low, metric->is_share);
	show_effect(cells[5], row->effect.high, metric->is_share);
	if (isfinite(row->effect.level)) {
		snprintf(cells[6], NRB_CHART_CELL, "%.1f %%", 100 * row->effect.level);
	} else {
		strcpy(cells[6], "-");
	}
	snprintf(cells[7], NRB_CHART_CELL, "%s", verdict_of(row));
}

/* -- the picture: a row for each, a line more for each metric -- */

/* Of the axis: a ratio's binary logarithm, a share's points. */
static double place_of(const struct nrb_contrast *row, double effect)
{
	if (!isfinite(effect)) {
		return NAN;
	}
	if (nrb_metric_table[row->metric].is_share) {
		return 100 * effect;
	}
	return effect > 0 ? log2(effect) : NAN;
}

struct range {
	double low, high;
};

static void include(struct range *range, double place)
{
	if (isfinite(place)) {
		range->low = fmin(range->low, place);
		range->high = fmax(range->high, place);
	}
}

static struct range range_of(const struct nrb_contrast *const *rows, int n, double band)
{
	struct range range = { -2 * band, 2 * band };
	double room;

	for (int i = 0; i < n; i++) {
		include(&range, place_of(rows[i], rows[i]->effect.at));
		include(&range, place_of(rows[i], rows[i]->effect.low));
		include(&range, place_of(rows[i], rows[i]->effect.high));
	}
	room = 0.04 * (range.high - range.low);
	return (struct range){ range.low - room, range.high + room };
}

/* Each power of two; between them as long as there is room. */
static void put_ratio_tics(const struct range *range, FILE *out)
{
	static const double finer[] = { 0.7, 0.8, 0.9, 1.1, 1.2, 1.4, 1.7 };
	double span = range->high - range->low;
	int step = 1 + (int)(span / 10);

	fputs("set xtics (\"1\" 0", out);
	for (int power = step; power <= (int)range->high; power += step) {
		fprintf(out, ", \"%.0f\" %d", exp2(power), power);
	}
	for (int power = -step; power >= (int)range->low; power -= step) {
		fprintf(out, ", \"1/%.0f\" %d", exp2(-power), power);
	}
	for (size_t i = 0; span < 2.2 && i < sizeof(finer) / sizeof(*finer); i++) {
		fprintf(out, ", \"%.1f\" %.4f", finer[i], log2(finer[i]));
	}
	fputs(")\nset xlabel \"times the reference\"\n", out);
}

/* Rows and headings downwards; *at is where a row stands. Returns the height. */
static int place_rows(
	const struct nrb_contrast *const *rows, int n, int at[MAX_ROWS], FILE *out)
{
	int y = 0;

	fputs("set ytics (", out);
	for (int i = 0; i < n; i++) {
		char mode[NRB_UNITS_LEN];

		y += i == 0 || rows[i]->metric != rows[i - 1]->metric ? 1 : 0;
		at[i] = y++;
		fprintf(out, "%s\"%s\" %d", i > 0 ? ", " : "",
			nrb_panel_mode(mode, rows[i]->arm), at[i]);
	}
	fputs(") scale 0\n", out);
	for (int i = 0; i < n; i++) {
		if (i == 0 || rows[i]->metric != rows[i - 1]->metric) {
			fprintf(out,
				"set label \"%s\" at graph 0, first %.1f offset -9,0 left\n",
				nrb_metric_table[rows[i]->metric].heading, at[i] - 1.0);
		}
	}
	return y;
}

/* The interval, the estimate on it, and its word at the right. */
static void put_rows(
	const struct nrb_contrast *const *rows, int n, const int *at, FILE *out)
{
	for (int i = 0; i < n; i++) {
		double low = place_of(rows[i], rows[i]->effect.low);
		double high = place_of(rows[i], rows[i]->effect.high);
		double middle = place_of(rows[i], rows[i]->effect.at);
		char hex[8];

		nrb_ink_hex(hex, nrb_ink_of_mode(rows[i]->arm->key.mode));
		if (isfinite(low) && isfinite(high)) {
			fprintf(out,
				"set arrow from %.5f,%d to %.5f,%d heads size screen 0.006,90 lw 2 lc "
				"rgb \"%s\"\n",
				low, at[i], high, at[i], hex);
		}
		fprintf(out,
			"set label \"\" at %.5f,%d point pt 7 ps 1 lc rgb \"%s\"\n"
			"set label \"%s\" at graph 1.02, first %d left\n",
			middle, at[i], hex, verdict_of(rows[i]), at[i]);
	}
}

static void put_script(const struct nrb_panel *panel, bool shares, FILE *out)
{
	const struct nrb_contrast *rows[MAX_ROWS];
	int at[MAX_ROWS], n = find_rows(panel, shares, rows), height = n + 1;
	double roi = panel->data->contrasts.roi;
	double band = shares ? 100 * roi : log2(1 + roi);
	struct range range = range_of(rows, n, band);
	char hex[8];

	for (int i = 1; i < n; i++) {
		height += rows[i]->metric != rows[i - 1]->metric;
	}
	nrb_plot_begin(out, WIDTH, FRAME_HEIGHT + ROW_HEIGHT * height);
	height = place_rows(rows, n, at, out);
	fprintf(out,
		"set lmargin 14\nset rmargin 16\nset tmargin 0.5\nset border 1\n"
		"set xrange [%.5f:%.5f]\nset yrange [%.1f:-0.7]\n",
		range.low, range.high, height - 0.3);
	fprintf(out,
		"set object rectangle from %.5f, graph 0 to %.5f, graph 1 fc rgb \"%s\" fs "
		"solid 0.18 noborder behind\n",
		-band, band, nrb_ink_hex(hex, NRB_INK_BAND));
	fprintf(out,
		"set arrow from 0, graph 0 to 0, graph 1 nohead lw 1 lc rgb \"%s\" back\n",
		nrb_ink_hex(hex, NRB_INK_BAND));
	if (shares) {
		fputs("set format x \"%+g\"\nset xlabel \"percentage points from the "
		      "reference\"\n",
			out);
	} else {
		put_ratio_tics(&range, out);
	}
	put_rows(rows, n, at, out);
	fputs("plot NaN\n", out);
}

/* -- both kinds -- */

static int ratio_rows(const struct nrb_panel *panel)
{
	const struct nrb_contrast *rows[MAX_ROWS];

	return find_rows(panel, false, rows);
}

static void fill_ratio(
	const struct nrb_panel *panel, int row, char (*cells)[NRB_CHART_CELL])
{
	const struct nrb_contrast *rows[MAX_ROWS];

	find_rows(panel, false, rows);
	fill_row(rows[row], cells);
}

static void ratio_script(const struct nrb_panel *panel, FILE *out)
{
	put_script(panel, false, out);
}

static int share_rows(const struct nrb_panel *panel)
{
	const struct nrb_contrast *rows[MAX_ROWS];

	return find_rows(panel, true, rows);
}

static void fill_share(
	const struct nrb_panel *panel, int row, char (*cells)[NRB_CHART_CELL])
{
	const struct nrb_contrast *rows[MAX_ROWS];

	find_rows(panel, true, rows);
	fill_row(rows[row], cells);
}

static void share_script(const struct nrb_panel *panel, FILE *out)
{
	put_script(panel, true, out);
}

#define COLUMNS                                                                          \
	{                                                                                \
		{ "what", false, false }, { "value", false, false },                     \
			{ "blocks", true, false }, { "estimate", true, false },          \
			{ "from", true, false }, { "to", true, false },                  \
			{ "level", true, false },                                        \
		{                                                                        \
			"verdict", false, false                                          \
		}                                                                        \
	}

const struct nrb_chart nrb_chart_ratios = {
	.name = "ratios",
	.title = "Against the reference: times and rates",
	.caption =
		"A dot is the typical ratio to the reference of the same block, a line what it may be "
		"(95 % or more), the shaded band what does not matter. Outside of the band it is better or "
		"worse, within it the same, across its edge unclear. With fewer than 6 blocks there is no "
		"line.",
	.within = 1u << NRB_FIGURE_MODE,
	.n_columns = 8,
	.columns = COLUMNS,
	.rows = ratio_rows,
	.fill = fill_ratio,
	.script = ratio_script,
};

const struct nrb_chart nrb_chart_shares = {
	.name = "shares",
	.title = "Against the reference: shares",
	.caption =
		"The same for what is a share: differences to the reference of the same block, in "
		"percentage points.",
	.within = 1u << NRB_FIGURE_MODE,
	.n_columns = 8,
	.columns = COLUMNS,
	.rows = share_rows,
	.fill = fill_share,
	.script = share_script,
};
