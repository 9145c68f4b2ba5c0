/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `export`: a record for other tools. */
#include "nrb/export.h"

#include "nrb/diag.h"
#include "nrb/json.h"
#include "nrb/wholefile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* clang-format off */
const struct nrb_export_format nrb_export_format_table[] = {
	/* name         print                    one arm  root   times */
	{ "csv",         nrb_exportcsv_print,     false,   false, true },
	{ "openmetrics", nrb_exportmetrics_print, false,   false, false },
	{ "sysctl.d",    nrb_exportsysctl_print,  false,   true,  false },
	{ "tuned",       nrb_exporttuned_print,   false,   true,  false },
	{ "gnuplot",     nrb_exportplot_print,    false,   false, true },
	{ "hgrm",        nrb_exporthgrm_print,    true,    false, true },
	{ NULL,          NULL,                    false,   false, false },
};
/* clang-format on */

const struct nrb_export_format *nrb_export_find(const char *name)
{
	for (const struct nrb_export_format *f = nrb_export_format_table; f->name != NULL;
		f++) {
		if (strcmp(f->name, name) == 0) {
			return f;
		}
	}
	return NULL;
}

int nrb_exportcsv_print(const struct nrb_exporting *exporting)
{
	int rc = nrb_reportcsv_head(exporting->out);

	if (rc == 0) {
		rc = nrb_reportcsv_rows(exporting->data, exporting->out);
	}
	return rc < 0 ? nrb_fail(rc, "cannot print the export") : 0;
}

static int print_document(
	const struct nrb_export_options *options, const char *text, FILE *out)
{
	struct nrb_json *document = nrb_json_object();
	int rc;

	nrb_json_set_str(document, "format", options->format->name);
	nrb_json_set_str(document, "text", text);
	rc = nrb_json_print(document, 2, out);
	nrb_json_free(document);
	return rc;
}

/* A file gets the text as it is; --json then has it on stdout, too. */
static int hand_over(const struct nrb_export_options *options, const char *file,
	const char *text, size_t len)
{
	bool to_file = options->output != NULL && strcmp(options->output, "-") != 0;
	int rc = to_file ? nrb_wholefile_write(options->output, text, len,
				   strcmp(file, "-") != 0 ? file : "/dev/stdin")
			 : 0;

	if (rc < 0) {
		return rc;
	}
	if (options->json) {
		rc = print_document(options, text, options->out);
	} else if (!to_file) {
		(void)fwrite(text, 1, len, options->out); /* ferror has it */
	}
	if (rc == 0 && (fflush(options->out) != 0 || ferror(options->out))) {
		rc = errno != 0 ? -errno : -EIO;
	}
	return rc < 0 ? nrb_fail(rc, "cannot print the export") : 0;
}

/* All of it into memory first: where it fails, nothing was printed. */
static int print_text(const struct nrb_export_options *options,
	struct nrb_exporting *exporting, char **text, size_t *len)
{
	int rc;

	exporting->out = open_memstream(text, len);
	if (exporting->out == NULL) {
		return nrb_fail(-errno, "cannot print the export");
	}
	rc = options->format->print(exporting);
	if (rc == 0 && ferror(exporting->out)) {
		rc = nrb_fail(-ENOMEM, "cannot print the export");
	}
	if (fclose(exporting->out) != 0 && rc == 0) {
		rc = nrb_fail(-ENOMEM, "cannot print the export");
	}
	return rc;
}

int nrb_export(const struct nrb_export_options *options, const struct nrb_root *root,
	const char *file)
{
	struct nrb_report_data data;
	struct nrb_exporting exporting = {
		.data = &data, .root = root, .mode = options->mode, .arm = options->arm
	};
	char *text = NULL;
	size_t len = 0;
	int rc = nrb_reportdata_read(&data, file, 0);

	if (rc < 0) {
		return rc;
	}
	if (data.header->rehearsal && options->format->has_times) {
		nrb_warn("%s is a rehearsal: its times are a virtual machine's", file);
	}
	rc = print_text(options, &exporting, &text, &len);
	if (rc == 0) {
		rc = hand_over(options, file, text, len);
	}
	free(text);
	nrb_reportdata_free(&data);
	return rc;
}
