/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Comparisons for programs: pieces of one JSON document, and rows of CSV. */
#ifndef NRB_COMPAREDATA_H
#define NRB_COMPAREDATA_H

#include "nrb/comparefleet.h"
#include "nrb/comparepair.h"
#include "nrb/json.h"

#include <stdio.h>

/** What a record is; the caller owns it. */
struct nrb_json *nrb_comparedata_record(const struct nrb_compared *run);

/** One record against another: everything that is compared. */
struct nrb_json *nrb_comparedata_pair(const struct nrb_comparepair *pair);

/** Rows of one combination over hosts, in one group. ignored: factors that each host has its own of. */
struct nrb_json *nrb_comparedata_hosts(
	const struct nrb_comparefleet_row *rows, int n, unsigned int ignored, double roi);

/** The line of names, and a row for each effect. Return 0, -ENOMEM, -EIO, silent. */
int nrb_comparedata_csv_head(FILE *out);
int nrb_comparedata_csv_pair(const struct nrb_comparepair *pair, FILE *out);
int nrb_comparedata_csv_hosts(const struct nrb_comparefleet_row *rows, int n,
	unsigned int ignored, double roi, FILE *out);

#endif
