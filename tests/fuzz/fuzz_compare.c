/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as records, parted by NUL, through compare in every format; one alone is named twice. */
#include "nrb/compare.h"
#include "nrb/diag.h"

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { MOST = 5, PATH_LEN = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Nothing of a record may reach a terminal unescaped. */
static void check_output(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char byte = (unsigned char)text[i];

		assert((byte >= ' ' || byte == '\n') && byte < 0x7f);
	}
}

static void compare(
	const char *const *paths, int n, enum nrb_report_format format, int width)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	struct nrb_report_options options = { .format = format, .out = out };
	bool inconclusive;

	assert(out != NULL);
	options.screen.width = width;
	options.screen.ascii = true;
	nrb_diag_set_muted(true);
	nrb_diag_reset();
	if (nrb_compare(&options, paths, n, &inconclusive) < 0) {
		/* who refuses records says why */
		assert(nrb_diag_message()[0] != '\0');
	}
	fclose(out);
	check_output(text, len);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char paths[MOST][PATH_LEN];
	const char *names[MOST];
	int files[MOST], n = 0;

	for (size_t from = 0, to; n < MOST - 1 && from <= size; from = to + 1) {
		for (to = from; to < size && data[to] != '\0'; to++) {
		}
		files[n] = memfd_create("record", MFD_CLOEXEC);
		assert(files[n] >= 0 &&
			write(files[n], data + from, to - from) == (ssize_t)(to - from));
		snprintf(paths[n], PATH_LEN, "/proc/self/fd/%d", files[n]);
		names[n] = paths[n];
		n++;
	}
	names[n] = paths[0];
	compare(names, n == 1 ? 2 : n, NRB_REPORT_TABLE, 0);
	compare(names, n == 1 ? 2 : n, NRB_REPORT_TABLE, 80);
	compare(names, n == 1 ? 2 : n, NRB_REPORT_JSON, 0);
	compare(names, n == 1 ? 2 : n, NRB_REPORT_CSV, 0);
	for (int i = 0; i < n; i++) {
		close(files[i]);
	}
	return 0;
}
