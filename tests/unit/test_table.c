/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tables: aligned, never cut, nothing in them moves the terminal. */
#include "nrb/table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char *print(struct nrb_table *table)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	assert_int_equal(nrb_table_print(table, out), 0);
	fclose(out);
	nrb_table_destroy(table);
	return text;
}

static void assert_prints(struct nrb_table *table, const char *expected)
{
	char *text = print(table);

	assert_string_equal(text, expected);
	free(text);
}

static void test_aligned(void **state)
{
	static const struct nrb_table_column columns[] = { { .name = "mode" },
		{ .name = "local", .right = true }, { .name = "note" } };
	static const char *const rows[][3] = { { "0", "0.0 %", "off" },
		{ "17", "100.0 %", NULL } };
	struct nrb_table *table;

	(void)state;
	assert_int_equal(nrb_table_create(&table, columns, 3, 0, true), 0);
	assert_int_equal(nrb_table_add(table, rows[0]), 0);
	assert_int_equal(nrb_table_add(table, rows[1]), 0);
	assert_prints(table, " mode    local  note\n"
			     " 0       0.0 %  off\n"
			     " 17    100.0 %\n");
}

static void test_never_cut(void **state)
{
	static const struct nrb_table_column columns[] = { { .name = "a" },
		{ .name = "b" } };
	static const char *const row[] = { "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbb" };
	struct nrb_table *table;
	char *text;

	(void)state;
	assert_int_equal(nrb_table_create(&table, columns, 2, 20, true), 0);
	assert_int_equal(nrb_table_add(table, row), 0);
	text = print(table);
	assert_non_null(strstr(text, row[0]));
	assert_non_null(strstr(text, row[1]));
	free(text);
}

static void test_wrapped(void **state)
{
	static const struct nrb_table_column columns[] = { { .name = "name" },
		{ .name = "text", .wrap = true } };
	static const char *const row[] = { "never-cut",
		"a sentence that is far too long for "
		"the line and so takes several" };
	struct nrb_table *table;
	char *text, *rest, *line;
	int lines = 0;

	(void)state;
	assert_int_equal(nrb_table_create(&table, columns, 2, 40, true), 0);
	assert_int_equal(nrb_table_add(table, row), 0);
	rest = text = print(table);
	assert_non_null(strstr(text, "never-cut"));
	while ((line = strsep(&rest, "\n")) != NULL) {
		assert_true(strlen(line) <= 40);
		lines++;
	}
	assert_true(lines > 3);
	free(text);
}

static void test_escaped(void **state)
{
	static const struct nrb_table_column columns[] = { { .name = "host" } };
	static const char *const row[] = { "\033[31mred\r\nx" };
	struct nrb_table *table;
	char *text;

	(void)state;
	assert_int_equal(nrb_table_create(&table, columns, 1, 0, true), 0);
	assert_int_equal(nrb_table_add(table, row), 0);
	text = print(table);
	assert_null(strchr(text, '\033'));
	assert_null(strchr(text, '\r'));
	assert_non_null(strstr(text, "\\x1b[31mred"));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_aligned),
		cmocka_unit_test(test_never_cut),
		cmocka_unit_test(test_wrapped),
		cmocka_unit_test(test_escaped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
