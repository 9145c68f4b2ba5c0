/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A table of texts that is parted where it is too wide, its keys first in each part. */
#ifndef NRB_COMPARETABLE_H
#define NRB_COMPARETABLE_H

#include "nrb/compared.h"
#include "nrb/screen.h"

#include <stdio.h>

enum { NRB_COMPARETABLE_MAX = 48, NRB_COMPARETABLE_CELL = 320 };

struct nrb_comparetable {
	int n_columns, n_rows, room;
	const char *headings[NRB_COMPARETABLE_MAX]; /* borrowed */
	bool is_key[NRB_COMPARETABLE_MAX], is_right[NRB_COMPARETABLE_MAX];
	char **cells; /* of n_rows by NRB_COMPARETABLE_MAX; NULL: empty */
	bool lost;    /* there was no memory for a cell */
};

/** Add a column. Returns its number. */
int nrb_comparetable_column(
	struct nrb_comparetable *table, const char *heading, bool is_key, bool is_right);

/** Add a row. Returns its number, or 0 when there is no memory, which printing then says. */
int nrb_comparetable_row(struct nrb_comparetable *table);

/** Copy text, which may be of a record, into the last row; "" is nothing. */
void nrb_comparetable_set(struct nrb_comparetable *table, int column, const char *text);

/** A difference of shares in percentage points: "-98.4", "0.0", "+1.5". Fills and returns buf. */
const char *nrb_comparetable_points(char buf[NRB_COMPARETABLE_CELL], double difference);

/** "1.70 [1.60, 1.80] worse", "-98.4 pp worse", "" where there is nothing. Fills and returns buf. */
const char *nrb_comparetable_effect(
	char buf[NRB_COMPARETABLE_CELL], const struct nrb_compared_effect *effect);

/** Whether its keys leave less than two thirds of the screen. */
bool nrb_comparetable_is_crowded(
	const struct nrb_comparetable *table, const struct nrb_screen *screen);

/** Print it; columns without any text are left out. Returns 0, -ENOMEM, -EIO, silent. */
int nrb_comparetable_print(
	const struct nrb_comparetable *table, const struct nrb_screen *screen, FILE *out);

void nrb_comparetable_free(struct nrb_comparetable *table);

#endif
