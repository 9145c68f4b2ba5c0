/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `report`: records, one after the other, in one of the formats. */
#include "nrb/report.h"

#include "nrb/diag.h"
#include "nrb/json.h"
#include "nrb/reportdata.h"

#include <errno.h>

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
	struct nrb_report_data data;
	int rc = nrb_reportdata_read(&data, file, options->roi_ppm);

	if (rc == 0) {
		rc = show(options, &data, records);
		if (options->unclear != NULL) {
			*options->unclear += nrb_contrasts_unclear(&data.contrasts);
		}
		nrb_reportdata_free(&data);
	}
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
