/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Comparisons for people: what is certain in sentences, then tables. */
#ifndef NRB_COMPARETEXT_H
#define NRB_COMPARETEXT_H

#include "nrb/comparefleet.h"
#include "nrb/comparepair.h"
#include "nrb/screen.h"

#include <stdio.h>

enum { NRB_COMPARETEXT_LEN = 2048 };

/* Metrics as they are told and shown; the first NRB_COMPARETEXT_SPOKEN of them in sentences too. */
enum { NRB_COMPARETEXT_SPOKEN = NRB_N_METRICS - 3 };
extern const enum nrb_metric nrb_comparetext_order[NRB_N_METRICS];

/** Print a line that may quote a record: escaped, wrapped, a headline in bold. */
void nrb_comparetext_say(const struct nrb_screen *screen, FILE *out, bool bold,
	const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/** "98.4 percentage points more", "1.6 to 1.8 times": effects of one metric from least to most. Fills and
 * returns buf. */
const char *nrb_comparetext_span(
	char *buf, size_t len, enum nrb_metric metric, double least, double most);

enum { NRB_COMPARETEXT_LABEL = 512 };

/* Rows of a pair that differ in their mode alone. */
struct nrb_comparetext_family {
	const struct nrb_comparepair *pair;
	const struct nrb_comparepair_row *rows;
	int n;
	char label
		[NRB_COMPARETEXT_LABEL]; /* "policy bind: ", "" where it is the only one */
};

/** The one whose first row is from. */
struct nrb_comparetext_family nrb_comparetext_family_at(
	const struct nrb_comparepair *pair, int from);

/** Its effects and counters, in one table, or one for each family where keys take too much room.
 * Returns 0, -ENOMEM, -EIO, silent. */
int nrb_comparetext_tables(
	const struct nrb_comparepair *pair, const struct nrb_screen *screen, FILE *out);

/** Print one record against another, or many hosts. Returns 0, -ENOMEM, -EIO, silent. */
int nrb_comparetext_pair(
	const struct nrb_comparepair *pair, const struct nrb_screen *screen, FILE *out);
int nrb_comparetext_fleet(const struct nrb_comparefleet *fleet, double roi,
	const struct nrb_screen *screen, FILE *out);

#endif
