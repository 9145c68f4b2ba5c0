/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prose and tables on a screen; the first failure is kept, so that only the end has to look. */
#ifndef NRB_PAGE_H
#define NRB_PAGE_H

#include "nrb/diag.h"
#include "nrb/screen.h"
#include "nrb/table.h"

#include <stdio.h>

struct nrb_page {
	const struct nrb_screen *screen;
	FILE *out;
	int rc; /* of the first table that failed */
};

/** Print a line, escaped and wrapped at words, later ones indented: what comes from outside (a sysctl's
 * text) must not drive the terminal. */
void nrb_page_line(const struct nrb_page *page, const char *fmt, ...) NRB_PRINTF(2, 3);

/** The same, begun behind so many blanks; later lines stand further in. */
void nrb_page_item(const struct nrb_page *page, int blanks, const char *fmt, ...)
	NRB_PRINTF(3, 4);

/** Print an empty line and a heading. */
void nrb_page_heading(const struct nrb_page *page, const char *text);

/** As nrb_table_create, _add and _print with _destroy, doing nothing after a failure. */
struct nrb_table *nrb_page_begin_table(
	struct nrb_page *page, const struct nrb_table_column *columns, int n);
void nrb_page_add_row(
	struct nrb_page *page, struct nrb_table *table, const char *const *cells);
void nrb_page_end_table(struct nrb_page *page, struct nrb_table *table);

/** Write all out. Returns 0, or the first failure or -EIO, with a message. */
int nrb_page_end(struct nrb_page *page);

#endif
