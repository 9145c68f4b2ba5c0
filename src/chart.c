/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A chart on a page: heading, pictures, and under each its table. */
#include "nrb/chart.h"

#include "nrb/html.h"
#include "nrb/svg.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_DESCRIBED = 10 }; /* rows in words; all are in the table */

const struct nrb_chart *const nrb_charts[] = {
	&nrb_chart_locality,
	&nrb_chart_ratios,
	&nrb_chart_shares,
	&nrb_chart_tail,
	&nrb_chart_landing,
	&nrb_chart_cost,
	&nrb_chart_order,
	NULL,
};

/* One chart while it is printed. */
struct work {
	const struct nrb_chart *chart;
	struct nrb_plots *plots;
	const struct nrb_screen *screen;
	FILE *out;
	char label
		[NRB_FIGURE_LEN]; /* of a panel, where there are several; may quote the record */
};

/* -- the table, and the same in words -- */

static int make_table(const struct nrb_chart *chart, const struct nrb_panel *panel,
	struct nrb_table **table)
{
	char cells[NRB_CHART_COLUMNS][NRB_CHART_CELL];
	const char *row[NRB_CHART_COLUMNS];
	int rc = nrb_table_create(
		table, chart->columns, chart->n_columns, 0, panel->ascii);

	for (int c = 0; c < chart->n_columns; c++) {
		row[c] = cells[c];
	}
	for (int i = 0; rc == 0 && i < chart->rows(panel); i++) {
		chart->fill(panel, i, cells);
		rc = nrb_table_add(*table, row);
		if (rc < 0) {
			nrb_table_destroy(*table);
		}
	}
	return rc;
}

static int print_table(const struct work *work, const struct nrb_panel *panel, bool open)
{
	struct nrb_table *table;
	int rc = make_table(work->chart, panel, &table);

	if (rc < 0) {
		return rc;
	}
	fprintf(work->out, "<details%s>\n<summary>The numbers</summary>\n",
		open ? " open=\"open\"" : "");
	rc = nrb_table_show(table, work->screen, work->out);
	fputs("</details>\n", work->out);
	nrb_table_destroy(table);
	return rc;
}

/* "mode 7: pages elsewhere 0.3 %, p50 2.3 us; ..." */
static void describe(const struct work *work, const struct nrb_panel *panel)
{
	const struct nrb_chart *chart = work->chart;
	char cells[NRB_CHART_COLUMNS][NRB_CHART_CELL];
	int rows = chart->rows(panel);

	for (int i = 0; i < rows && i < MAX_DESCRIBED; i++) {
		chart->fill(panel, i, cells);
		fputs(i > 0 ? "; " : "", work->out);
		nrb_html_escape(work->out, cells[0]);
		for (int c = 1; c < chart->n_columns; c++) {
			fprintf(work->out, "%s %s ", c == 1 ? ":" : ",",
				chart->columns[c].name);
			nrb_html_escape(work->out, cells[c]);
		}
	}
	fprintf(work->out, rows > MAX_DESCRIBED ? "; and %d more in the table." : ".",
		rows - MAX_DESCRIBED);
}

/* -- the picture -- */

/* The numbers after "viewBox="; a picture of another shape is none of ours. */
static bool size_of(const char *svg, int *width, int *height)
{
	const char *box = strstr(svg, "viewBox=\"0 0 ");

	return box != NULL && sscanf(box, "viewBox=\"0 0 %d %d\"", width, height) == 2 &&
	       *width > 0 && *height > 0 && *width < 10000 && *height < 10000;
}

static void print_picture(const struct work *work, const struct nrb_panel *panel,
	const char *content, int width, int height)
{
	fprintf(work->out,
		"<figure>\n<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" "
		"role=\"img\">\n<title>%s",
		width, height, work->chart->title);
	fputs(work->label[0] != '\0' ? ": " : "", work->out);
	nrb_html_escape(work->out, work->label);
	fputs("</title>\n<desc>", work->out);
	describe(work, panel);
	fprintf(work->out, "</desc>\n%s</svg>\n</figure>\n", content);
}

