/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parsing the text of tracefs' format files. Source: Documentation/trace/events.rst. */
#include "nrb/traceformat.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_OFFSET = 1 << 16 };

/* The number behind a word in [line, end), 0 to max. Returns 0 or -EINVAL. */
static int number_after(
	const char *line, const char *end, const char *word, long max, long *value)
{
	const char *at = strstr(line, word);
	char *stop;

	if (at == NULL || at >= end) {
		return -EINVAL;
	}
	at += strlen(word);
	*value = strtol(at, &stop, 10);
	return stop == at || stop > end || *value < 0 || *value > max ? -EINVAL : 0;
}

int nrb_traceformat_id(const char *format, int *id)
{
	const char *line = strstr(format, "ID:");
	long value;
	int rc = line != NULL ? number_after(line, line + strcspn(line, "\n"),
					"ID:", UINT16_MAX, &value)
			      : -EINVAL;

	if (rc == 0) {
		*id = (int)value;
	}
	return rc;
}

/* Of "field:unsigned long gfp_flags;" the last word before the semicolon; an array's ends before "[". */
static bool is_named(const char *declaration, size_t len, const char *name)
{
	const char *bracket = memchr(declaration, '[', len);
	size_t name_len = strlen(name);

	if (bracket != NULL) {
		len = (size_t)(bracket - declaration);
	}
	return len > name_len &&
	       memcmp(declaration + len - name_len, name, name_len) == 0 &&
	       strchr(" :*", declaration[len - name_len - 1]) != NULL;
}

static int parse_line(const char *line, const char *end, struct nrb_tracefield *field)
{
	long offset, size, is_signed;

	if (number_after(line, end, "offset:", MAX_OFFSET, &offset) < 0 ||
		number_after(line, end, "size:", MAX_OFFSET, &size) < 0 ||
		number_after(line, end, "signed:", 1, &is_signed) < 0) {
		return -EINVAL;
	}
	*field = (struct nrb_tracefield){ .offset = (size_t)offset,
		.size = (size_t)size,
		.is_signed = is_signed != 0 };
	return 0;
}

int nrb_traceformat_field(
	const char *format, const char *name, struct nrb_tracefield *field)
{
	static const char prefix[] = "field:";

	for (const char *at = strstr(format, prefix); at != NULL;
		at = strstr(at + 1, prefix)) {
		const char *end = at + strcspn(at, "\n");
		size_t len = strcspn(at, ";\n");

		if (at[len] == ';' && is_named(at, len, name)) {
			return parse_line(at, end, field);
		}
	}
	return -ENOENT;
}

int nrb_tracefield_get(const struct nrb_tracefield *field, const void *record, size_t len,
	int64_t *value)
{
	const unsigned char *at = (const unsigned char *)record + field->offset;
	uint8_t u8;
	uint16_t u16;
	uint32_t u32;

	if (field->offset > len || field->size > len - field->offset) {
		return -EINVAL;
	}
	switch (field->size) {
	case sizeof(u8):
		u8 = *at;
		*value = field->is_signed ? (int8_t)u8 : u8;
		return 0;
	case sizeof(u16):
		memcpy(&u16, at, sizeof(u16));
		*value = field->is_signed ? (int16_t)u16 : u16;
		return 0;
	case sizeof(u32):
		memcpy(&u32, at, sizeof(u32));
		*value = field->is_signed ? (int32_t)u32 : (int64_t)u32;
		return 0;
	case sizeof(*value): /* of what is not signed too: no count reaches 2^63 */
		memcpy(value, at, sizeof(*value));
		return 0;
	default:
		return -EINVAL;
	}
}
