/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines, headings and tables, one after the other. */
#include "nrb/page.h"

#include "nrb/diag.h"
#include "nrb/shown.h"

#include <errno.h>
#include <stdarg.h>

enum { INDENT = 2, MAX_LINE = 1536 };

static void print_wrapped(
	const struct nrb_page *page, int blanks, const char *fmt, va_list args)
{
	char text[MAX_LINE], shown[NRB_SHOWN_ESCAPE * MAX_LINE];
	int at = snprintf(text, sizeof(text), "%*s", blanks, "");

	vsnprintf(text + at, sizeof(text) - (size_t)at, fmt, args);
	nrb_screen_escape(shown, sizeof(shown), text, page->screen->ascii);
	nrb_screen_wrap(page->screen, page->out, blanks + INDENT, shown);
}

void nrb_page_line(const struct nrb_page *page, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	print_wrapped(page, 0, fmt, args);
	va_end(args);
}

void nrb_page_item(const struct nrb_page *page, int blanks, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	print_wrapped(page, blanks, fmt, args);
	va_end(args);
}

void nrb_page_heading(const struct nrb_page *page, const char *text)
{
	fprintf(page->out, "\n%s%s%s\n", nrb_screen_bold(page->screen), text,
		nrb_screen_plain(page->screen));
}

struct nrb_table *nrb_page_begin_table(
	struct nrb_page *page, const struct nrb_table_column *columns, int n)
{
	struct nrb_table *table = NULL;

	if (page->rc == 0) {
		page->rc = nrb_table_create(
			&table, columns, n, page->screen->width, page->screen->ascii);
	}
	return table;
}

void nrb_page_add_row(
	struct nrb_page *page, struct nrb_table *table, const char *const *cells)
{
	if (page->rc == 0) {
		page->rc = nrb_table_add(table, cells);
	}
}

void nrb_page_end_table(struct nrb_page *page, struct nrb_table *table)
{
	if (page->rc == 0) {
		page->rc = nrb_table_print(table, page->out);
	}
	nrb_table_destroy(table);
}

int nrb_page_end(struct nrb_page *page)
{
	if (page->rc == 0) {
		page->rc = fflush(page->out) != 0 ? -errno : ferror(page->out) ? -EIO : 0;
	}
	return page->rc < 0 ? nrb_fail(page->rc, "cannot print") : 0;
}
