/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Quantities as people write and read them. */
#include "nrb/units.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int nrb_units_parse_i64(const char *text, int64_t min, int64_t max, int64_t *value)
{
	char *end;
	long long parsed;

	/* strtoll takes leading blanks and '+', which a value never has */
	if ((*text < '0' || *text > '9') && *text != '-') {
		return -EINVAL;
	}
	errno = 0;
	parsed = strtoll(text, &end, 10);
	if (end == text || *end != '\0') {
		return -EINVAL;
	}
	if (errno == ERANGE || parsed < min || parsed > max) {
		return -ERANGE;
	}
	*value = parsed;
	return 0;
}

struct suffix {
	const char *word;
	int64_t factor;
};

static const struct suffix byte_suffixes[] = {
	{ "", 1 },
	{ "B", 1 },
	{ "K", 1LL << 10 },
	{ "KiB", 1LL << 10 },
	{ "M", 1LL << 20 },
	{ "MiB", 1LL << 20 },
	{ "G", 1LL << 30 },
	{ "GiB", 1LL << 30 },
	{ "T", 1LL << 40 },
	{ "TiB", 1LL << 40 },
	{ NULL, 0 },
};

static const struct suffix second_suffixes[] = {
	{ "", 1 },
	{ "s", 1 },
	{ "m", 60 },
	{ "h", 3600 },
	{ NULL, 0 },
};

static int parse_scaled(const char *text, const struct suffix *suffixes, int64_t *value)
{
	char *end;
	long long number;

	if (*text < '0' || *text > '9') {
		return -EINVAL;
	}
	errno = 0;
	number = strtoll(text, &end, 10);
	if (errno == ERANGE) {
		return -ERANGE;
	}
	for (const struct suffix *s = suffixes; s->word != NULL; s++) {
		if (strcasecmp(end, s->word) == 0) {
			if (number == 0 || number > INT64_MAX / s->factor) {
				return -ERANGE;
			}
			*value = number * s->factor;
			return 0;
		}
	}
	return -EINVAL;
}

int nrb_units_parse_bytes(const char *text, int64_t *bytes)
{
	return parse_scaled(text, byte_suffixes, bytes);
}

int nrb_units_parse_seconds(const char *text, int64_t *seconds)
{
	return parse_scaled(text, second_suffixes, seconds);
}

int nrb_units_parse_percent(const char *text, int64_t *ppm)
{
	const int64_t one = 10000, most = 1000; /* percent */
	int64_t whole = 0, unit = one;
	const char *p = text;

	while (*p >= '0' && *p <= '9' && whole <= most) {
		whole = 10 * whole + (*p++ - '0');
	}
	whole *= one;
	if (p > text && *p == '.' && p[1] != '%') {
		for (p++; *p >= '0' && *p <= '9' && unit > 1; p++) {
			unit /= 10;
			whole += unit * (*p - '0');
		}
	}
	if (p > text && whole > most * one) {
		return -ERANGE;
	}
	if (p == text || strcmp(p, "%") != 0) {
		return -EINVAL;
	}
	if (whole == 0) {
		return -ERANGE;
	}
	*ppm = whole;
	return 0;
}

/* Three significant digits, without a point where there are three before it. */
static const char *format_scaled(
	char *buf, double value, double step, const char *const *names, int n)
{
	int i = 0;

	if (!isfinite(value)) {
		snprintf(buf, NRB_UNITS_LEN, "n/a");
		return buf;
	}
	/* 999.5 would print as 1000 */
	while (i + 1 < n && fabs(value) >= (step == 1024 ? 1023.5 : 999.5)) {
		value /= step;
		i++;
	}
	snprintf(buf, NRB_UNITS_LEN, "%.*f %s",
		i == 0 && value == floor(value) ? 0
		: fabs(value) < 9.995           ? 2
		: fabs(value) < 99.95           ? 1
						: 0,
		value, names[i]);
	return buf;
}

const char *nrb_units_bytes(char *buf, int64_t bytes)
{
	static const char *const names[] = { "B", "KiB", "MiB", "GiB", "TiB" };

	return format_scaled(
		buf, bytes == NRB_ABSENT ? NAN : (double)bytes, 1024, names, 5);
}

