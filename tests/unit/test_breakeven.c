/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When memory that was kept local has paid. */
#include "nrb/breakeven.h"

#include "grouptest.h"

enum { FAULTS = 100, LOADS = 1000, MB = 1000000 };

static struct nrb_group group;
static struct nrb_header header;

static int setup(void **state)
{
	(void)state;
	memset(&group, 0, sizeof(group));
	nrb_header_init(&header);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	nrb_group_free(&group);
	return 0;
}

/* A cell of 100 pages: each first touch takes so long, each access, and the re-read of 100 MB. */
static void add(
	int mode, int block, uint64_t touch_ns, int64_t access_ns, int64_t reread_ms)
{
	make(mode, block, 100);
	strcpy(sample.page_size, "4k");
	sample.alloc_page_bytes = 4096;
	for (int i = 0; i < FAULTS; i++) {
		nrb_histogram_add(&sample.alloc_hist, touch_ns);
	}
	sample.n_walks = 1;
	sample.walks[0].node = NRB_ABSENT;
	sample.walks[0].page_bytes = 4096;
	sample.walks[0].loads = LOADS;
	sample.walks[0].ns = LOADS * access_ns;
	sample.cache_before_bytes = sample.cache_after_bytes = 100 * MB;
	sample.reread_bytes = 10 * MB;
	sample.reread_ns = reread_ms * (MB / 10);
	assert_int_equal(nrb_group_add(&group, &sample), 0);
}

static struct nrb_breakeven even_of(int mode)
{
	const struct nrb_arm_cells *arm = NULL, *reference = NULL;
	struct nrb_breakeven even;

	assert_int_equal(nrb_group_finish(&group), 0);
	for (int i = 0; i < group.n_arms; i++) {
		arm = group.arms[i]->key.mode == mode ? group.arms[i] : arm;
		reference = group.arms[i]->key.mode == 0 ? group.arms[i] : reference;
	}
	assert_int_equal(nrb_breakeven_make(&even, arm, reference, &header, 0.05), 0);
	return even;
}

/* 500 ns more at first, 50 less each time: ten times. 5 ms more for a file read again, of 100 pages that
 * save 5 us each time: a thousand times. */
static void test_so_many_accesses(void **state)
{
	struct nrb_breakeven even;

	(void)state;
	for (int block = 1; block <= 6; block++) {
		add(0, block, 1000, 150, 10);
		add(7, block, 1500, 100, 15);
	}
	even = even_of(7);
	assert_int_equal(even.state, NRB_BREAKEVEN_AFTER);
	assert_int_equal(even.blocks, 6);
	assert_near(even.accesses.at, 10);
	assert_near(even.accesses.low, 10);
	assert_near(even.accesses.high, 10);
	assert_near(even.accesses.level, 0.96875);
	assert_true(fabs(even.per_reread.at - 1000) < 1e-6);
}

static void test_few_blocks(void **state)
{
	struct nrb_breakeven even;

	(void)state;
	for (int block = 1; block <= 5; block++) {
		add(0, block, 1000, 150, 10);
		add(7, block, 1500, 100, 10);
	}
	even = even_of(7);
	assert_int_equal(even.state, NRB_BREAKEVEN_FEW);
	assert_true(isnan(even.accesses.at));
}

/* A first touch takes no longer, as a whole; or may, and then it is so many at most. */
static void test_nothing_to_pay(void **state)
{
	struct nrb_breakeven even;

	(void)state;
	for (int block = 1; block <= 6; block++) {
		add(0, block, 1000, 150, 10);
		add(6, block, 900, 100, 10);
		add(7, block, block % 2 ? 800 : 1300, 100, 10);
	}
	assert_int_equal(even_of(6).state, NRB_BREAKEVEN_AT_ONCE);
	nrb_group_free(&group);
	for (int block = 1; block <= 6; block++) {
		add(0, block, 1000, 150, 10);
		add(7, block, block % 2 ? 800 : 1300, 100, 10);
	}
	even = even_of(7);
	assert_int_equal(even.state, NRB_BREAKEVEN_AFTER);
	assert_near(even.accesses.low, 0);
	assert_near(even.accesses.at, 1);
	assert_near(even.accesses.high, 6);
	assert_true(isnan(even.per_reread.at)); /* no more was read */
}

