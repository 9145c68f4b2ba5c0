/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `report`: records, one after the other, in one of the formats. */
#include "nrb/report.h"

#include "nrb/diag.h"
#include "nrb/htmlpage.h"
#include "nrb/json.h"
#include "nrb/newfile.h"
#include "nrb/reportdata.h"
#include "nrb/reporthtml.h"

#include <errno.h>
#include <unistd.h>

/* Where a report goes, while it is made. */
struct target {
	const struct nrb_report_options *options;
	struct nrb_json *records; /* of JSON */
	struct nrb_newfile page;
	struct nrb_plots plots;
};

static bool is_page(const struct target *target)
{
	return target->options->format == NRB_REPORT_HTML;
}

/* What a picture's script failed of is said. */
static int print_page(struct target *target, const struct nrb_report_data *data)
{
	const struct nrb_screen screen = { .html = true,
		.ascii = target->options->ascii_page };
	int rc = nrb_reporthtml_print(data, &target->plots, &screen, target->page.out);

	if (rc < 0 && ferror(target->page.out)) {
		return nrb_newfile_fail(&target->page);
	}
	return rc == -ENOMEM ? nrb_fail(rc, "cannot make the page") : rc;
}

static int show(struct target *target, const struct nrb_report_data *data)
{
	const struct nrb_report_options *options = target->options;
	int rc = 0;

	switch (options->format) {
	case NRB_REPORT_TABLE:
		rc = nrb_reporttext_print(data, &options->screen, options->out);
		break;
	case NRB_REPORT_JSON:
		nrb_json_append(target->records, nrb_reportjson_make(data));
		break;
	case NRB_REPORT_CSV:
		rc = nrb_reportcsv_rows(data, options->out);
		break;
	case NRB_REPORT_HTML:
		return print_page(target, data);
	}
	return rc < 0 ? nrb_fail(rc, "cannot print the report") : 0;
}

static int report_data(struct target *target, struct nrb_report_data *data)
{
	int rc = show(target, data);

	if (target->options->unclear != NULL) {
		*target->options->unclear += nrb_contrasts_unclear(&data->contrasts);
	}
	nrb_reportdata_free(data);
	return rc;
}

static int report_file(struct target *target, const char *file)
{
	struct nrb_report_data data;
	int rc = nrb_reportdata_read(&data, file, target->options->roi_ppm);

	return rc == 0 ? report_data(target, &data) : rc;
}

static int report_opened(struct target *target, const char *file, int fd)
{
	struct nrb_report_data data;
	int rc = nrb_reportdata_take(&data, file, fd, target->options->roi_ppm);

	return rc == 0 ? report_data(target, &data) : rc;
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

static int begin(struct target *target, int n)
{
	const struct nrb_report_options *options = target->options;
	int rc;

	if (options->format == NRB_REPORT_CSV) {
		return nrb_reportcsv_head(options->out);
	}
	if (options->format == NRB_REPORT_JSON) {
		target->records = nrb_json_array();
	}
	if (!is_page(target)) {
		return 0;
	}
	rc = nrb_newfile_begin(&target->page, options->page, "page");
	if (rc == 0) {
		rc = nrb_plots_begin(&target->plots, options->plots);
	}
	if (rc == 0) {
		nrb_htmlpage_begin(target->page.out, n);
	}
	return rc;
}

static int end(struct target *target)
{
	const struct nrb_report_options *options = target->options;
	struct nrb_json *records = target->records;

	if (is_page(target)) {
		nrb_htmlpage_end(target->page.out, &target->plots);
		return nrb_newfile_commit(&target->page);
	}
	if (options->format == NRB_REPORT_JSON) {
		target->records = NULL; /* in the document now */
		return print_document(records, options->out);
	}
	return fflush(options->out) != 0 ? nrb_fail(-errno, "cannot print the report")
					 : 0;
}

static int finish(struct target *target, int rc)
{
	if (rc == 0) {
		rc = end(target);
	}
	nrb_json_free(target->records);
	nrb_plots_end(&target->plots);
	nrb_newfile_abandon(&target->page);
	return rc;
}

int nrb_report(const struct nrb_report_options *options, const char *const *files, int n)
{
	struct target target = { .options = options };
	int rc = begin(&target, n);

	for (int i = 0; rc == 0 && i < n; i++) {
		if (i > 0 && options->format == NRB_REPORT_TABLE) {
			fputc('\n', options->out);
		}
		rc = report_file(&target, files[i]);
	}
	return finish(&target, rc);
}

int nrb_report_opened(const struct nrb_report_options *options, const char *file, int fd)
{
	struct target target = { .options = options };
	int rc = begin(&target, 1);

	if (rc == 0) {
		rc = report_opened(&target, file, fd);
	} else {
		close(fd);
	}
	return finish(&target, rc);
}
