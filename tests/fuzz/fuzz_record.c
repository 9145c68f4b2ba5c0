/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as a record, through the reader and every format of the report. */
#include "nrb/diag.h"
#include "nrb/report.h"

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Nothing of a record may reach a terminal unescaped. */
static void check_output(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char byte = (unsigned char)text[i];

		assert((byte >= ' ' || byte == '\n') && byte < 0x7f);
	}
}

static void report(const char *path, enum nrb_report_format format, int width)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	struct nrb_report_options options = { .format = format, .out = out };

	assert(out != NULL);
	options.screen.width = width;
	options.screen.ascii = true;
	nrb_diag_reset();
	if (nrb_report(&options, &path, 1) < 0) {
		/* who refuses a record says why */
		assert(nrb_diag_message()[0] != '\0');
	}
	fclose(out);
	check_output(text, len);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int file = memfd_create("record", MFD_CLOEXEC);
	char path[64];

	assert(file >= 0 && write(file, data, size) == (ssize_t)size);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	report(path, NRB_REPORT_TABLE, 0);
	report(path, NRB_REPORT_TABLE, 80);
	report(path, NRB_REPORT_JSON, 0);
	report(path, NRB_REPORT_CSV, 0);
	close(file);
	return 0;
}
