/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tables on a terminal, by libsmartcols (included by table.c alone). */
#ifndef NRB_TABLE_H
#define NRB_TABLE_H

#include "nrb/screen.h"

#include <stdbool.h>
#include <stdio.h>

struct nrb_table_column {
	const char *name;
	bool right; /* numbers */
	bool wrap;  /* prose that may be wrapped to fit; other columns are never cut */
};

struct nrb_table;

/**
 * Make a table of n columns; the columns are copied.
 * width   of the terminal in columns; 0: as wide as it gets (a pipe)
 * ascii   draw with ASCII alone
 * Returns 0, -ENOMEM.
 */
int nrb_table_create(struct nrb_table **table, const struct nrb_table_column *columns,
	int n, int width, bool ascii);
void nrb_table_destroy(struct nrb_table *table);

/** Add a row of n strings, copied; NULL is an empty cell. Control bytes are shown escaped. */
int nrb_table_add(struct nrb_table *table, const char *const *cells);

/** Print it as <table>: headings first, the first column as headings of the rows, all of it escaped.
 * caption  trusted words; NULL: none. Returns 0, -EIO. */
int nrb_table_print_html(const struct nrb_table *table, const char *caption, FILE *out);

/** Print it with one blank before each line, headings first. Returns 0, -ENOMEM, -EIO. */
int nrb_table_print(struct nrb_table *table, FILE *out);

/** Print it as the screen wants it: on a page as <table> in a box that scrolls sideways. */
int nrb_table_show(struct nrb_table *table, const struct nrb_screen *screen, FILE *out);

#endif
