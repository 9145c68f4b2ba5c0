/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A table of texts that is parted where it is too wide. */
#include "nrb/comparetable.h"

#include "nrb/table.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX = NRB_COMPARETABLE_MAX, GAP = 2, MARGIN = 1, ESCAPED = 4 };

int nrb_comparetable_column(
	struct nrb_comparetable *table, const char *heading, bool is_key, bool is_right)
{
	assert(table->n_columns < MAX && table->n_rows == 0);
	table->headings[table->n_columns] = heading;
	table->is_key[table->n_columns] = is_key;
	table->is_right[table->n_columns] = is_right;
	return table->n_columns++;
}

int nrb_comparetable_row(struct nrb_comparetable *table)
{
	if (table->n_rows == table->room) {
		int room = table->room > 0 ? 2 * table->room : 16;
		char **cells = realloc(table->cells, (size_t)room * MAX * sizeof(*cells));

		if (cells == NULL) {
			table->lost = true;
			return 0;
		}
		table->cells = cells;
		table->room = room;
	}
	memset(table->cells + (size_t)table->n_rows * MAX, 0, MAX * sizeof(char *));
	return table->n_rows++;
}

void nrb_comparetable_set(struct nrb_comparetable *table, int column, const char *text)
{
	char **cell;

	if (text[0] == '\0' || table->lost) {
		return;
	}
	cell = &table->cells[(size_t)(table->n_rows - 1) * MAX + (size_t)column];
	*cell = strdup(text);
	table->lost = *cell == NULL;
}

const char *nrb_comparetable_points(char buf[NRB_COMPARETABLE_CELL], double difference)
{
	double points = 100 * difference;

	if (fabs(points) < 0.05) { /* no -0.0 */
		snprintf(buf, NRB_COMPARETABLE_CELL, "0.0");
	} else {
		snprintf(buf, NRB_COMPARETABLE_CELL, "%+.1f", points);
	}
	return buf;
}

const char *nrb_comparetable_effect(
	char buf[NRB_COMPARETABLE_CELL], const struct nrb_compared_effect *effect)
{
	const struct nrb_estimate *e = &effect->effect;
	const char *verdict = nrb_verdict_name(effect->verdict);
	size_t len = NRB_COMPARETABLE_CELL;

	if (effect->verdict == NRB_VERDICT_NONE || isnan(e->at)) {
		buf[0] = '\0';
	} else if (nrb_metric_table[effect->metric].is_share) {
		char points[NRB_COMPARETABLE_CELL];

		nrb_comparetable_points(points, e->at);
		snprintf(buf, len, "%.32s pp %s", points, verdict);
	} else if (nrb_estimate_is_bounded(e)) {
		snprintf(buf, len, "%.2f [%.2f, %.2f] %s", e->at, e->low, e->high,
			verdict);
	} else {
		snprintf(buf, len, "%.2f %s", e->at, verdict);
	}
	return buf;
}

/* At most: a control byte is shown escaped, and so is a backslash before an x. */
static int places(const char *text, bool ascii)
{
	int n = 0;

	for (; *text != '\0'; text++) {
		unsigned char byte = (unsigned char)*text;

		if (byte < ' ' || byte == 0x7f || byte == '\\' ||
			(byte >= 0x80 && ascii)) {
			n += ESCAPED;
		} else {
			n += (byte & 0xc0) != 0x80;
		}
	}
	return n;
}

static const char *cell_of(const struct nrb_comparetable *table, int row, int column)
{
	return table->cells[(size_t)row * MAX + (size_t)column];
}

/* 0: no row has anything there. */
static int width_of(const struct nrb_comparetable *table, int column, bool ascii)
{
	int width = 0;

	for (int i = 0; i < table->n_rows; i++) {
		const char *cell = cell_of(table, i, column);
		int n = cell != NULL ? places(cell, ascii) : 0;

		width = n > width ? n : width;
	}
	if (width > 0) {
		int n = places(table->headings[column], ascii);

		width = n > width ? n : width;
	}
	return width;
}

static int print_part(const struct nrb_comparetable *table, const int *columns, int n,
	const struct nrb_screen *screen, FILE *out)
{
	struct nrb_table_column heads[MAX];
	const char *row[MAX];
	struct nrb_table *part;
	int rc;

	for (int c = 0; c < n; c++) {
		heads[c] = (struct nrb_table_column){ .name = table->headings[columns[c]],
			.right = table->is_right[columns[c]] };
	}
	rc = nrb_table_create(&part, heads, n, 0, screen->ascii);
	if (rc < 0) {
		return rc;
	}
	for (int i = 0; rc == 0 && i < table->n_rows; i++) {
		for (int c = 0; c < n; c++) {
			const char *cell = cell_of(table, i, columns[c]);

			row[c] = cell != NULL ? cell : "-";
		}
		rc = nrb_table_add(part, row);
	}
	if (rc == 0) {
		rc = nrb_table_print(part, out);
	}
	nrb_table_destroy(part);
	return rc;
}

/* The columns of the next part: the keys, and as many from *next on as there is room for. */
static int choose(const struct nrb_comparetable *table, const int *widths, int limit,
	int *columns, int *next)
{
	int n = 0, width = MARGIN - GAP, others = 0;

	for (int c = 0; c < table->n_columns; c++) {
		if (table->is_key[c] && widths[c] > 0) {
			columns[n++] = c;
			width += GAP + widths[c];
		}
	}
	for (; *next < table->n_columns; (*next)++) {
		if (table->is_key[*next] || widths[*next] == 0) {
			continue;
		}
		width += GAP + widths[*next];
		if (others > 0 && limit > 0 && width > limit) {
			break;
		}
		columns[n++] = *next;
		others++;
	}
	return others > 0 ? n : 0;
}

bool nrb_comparetable_is_crowded(
	const struct nrb_comparetable *table, const struct nrb_screen *screen)
{
	int keys = 0;

	for (int c = 0; c < table->n_columns; c++) {
		keys += table->is_key[c] ? GAP + width_of(table, c, screen->ascii) : 0;
	}
	return screen->width > 0 && keys > screen->width / 3;
}

int nrb_comparetable_print(
	const struct nrb_comparetable *table, const struct nrb_screen *screen, FILE *out)
{
	int widths[MAX], columns[MAX], next = 0, rc = 0;

	if (table->lost) {
		return -ENOMEM;
	}
	for (int c = 0; c < table->n_columns; c++) {
		widths[c] = width_of(table, c, screen->ascii);
	}
	for (bool first = true; rc == 0; first = false) {
		int n = choose(table, widths, screen->width, columns, &next);

		if (n == 0) {
			break;
		}
		fputs(first ? "" : "\n", out);
		rc = print_part(table, columns, n, screen, out);
	}
	return rc;
}

void nrb_comparetable_free(struct nrb_comparetable *table)
{
	for (size_t i = 0; i < (size_t)table->n_rows * MAX; i++) {
		free(table->cells[i]);
	}
	free(table->cells);
	*table = (struct nrb_comparetable){ 0 };
}
