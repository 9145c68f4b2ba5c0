/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counts by key: one, several summed up, by their beginning, and what counts where they are not there. */
#include "nrb/countkeys.h"

#include "nrb/units.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *the_spec;

static const char *spec_of(int i)
{
	return i == 0 ? the_spec : NULL;
}

static int64_t count_of(const char *spec, const char *text)
{
	int64_t values[2] = { -7, -7 };

	the_spec = spec;
	nrb_countkeys_read(text, 2, spec_of, values);
	assert_true(values[1] == NRB_ABSENT); /* a count without a spec */
	return values[0];
}

static void test_specs(void **state)
{
	static const struct {
		const char *spec;
		int64_t count;
	} rows[] = {
		{ "pswpin", 3 },
		{ "pswp", NRB_ABSENT },
		{ "pswpi*", 3 },
		{ "pswpin pswpout", 7 },
		{ "pswp*", 7 },
		{ "pswpin nothing", 3 },
		{ "nothing|pswpout", 4 },
		{ "nothing nobody|pswpin pswpout", 7 },
		{ "pswpin|pswpout", 3 }, /* the older counts where there is none alone */
		{ "zero|pswpin", 0 },
		{ "odd", NRB_ABSENT },
		{ "last", 9 },
		{ "", NRB_ABSENT },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int64_t count = count_of(rows[i].spec,
			"pswpin 3\npswpout 4\nzero 0\nodd\nodd x\nodd -1\n\n 5\nlast 9");

		if (count != rows[i].count) {
			fail_msg("%s: %lld", rows[i].spec, (long long)count);
		}
	}
	assert_true(count_of("a", "") == NRB_ABSENT);
}

/* 2^53 is the most; what would go beyond is left out, also where it comes in parts. */
static void test_too_much(void **state)
{
	(void)state;
	assert_int_equal(count_of("a", "a 9007199254740992\n"), INT64_C(1) << 53);
	assert_true(count_of("a", "a 9007199254740993\n") == NRB_ABSENT);
	assert_true(count_of("a", "a 99999999999999999999\n") == NRB_ABSENT);
	assert_int_equal(count_of("a b", "a 9007199254740992\nb 1\n"), INT64_C(1) << 53);
	assert_int_equal(count_of("a b", "a 1\nb 9007199254740992\n"), 1);
}

/* Those that there is no room for are not looked for; the others are. */
static void test_too_many_words(void **state)
{
	char spec[8 * NRB_COUNTKEYS_MAX_WORDS + 8] = "", text[64];
	size_t len = 0;

	(void)state;
	for (int i = 0; i <= NRB_COUNTKEYS_MAX_WORDS; i++) {
		len += (size_t)snprintf(spec + len, sizeof(spec) - len, "w%d ", i);
	}
	snprintf(text, sizeof(text), "w%d 5\nw%d 7\n", NRB_COUNTKEYS_MAX_WORDS - 1,
		NRB_COUNTKEYS_MAX_WORDS);
	assert_int_equal(count_of(spec, text), 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_specs),
		cmocka_unit_test(test_too_much),
		cmocka_unit_test(test_too_many_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