/* Accesses take as long, or differ by what does not matter; or it is not clear. */
static void test_nothing_pays(void **state)
{
	(void)state;
	for (int block = 1; block <= 6; block++) {
		add(0, block, 1000, 150, 10);
		add(7, block, 1500, 150 - block % 2, 10);
	}
	assert_int_equal(even_of(7).state, NRB_BREAKEVEN_NEVER);
	nrb_group_free(&group);
	for (int block = 1; block <= 6; block++) {
		add(0, block, 1000, 150, 10);
		add(7, block, 1500, block % 2 ? 100 : 160, 10);
	}
	assert_int_equal(even_of(7).state, NRB_BREAKEVEN_UNCLEAR);
}

/* One disturbed block of twenty turns nothing. */
static void test_a_block_that_does_not_save(void **state)
{
	struct nrb_breakeven even;

	(void)state;
	for (int block = 1; block <= 20; block++) {
		add(0, block, 1000, 150, 10);
		add(7, block, 1500, block == 3 ? 151 : 100, 10);
	}
	even = even_of(7);
	assert_int_equal(even.state, NRB_BREAKEVEN_AFTER);
	assert_near(even.accesses.at, 10);
	assert_near(even.accesses.high, 10);
}

/* What the intervals of cost and saving leave open is in that of their break-even. */
static void test_both_are_noisy(void **state)
{
	struct nrb_breakeven even;

	(void)state;
	for (int block = 1; block <= 10; block++) {
		add(0, block, 1000, 150, 10);
		add(7, block, 1500 + 40 * (block % 3), 100 + 5 * (block % 4), 10);
	}
	even = even_of(7);
	assert_int_equal(even.state, NRB_BREAKEVEN_AFTER);
	assert_true(even.accesses.low > 10 && even.accesses.low < even.accesses.at);
	assert_true(even.accesses.high < 17 && even.accesses.high > even.accesses.at);
}

/* Beside mode 0, or the reference where that has nothing; not where no more is local. */
static void test_the_base(void **state)
{
	const struct nrb_arm_cells *arm;

	(void)state;
	header.reference_mode = 1;
	add(1, 1, 1000, 150, 10);
	make(2, 1, 0);
	strcpy(sample.page_size, "4k");
	assert_int_equal(nrb_group_add(&group, &sample), 0);
	assert_int_equal(nrb_group_finish(&group), 0);
	arm = group.arms[0];
	assert_int_equal(arm->key.mode, 1);
	assert_null(nrb_breakeven_base(&group, arm, &header)); /* itself */
	header.reference_mode = 2;
	assert_ptr_equal(nrb_breakeven_base(&group, arm, &header), group.arms[1]);
	assert_null(nrb_breakeven_base(&group, group.arms[1], &header));
}

static void test_not_of_a_guest_nor_of_huge_pages(void **state)
{
	(void)state;
	for (int block = 1; block <= 6; block++) {
		add(0, block, 1000, 150, 10);
		add(7, block, 1500, 100, 15);
	}
	header.rehearsal = true;
	assert_int_equal(even_of(7).state, NRB_BREAKEVEN_NONE);
	nrb_group_free(&group);
	header.rehearsal = false;
	add(0, 1, 1000, 150, 10);
	add(7, 1, 1500, 100, 15);
	make(7, 2, 100);
	strcpy(sample.page_size, "4k");
	sample.alloc_page_bytes = 4096;
	sample.alloc_huge_bytes = 50 * 4096;
	assert_int_equal(nrb_group_add(&group, &sample), 0);
	assert_int_equal(even_of(7).state, NRB_BREAKEVEN_NONE);
}

#define EVEN_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		EVEN_TEST(test_so_many_accesses),
		EVEN_TEST(test_few_blocks),
		EVEN_TEST(test_nothing_to_pay),
		EVEN_TEST(test_nothing_pays),
		EVEN_TEST(test_a_block_that_does_not_save),
		EVEN_TEST(test_both_are_noisy),
		EVEN_TEST(test_the_base),
		EVEN_TEST(test_not_of_a_guest_nor_of_huge_pages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
