/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What watch may be asked for. */
#include "optionstest.h"

static void intervals(void **state)
{
	static const struct {
		const char *line;
		int64_t ms, count;
	} good[] = {
		{ "watch", 1000, 0 },
		{ "watch 5", 5000, 0 },
		{ "watch 0.1 3", 100, 3 },
		{ "watch 1.25", 1250, 0 },
		{ "watch 86400 2147483647", 86400000, 2147483647 },
		{ "watch --openmetrics", 0, 0 },
		{ "watch 10 1 --openmetrics", 10000, 1 },
		{ "--json watch 2 1", 2000, 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		assert_int_equal(parse(good[i].line), 0);
		assert_int_equal(options->watch.interval_ms, good[i].ms);
		assert_int_equal(options->watch.count, good[i].count);
	}
}

static void bad_words(void **state)
{
	static const char *const bad[] = { "watch 0", "watch 0.05", "watch -1", "watch x",
		"watch 1s", "watch 1.", "watch .5", "watch 1.2345", "watch 86401",
		"watch 86400.001", "watch 99999999999999999999", "watch 1,5",
		"watch 0x10" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		if (strcmp(bad[i], "watch -1") != 0) {
			assert_usage(bad[i], "INTERVAL: cannot take");
		}
	}
	assert_usage("watch -1", "no option -1");
	assert_usage("watch 1 0", "COUNT: cannot take \"0\"");
	assert_usage("watch 1 2.5", "COUNT: cannot take \"2.5\"");
	assert_usage("watch 1 2147483648", "COUNT: cannot take");
	assert_usage("watch 1 2 3", "no third \"3\"");
}

static void forms(void **state)
{
	(void)state;
	assert_int_equal(parse("watch"), 0);
	assert_int_equal(options->watch.form, NRB_WATCH_TEXT);
	assert_int_equal(parse("watch --json --trace"), 0);
	assert_int_equal(options->watch.form, NRB_WATCH_JSON);
	assert_true(options->watch.trace);
	assert_int_equal(parse("watch --openmetrics --trace 10"), 0);
	assert_int_equal(options->watch.form, NRB_WATCH_METRICS);
	assert_usage("watch --json --openmetrics", "--json and --openmetrics");
	assert_usage("watch --openmetrics --trace", "needs an INTERVAL");
	assert_usage("watch --csv", "no option --csv");
	assert_usage("check --trace", "no option --trace");
	assert_usage("check 1", "check takes no \"1\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(intervals),
		cmocka_unit_test(bad_words),
		cmocka_unit_test(forms),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
