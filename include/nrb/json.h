/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * JSON values, by jansson (included by json.c alone).
 * Refuses what is malformed or ambiguous (duplicate keys, NaN, bad UTF-8) and what is too
 * large: input comes from strangers.
 */
#ifndef NRB_JSON_H
#define NRB_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct nrb_json; /* one value, owned by whoever made it until it is put into another */

/* The largest record line has about 8,000 containers; jansson takes 200 bytes for an empty one. */
enum { NRB_JSON_MAX_LEVELS = 32, NRB_JSON_MAX_CONTAINERS = 200000 };

/** Have values in a pool of this process (nrb/pool.h). To be called before the first is made, by a
 * process of which one thread alone handles values. With the address sanitizer, nothing. */
void nrb_json_use_pool(void);

/* Make. Running out of memory is checked once, at the end: every function takes NULL for a
 * value that could not be made, and nrb_json_dump then says -ENOMEM. */
struct nrb_json *nrb_json_object(void);
struct nrb_json *nrb_json_array(void);
struct nrb_json *nrb_json_int(int64_t value);
struct nrb_json *nrb_json_real(double value); /* not finite: null */
struct nrb_json *nrb_json_bool(bool value);
struct nrb_json *nrb_json_str(
	const char *value); /* bytes that are not UTF-8 become '?' */

/** Put value into object at key, or at the end of array; the container owns it from then on,
 * also on failure. A NULL value or container poisons the container (see nrb_json_dump). */
void nrb_json_set(struct nrb_json *object, const char *key, struct nrb_json *value);
void nrb_json_append(struct nrb_json *array, struct nrb_json *value);

/** Put a value into object that another container holds too, and goes on holding. */
void nrb_json_set_shared(
	struct nrb_json *object, const char *key, const struct nrb_json *value);

/* The same for the common kinds. */
void nrb_json_set_int(struct nrb_json *object, const char *key, int64_t value);
/** Only where it is not NRB_ABSENT. */
void nrb_json_set_known(struct nrb_json *object, const char *key, int64_t value);
void nrb_json_set_str(struct nrb_json *object, const char *key, const char *value);
void nrb_json_set_real(struct nrb_json *object, const char *key, double value);
/** A figure: NAN is a key that is not there, a whole number an integer. */
void nrb_json_set_number(struct nrb_json *object, const char *key, double value);
void nrb_json_set_bool(struct nrb_json *object, const char *key, bool value);

/** Free a value and all that is in it; NULL is left alone. */
void nrb_json_free(struct nrb_json *value);

/**
 * Write a value: on one line (indent 0) or indented; keys in the order they were set; a
 * newline at the end.
 * text, len   out, NUL-ended, the caller frees
 * Returns 0, -ENOMEM (also for a poisoned container).
 */
int nrb_json_dump(const struct nrb_json *value, int indent, char **text, size_t *len);

/** The same, to a stream. Returns 0, -ENOMEM, -EIO. */
int nrb_json_print(const struct nrb_json *value, int indent, FILE *out);

/**
 * Parse one value from exactly len bytes.
 * why, why_len   out, a reason in words on failure; cut
 * Returns 0, -EINVAL (not JSON, or beyond one of the bounds above), -ENOMEM.
 */
int nrb_json_parse(
	const char *text, size_t len, struct nrb_json **value, char *why, size_t why_len);

/* Read. Borrowed from the value; all take NULL. A missing key or another type is
 * -ENOENT / -EINVAL and leaves *out alone. An integer outside int64_t does not parse. */
const struct nrb_json *nrb_json_get(const struct nrb_json *object, const char *key);
int nrb_json_get_int(const struct nrb_json *object, const char *key, int64_t *out);
int nrb_json_get_bool(const struct nrb_json *object, const char *key, bool *out);
int nrb_json_get_str(const struct nrb_json *object, const char *key, const char **out);
bool nrb_json_is_array(const struct nrb_json *value);
bool nrb_json_is_object(const struct nrb_json *value);
size_t nrb_json_count(const struct nrb_json *array); /* 0 for what is no array */
const struct nrb_json *nrb_json_at(const struct nrb_json *array, size_t index);
int nrb_json_as_int(const struct nrb_json *value, int64_t *out);
int nrb_json_as_str(const struct nrb_json *value, const char **out);

/** Call each for every key of an object, in the file's order, until it returns non-zero,
 * which is then returned. */
int nrb_json_each(const struct nrb_json *object,
	int (*each)(void *arg, const char *key, const struct nrb_json *value), void *arg);

#endif
