/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What stands in a column: where blocks differ, from the lowest to the highest. */
#include "grouptest.h"

#include "nrb/reportcolumn.h"

static struct nrb_header header;
static struct nrb_report_data data;

static int start(void **state)
{
	(void)state;
	memset(&data, 0, sizeof(data));
	nrb_header_init(&header);
	data.header = &header;
	return 0;
}

static int finish(void **state)
{
	(void)state;
	nrb_group_free(&data.group);
	return 0;
}

static void add(int block, int64_t local, int64_t requests)
{
	make(1, block, local);
	strcpy(sample.page_size, "4k");
	sample.serve_requests = requests;
	sample.serve_ns = requests != NRB_ABSENT ? 1000000000 : NRB_ABSENT;
	assert_int_equal(nrb_group_add(&data.group, &sample), 0);
}

static void assert_shows(int figure, const char *text)
{
	const struct nrb_report_column column = { figure, NRB_COLUMN_NONE, NULL };
	char cell[NRB_COLUMN_LEN];

	nrb_reportcolumn_fill(cell, &column, data.group.arms[0], &data, true);
	assert_string_equal(cell, text);
}

static void test_ranges(void **state)
{
	(void)state;
	add(1, 60, 1498);
	add(2, 100, 302);
	add(3, 90, 700);
	assert_int_equal(nrb_group_finish(&data.group), 0);
	assert_shows(NRB_FIGURE_LOCAL_RATIO, "60.0 to 100.0 %");
	assert_shows(NRB_FIGURE_REQUESTS_PER_S, "302 to 1,498");
}

/* Shares that are near have a median; of requests each block counts. */
static void test_near(void **state)
{
	(void)state;
	add(1, 97, 500);
	add(2, 98, 501);
	add(3, 99, 502);
	assert_int_equal(nrb_group_finish(&data.group), 0);
	assert_shows(NRB_FIGURE_LOCAL_RATIO, "98.0 %");
	assert_shows(NRB_FIGURE_REQUESTS_PER_S, "500 to 502");
}

static void test_one(void **state)
{
	(void)state;
	add(1, 97, 500);
	assert_int_equal(nrb_group_finish(&data.group), 0);
	assert_shows(NRB_FIGURE_REQUESTS_PER_S, "500");
}

static void test_none(void **state)
{
	(void)state;
	add(1, 97, NRB_ABSENT);
	assert_int_equal(nrb_group_finish(&data.group), 0);
	assert_shows(NRB_FIGURE_REQUESTS_PER_S, "-");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_ranges, start, finish),
		cmocka_unit_test_setup_teardown(test_near, start, finish),
		cmocka_unit_test_setup_teardown(test_one, start, finish),
		cmocka_unit_test_setup_teardown(test_none, start, finish),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
