/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Command lines of export. */
#include "optionstest.h"

static void test_export(void **state)
{
	(void)state;
	assert_int_equal(parse("export --format hgrm --mode 0 -o x --json r.jsonl"), 0);
	assert_string_equal(options->export.format->name, "hgrm");
	assert_int_equal(options->export.mode, 0);
	assert_int_equal(options->export.arm, NRB_ABSENT);
	assert_string_equal(options->export.output, "x");
	assert_true(options->export.json);
	assert_string_equal(options->operands[0], "r.jsonl");
	assert_int_equal(parse("export --format hgrm --arm 2 -"), 0);
	assert_int_equal(options->export.arm, 2);
	assert_int_equal(options->export.mode, NRB_ABSENT);
	assert_int_equal(parse("export --format csv --json -o - x"), 0);
}

/* What goes with one format would be passed over by another. */
static void test_export_together(void **state)
{
	(void)state;
	assert_usage("export x", "export needs --format");
	assert_non_null(strstr(nrb_diag_way_out(), "sysctl.d"));
	assert_usage("export --format csv", "export of what?");
	assert_usage("export --format csv a b", "export takes one record, not 2");
	assert_usage("export --format hgrm --mode 1 --arm 1 a", "--mode and --arm");
	assert_usage(
		"export --format gnuplot --mode 1 a", "--mode goes with --format hgrm");
	assert_usage("export --format csv --arm 1 a", "--arm goes with --format hgrm");
	assert_usage(
		"export --format csv --root x a", "--root goes with --format sysctl.d");
	assert_int_equal(parse("export --format sysctl.d --root x a"), 0);
	assert_int_equal(parse("export --format tuned --root x a"), 0);
	assert_int_equal(parse("export --help"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_export),
		cmocka_unit_test(test_export_together),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
