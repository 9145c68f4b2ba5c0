/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The first quarter of a walk beside its last half. */
#include "nrb/steadiness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct nrb_sample sample;

/* Slices of 1000 loads, whose times stand in a text; the last may be of fewer. */
static int64_t lacks(const char *slices, int64_t last_loads)
{
	struct nrb_walk *walk = &sample.walks[0];
	char copy[256], *rest = copy, *word;

	nrb_sample_init(&sample);
	memset(walk, 0, sizeof(*walk));
	snprintf(copy, sizeof(copy), "%s", slices);
	while ((word = strsep(&rest, " ")) != NULL) {
		walk->slice_ns[walk->n_slices++] = atoi(word) * 1000;
	}
	walk->slice_loads = 1000;
	walk->loads = (walk->n_slices - 1) * 1000 + last_loads;
	sample.n_walks = 1;
	return nrb_steadiness_lacks(&sample);
}

static void test_steady(void **state)
{
	(void)state;
	assert_int_equal(lacks("90 90 90 90 90 90 90 90", 1000), 0);
	assert_int_equal(lacks("95 94 91 90 92 88 93 91", 1000), 0);
	/* one odd slice at first is no quarter of sixteen */
	assert_int_equal(
		lacks("500 90 91 90 90 92 91 90 90 89 90 91 90 92 90 91", 1000), 0);
	/* noise in the end covers what is seen at first */
	assert_int_equal(lacks("140 140 95 90 92 60 150 91", 1000), 0);
}

static void test_not_steady(void **state)
{
	(void)state;
	assert_int_equal(lacks("140 138 95 90 92 88 93 91", 1000), 1);
	assert_int_equal(lacks("60 61 95 90 92 88 93 91", 1000), 1);
	assert_int_equal(
		lacks("120 119 121 118 100 99 92 91 90 89 90 91 90 92 90 91", 1000), 1);
}

/* Half a slice takes half the time. */
static void test_a_short_last_slice(void **state)
{
	(void)state;
	assert_int_equal(lacks("140 138 95 90 92 88 93 46", 500), 1);
	assert_int_equal(lacks("92 91 90 90 92 88 93 46", 500), 0);
}

static void test_not_known(void **state)
{
	(void)state;
	assert_int_equal(lacks("140 138 95 90 92 88 93", 1000), NRB_ABSENT);
	nrb_sample_init(&sample);
	assert_int_equal(nrb_steadiness_lacks(&sample), NRB_ABSENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_steady),
		cmocka_unit_test(test_not_steady),
		cmocka_unit_test(test_a_short_last_slice),
		cmocka_unit_test(test_not_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
