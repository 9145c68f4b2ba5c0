/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Quantities as people write and read them. */
#include "nrb/units.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

/* What is parsed from text: value where rc is 0. */
struct parsed {
	const char *text;
	int rc;
	int64_t value;
};

static void test_whole_numbers(void **state)
{
	static const struct parsed rows[] = {
		{ "0", 0, 0 },
		{ "-5", 0, -5 },
		{ "100", 0, 100 },
		{ "007", 0, 7 },
		{ "101", -ERANGE, 0 },
		{ "-6", -ERANGE, 0 },
		{ "99999999999999999999", -ERANGE, 0 },
		{ "", -EINVAL, 0 },
		{ "-", -EINVAL, 0 },
		{ "+1", -EINVAL, 0 },
		{ " 1", -EINVAL, 0 },
		{ "1 ", -EINVAL, 0 },
		{ "1.5", -EINVAL, 0 },
		{ "0x10", -EINVAL, 0 },
		{ "x", -EINVAL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		int64_t value = 77;

		assert_int_equal(
			nrb_units_parse_i64(rows[i].text, -5, 100, &value), rows[i].rc);
		assert_int_equal(value, rows[i].rc == 0 ? rows[i].value : 77);
	}
}

static void test_bytes(void **state)
{
	static const struct parsed rows[] = {
		{ "4096", 0, 4096 },
		{ "4096B", 0, 4096 },
		{ "512K", 0, 524288 },
		{ "512KiB", 0, 524288 },
		{ "200M", 0, 209715200 },
		{ "200mib", 0, 209715200 },
		{ "4G", 0, 4294967296 },
		{ "1T", 0, 1099511627776 },
		{ "8388607T", 0, 8388607LL << 40 },
		{ "8388608T", -ERANGE, 0 },
		{ "0", -ERANGE, 0 },
		{ "0G", -ERANGE, 0 },
		{ "99999999999999999999", -ERANGE, 0 },
		{ "", -EINVAL, 0 },
		{ "M", -EINVAL, 0 },
		{ "-1M", -EINVAL, 0 },
		{ "1.5G", -EINVAL, 0 },
		{ "1 G", -EINVAL, 0 },
		{ "1X", -EINVAL, 0 },
		{ "1GB", -EINVAL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		int64_t value = 77;

		assert_int_equal(nrb_units_parse_bytes(rows[i].text, &value), rows[i].rc);
		assert_int_equal(value, rows[i].rc == 0 ? rows[i].value : 77);
	}
}

static void test_seconds(void **state)
{
	static const struct parsed rows[] = {
		{ "90", 0, 90 },
		{ "90s", 0, 90 },
		{ "20m", 0, 1200 },
		{ "2h", 0, 7200 },
		{ "0", -ERANGE, 0 },
		{ "2d", -EINVAL, 0 },
		{ "m", -EINVAL, 0 },
		{ "1h30m", -EINVAL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		int64_t value = 77;

		assert_int_equal(
			nrb_units_parse_seconds(rows[i].text, &value), rows[i].rc);
		assert_int_equal(value, rows[i].rc == 0 ? rows[i].value : 77);
	}
}

static void test_percents(void **state)
{
	static const struct parsed rows[] = {
		{ "5%", 0, 50000 },
		{ "0.25%", 0, 2500 },
		{ "12.3456%", 0, 123456 },
		{ "0.0001%", 0, 1 },
		{ "1000%", 0, 10000000 },
		{ "1000.1%", -ERANGE, 0 },
		{ "99999999999999999999%", -ERANGE, 0 },
		{ "0%", -ERANGE, 0 },
		{ "0.0%", -ERANGE, 0 },
		{ "0.00001%", -EINVAL, 0 },
		{ "5", -EINVAL, 0 },
		{ "5.%", -EINVAL, 0 },
		{ ".5%", -EINVAL, 0 },
		{ "-5%", -EINVAL, 0 },
		{ "5%%", -EINVAL, 0 },
		{ "%", -EINVAL, 0 },
		{ "", -EINVAL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		int64_t value = 77;

		assert_int_equal(
			nrb_units_parse_percent(rows[i].text, &value), rows[i].rc);
		assert_int_equal(value, rows[i].rc == 0 ? rows[i].value : 77);
	}
}

static void test_formats_integers(void **state)
{
	char buf[NRB_UNITS_LEN];

	(void)state;
	assert_string_equal(nrb_units_bytes(buf, 0), "0 B");
	assert_string_equal(nrb_units_bytes(buf, 1023), "1023 B");
	assert_string_equal(nrb_units_bytes(buf, 1024), "1.00 KiB");
	assert_string_equal(nrb_units_bytes(buf, 445 << 20), "445 MiB");
	assert_string_equal(nrb_units_bytes(buf, (1 << 20) - 1), "1.00 MiB");
	assert_string_equal(nrb_units_bytes(buf, -(8 << 20)), "-8.00 MiB");
	assert_string_equal(nrb_units_bytes(buf, INT64_MAX), "8388608 TiB");
	assert_string_equal(nrb_units_bytes(buf, NRB_ABSENT), "n/a");
	assert_string_equal(nrb_units_count(buf, 0), "0");
	assert_string_equal(nrb_units_count(buf, 999), "999");
	assert_string_equal(nrb_units_count(buf, 98161), "98,161");
	assert_string_equal(nrb_units_count(buf, -123456), "-123,456");
	assert_string_equal(nrb_units_count(buf, INT64_MAX), "9,223,372,036,854,775,807");
	assert_string_equal(nrb_units_count(buf, NRB_ABSENT), "n/a");
}

static void test_formats_reals(void **state)
{
	char buf[NRB_UNITS_LEN];

	(void)state;
	assert_string_equal(nrb_units_rate(buf, 8.1e9), "8.10 GB/s");
	assert_string_equal(nrb_units_rate(buf, 999.6e6), "1.00 GB/s");
	assert_string_equal(nrb_units_rate(buf, NAN), "n/a");
	assert_string_equal(nrb_units_ns(buf, 138, true), "138 ns");
	assert_string_equal(nrb_units_ns(buf, 1.25, true), "1.25 ns");
	assert_string_equal(nrb_units_ns(buf, 1900, true), "1.90 us");
	assert_string_equal(nrb_units_ns(buf, 99960, true), "100 us");
	assert_string_equal(nrb_units_ns(buf, 1900, false), "1.90 \302\265s");
	assert_string_equal(nrb_units_ns(buf, 2e9, false), "2.00 s");
	assert_string_equal(nrb_units_ratio(buf, 0.999), "99.9 %");
	assert_string_equal(nrb_units_ratio(buf, 0), "0.0 %");
	assert_string_equal(nrb_units_ratio(buf, NAN), "n/a");
	assert_string_equal(nrb_units_ratio(buf, INFINITY), "n/a");
	assert_string_equal(nrb_units_seconds(buf, 1.4), "1 s");
	assert_string_equal(nrb_units_seconds(buf, 120), "2 min");
	assert_string_equal(nrb_units_seconds(buf, 9000), "2.5 h");
	assert_string_equal(nrb_units_seconds(buf, -1), "n/a");
}

/* Rounded up it is the next unit's 1, not "1000 MB". */
static void test_no_four_digits_beyond_the_first_unit(void **state)
{
	char buf[NRB_UNITS_LEN];

	(void)state;
	for (double ns = 1; ns < 9e11; ns *= 1.0007) {
		nrb_units_ns(buf, ns, true);
		assert_true(strcspn(buf, " ") <= 4);
		assert_true(strstr(buf, "1000") == NULL);
	}
}

static const char *nearest(const char *word, const char *a, const char *b)
{
	struct nrb_nearest nearest = { .word = word };

	nrb_nearest_look(&nearest, a);
	nrb_nearest_look(&nearest, b);
	return nearest.name;
}

static void test_nearest(void **state)
{
	(void)state;
	assert_string_equal(nearest("locla", "bind", "local"), "local");
	assert_string_equal(nearest("modes", "modes", "nodes"), "modes");
	assert_string_equal(nearest("all", "fill", "alloc"), "alloc"); /* its beginning */
	assert_null(nearest("al", "local", "alloc-many")); /* of too few letters */
	assert_null(nearest("near", "local", "preferred"));
	assert_null(nearest("", "on", "off")); /* nothing of it would be left */
	assert_null(nearest("1", "on", "off"));
}

static void test_distance(void **state)
{
	char longer[200];

	(void)state;
	assert_int_equal(nrb_units_distance("run", "run"), 0);
	assert_int_equal(nrb_units_distance("", "run"), 3);
	assert_int_equal(nrb_units_distance("rnu", "run"), 1); /* swapped */
	assert_int_equal(nrb_units_distance("rn", "run"), 1);
	assert_int_equal(nrb_units_distance("runn", "run"), 1);
	assert_int_equal(nrb_units_distance("ran", "run"), 1);
	assert_int_equal(nrb_units_distance("kitten", "sitting"), 3);
	memset(longer, 'a', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	assert_true(nrb_units_distance(longer, "run") > 2);
	assert_int_equal(nrb_units_distance(longer, longer), 0);
}

static void test_common_divisor(void **state)
{
	(void)state;
	assert_int_equal(nrb_units_common_divisor(12, 18), 6);
	assert_int_equal(nrb_units_common_divisor(18, 12), 6);
	assert_int_equal(nrb_units_common_divisor(7, 9), 1);
	assert_int_equal(nrb_units_common_divisor(0, 5), 5);
	assert_int_equal(nrb_units_common_divisor(5, 0), 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole_numbers),
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_seconds),
		cmocka_unit_test(test_percents),
		cmocka_unit_test(test_formats_integers),
		cmocka_unit_test(test_formats_reals),
		cmocka_unit_test(test_no_four_digits_beyond_the_first_unit),
		cmocka_unit_test(test_nearest),
		cmocka_unit_test(test_distance),
		cmocka_unit_test(test_common_divisor),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
