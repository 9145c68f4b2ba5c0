/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Structs to and from JSON objects, by their field tables. Absent and empty are left out. */
#ifndef NRB_RECORDFIELDS_H
#define NRB_RECORDFIELDS_H

#include "nrb/json.h"
#include "nrb/sample.h"

#include <stddef.h>

/* Why a line is refused, in words; the reader adds file and line. */
struct nrb_why {
	char text[256];
};

/** Fill in why. Returns -EPROTO. */
int nrb_why_set(struct nrb_why *why, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

void nrb_fields_put(
	struct nrb_json *object, const void *base, const struct nrb_field *fields);
void nrb_strings_put(struct nrb_json *object, const void *base,
	const struct nrb_string_field *strings);

/** Read the fields that object has; others keep their value, unknown keys are passed over.
 * Returns 0, -EPROTO (another type, out of range, too long), with why. */
int nrb_fields_get(const struct nrb_json *object, void *base,
	const struct nrb_field *fields, struct nrb_why *why);
int nrb_strings_get(const struct nrb_json *object, void *base,
	const struct nrb_string_field *strings, struct nrb_why *why);

/** Read one member of object. Returns 0, -ENOENT (not there, silent), -EPROTO, with why. */
int nrb_int_get(const struct nrb_json *object, const char *key, int64_t min, int64_t max,
	int64_t *out, struct nrb_why *why);
int nrb_bool_get(
	const struct nrb_json *object, const char *key, bool *out, struct nrb_why *why);
int nrb_string_get(const struct nrb_json *object, const char *key, char *out, size_t len,
	struct nrb_why *why);

/** The array at key of at most max elements; *array is NULL where there is none.
 * Returns 0, -EPROTO, with why. */
int nrb_array_get(const struct nrb_json *object, const char *key, size_t max,
	const struct nrb_json **array, struct nrb_why *why);

#endif
