/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Formats of events: recorded ones, and what is none. */
#include "nrb/traceformat.h"

#include "traced.h"

#include <errno.h>

static void check_field(
	const char *format, const char *name, size_t offset, size_t size, bool is_signed)
{
	struct nrb_tracefield field;

	assert_int_equal(nrb_traceformat_field(format, name, &field), 0);
	assert_int_equal(field.offset, offset);
	assert_int_equal(field.size, size);
	assert_int_equal(field.is_signed, is_signed);
}

static void check_kernel(const char *kernel, int begin_id, int end_id)
{
	size_t len;
	char *begin = traced_file(kernel, "begin.format", &len),
	     *end = traced_file(kernel, "end.format", &len);
	int id;

	assert_int_equal(nrb_traceformat_id(begin, &id), 0);
	assert_int_equal(id, begin_id);
	assert_int_equal(nrb_traceformat_id(end, &id), 0);
	assert_int_equal(id, end_id);
	check_field(begin, "common_type", 0, 2, false);
	check_field(begin, "common_pid", 4, 4, true);
	check_field(begin, "nid", 8, 4, true);
	check_field(begin, "order", 12, 4, true);
	check_field(end, "nr_reclaimed", 8, 8, false);
	free(begin);
	free(end);
}

static void test_recorded(void **state)
{
	(void)state;
	check_kernel("6.1", 517, 516);
	check_kernel("7.3", 591, 590);
}

static void test_which_field(void **state)
{
	static const char text[] =
		"\tfield:int *border;\toffset:4;\tsize:4;\tsigned:1;\n"
		"\tfield:char comm[16];\toffset:8;\tsize:16;\tsigned:0;\n"
		"\tfield: int order;\toffset:24;\tsize:4;\tsigned:0;\n";
	struct nrb_tracefield field;

	(void)state;
	check_field(text, "order", 24, 4, false);
	check_field(text, "border", 4, 4, true);
	check_field(text, "comm", 8, 16, false);
	assert_int_equal(nrb_traceformat_field(text, "nid", &field), -ENOENT);
	assert_int_equal(nrb_traceformat_field(text, "int", &field), -ENOENT);
	assert_int_equal(nrb_traceformat_field("", "nid", &field), -ENOENT);
}

static void test_no_format(void **state)
{
	static const char *const texts[] = { "field:int nid;",
		"field:int nid;\toffset:8;\tsize:4;\nsigned:1;",
		"field:int nid;\toffset:-8;\tsize:4;\tsigned:1;",
		"field:int nid;\toffset:8;\tsize:70000;\tsigned:1;",
		"field:int nid;\toffset:x;\tsize:4;\tsigned:1;",
		"field:int nid;\toffset:8;\tsize:4;\tsigned:2;" };
	struct nrb_tracefield field;
	int id;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_int_equal(nrb_traceformat_field(texts[i], "nid", &field), -EINVAL);
	}
	assert_int_equal(nrb_traceformat_id("", &id), -EINVAL);
	assert_int_equal(nrb_traceformat_id("ID:\n7", &id), -EINVAL);
	assert_int_equal(nrb_traceformat_id("ID: 70000", &id), -EINVAL);
}

static void test_numbers(void **state)
{
	static const unsigned char record[] = { 0xff, 0xff, 0xff, 0xff, 0x02, 0, 0, 0x80,
		1, 0, 0, 0 };
	static const struct {
		struct nrb_tracefield field;
		int64_t value;
	} rows[] = {
		{ { 0, 1, false }, 255 },
		{ { 0, 1, true }, -1 },
		{ { 0, 2, false }, 65535 },
		{ { 0, 2, true }, -1 },
		{ { 0, 4, false }, 4294967295 },
		{ { 0, 4, true }, -1 },
		{ { 4, 8, false }, INT64_C(0x180000002) },
		{ { 11, 1, false }, 0 },
	};
	static const struct nrb_tracefield bad[] = { { 12, 1, false }, { 9, 4, false },
		{ 0, 3, false }, { 0, 0, false }, { 13, 0, false }, { 0, 16, false } };
	int64_t value;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(nrb_tracefield_get(
					 &rows[i].field, record, sizeof(record), &value),
			0);
		assert_true(value == rows[i].value);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(
			nrb_tracefield_get(&bad[i], record, sizeof(record), &value),
			-EINVAL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_recorded),
		cmocka_unit_test(test_which_field),
		cmocka_unit_test(test_no_format),
		cmocka_unit_test(test_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
