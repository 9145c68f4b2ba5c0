/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an odd kernel says in tracefs: an event's format, the header of pages and a page, with a NUL behind
 * each of the first two. */
#include "nrb/traceformat.h"
#include "nrb/tracepage.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* As all kernels with words of 64 bits have it. */
static const struct nrb_tracepage_layout usual = {
	.timestamp = { 0, 8, false },
	.commit = { 8, 8, true },
	.data = 16,
	.bytes = 4096,
};

/* The next part as a text of its own, which the caller frees. */
static char *take_text(const uint8_t **data, size_t *size)
{
	size_t len = strnlen((const char *)*data, *size),
	       used = len < *size ? len + 1 : len;
	char *text = calloc(1, len + 1);

	assert(text != NULL);
	memcpy(text, *data, len);
	*data += used;
	*size -= used;
	return text;
}

static void read_page(const struct nrb_tracepage_layout *layout,
	const struct nrb_tracefield *field, const uint8_t *bytes, size_t size)
{
	struct nrb_traceevent event;
	struct nrb_tracepage page;
	size_t n = 0;
	int64_t value;

	if (nrb_tracepage_begin(&page, layout, bytes, size) < 0) {
		return;
	}
	while (nrb_tracepage_next(&page, &event)) {
		const uint8_t *at = event.data;

		assert(at >= bytes + layout->data && event.len <= size);
		assert(at + event.len <= bytes + size);
		assert(nrb_tracefield_get(field, event.data, event.len, &value) == 0 ||
			field->offset + field->size > event.len || field->size != 4);
		assert(++n <= size / 4);
	}
	assert(!nrb_tracepage_next(&page, &event));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct nrb_tracefield field = { 4, 4, true };
	struct nrb_tracepage_layout layout;
	char *format, *header;
	uint8_t *bytes;
	int id;

	if (size == 0) {
		return 0;
	}
	format = take_text(&data, &size);
	header = take_text(&data, &size);
	bytes = malloc(size > 0 ? size : 1); /* so that a byte beyond it is seen */
	assert(bytes != NULL);
	memcpy(bytes, data, size);
	if (nrb_traceformat_id(format, &id) == 0) {
		assert(id >= 0 && id <= UINT16_MAX);
	}
	if (nrb_traceformat_field(format, "common_pid", &field) < 0) {
		field = (struct nrb_tracefield){ 4, 4, true };
	}
	read_page(&usual, &field, bytes, size);
	if (nrb_tracepage_parse_layout(header, &layout) == 0) {
		read_page(&layout, &field, bytes, size);
	}
	free(bytes);
	free(header);
	free(format);
	return 0;
}