static int draw(const struct work *work, const struct nrb_panel *panel, char **svg)
{
	char *script = NULL;
	size_t len = 0;
	FILE *memory = open_memstream(&script, &len);
	int rc = -ENOMEM;

	*svg = NULL;
	if (memory == NULL) {
		return rc;
	}
	work->chart->script(panel, memory);
	if (fclose(memory) == 0) {
		rc = nrb_plot_draw(work->plots, work->chart->name, script, len, svg);
	}
	free(script);
	return rc;
}

/* Whether there is a picture now; one that is not as we know gnuplot's is left out. */
static int print_drawn(const struct work *work, const struct nrb_panel *panel,
	const char *svg, bool *drawn)
{
	char *content = NULL;
	size_t len = 0;
	int width, height;
	FILE *memory = open_memstream(&content, &len);

	if (memory == NULL) {
		return -ENOMEM;
	}
	*drawn = size_of(svg, &width, &height) &&
		 nrb_svg_copy(memory, svg, work->plots->n) == 0;
	if (fclose(memory) != 0) {
		free(content);
		return -ENOMEM;
	}
	if (*drawn) {
		print_picture(work, panel, content, width, height);
	} else {
		work->plots->n_failed++;
	}
	free(content);
	return 0;
}

static int print_panel(const struct work *work, const struct nrb_panel *panel)
{
	char *svg;
	bool drawn = false;
	int rc = draw(work, panel, &svg);

	if (work->label[0] != '\0') {
		fputs("<h4>", work->out);
		nrb_html_escape(work->out, work->label);
		fputs("</h4>\n", work->out);
	}
	if (rc == 0 && svg != NULL) {
		rc = print_drawn(work, panel, svg, &drawn);
	}
	free(svg);
	return rc < 0 ? rc : print_table(work, panel, !drawn);
}

/* What tells a panel from the others. */
static void find_label(
	struct work *work, const struct nrb_panel *panel, const struct nrb_panels *panels)
{
	const struct nrb_group *group = &panel->data->group;
	unsigned int varying = nrb_figure_varying(group->arms, group->n_allocating);

	work->label[0] = '\0';
	if (!work->chart->is_whole && panels->n > 1) {
		nrb_figure_label(work->label, sizeof(work->label), panel->arms[0],
			varying & ~work->chart->within);
	}
}

static void print_heading(const struct work *work, bool is_rehearsal)
{
	const struct nrb_chart *chart = work->chart;
	bool ranks = chart->ranking != NULL && !is_rehearsal;

	fprintf(work->out, "<h3>%s</h3>\n<p class=\"how\">%s%s%s</p>\n", chart->title,
		chart->caption, ranks ? " " : "", ranks ? chart->ranking : "");
}

static int print_panels(struct work *work, const struct nrb_panels *panels)
{
	int rc = 0, shown = 0;

	for (int i = 0; rc == 0 && i < panels->n; i++) {
		if (work->chart->rows(&panels->list[i]) == 0 ||
			(work->chart->is_whole && i > 0)) {
			continue;
		}
		if (shown++ == 0) {
			print_heading(work, panels->list[i].data->header->rehearsal);
		}
		find_label(work, &panels->list[i], panels);
		rc = print_panel(work, &panels->list[i]);
	}
	if (shown > 0 && panels->left_out > 0 && !work->chart->is_whole) {
		fprintf(work->out,
			"<p>%" PRId64
			" more combinations of factors have no picture; report --csv has "
			"them.</p>\n",
			panels->left_out);
	}
	return rc;
}

int nrb_chart_print(const struct nrb_chart *chart, const struct nrb_report_data *data,
	struct nrb_plots *plots, const struct nrb_screen *screen, FILE *out)
{
	struct work work = {
		.chart = chart, .plots = plots, .screen = screen, .out = out
	};
	struct nrb_panels *panels = malloc(sizeof(*panels));
	int rc = -ENOMEM;

	if (panels != NULL) {
		nrb_panels_make(panels, data, chart->is_whole ? ~0u : chart->within,
			screen->ascii);
		rc = print_panels(&work, panels);
	}
	free(panels);
	return rc;
}
