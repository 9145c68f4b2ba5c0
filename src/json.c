/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * JSON values, by jansson; a struct nrb_json is a json_t under another name.
 * jansson 2.14 refuses all that is malformed or ambiguous, but nests to 2048 levels and spends
 * up to 100 bytes on two of input: a look ahead bounds both.
 */
#include "nrb/json.h"

#include "nrb/pool.h"
#include "nrb/units.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A value of no type that jansson knows: json_dumps() fails on it at any depth. Its reference
 * count is that of jansson's own constants: never freed. */
#define LOST ((json_type)-1)

enum { DEL = 0x7f };

static json_t lost = { LOST, (size_t)-1 };

static json_t *raw(const struct nrb_json *value)
{
	return (json_t *)value;
}

static struct nrb_json *wrap(json_t *value)
{
	return (struct nrb_json *)value;
}

_Static_assert(NRB_POOL_ALIGNMENT % _Alignof(json_int_t) == 0 &&
		       NRB_POOL_ALIGNMENT % _Alignof(double) == 0 &&
		       NRB_POOL_ALIGNMENT % _Alignof(void *) == 0,
	"what jansson stores in a block is aligned");

void nrb_json_use_pool(void)
{
#ifndef __SANITIZE_ADDRESS__ /* which is to see each block */
	json_set_alloc_funcs(nrb_pool_take, nrb_pool_give);
#endif
}

struct nrb_json *nrb_json_object(void)
{
	return wrap(json_object());
}

struct nrb_json *nrb_json_array(void)
{
	return wrap(json_array());
}

struct nrb_json *nrb_json_int(int64_t value)
{
	return wrap(json_integer(value));
}

struct nrb_json *nrb_json_real(double value)
{
	return wrap(isfinite(value) ? json_real(value) : json_null());
}

struct nrb_json *nrb_json_bool(bool value)
{
	return wrap(json_boolean(value));
}

/* Length of the UTF-8 sequence at text; 0 where there is none (RFC 3629: shortest form, no
 * surrogates, at most U+10FFFF). */
static size_t utf8_length(const unsigned char *text)
{
	size_t len;
	unsigned int min = 0x80, max = 0xbf; /* of the second byte */

	if (text[0] < 0x80) {
		return 1;
	}
	if (text[0] < 0xc2 || text[0] > 0xf4) {
		return 0;
	}
	len = text[0] < 0xe0 ? 2 : text[0] < 0xf0 ? 3 : 4;
	min = text[0] == 0xe0 ? 0xa0 : text[0] == 0xf0 ? 0x90 : min;
	max = text[0] == 0xed ? 0x9f : text[0] == 0xf4 ? 0x8f : max;
	if (text[1] < min || text[1] > max) {
		return 0;
	}
	for (size_t i = 2; i < len; i++) {
		if ((text[i] & 0xc0) != 0x80) {
			return 0;
		}
	}
	return len;
}

struct nrb_json *nrb_json_str(const char *value)
{
	json_t *json = json_string(value);
	char *copy;
	size_t len;

	if (json != NULL) {
		return wrap(json);
	}
	copy = strdup(value);
	if (copy == NULL) {
		return NULL;
	}
	for (char *p = copy; *p != '\0'; p += len) {
		len = utf8_length((unsigned char *)p);
		if (len == 0) {
			*p = '?';
			len = 1;
		}
	}
	json = json_string(copy);
	free(copy);
	return wrap(json);
}

/* The container is emptied first, so that there is memory for the mark. */
static void poison(struct nrb_json *container)
{
	json_t *json = raw(container);
	int rc = 0;

	if (json_is_object(json)) {
		json_object_clear(json);
		rc = json_object_set_new_nocheck(json, "lost", &lost);
	} else if (json_is_array(json)) {
		json_array_clear(json);
		rc = json_array_append_new(json, &lost);
	}
	if (rc != 0) {
		json->type = LOST; /* what little it still holds leaks */
	}
}

void nrb_json_free(struct nrb_json *value)
{
	json_decref(raw(value));
}

