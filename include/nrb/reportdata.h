/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One record as every format of a report gets it. */
#ifndef NRB_REPORTDATA_H
#define NRB_REPORTDATA_H

#include "nrb/claims.h"
#include "nrb/contrast.h"
#include "nrb/group.h"
#include "nrb/json.h"
#include "nrb/record.h"
#include "nrb/runorder.h"
#include "nrb/screen.h"
#include "nrb/trust.h"

#include <stdio.h>

struct nrb_report_data {
	const char *file;
	const struct nrb_header *header;
	const struct nrb_end *end; /* NULL: interrupted */
	double roi;                /* differences up to there do not matter: 0.05 */
	struct nrb_group group;    /* finished */
	struct nrb_claims claims;
	struct nrb_trust trust;
	struct nrb_contrasts contrasts;
	struct nrb_reader *reader; /* owns header and end */
	struct nrb_runorder order;
};

/**
 * Read a whole record ("-" is stdin) in one pass. Memory is bounded by arms.
 * data     out; to be freed after success, and untouched by others until then
 * roi_ppm  --roi as given now; 0: what the record says
 * Returns 0 or a negative errno, with a message (NRB_EXIT_FAILED for what is not a record).
 */
int nrb_reportdata_read(struct nrb_report_data *data, const char *file, int64_t roi_ppm);

/** The same of a record that is open (nrb_reader_take). */
int nrb_reportdata_take(
	struct nrb_report_data *data, const char *file, int fd, int64_t roi_ppm);
void nrb_reportdata_free(struct nrb_report_data *data);

/** For people. Returns 0, -ENOMEM, -EIO, silent. */
int nrb_reporttext_print(
	const struct nrb_report_data *data, const struct nrb_screen *screen, FILE *out);

/** The same record as an entry of a JSON document; the caller owns it. */
struct nrb_json *nrb_reportjson_make(const struct nrb_report_data *data);

/** The header line of a CSV file, and a row for each arm. Returns 0, -EIO, silent. */
int nrb_reportcsv_head(FILE *out);
int nrb_reportcsv_rows(const struct nrb_report_data *data, FILE *out);

/** What a cell of an arm without mode is: a load from one node's CPU to another's memory.
 * *_ratio: to the same CPU node's own memory. NAN: not measured, and ratios in a rehearsal. */
struct nrb_penalty {
	int distance; /* SLIT; 0 unknown */
	double small_ns, small_ratio, huge_ns, huge_ratio;
};

struct nrb_penalty nrb_penalty_of(
	const struct nrb_report_data *data, const struct nrb_arm_cells *arm);

/** The largest distance between two nodes; 0: unknown. */
int nrb_penalty_largest_distance(const struct nrb_header *header);

#endif
