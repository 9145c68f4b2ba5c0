/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a run took beside its phases, and what is said where the record does not tell. */
#include "nrb/reporttime.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct nrb_header header;
static struct nrb_end end;
static struct nrb_report_data data;

static int start(void **state)
{
	(void)state;
	nrb_header_init(&header);
	nrb_end_init(&end);
	memset(&data, 0, sizeof(data));
	data.header = &header;
	data.end = &end;
	return 0;
}

static void assert_prints(const char *expected)
{
	const struct nrb_screen screen = { .ascii = true };
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	nrb_reporttime_print(&data, &screen, out);
	assert_int_equal(fclose(out), 0);
	assert_string_equal(text, expected);
	free(text);
}

static void test_unknown(void **state)
{
	(void)state;
	assert_true(isnan(nrb_reporttime_ratio(NULL)));
	assert_true(isnan(nrb_reporttime_ratio(&end)));
	assert_null(nrb_reporttime_json(&data));
	assert_prints("");
	end.wall_ns = 10;
	end.phases_ns = 11; /* more than there was time: of another clock, or made up */
	assert_true(isnan(nrb_reporttime_ratio(&end)));
	assert_prints("");
	data.end = NULL;
	assert_prints("");
}

static void test_ratio(void **state)
{
	struct nrb_json *json;

	(void)state;
	end.wall_ns = 110000000000;
	end.phases_ns = 100000000000;
	assert_true(fabs(nrb_reporttime_ratio(&end) - 1.1) < 1e-9);
	assert_prints("Took 2 min; of it 9.1 % outside of the phases of cells.\n");
	data.trust.settle_ns = 11000000000;
	assert_prints("Took 2 min; of it 10.0 % until kswapd slept, 9.1 % outside of "
		      "the phases of cells.\n");
	json = nrb_reporttime_json(&data);
	assert_non_null(json);
	nrb_json_free(json);
}

static void test_clock(void **state)
{
	(void)state;
	header.clock_cost_ps = 9600;
	header.clock_step_ps = 870;
	assert_prints("Clock: a time stamp takes 9.6 ns, in steps of 0.9 ns.\n");
	header.touch_bias_ns = 11;
	header.touch_floor_ns = 1700;
	assert_prints(
		"Clock: a time stamp takes 9.6 ns, in steps of 0.9 ns. The probe's own "
		"part of a first touch is 11 ns; one of 10,000 takes 1.70 us whatever "
		"it touches.\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_unknown, start),
		cmocka_unit_test_setup(test_ratio, start),
		cmocka_unit_test_setup(test_clock, start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