void nrb_json_set(struct nrb_json *object, const char *key, struct nrb_json *value)
{
	if (json_object_set_new(raw(object), key, raw(value)) != 0) {
		poison(object);
	}
}

void nrb_json_set_shared(
	struct nrb_json *object, const char *key, const struct nrb_json *value)
{
	nrb_json_set(object, key, wrap(json_incref(raw(value))));
}

void nrb_json_append(struct nrb_json *array, struct nrb_json *value)
{
	if (json_array_append_new(raw(array), raw(value)) != 0) {
		poison(array);
	}
}

void nrb_json_set_int(struct nrb_json *object, const char *key, int64_t value)
{
	nrb_json_set(object, key, nrb_json_int(value));
}

void nrb_json_set_known(struct nrb_json *object, const char *key, int64_t value)
{
	if (value != NRB_ABSENT) {
		nrb_json_set_int(object, key, value);
	}
}

void nrb_json_set_str(struct nrb_json *object, const char *key, const char *value)
{
	nrb_json_set(object, key, nrb_json_str(value));
}

void nrb_json_set_real(struct nrb_json *object, const char *key, double value)
{
	nrb_json_set(object, key, nrb_json_real(value));
}

void nrb_json_set_number(struct nrb_json *object, const char *key, double value)
{
	if (isnan(value)) {
		return;
	}
	if (value == rint(value) && fabs(value) < 9e15) {
		nrb_json_set_int(object, key, (int64_t)value);
	} else {
		nrb_json_set_real(object, key, value);
	}
}

void nrb_json_set_bool(struct nrb_json *object, const char *key, bool value)
{
	nrb_json_set(object, key, nrb_json_bool(value));
}

/* A copy of text with a newline, and with DEL escaped: the one control byte that jansson leaves
 * alone. It stands in strings only. */
static char *finish_text(const char *text, size_t *len)
{
	size_t dels = 0, used = 0;
	char *copy;

	for (const char *p = text; *p != '\0'; p++) {
		dels += *p == DEL;
	}
	copy = malloc(strlen(text) + dels * strlen("\\u007F") + 2);
	if (copy == NULL) {
		return NULL;
	}
	for (const char *p = text; *p != '\0'; p++) {
		if (*p == DEL) {
			used += (size_t)snprintf(copy + used, 7, "\\u007F");
		} else {
			copy[used++] = *p;
		}
	}
	memcpy(copy + used, "\n", 2);
	*len = used + 1;
	return copy;
}

/* Where jansson 2.14 runs out of memory within a text, it drops a part of it and goes on. */
static struct {
	json_malloc_t take; /* who gives memory */
	json_free_t give;
	bool failed; /* once, to give it */
} memory;

static void *take_watched(size_t size)
{
	void *block = memory.take(size);

	memory.failed |= block == NULL;
	return block;
}

static void watch_memory(void)
{
	memory.failed = false;
	json_get_alloc_funcs(&memory.take, &memory.give);
	json_set_alloc_funcs(take_watched, memory.give);
}

/* Returns whether there was enough of it. */
static bool end_watch(void)
{
	json_set_alloc_funcs(memory.take, memory.give);
	return !memory.failed;
}

int nrb_json_dump(const struct nrb_json *value, int indent, char **text, size_t *len)
{
	/* ASCII, so that no byte of a string moves a terminal */
	size_t flags = JSON_ENCODE_ANY | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(15);
	char *dump;

	flags |= indent > 0 ? JSON_INDENT((size_t)indent) : JSON_COMPACT;
	watch_memory();
	dump = json_dumps(raw(value), flags);
	*text = end_watch() && dump != NULL ? finish_text(dump, len) : NULL;
	if (dump != NULL) {
		memory.give(dump); /* as jansson frees */
	}
	return *text != NULL ? 0 : -ENOMEM;
}

int nrb_json_print(const struct nrb_json *value, int indent, FILE *out)
{
	size_t len, written;
	char *text;
	int rc = nrb_json_dump(value, indent, &text, &len);

	if (rc < 0) {
		return rc;
	}
	written = fwrite(text, 1, len, out);
	rc = written == len ? 0 : -errno;
	free(text);
	return rc;
}

