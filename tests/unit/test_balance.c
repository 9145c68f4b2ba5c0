/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Orders of blocks: who comes first, and who right before whom, equally often, at every number of
 * blocks that a run may stop at. */
#include "nrb/balance.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MOST = 70, SEEDS = 20 };

/* How often, over some blocks. */
struct tally {
	int first[MOST], follows[MOST][MOST];
};

static void add_block(struct nrb_balance *balance, struct tally *tally)
{
	int order[MOST], n = balance->n;
	bool seen[MOST] = { false };

	nrb_balance_next(balance, order);
	for (int i = 0; i < n; i++) {
		assert_in_range(order[i], 0, n - 1);
		assert_false(seen[order[i]]);
		seen[order[i]] = true;
		if (i > 0) {
			tally->follows[order[i - 1]][order[i]]++;
		}
	}
	tally->first[order[0]]++;
}

static void spread_of(const struct tally *tally, int n, int *firsts, int *pairs)
{
	int low[2] = { INT_MAX, INT_MAX }, high[2] = { 0, 0 };

	for (int a = 0; a < n; a++) {
		for (int b = 0; b < n; b++) {
			int count = a == b ? tally->first[a] : tally->follows[a][b];

			low[a != b] = count < low[a != b] ? count : low[a != b];
			high[a != b] = count > high[a != b] ? count : high[a != b];
		}
	}
	*firsts = high[0] - low[0];
	*pairs = n > 1 ? high[1] - low[1] : 0;
}

/* Most that any two differ by in how often they came first, and in how often they met. */
static void assert_even(int n, int blocks, int most_firsts, int most_pairs)
{
	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		static struct tally tally;
		struct nrb_balance balance;
		int firsts, pairs;

		memset(&tally, 0, sizeof(tally));
		assert_int_equal(nrb_balance_begin(&balance, n, seed), 0);
		for (int block = 0; block < blocks; block++) {
			add_block(&balance, &tally);
		}
		nrb_balance_finish(&balance);
		spread_of(&tally, n, &firsts, &pairs);
		if (firsts > most_firsts || pairs > most_pairs) {
			fail_msg("%d things, %d blocks, seed %d: %d and %d apart", n,
				blocks, (int)seed, firsts, pairs);
		}
	}
}

static void test_squares_are_even_at_their_end(void **state)
{
	(void)state;
	for (int n = 1; n <= NRB_BALANCE_SQUARE; n++) {
		for (int i = 1; i <= 4; i++) {
			assert_even(n, i * (n % 2 != 0 ? 2 * n : n), 0, 0);
		}
		assert_even(n, n, 0, 2); /* everyone was first */
	}
}

/* Where a run looks whether it may stop. By chance alone pairs of 8 are up to 6 apart after 24. */
static void test_it_is_near_even_at_every_look(void **state)
{
	static const int looks[] = { 6, 8, 12, 16, 24, 32 };

	(void)state;
	for (size_t i = 0; i < sizeof(looks) / sizeof(looks[0]); i++) {
		for (int n = 2; n <= NRB_BALANCE_SQUARE; n++) {
			assert_even(n, looks[i], 2, 3);
		}
		for (int n = NRB_BALANCE_SQUARE + 1; n <= 16; n++) {
			assert_even(n, looks[i], 1, 2);
		}
	}
}

/* In a large turn a pair seldom meets; nobody comes first twice before all others did once. */
static void test_large_turns(void **state)
{
	(void)state;
	assert_even(NRB_BALANCE_MOST, 16, 1, 1);
	assert_even(NRB_BALANCE_MOST + 1, 3, 3, 3);
	assert_even(MOST, 3, 3, 3);
}

static void test_the_seed_decides(void **state)
{
	(void)state;
	for (int n = 4; n <= MOST; n++) {
		struct nrb_balance one, same, other;
		int a[MOST], b[MOST], c[MOST], differ = 0;

		assert_int_equal(nrb_balance_begin(&one, n, 7), 0);
		assert_int_equal(nrb_balance_begin(&same, n, 7), 0);
		assert_int_equal(nrb_balance_begin(&other, n, 8), 0);
		for (int block = 0; block < 10; block++) {
			nrb_balance_next(&one, a);
			nrb_balance_next(&same, b);
			nrb_balance_next(&other, c);
			assert_memory_equal(a, b, (size_t)n * sizeof(*a));
			differ += memcmp(a, c, (size_t)n * sizeof(*a)) != 0;
		}
		assert_true(differ >= 5);
		nrb_balance_finish(&one);
		nrb_balance_finish(&same);
		nrb_balance_finish(&other);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_squares_are_even_at_their_end),
		cmocka_unit_test(test_it_is_near_even_at_every_look),
		cmocka_unit_test(test_large_turns),
		cmocka_unit_test(test_the_seed_decides),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
