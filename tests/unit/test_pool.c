/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Blocks of a pool: aligned, apart, used again. */
#include "nrb/pool.h"

#include "nrb/rng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { BLOCKS = 2000, LARGEST = 4000 };

static struct {
	unsigned char *at;
	size_t size;
} blocks[BLOCKS];

static void fill(int i, size_t size)
{
	blocks[i].at = nrb_pool_take(size);
	blocks[i].size = size;
	assert_non_null(blocks[i].at);
	assert_int_equal((uintptr_t)blocks[i].at % NRB_POOL_ALIGNMENT, 0);
	memset(blocks[i].at, i & 0xff, size);
}

static void check(int i)
{
	for (size_t k = 0; k < blocks[i].size; k++) {
		assert_int_equal(blocks[i].at[k], i & 0xff);
	}
}

/* Whatever comes and goes between, nobody writes into another's block. */
static void test_apart(void **state)
{
	struct nrb_rng rng = nrb_rng_init(1);

	(void)state;
	for (int i = 0; i < BLOCKS; i++) {
		fill(i, nrb_rng_below(&rng, LARGEST));
	}
	for (int round = 0; round < 20000; round++) {
		int i = (int)nrb_rng_below(&rng, BLOCKS);

		check(i);
		nrb_pool_give(blocks[i].at);
		fill(i, nrb_rng_below(&rng, round % 4 == 0 ? LARGEST : 64));
	}
	for (int i = 0; i < BLOCKS; i++) {
		check(i);
		nrb_pool_give(blocks[i].at);
	}
}

static void test_used_again(void **state)
{
	void *block = nrb_pool_take(24);

	(void)state;
	nrb_pool_give(block);
	assert_ptr_equal(nrb_pool_take(20), block);
	nrb_pool_give(block);
	nrb_pool_give(NULL);
}

static void test_too_large(void **state)
{
	(void)state;
	assert_null(nrb_pool_take(SIZE_MAX));
	assert_null(nrb_pool_take(SIZE_MAX - 16));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_apart),
		cmocka_unit_test(test_used_again),
		cmocka_unit_test(test_too_large),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
