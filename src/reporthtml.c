/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A record as a part of a page: the sentences first, then the evidence. */
#include "nrb/reporthtml.h"

#include "nrb/chart.h"
#include "nrb/html.h"
#include "nrb/htmlmachine.h"
#include "nrb/htmlnotes.h"
#include "nrb/reportanswer.h"
#include "nrb/reporttext.h"
#include "nrb/reporttrust.h"
#include "nrb/reportverdict.h"

#include <errno.h>

static void print_title(const struct nrb_report_data *data, FILE *out)
{
	const struct nrb_header *header = data->header;

	fputs("<h2>", out);
	nrb_html_escape(out, header->host[0] != '\0' ? header->host : "unnamed host");
	fputs(", kernel ", out);
	nrb_html_escape(out, header->kernel);
	fputs("</h2>\n", out);
	if (header->rehearsal) {
		fputs("<p class=\"banner\">Rehearsal in a virtual machine: locality and "
		      "reclaim are real, times are not.</p>\n",
			out);
	}
}

/* What was decided; of several variants each has its own above its tables. */
static void print_sentences(
	const struct nrb_report_data *data, const struct nrb_screen *screen, FILE *out)
{
	bool parted = nrb_reportverdict_is_parted(data);

	fputs("<div class=\"verdict\">\n", out);
	nrb_reporttext_head(data, screen, out);
	nrb_reportanswer_print(data, screen, out);
	if (!parted) {
		nrb_reportverdict_print(data, screen, out);
	}
	fputs("</div>\n", out);
}

static void print_odd(
	const struct nrb_report_data *data, const struct nrb_screen *screen, FILE *out)
{
	if (data->group.n_odd > 0) {
		fputs("<h3>Cells that are not ok</h3>\n", out);
		nrb_reporttext_odd(data, screen, out);
	}
}

int nrb_reporthtml_print(const struct nrb_report_data *data, struct nrb_plots *plots,
	const struct nrb_screen *screen, FILE *out)
{
	int rc;

	fputs("<section>\n", out);
	print_title(data, out);
	print_sentences(data, screen, out);
	fputs("<h3>Figures</h3>\n", out);
	rc = nrb_reporttext_tables(data, screen, out);
	nrb_reporttrust_print(data, screen, out);
	for (int i = 0; rc == 0 && nrb_charts[i] != NULL; i++) {
		rc = nrb_chart_print(nrb_charts[i], data, plots, screen, out);
	}
	if (rc == 0) {
		print_odd(data, screen, out);
		rc = nrb_htmlmachine_print(data, screen, out);
	}
	if (rc == 0) {
		nrb_htmlnotes_print(data, out);
		fputs("<h3>How it ended</h3>\n", out);
		nrb_reporttext_end(data, screen, out);
		fputs("</section>\n", out);
	}
	return rc == 0 && ferror(out) ? -EIO : rc;
}