/* Bounds on nesting and on the number of containers; what is in quotes does not count. Broken
 * JSON may be miscounted: the parser refuses it anyway. */
static const char *look_ahead(const char *text, size_t len)
{
	size_t containers = 0;
	int level = 0;
	bool quoted = false;

	for (size_t i = 0; i < len; i++) {
		if (text[i] == '"') {
			quoted = !quoted;
		} else if (quoted) {
			i += text[i] == '\\';
		} else if (text[i] == '[' || text[i] == '{') {
			level++;
			containers++;
		} else if (text[i] == ']' || text[i] == '}') {
			level--;
		}
		if (level > NRB_JSON_MAX_LEVELS) {
			return "nested too deeply";
		}
		if (containers > NRB_JSON_MAX_CONTAINERS) {
			return "too many objects and arrays";
		}
	}
	return NULL;
}

int nrb_json_parse(
	const char *text, size_t len, struct nrb_json **value, char *why, size_t why_len)
{
	const char *bound = look_ahead(text, len);
	json_error_t error;
	json_t *json;

	if (bound != NULL) {
		snprintf(why, why_len, "%s", bound);
		return -EINVAL;
	}
	watch_memory();
	json = json_loadb(text, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
	if (!end_watch()) {
		json_decref(json);
		snprintf(why, why_len, "%s", strerror(ENOMEM));
		return -ENOMEM;
	}
	if (json == NULL) {
		snprintf(why, why_len, "%s, at byte %d", error.text, error.position);
		return -EINVAL;
	}
	*value = wrap(json);
	return 0;
}

const struct nrb_json *nrb_json_get(const struct nrb_json *object, const char *key)
{
	return wrap(json_object_get(raw(object), key));
}

int nrb_json_as_int(const struct nrb_json *value, int64_t *out)
{
	if (!json_is_integer(raw(value))) {
		return -EINVAL;
	}
	*out = json_integer_value(raw(value));
	return 0;
}

int nrb_json_as_str(const struct nrb_json *value, const char **out)
{
	if (!json_is_string(raw(value))) {
		return -EINVAL;
	}
	*out = json_string_value(raw(value));
	return 0;
}

int nrb_json_get_int(const struct nrb_json *object, const char *key, int64_t *out)
{
	const struct nrb_json *value = nrb_json_get(object, key);

	return value != NULL ? nrb_json_as_int(value, out) : -ENOENT;
}

int nrb_json_get_str(const struct nrb_json *object, const char *key, const char **out)
{
	const struct nrb_json *value = nrb_json_get(object, key);

	return value != NULL ? nrb_json_as_str(value, out) : -ENOENT;
}

int nrb_json_get_bool(const struct nrb_json *object, const char *key, bool *out)
{
	const struct nrb_json *value = nrb_json_get(object, key);

	if (value == NULL) {
		return -ENOENT;
	}
	if (!json_is_boolean(raw(value))) {
		return -EINVAL;
	}
	*out = json_is_true(raw(value));
	return 0;
}

bool nrb_json_is_array(const struct nrb_json *value)
{
	return json_is_array(raw(value));
}

bool nrb_json_is_object(const struct nrb_json *value)
{
	return json_is_object(raw(value));
}

size_t nrb_json_count(const struct nrb_json *array)
{
	return json_array_size(raw(array));
}

const struct nrb_json *nrb_json_at(const struct nrb_json *array, size_t index)
{
	return wrap(json_array_get(raw(array), index));
}

int nrb_json_each(const struct nrb_json *object,
	int (*each)(void *arg, const char *key, const struct nrb_json *value), void *arg)
{
	for (void *i = json_object_iter(raw(object)); i != NULL;
		i = json_object_iter_next(raw(object), i)) {
		int rc = each(
			arg, json_object_iter_key(i), wrap(json_object_iter_value(i)));

		if (rc != 0) {
			return rc;
		}
	}
	return 0;
}
