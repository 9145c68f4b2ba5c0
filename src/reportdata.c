/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A record, read in one pass, as every format shows it. */
#include "nrb/reportdata.h"

#include "nrb/claimtimes.h"
#include "nrb/diag.h"

#include <errno.h>
#include <string.h>

static int add_cell(struct nrb_report_data *data, const struct nrb_sample *sample)
{
	int rc = nrb_group_add(&data->group, sample);

	if (rc == 0) {
		rc = nrb_runorder_add(&data->order, &data->group, sample);
	}
	if (rc == -E2BIG) {
		nrb_refuse(NRB_EXIT_FAILED, NULL, "%s: over %d combinations of factors",
			data->file, NRB_MAX_ARMS);
	} else if (rc < 0) {
		nrb_fail(rc, "%s", data->file);
	}
	return rc;
}

static int read_cells(struct nrb_report_data *data)
{
	const struct nrb_sample *sample;
	enum nrb_line line;
	int rc;

	do {
		rc = nrb_reader_next(data->reader, &line, &sample);
		if (rc == 0 && line == NRB_LINE_CELL) {
			nrb_trust_add(&data->trust, sample);
			rc = add_cell(data, sample);
		}
	} while (rc == 0 && line != NRB_LINE_EOF);
	return rc;
}

/* What is asked for now, before what was asked for then. */
static double roi_of(int64_t asked_ppm, const struct nrb_header *header)
{
	enum { DEFAULT_PPM = 50000 };
	int64_t recorded =
		header->roi_ppm != NRB_ABSENT ? header->roi_ppm : (int64_t)DEFAULT_PPM;

	return (double)(asked_ppm > 0 ? asked_ppm : recorded) / 1e6;
}

static int read_all(struct nrb_report_data *data, int64_t roi_ppm)
{
	int rc;

	data->header = nrb_reader_header(data->reader);
	data->roi = roi_of(roi_ppm, data->header);
	data->group.kernel = nrb_rule_kernel(data->header->kernel);
	rc = read_cells(data);
	if (rc < 0) {
		return rc;
	}
	data->end = nrb_reader_end(data->reader);
	rc = nrb_group_finish(&data->group);
	if (rc == 0) {
		rc = nrb_contrasts_make(
			&data->contrasts, &data->group, data->header, data->roi);
	}
	if (rc == 0) {
		rc = nrb_claims_make(&data->claims, &data->group, data->header);
	}
	if (rc == 0) {
		rc = nrb_claimtimes_make(
			&data->claims, &data->contrasts, &data->group, data->header);
	}
	return rc < 0 ? nrb_fail(rc, "%s", data->file) : 0;
}

static int read_opened(struct nrb_report_data *data, int64_t roi_ppm)
{
	int rc = read_all(data, roi_ppm);

	if (rc < 0) {
		nrb_reportdata_free(data);
	}
	return rc;
}

int nrb_reportdata_read(struct nrb_report_data *data, const char *file, int64_t roi_ppm)
{
	int rc;

	*data = (struct nrb_report_data){ .file = file };
	rc = nrb_reader_open(&data->reader, file);
	return rc == 0 ? read_opened(data, roi_ppm) : rc;
}

int nrb_reportdata_take(
	struct nrb_report_data *data, const char *file, int fd, int64_t roi_ppm)
{
	int rc;

	*data = (struct nrb_report_data){ .file = file };
	rc = nrb_reader_take(&data->reader, file, fd);
	return rc == 0 ? read_opened(data, roi_ppm) : rc;
}

void nrb_reportdata_free(struct nrb_report_data *data)
{
	nrb_runorder_free(&data->order);
	nrb_claims_free(&data->claims);
	nrb_contrasts_free(&data->contrasts);
	nrb_group_free(&data->group);
	nrb_reader_close(data->reader);
	*data = (struct nrb_report_data){ 0 };
}
