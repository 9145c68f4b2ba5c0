/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The order of cells in blocks, and their seeds: shuffled fairly, and the same for the same seed. */
#include "nrb/agenda.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* An order needs no more of a plan than this. */
static const struct nrb_variant variants[] = { { .name = "" }, { 0 } };
static const struct nrb_scenario scenario = { .name = "any", .variants = variants };
static struct nrb_arm arms[8];
static struct nrb_plan plan;
static struct nrb_agenda agenda;

static int setup(void **state)
{
	(void)state;
	for (int i = 0; i < 8; i++) {
		arms[i] = (struct nrb_arm){ .scenario = &scenario, .variant = variants };
	}
	plan = (struct nrb_plan){ .n_arms = 8, .arms = arms, .seed = 42 };
	return nrb_agenda_begin(&agenda, &plan);
}

static int teardown(void **state)
{
	(void)state;
	nrb_agenda_finish(&agenda);
	return 0;
}

static void order_of(int64_t block, int *order)
{
	assert_int_equal(nrb_agenda_order(&agenda, &agenda.turns[0], block, order), 0);
}

static void test_an_order_is_a_permutation(void **state)
{
	int order[8], last[8] = { 0 }, differ = 0;

	(void)state;
	for (int64_t block = 1; block <= 1000; block++) {
		unsigned int seen = 0;

		order_of(block, order);
		for (int i = 0; i < 8; i++) {
			assert_in_range(order[i], 0, 7);
			seen |= 1u << order[i];
		}
		assert_int_equal(seen, 0xff);
		differ += memcmp(order, last, sizeof(order)) != 0;
		memcpy(last, order, sizeof(order));
	}
	assert_true(differ >= 995);
}

/* Each arm on each place, and each pair in both orders, as often as chance would have it: 10,000
 * blocks, an eighth each with a deviation of 33. */
static void test_orders_favour_none(void **state)
{
	int at[8][8] = { { 0 } }, before[8][8] = { { 0 } }, order[8];

	(void)state;
	for (int64_t block = 1; block <= 10000; block++) {
		order_of(block, order);
		for (int i = 0; i < 8; i++) {
			at[order[i]][i]++;
			for (int k = 0; k < i; k++) {
				before[order[k]][order[i]]++;
			}
		}
	}
	for (int i = 0; i < 8; i++) {
		for (int k = 0; k < 8; k++) {
			assert_in_range(at[i][k], 1250 - 165, 1250 + 165);
			if (i != k) {
				assert_in_range(before[i][k], 4750, 5250);
			}
		}
	}
}

/* Asked for again, or out of turn. */
static void test_a_block_has_one_order(void **state)
{
	int orders[12][8], again[8];

	(void)state;
	for (int block = 1; block <= 12; block++) {
		order_of(block, orders[block - 1]);
	}
	for (int block = 12; block >= 1; block--) {
		order_of(block, again);
		assert_memory_equal(again, orders[block - 1], sizeof(again));
	}
}

static void test_the_seed_decides(void **state)
{
	int a[8], b[8], same = 0;

	(void)state;
	for (int64_t block = 1; block <= 20; block++) {
		plan.seed = 42;
		order_of(block, a);
		order_of(block, b);
		assert_memory_equal(a, b, sizeof(a));
		plan.seed = 43;
		order_of(block, b);
		same += memcmp(a, b, sizeof(a)) == 0;
	}
	assert_true(same <= 1);
}

static void test_cell_seeds(void **state)
{
	int64_t seeds[400];
	int n = 0;

	(void)state;
	for (int block = 0; block < 50; block++) {
		for (int arm = 0; arm < 8; arm++) {
			seeds[n] = nrb_plan_cell_seed(&plan, block, arm);
			assert_true(seeds[n] >= 0 && seeds[n] < (int64_t)1 << 53);
			for (int i = 0; i < n; i++) {
				assert_int_not_equal(seeds[i], seeds[n]);
			}
			n++;
		}
	}
	assert_int_equal(nrb_plan_cell_seed(&plan, 3, 4), seeds[3 * 8 + 4]);
}

#define ORDER_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ORDER_TEST(test_an_order_is_a_permutation),
		ORDER_TEST(test_orders_favour_none),
		ORDER_TEST(test_a_block_has_one_order),
		ORDER_TEST(test_the_seed_decides),
		ORDER_TEST(test_cell_seeds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
