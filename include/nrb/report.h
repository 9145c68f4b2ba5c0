/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `report`: a record as a table for people, or as --json or --csv for programs, or as a page. */
#ifndef NRB_REPORT_H
#define NRB_REPORT_H

#include "nrb/screen.h"

#include <stdint.h>
#include <stdio.h>

enum nrb_report_format {
	NRB_REPORT_TABLE,
	NRB_REPORT_JSON,
	NRB_REPORT_CSV,
	NRB_REPORT_HTML
};

struct nrb_report_options {
	enum nrb_report_format format;
	int64_t roi_ppm;          /* 0: what the record says */
	struct nrb_screen screen; /* of out */
	FILE *out;
	int *unclear;     /* NULL; grows by nrb_contrasts_unclear of each record */
	const char *page; /* of HTML, the file to make; nothing goes to out then */
	const char *
		plots; /* of HTML, the directory to make for gnuplot's scripts; NULL: none */
	bool ascii_page;
};

/**
 * Read records ("-" is stdin), one report after the other (with JSON: one document, an array
 * "records" of one entry per file; CSV: one header line for all; HTML: one page with a part per file, there only if all went
 * well). Memory is bounded by arms.
 * Returns 0 or a negative errno, with a message (NRB_EXIT_FAILED for what is not a record).
 */
int nrb_report(const struct nrb_report_options *options, const char *const *files, int n);

/** The same of one record that is open, from its beginning on; fd is closed. file  its name */
int nrb_report_opened(const struct nrb_report_options *options, const char *file, int fd);

#endif
