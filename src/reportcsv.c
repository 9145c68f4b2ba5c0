/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A record's arms as CSV (RFC 4180, but for the line ends). */
#include "nrb/figures.h"
#include "nrb/reportdata.h"

#include <errno.h>
#include <string.h>

static void print_field(FILE *out, const char *text)
{
	char shown[4 * NRB_FIGURE_LEN];

	nrb_screen_escape(shown, sizeof(shown), text, true);
	if (strpbrk(shown, ",\"") == NULL) {
		fputs(shown, out);
		return;
	}
	fputc('"', out);
	for (const char *p = shown; *p != '\0'; p++) {
		fprintf(out, *p == '"' ? "\"\"" : "%c", *p);
	}
	fputc('"', out);
}

int nrb_reportcsv_head(FILE *out)
{
	for (int id = 0; id < NRB_N_FIGURES; id++) {
		fprintf(out, "%s%s", id > 0 ? "," : "", nrb_figure_table[id].name);
	}
	fputc('\n', out);
	return ferror(out) ? -EIO : 0;
}

int nrb_reportcsv_rows(const struct nrb_report_data *data, FILE *out)
{
	char buf[NRB_FIGURE_LEN];

	for (int i = 0; i < data->group.n_arms; i++) {
		for (int id = 0; id < NRB_N_FIGURES; id++) {
			if (id > 0) {
				fputc(',', out);
			}
			print_field(out, nrb_figure_plain(buf, (enum nrb_figure_id)id,
						 data->group.arms[i]));
		}
		fputc('\n', out);
	}
	return ferror(out) ? -EIO : 0;
}
