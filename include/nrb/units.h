/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words that people type and read, to and from base units (bytes, nanoseconds). */
#ifndef NRB_UNITS_H
#define NRB_UNITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Absent is not zero: not measured, or the kernel has no such thing. */
#define NRB_ABSENT INT64_MIN

/** What is absent counts as none, in a sum. */
static inline int64_t nrb_units_or_0(int64_t value)
{
	return value == NRB_ABSENT ? 0 : value;
}

/**
 * Parse a whole decimal number; nothing may follow it.
 * Returns 0, -EINVAL (not a number), -ERANGE (outside min..max).
 */
int nrb_units_parse_i64(const char *text, int64_t min, int64_t max, int64_t *value);

/** Parse "4096", "512K", "200M", "4G", "1T" (powers of 1024, also "MiB") into bytes > 0.
 * Returns 0, -EINVAL, -ERANGE. */
int nrb_units_parse_bytes(const char *text, int64_t *bytes);

/** Parse "90", "90s", "20m", "2h" into seconds > 0. Returns 0, -EINVAL, -ERANGE. */
int nrb_units_parse_seconds(const char *text, int64_t *seconds);

/** Parse "5%" or "0.25%", with at most four decimals and always with its sign, into parts per million > 0.
 * Returns 0, -EINVAL, -ERANGE (0, or over 1,000 %). */
int nrb_units_parse_percent(const char *text, int64_t *ppm);

/** Room for any formatted quantity, with its NUL. */
enum { NRB_UNITS_LEN = 32 };

/* Format with three significant digits and a scaled unit, "n/a" for NRB_ABSENT:
 * bytes as "445 MiB", rate as "8.1 GB/s" (powers of 1000), ns as "1.9 us" or, unless ascii,
 * with a micro sign, ratio (0..1) as "99.9 %", count with thousands as "98,161". Each fills
 * and returns buf, which holds NRB_UNITS_LEN bytes. */
const char *nrb_units_bytes(char *buf, int64_t bytes);
const char *nrb_units_rate(char *buf, double bytes_per_s);
const char *nrb_units_ns(char *buf, double ns, bool ascii);
const char *nrb_units_ratio(char *buf, double ratio);
const char *nrb_units_count(char *buf, int64_t count);
const char *nrb_units_seconds(char *buf, double seconds);

/** Edit distance (insert, delete, replace, swap of neighbours) for "did you mean". */
unsigned int nrb_units_distance(const char *a, const char *b);

/* The nearest of known words to one that is unknown; begin with { .word = it }. */
struct nrb_nearest {
	const char *word;
	const char *name; /* so far; NULL: none is near enough to be meant */
	unsigned int distance;
};

/** Look at one more known word: it is near within two edits that leave something of it, or where
 * the unknown one is its beginning, of at least 3 letters. */
void nrb_nearest_look(struct nrb_nearest *nearest, const char *name);

/** The largest number that divides both; of 0 and another, that one. */
uint64_t nrb_units_common_divisor(uint64_t a, uint64_t b);

#endif
