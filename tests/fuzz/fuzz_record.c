/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as a record, through the reader and every format of report and export. */
#include "nrb/diag.h"
#include "nrb/export.h"
#include "nrb/reportdata.h"

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static FILE *out;
static char *text;
static size_t len;

static void begin(void)
{
	text = NULL;
	out = open_memstream(&text, &len);
	assert(out != NULL);
}

/* Nothing of a record may reach a terminal, or another tool, unescaped. */
static void end(void)
{
	assert(fclose(out) == 0);
	for (size_t i = 0; i < len; i++) {
		unsigned char byte = (unsigned char)text[i];

		assert((byte >= ' ' || byte == '\n') && byte < 0x7f);
	}
	free(text);
}

static void report(const struct nrb_report_data *data)
{
	static const int widths[] = { 0, 80 };
	struct nrb_screen screen = { .ascii = true };
	struct nrb_json *json;

	for (int i = 0; i < 2; i++) {
		begin();
		screen.width = widths[i];
		assert(nrb_reporttext_print(data, &screen, out) == 0);
		end();
	}
	begin();
	json = nrb_reportjson_make(data);
	assert(nrb_json_print(json, 2, out) == 0);
	nrb_json_free(json);
	end();
}

/* Its comments and labels are escaped: so is each line one that we began. */
static void check_lines(const struct nrb_export_format *format)
{
	for (const char *line = text;
		strcmp(format->name, "openmetrics") == 0 && *line != '\0';
		line = strchr(line, '\n') + 1) {
		assert(line[0] == '#' || strncmp(line, "numa_reclaim_bench_", 19) == 0);
	}
}

static void export(const struct nrb_report_data *data, const struct nrb_root *root)
{
	for (const struct nrb_export_format *f = nrb_export_format_table; f->name != NULL;
		f++) {
		struct nrb_exporting exporting = {
			.data = data, .root = root, .mode = NRB_ABSENT, .arm = NRB_ABSENT
		};

		if (f->of_one_arm) {
			exporting.arm = 1;
		}
		begin();
		exporting.out = out;
		nrb_diag_reset();
		if (f->print(&exporting) < 0) {
			assert(nrb_diag_message()[0] != '\0');
			fflush(out);
			assert(len == 0);
		}
		fflush(out);
		check_lines(f);
		end();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	int file = memfd_create("record", MFD_CLOEXEC);
	struct nrb_report_data data;
	struct nrb_root root;
	char path[64];

	nrb_diag_set_muted(true);
	nrb_diag_reset();
	assert(file >= 0 && write(file, bytes, size) == (ssize_t)size);
	/* a machine without any file of its own */
	assert(nrb_fsroot_open(&root, "/proc/self/fdinfo") == 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	if (nrb_reportdata_read(&data, path, 0) == 0) {
		report(&data);
		export(&data, &root);
		nrb_reportdata_free(&data);
	} else {
		/* who refuses a record says why */
		assert(nrb_diag_message()[0] != '\0');
	}
	nrb_fsroot_close(&root);
	close(file);
	return 0;
}
