/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Structs to and from JSON objects, by their field tables. */
#include "nrb/recordfields.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

int nrb_why_set(struct nrb_why *why, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	/* cppcheck-suppress ctuuninitvar ; it is written here */
	vsnprintf(why->text, sizeof(why->text), fmt, args);
	va_end(args);
	return -EPROTO;
}

void nrb_fields_put(
	struct nrb_json *object, const void *base, const struct nrb_field *fields)
{
	for (const struct nrb_field *f = fields; f->name != NULL; f++) {
		nrb_json_set_known(object, f->name, nrb_field_get(base, f));
	}
}

void nrb_strings_put(
	struct nrb_json *object, const void *base, const struct nrb_string_field *strings)
{
	for (const struct nrb_string_field *s = strings; s->name != NULL; s++) {
		const char *value = (const char *)base + s->offset;

		if (value[0] != '\0') {
			nrb_json_set_str(object, s->name, value);
		}
	}
}

int nrb_int_get(const struct nrb_json *object, const char *key, int64_t min, int64_t max,
	int64_t *out, struct nrb_why *why)
{
	int64_t value;

	switch (nrb_json_get_int(object, key, &value)) {
	case 0:
		break;
	case -ENOENT:
		return -ENOENT;
	default:
		return nrb_why_set(why, "%s is no integer", key);
	}
	if (value < min || value > max) {
		return nrb_why_set(why,
			"%s is %" PRId64 ", outside %" PRId64 "..%" PRId64, key, value,
			min, max);
	}
	*out = value;
	return 0;
}

int nrb_bool_get(
	const struct nrb_json *object, const char *key, bool *out, struct nrb_why *why)
{
	int rc = nrb_json_get_bool(object, key, out);

	return rc == -EINVAL ? nrb_why_set(why, "%s is neither true nor false", key) : rc;
}

int nrb_string_get(const struct nrb_json *object, const char *key, char *out, size_t len,
	struct nrb_why *why)
{
	const char *value;

	switch (nrb_json_get_str(object, key, &value)) {
	case 0:
		break;
	case -ENOENT:
		return -ENOENT;
	default:
		return nrb_why_set(why, "%s is no string", key);
	}
	if (strlen(value) >= len) {
		return nrb_why_set(why, "%s is longer than %zu bytes", key, len - 1);
	}
	strcpy(out, value);
	return 0;
}

int nrb_fields_get(const struct nrb_json *object, void *base,
	const struct nrb_field *fields, struct nrb_why *why)
{
	for (const struct nrb_field *f = fields; f->name != NULL; f++) {
		int rc = nrb_int_get(
			object, f->name, f->min, f->max, nrb_field_at(base, f), why);

		if (rc < 0 && rc != -ENOENT) {
			return rc;
		}
	}
	return 0;
}

int nrb_strings_get(const struct nrb_json *object, void *base,
	const struct nrb_string_field *strings, struct nrb_why *why)
{
	for (const struct nrb_string_field *s = strings; s->name != NULL; s++) {
		int rc = nrb_string_get(
			object, s->name, (char *)base + s->offset, s->len, why);

		if (rc < 0 && rc != -ENOENT) {
			return rc;
		}
	}
	return 0;
}

int nrb_array_get(const struct nrb_json *object, const char *key, size_t max,
	const struct nrb_json **array, struct nrb_why *why)
{
	*array = nrb_json_get(object, key);
	if (*array == NULL) {
		return 0;
	}
	if (!nrb_json_is_array(*array)) {
		return nrb_why_set(why, "%s is no array", key);
	}
	if (nrb_json_count(*array) > max) {
		return nrb_why_set(why, "%s has more than %zu elements", key, max);
	}
	return 0;
}