const char *nrb_units_rate(char *buf, double bytes_per_s)
{
	static const char *const names[] = { "B/s", "kB/s", "MB/s", "GB/s", "TB/s" };

	return format_scaled(buf, bytes_per_s, 1000, names, 5);
}

const char *nrb_units_ns(char *buf, double ns, bool ascii)
{
	static const char *const utf8[] = { "ns", "\302\265s", "ms", "s" };
	static const char *const plain[] = { "ns", "us", "ms", "s" };

	return format_scaled(buf, ns, 1000, ascii ? plain : utf8, 4);
}

const char *nrb_units_ratio(char *buf, double ratio)
{
	double percent = 100 * ratio;

	if (!isfinite(percent)) {
		snprintf(buf, NRB_UNITS_LEN, "n/a");
	} else {
		snprintf(buf, NRB_UNITS_LEN, "%.1f %%", percent);
	}
	return buf;
}

const char *nrb_units_count(char *buf, int64_t count)
{
	char digits[NRB_UNITS_LEN];
	int n, out = 0;

	if (count == NRB_ABSENT) {
		snprintf(buf, NRB_UNITS_LEN, "n/a");
		return buf;
	}
	n = snprintf(digits, sizeof(digits), "%" PRId64, count);
	for (int i = 0; i < n; i++) {
		buf[out++] = digits[i];
		if (digits[i] != '-' && i + 1 < n && (n - i - 1) % 3 == 0) {
			buf[out++] = ',';
		}
	}
	buf[out] = '\0';
	return buf;
}

const char *nrb_units_seconds(char *buf, double seconds)
{
	if (!isfinite(seconds) || seconds < 0) {
		snprintf(buf, NRB_UNITS_LEN, "n/a");
	} else if (seconds < 99.5) {
		snprintf(buf, NRB_UNITS_LEN, "%.0f s", seconds);
	} else if (seconds < 5400) {
		snprintf(buf, NRB_UNITS_LEN, "%.0f min", seconds / 60);
	} else {
		snprintf(buf, NRB_UNITS_LEN, "%.1f h", seconds / 3600);
	}
	return buf;
}

/* Damerau's distance (optimal string alignment) over short words; longer ones are cut. */
unsigned int nrb_units_distance(const char *a, const char *b)
{
	enum { MAX = 48 };
	unsigned int d[MAX + 1][MAX + 1];
	size_t la = strnlen(a, MAX), lb = strnlen(b, MAX);

	for (size_t i = 0; i <= la; i++) {
		d[i][0] = (unsigned int)i;
	}
	for (size_t j = 0; j <= lb; j++) {
		d[0][j] = (unsigned int)j;
	}
	for (size_t i = 1; i <= la; i++) {
		for (size_t j = 1; j <= lb; j++) {
			unsigned int best = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);

			best = d[i - 1][j] + 1 < best ? d[i - 1][j] + 1 : best;
			best = d[i][j - 1] + 1 < best ? d[i][j - 1] + 1 : best;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
				a[i - 2] == b[j - 1] && d[i - 2][j - 2] + 1 < best) {
				best = d[i - 2][j - 2] + 1;
			}
			d[i][j] = best;
		}
	}
	return d[la][lb];
}

void nrb_nearest_look(struct nrb_nearest *nearest, const char *name)
{
	enum { BEGINNING = 1, NEAR = 2, LEAST_BEGINNING = 3 };
	size_t len = strlen(nearest->word);
	unsigned int distance = nrb_units_distance(nearest->word, name);

	if (len >= LEAST_BEGINNING && distance > BEGINNING &&
		strncmp(nearest->word, name, len) == 0) {
		distance = BEGINNING; /* nearer than another word by chance */
	}
	if (distance <= NEAR && distance < strlen(name) &&
		(nearest->name == NULL || distance < nearest->distance)) {
		nearest->name = name;
		nearest->distance = distance;
	}
}

uint64_t nrb_units_common_divisor(uint64_t a, uint64_t b)
{
	while (b != 0) {
		uint64_t rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}
