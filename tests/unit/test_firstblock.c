/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a block tells before the run is over: shares, counts, what is not ok, and nothing of later blocks. */
#include "nrb/firstblock.h"

#include "nrb/scenarios.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { MODES = 18 };

static const struct nrb_variant variants[] = { { .name = "" }, { .name = NULL } };
static const struct nrb_scenario fills = {
	.name = "clean", .needs = NRB_NEEDS_MODES, .variants = variants
};
static const struct nrb_scenario walks = { .name = "matrix", .variants = variants };
static struct nrb_arm arms[MODES];
static const struct nrb_plan plan = { .arms = arms, .n_arms = MODES };
static struct nrb_firstblock first;
static struct nrb_sample sample;

static int setup(void **state)
{
	(void)state;
	for (int i = 0; i < MODES; i++) {
		arms[i] = (struct nrb_arm){
			.scenario = &fills, .variant = variants, .mode = i % 8
		};
	}
	nrb_sample_init(&sample);
	sample.node = 0;
	nrb_sample_node(&sample, 0)->pages = 75;
	nrb_sample_node(&sample, 1)->pages = 15;
	sample.pages_absent = 10;
	sample.cache_before_bytes = 400 << 20;
	sample.cache_after_bytes = 100 << 20;
	sample.counters.v[NRB_ZONE_RECLAIM_SUCCESS] = 113;
	sample.counters.v[NRB_ZONE_RECLAIM_FAILED] = 2;
	return nrb_firstblock_begin(&first, &plan);
}

static int teardown(void **state)
{
	(void)state;
	nrb_firstblock_finish(&first);
	return 0;
}

static void assert_found(const char *expected)
{
	char buf[NRB_FIRSTBLOCK_LEN];

	assert_string_equal(nrb_firstblock_found(buf, sizeof(buf), &sample), expected);
}

static void test_of_a_cell(void **state)
{
	(void)state;
	assert_found(
		"75.0 % local, 25.0 % of the cache kept, node reclaim 113 ok, 2 failed");
	sample.counters.v[NRB_ZONE_RECLAIM_SUCCESS] = NRB_ABSENT; /* before 6.13 */
	sample.cache_before_bytes = 1000;
	assert_found("75.0 % local, node reclaim 2 failed");
	sample.status = NRB_STATUS_STALLED;
	assert_found("stalled, 75.0 % local, node reclaim 2 failed");
	sample.status = NRB_STATUS_KILLED;
	assert_found("killed");
}

static void test_never_beyond_its_room(void **state)
{
	char buf[16];

	(void)state;
	nrb_firstblock_found(buf, sizeof(buf), &sample);
	assert_string_equal(buf, "75.0 % local, 2");
}

/* Into what stderr became: lines of all that was said. */
static int said(char *text, size_t len)
{
	FILE *file = tmpfile();
	int saved = dup(STDERR_FILENO), lines = 0;
	size_t n;

	assert_non_null(file);
	assert_true(dup2(fileno(file), STDERR_FILENO) >= 0);
	nrb_firstblock_say(&first);
	assert_true(dup2(saved, STDERR_FILENO) >= 0);
	close(saved);
	rewind(file);
	n = fread(text, 1, len - 1, file);
	text[n] = '\0';
	assert_int_equal(fclose(file), 0);
	for (const char *at = text; (at = strchr(at, '\n')) != NULL; at++) {
		lines++;
	}
	return lines;
}

static void test_only_the_first_block(void **state)
{
	char text[8192];

	(void)state;
	nrb_firstblock_note(&first, 1, 0, &sample);
	nrb_firstblock_note(&first, 1, 2, &sample);
	assert_int_equal(said(text, sizeof(text)), 0);
	nrb_firstblock_note(&first, 1, 1, &sample);
	assert_int_equal(said(text, sizeof(text)), 2);
	assert_non_null(strstr(text, "clean, node 0, mode 1: 75.0 % local, 25.0 %"));
	arms[2].scenario = &walks; /* compares nothing */
	nrb_firstblock_note(&first, 2, 1, &sample);
	assert_int_equal(said(text, sizeof(text)), 2);
}

static void test_many_arms(void **state)
{
	char text[8192];

	(void)state;
	for (int i = 0; i < MODES; i++) {
		nrb_firstblock_note(&first, i, 1, &sample);
	}
	assert_int_equal(said(text, sizeof(text)), 18);
	assert_non_null(strstr(text, "... and 2 more, in the report"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_of_a_cell, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_never_beyond_its_room, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_only_the_first_block, setup, teardown),
		cmocka_unit_test_setup_teardown(test_many_arms, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
