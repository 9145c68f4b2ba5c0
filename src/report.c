/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `report`: read a record in one pass, then show it in one of the formats. */
#include "nrb/report.h"

#include "nrb/diag.h"
#include "nrb/json.h"
#include "nrb/record.h"
#include "nrb/reportdata.h"

#include <errno.h>
#include <string.h>

static int add_cell(
	struct nrb_group *group, const struct nrb_sample *sample, const char *file)
{
	int rc = nrb_group_add(group, sample);

	if (rc == -E2BIG) {
		nrb_refuse(NRB_EXIT_FAILED, NULL, "%s: over %d combinations of factors",
			file, NRB_MAX_ARMS);
	} else if (rc < 0) {
		nrb_fail(rc, "%s", file);
	}
	return rc;
}

static int read_all(struct nrb_reader *reader, struct nrb_report_data *data)
{
	const struct nrb_sample *sample;
	enum nrb_line line;
	int rc;

	data->header = nrb_reader_header(reader);
	data->group.kernel = nrb_rule_kernel(data->header->kernel);
	do {
		rc = nrb_reader_next(reader, &line, &sample);
		if (rc == 0 && line == NRB_LINE_CELL) {
			rc = add_cell(&data->group, sample, data->file);
		}
	} while (rc == 0 && line != NRB_LINE_EOF);
	if (rc < 0) {
		return rc;
	}
	data->end = nrb_reader_end(reader);
	rc = nrb_group_finish(&data->group);
	if (rc == 0) {
		rc = nrb_claims_make(&data->claims, &data->group, data->header);
	}
	return rc < 0 ? nrb_fail(rc, "%s", data->file) : 0;
}

static int show(const struct nrb_report_options *options,
	const struct nrb_report_data *data, struct nrb_json *records)
{
	int rc = 0;

	switch (options->format) {
	case NRB_REPORT_TABLE:
		rc = nrb_reporttext_print(data, &options->screen, options->out);
		break;
	case NRB_REPORT_JSON:
		nrb_json_append(records, nrb_reportjson_make(data));
		break;
	case NRB_REPORT_CSV:
		rc = nrb_reportcsv_rows(data, options->out);
		break;
	}
	return rc < 0 ? nrb_fail(rc, "cannot print the report") : 0;
}

static int report_file(const struct nrb_report_options *options, const char *file,
	struct nrb_json *records)
{
	struct nrb_report_data data = { .file = file };
	struct nrb_reader *reader;
	int rc = nrb_reader_open(&reader, file);

	if (rc < 0) {
		return rc;
	}
	rc = read_all(reader, &data);
	if (rc == 0) {
		rc = show(options, &data, records);
	}
	nrb_claims_free(&data.claims);
	nrb_group_free(&data.group);
	nrb_reader_close(reader);
	return rc;
}

static int print_document(struct nrb_json *records, FILE *out)
{
	struct nrb_json *document = nrb_json_object();
	int rc;

	nrb_json_set(document, "records", records);
	rc = nrb_json_print(document, 2, out);
	nrb_json_free(document);
	return rc < 0 ? nrb_fail(rc, "cannot print the report") : 0;
}

int nrb_report(const struct nrb_report_options *options, const char *const *files, int n)
{
	struct nrb_json *records = nrb_json_array();
	int rc = 0;

	if (options->format == NRB_REPORT_CSV) {
		rc = nrb_reportcsv_head(options->out);
	}
	for (int i = 0; rc == 0 && i < n; i++) {
		if (i > 0 && options->format == NRB_REPORT_TABLE) {
			fputc('\n', options->out);
		}
		rc = report_file(options, files[i], records);
	}
	if (rc == 0 && options->format == NRB_REPORT_JSON) {
		return print_document(records, options->out);
	}
	nrb_json_free(records);
	if (rc == 0 && fflush(options->out) != 0) {
		rc = nrb_fail(-errno, "cannot print the report");
	}
	return rc;
}
