/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where pages landed: a map of shares, from the node that touches them to the node that has them. */
#include "nrb/chart.h"
#include "nrb/ink.h"
#include "nrb/plotscale.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 760, ROW_HEIGHT = 28, HEAD_HEIGHT = 52, MAX_COLUMNS = 16 };

/* The darkest that text can still be read upon. */
static const double darkest = 0.55;

static int64_t cpu_node_of(const struct nrb_arm_cells *arm)
{
	return arm->key.cpu_node != NRB_ABSENT ? arm->key.cpu_node : arm->key.node;
}

static int compare_nodes(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* The nodes where pages of any of the arms landed, in their order; the first ones. */
static int find_nodes(const struct nrb_panel *panel, int64_t *nodes)
{
	int n = 0;

	for (int i = 0; i < panel->n; i++) {
		const struct nrb_landing *landing =
			&nrb_group_tally(panel->arms[i])->landing;

		for (int k = 0; k < landing->n && n < MAX_COLUMNS; k++) {
			int at = 0;

			while (at < n && nodes[at] != landing->nodes[k].node) {
				at++;
			}
			nodes[at] = landing->nodes[k].node;
			n += at == n;
		}
	}
	/* cppcheck-suppress uninitvar ; n of them are set */
	qsort(nodes, (size_t)n, sizeof(*nodes), compare_nodes);
	return n;
}

/* SLIT, by OS numbers; 0: unknown. */
static int distance_of(const struct nrb_header *header, int64_t from, int64_t to)
{
	int64_t i = 0, j = 0;

	while (i < header->n_nodes && header->nodes[i] != from) {
		i++;
	}
	while (j < header->n_nodes && header->nodes[j] != to) {
		j++;
	}
	return i < header->n_nodes && j < header->n_nodes ? header->distances[i][j] : 0;
}

static int rows(const struct nrb_panel *panel)
{
	int64_t nodes[MAX_COLUMNS + 1];

	return panel->n * find_nodes(panel, nodes);
}

static void fill(const struct nrb_panel *panel, int row, char (*cells)[NRB_CHART_CELL])
{
	int64_t nodes[MAX_COLUMNS + 1];
	int n = find_nodes(panel, nodes);
	const struct nrb_arm_cells *arm = panel->arms[row / n];
	const struct nrb_landing *landing = &nrb_group_tally(arm)->landing;
	int64_t node = nodes[row % n];
	int distance = distance_of(panel->data->header, cpu_node_of(arm), node);

	nrb_panel_mode(cells[0], arm);
	snprintf(cells[1], NRB_CHART_CELL, "%" PRId64, cpu_node_of(arm));
	snprintf(cells[2], NRB_CHART_CELL, "%" PRId64, node);
	snprintf(cells[3], NRB_CHART_CELL, distance > 0 ? "%d" : "-", distance);
	nrb_figure_show_number(cells[4], NRB_FORMAT_RATIO,
		nrb_landing_share(landing, node), panel->ascii);
}

/* -- the picture -- */

static bool is_one_cpu_node(const struct nrb_panel *panel)
{
	for (int i = 1; i < panel->n; i++) {
		if (cpu_node_of(panel->arms[i]) != cpu_node_of(panel->arms[0])) {
			return false;
		}
	}
	return true;
}

/* Rows are numbered downwards from 0; a share and, where rows differ in it, the distance. */
static void put_cell(
	const struct nrb_panel *panel, int row, int column, int64_t node, FILE *out)
{
	const struct nrb_arm_cells *arm = panel->arms[row];
	double share = nrb_landing_share(&nrb_group_tally(arm)->landing, node);
	int distance = distance_of(panel->data->header, cpu_node_of(arm), node);
	char hex[8];

	if (isnan(share)) {
		return;
	}
	fprintf(out,
		"set object rectangle from %.2f,%.2f to %.2f,%.2f fc rgb \"%s\" fs solid %.3f "
		"noborder\n",
		column + 0.02, row + 0.05, column + 0.98, row + 0.95,
		nrb_ink_hex(hex, NRB_INK_BAND), 0.04 + (darkest - 0.04) * share);
	fprintf(out, "set label \"%.1f %%", 100 * share);
	if (distance > 0 && !is_one_cpu_node(panel)) {
		fprintf(out, " (%d)", distance);
	}
	fprintf(out, "\" at %.2f,%.2f center\n", column + 0.5, row + 0.5);
}

static void put_heads(
	const struct nrb_panel *panel, const int64_t *nodes, int n, FILE *out)
{
	for (int i = 0; i < n; i++) {
		int distance = distance_of(
			panel->data->header, cpu_node_of(panel->arms[0]), nodes[i]);

		fprintf(out, "%s\"node %" PRId64, i > 0 ? ", " : "set x2tics (",
			nodes[i]);
		if (distance > 0 && n < 9 && is_one_cpu_node(panel)) {
			fprintf(out, " (distance %d)", distance);
		}
		fprintf(out, "\" %.1f", i + 0.5);
	}
	fputs(") scale 0\nunset xtics\nset ytics (", out);
	for (int i = 0; i < panel->n; i++) {
		char mode[NRB_UNITS_LEN];

		fprintf(out, "%s\"%s, CPU of node %" PRId64 "\" %.1f", i > 0 ? ", " : "",
			nrb_panel_mode(mode, panel->arms[i]), cpu_node_of(panel->arms[i]),
			i + 0.5);
	}
	fputs(") scale 0\n", out);
}

static void script(const struct nrb_panel *panel, FILE *out)
{
	int64_t nodes[MAX_COLUMNS + 1];
	int n = find_nodes(panel, nodes);

	nrb_plot_begin(out, WIDTH, HEAD_HEIGHT + ROW_HEIGHT * panel->n);
	fprintf(out,
		"set border 0\nset xrange [0:%d]\nset x2range [0:%d]\nset yrange [%d:0]\n"
		"set bmargin 1\nset tmargin 2\n",
		n, n, panel->n);
	put_heads(panel, nodes, n, out);
	for (int row = 0; row < panel->n; row++) {
		for (int i = 0; i < n; i++) {
			put_cell(panel, row, i, nodes[i], out);
		}
	}
	fputs("plot NaN axes x2y1\n", out);
}

const struct nrb_chart nrb_chart_landing = {
	.name = "landing",
	.title = "Where the pages landed",
	.caption =
		"Of all pages that were written, the share on each node, over all cells of a value; "
		"rows are the nodes whose CPUs touched them, columns the nodes that have them. "
		"Pages that were swapped out since are on none.",
	.within =
		1u << NRB_FIGURE_MODE | 1u << NRB_FIGURE_NODE | 1u << NRB_FIGURE_CPU_NODE,
	.n_columns = 5,
	.columns = { { "value", false, false }, { "CPU node", true, false },
		{ "memory node", true, false }, { "distance", true, false },
		{ "pages", true, false } },
	.rows = rows,
	.fill = fill,
	.script = script,
};
