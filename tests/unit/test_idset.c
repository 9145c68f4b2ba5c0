/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sets of ids: the kernel's list notation, there and back. */
#include "nrb/idset.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

static void test_parses_and_formats(void **state)
{
	static const struct {
		const char *text, *formatted;
		int count;
	} rows[] = {
		{ "", "", 0 },
		{ "\n", "", 0 },
		{ "0", "0", 1 },
		{ "0-3\n", "0-3", 4 },
		{ "0-3,8", "0-3,8", 5 },
		{ "5,4,3,1", "1,3-5", 4 },
		{ "1,1-2,2", "1-2", 2 },
		{ "62-65,127,128", "62-65,127-128", 6 },
		{ "8191", "8191", 1 },
		{ "0-8191", "0-8191", 8192 },
	};

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		struct nrb_idset set;
		char buf[64];

		assert_int_equal(nrb_idset_parse(rows[i].text, &set), 0);
		assert_int_equal(nrb_idset_count(&set), rows[i].count);
		assert_string_equal(
			nrb_idset_format(&set, buf, sizeof(buf)), rows[i].formatted);
	}
}

static void test_refuses(void **state)
{
	static const struct {
		const char *text;
		int rc;
	} rows[] = {
		{ "x", -EINVAL },
		{ "1,", -EINVAL },
		{ ",1", -EINVAL },
		{ "1-", -EINVAL },
		{ "-1", -EINVAL },
		{ "3-1", -EINVAL },
		{ "1 2", -EINVAL },
		{ " 1", -EINVAL },
		{ "1\n2", -EINVAL },
		{ "0x1", -EINVAL },
		{ "8192", -ERANGE },
		{ "1-8192", -ERANGE },
		{ "99999999999999999999", -ERANGE },
	};

	(void)state;
	for (size_t i = 0; i < N(rows); i++) {
		struct nrb_idset set;

		assert_int_equal(nrb_idset_parse(rows[i].text, &set), rows[i].rc);
	}
}

static void test_members(void **state)
{
	static const int want[] = { 0, 63, 64, 8191 };
	struct nrb_idset set;
	size_t n = 0;

	(void)state;
	nrb_idset_clear(&set);
	assert_int_equal(nrb_idset_next(&set, -1), -1);
	for (size_t i = 0; i < N(want); i++) {
		nrb_idset_add(&set, want[i]);
		nrb_idset_add(&set, want[i]);
	}
	nrb_for_each_id(id, &set) {
		assert_true(n < N(want));
		assert_int_equal(id, want[n++]);
	}
	assert_int_equal(n, N(want));
	assert_int_equal(nrb_idset_next(&set, 8191), -1);
	assert_true(nrb_idset_has(&set, 63));
	assert_false(nrb_idset_has(&set, 62));
	assert_false(nrb_idset_has(&set, -1));
	assert_false(nrb_idset_has(&set, NRB_IDSET_MAX));
	nrb_idset_remove(&set, 63);
	nrb_idset_remove(&set, 62);
	assert_false(nrb_idset_has(&set, 63));
	assert_true(nrb_idset_has(&set, 64));
	assert_int_equal(nrb_idset_count(&set), 3);
}

/* What does not fit is left out whole: "10" must not become "1". */
static void test_format_is_cut_between_numbers(void **state)
{
	struct nrb_idset set;
	char buf[8];

	(void)state;
	assert_int_equal(nrb_idset_parse("1,3,10,200", &set), 0);
	assert_string_equal(nrb_idset_format(&set, buf, 6), "1,3");
	assert_string_equal(nrb_idset_format(&set, buf, 7), "1,3,10");
	assert_string_equal(nrb_idset_format(&set, buf, 1), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parses_and_formats),
		cmocka_unit_test(test_refuses),
		cmocka_unit_test(test_members),
		cmocka_unit_test(test_format_is_cut_between_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
