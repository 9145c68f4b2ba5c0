/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tables on a terminal, by libsmartcols (symbols of 2.35 and older); it escapes control bytes. */
#include "nrb/table.h"

#include "nrb/html.h"

#include <errno.h>
#include <libsmartcols.h>
#include <stdlib.h>
#include <string.h>

struct nrb_table {
	struct libscols_table *scols;
};

static int add_columns(
	struct libscols_table *scols, const struct nrb_table_column *columns, int n)
{
	for (int i = 0; i < n; i++) {
		int flags = columns[i].right ? SCOLS_FL_RIGHT : 0;

		flags |= columns[i].wrap ? SCOLS_FL_WRAP : 0;
		if (scols_table_new_column(scols, columns[i].name, 0, flags) == NULL) {
			return -ENOMEM;
		}
	}
	return 0;
}

/* libsmartcols makes room by cutting columns; without wrapped ones there is none to be made. */
static bool is_limited(const struct nrb_table_column *columns, int n, int width)
{
	for (int i = 0; i < n; i++) {
		if (columns[i].wrap) {
			return width > 1;
		}
	}
	return false;
}

int nrb_table_create(struct nrb_table **table, const struct nrb_table_column *columns,
	int n, int width, bool ascii)
{
	struct nrb_table *t = calloc(1, sizeof(*t));

	if (t == NULL) {
		return -ENOMEM;
	}
	t->scols = scols_new_table();
	if (t->scols == NULL || add_columns(t->scols, columns, n) < 0 ||
		scols_table_enable_ascii(t->scols, ascii) != 0 ||
		scols_table_set_column_separator(t->scols, "  ") != 0) {
		nrb_table_destroy(t);
		return -ENOMEM;
	}
	if (is_limited(columns, n, width)) {
		scols_table_set_termforce(t->scols, SCOLS_TERMFORCE_ALWAYS);
		scols_table_set_termwidth(t->scols, (size_t)width - 1);
	} else {
		scols_table_set_termforce(t->scols, SCOLS_TERMFORCE_NEVER);
	}
	*table = t;
	return 0;
}

void nrb_table_destroy(struct nrb_table *table)
{
	if (table != NULL) {
		scols_unref_table(table->scols);
		free(table);
	}
}

int nrb_table_add(struct nrb_table *table, const char *const *cells)
{
	struct libscols_line *line = scols_table_new_line(table->scols, NULL);

	if (line == NULL) {
		return -ENOMEM;
	}
	for (size_t i = 0; i < scols_table_get_ncols(table->scols); i++) {
		if (cells[i] != NULL && scols_line_set_data(line, i, cells[i]) != 0) {
			return -ENOMEM;
		}
	}
	return 0;
}

int nrb_table_print(struct nrb_table *table, FILE *out)
{
	char *text = NULL, *rest, *line;
	int rc = 0;

	if (scols_print_table_to_string(table->scols, &text) != 0) {
		return -ENOMEM;
	}
	rest = text;
	while (rc == 0 && rest != NULL && (line = strsep(&rest, "\n")) != NULL) {
		size_t len = strlen(line);

		while (len > 0 && line[len - 1] == ' ') {
			len--;
		}
		if (rest == NULL && len == 0) {
			break;
		}
		rc = fprintf(out, "%s%.*s\n", len > 0 ? " " : "", (int)len, line) < 0
			     ? -errno
			     : 0;
	}
	free(text);
	return rc;
}

/* -- on a page -- */

static void print_html_heads(struct libscols_table *scols, FILE *out)
{
	fputs("<thead>\n<tr>", out);
	for (size_t i = 0; i < scols_table_get_ncols(scols); i++) {
		struct libscols_column *column = scols_table_get_column(scols, i);

		fprintf(out, "<th scope=\"col\"%s>",
			scols_column_is_right(column) ? " class=\"n\"" : "");
		nrb_html_escape(
			out, scols_cell_get_data(scols_column_get_header(column)));
		fputs("</th>", out);
	}
	fputs("</tr>\n</thead>\n", out);
}

static void print_html_row(
	struct libscols_table *scols, struct libscols_line *line, FILE *out)
{
	fputs("<tr>", out);
	for (size_t i = 0; i < scols_table_get_ncols(scols); i++) {
		struct libscols_column *column = scols_table_get_column(scols, i);
		const struct libscols_cell *cell = scols_line_get_cell(line, i);
		const char *text = scols_cell_get_data(cell);

		fprintf(out, "<%s%s>", i == 0 ? "th scope=\"row\"" : "td",
			scols_column_is_right(column) ? " class=\"n\"" : "");
		nrb_html_escape(out, text != NULL ? text : "");
		fputs(i == 0 ? "</th>" : "</td>", out);
	}
	fputs("</tr>\n", out);
}

int nrb_table_print_html(const struct nrb_table *table, const char *caption, FILE *out)
{
	struct libscols_table *scols = table->scols;

	fputs("<table>\n", out);
	if (caption != NULL) {
		fprintf(out, "<caption>%s</caption>\n", caption);
	}
	print_html_heads(scols, out);
	fputs("<tbody>\n", out);
	for (size_t i = 0; i < scols_table_get_nlines(scols); i++) {
		print_html_row(scols, scols_table_get_line(scols, i), out);
	}
	fputs("</tbody>\n</table>\n", out);
	return ferror(out) ? -EIO : 0;
}

int nrb_table_show(struct nrb_table *table, const struct nrb_screen *screen, FILE *out)
{
	int rc;

	if (!screen->html) {
		return nrb_table_print(table, out);
	}
	fputs("<div class=\"wide\" role=\"group\" aria-label=\"Table\" tabindex=\"0\">\n",
		out);
	rc = nrb_table_print_html(table, NULL, out);
	fputs("</div>\n", out);
	return rc;
}
