/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What repetitions show of times, in sentences. */
#include "nrb/claimtimes.h"

#include "claimtest.h"

enum { FAULTS = 100, LOADS = 1000 };

static struct nrb_contrasts contrasts;

static int begin(void **state)
{
	int rc = start(state);

	memset(&contrasts, 0, sizeof(contrasts));
	header.reference_mode = 0;
	return rc;
}

static int end(void **state)
{
	nrb_contrasts_free(&contrasts);
	return finish(state);
}

/* In a block: first touches of so many ns, accesses likewise. */
static void put(int mode, int block, int64_t local, uint64_t touch_ns, int64_t access_ns)
{
	make(mode, local, 1000, 0, 0);
	sample.block = block;
	for (int i = 0; i < FAULTS; i++) {
		nrb_histogram_add(&sample.alloc_hist, touch_ns);
	}
	sample.n_walks = 1;
	sample.walks[0].node = NRB_ABSENT;
	sample.walks[0].page_bytes = 4096;
	sample.walks[0].loads = LOADS;
	sample.walks[0].ns = LOADS * access_ns;
	assert_int_equal(nrb_group_add(&group, &sample), 0);
}

static void claim_times(void)
{
	assert_int_equal(nrb_group_finish(&group), 0);
	assert_int_equal(nrb_contrasts_make(&contrasts, &group, &header, 0.05), 0);
	assert_int_equal(nrb_claimtimes_make(&claims, &contrasts, &group, &header), 0);
	for (int i = 0; i < claims.n; i++) {
		assert_true(claims.list[i].timed);
	}
}

static void test_worse_better_same_unclear(void **state)
{
	(void)state;
	for (int block = 1; block <= 6; block++) {
		put(0, block, 0, 1024, 200);
		put(1, block, 0, 1024, 200);
		put(3, block, 0, block % 2 ? 896 : 1152, 200);
		put(6, block, 1000, 2048, 100);
		put(7, block, 1000, 2048, 100);
	}
	claim_times();
	assert_int_equal(claims.n, 5);
	assert_says(0,
		"Modes 6 and 7 raise alloc p99: 2.00x [2.00, 2.00] of mode 0's (6 blocks), "
		"worse.");
	assert_says(1,
		"Mode 1 leaves alloc p99 as it is in mode 0, within 5 % (6 blocks: 1.00x "
		"[1.00, 1.00]).");
	assert_says(2,
		"Mode 3 may raise or lower alloc p99: 0.99x [0.88, 1.12] of mode 0's (6 "
		"blocks) is unclear; more blocks narrow it.");
	assert_says(3,
		"Modes 6 and 7 lower access: 0.50x [0.50, 0.50] of mode 0's (6 blocks), "
		"better.");
	assert_says(4,
		"Modes 6 and 7 pay, beside mode 0, after 10 [10, 10] accesses to each page.");
	assert_kind(3, NRB_CLAIM_TIMES);
	assert_kind(4, NRB_CLAIM_BREAK_EVEN);
	assert_int_equal(claims.list[4].modes, 3 << 6);
}

static void test_few_blocks_say_nothing(void **state)
{
	(void)state;
	for (int block = 1; block <= 5; block++) {
		put(0, block, 0, 1024, 200);
		put(7, block, 1000, 2048, 100);
	}
	claim_times();
	assert_int_equal(claims.n, 0);
}

static void test_a_guest_has_no_times(void **state)
{
	(void)state;
	header.rehearsal = true;
	for (int block = 1; block <= 6; block++) {
		put(0, block, 0, 1024, 200);
		put(7, block, 1000, 2048, 100);
	}
	claim_times();
	assert_int_equal(claims.n, 0);
}

/* What is one to the kernel differs: then the noise is larger than the intervals have it. */
static void test_a_pair_that_disagrees(void **state)
{
	(void)state;
	for (int block = 1; block <= 6; block++) {
		put(0, block, 0, 1024, 200);
		put(4, block, 0, 1024, 200);
		put(5, block, 0, 1280, 200);
	}
	claim_times();
	assert_int_equal(claims.n, 3);
	assert_kind(2, NRB_CLAIM_DISAGREE);
	assert_says(2,
		"Modes 4 and 5 are one to the kernel, but alloc p99 of mode 5 is 1.25x [1.25, "
		"1.25] of mode 4's: do not rely on the times of this run.");
}

static void test_nothing_to_pay_and_nothing_that_pays(void **state)
{
	(void)state;
	for (int block = 1; block <= 6; block++) {
		put(0, block, 0, 1024, 200);
		put(4, block, 1000, 2048, block % 2 ? 100 : 300);
		put(6, block, 1000, 1024, 100);
		put(7, block, 1000, 2048, 200);
	}
	claim_times();
	assert_int_equal(claims.n, 7);
	assert_says(4,
		"Mode 4 keeps memory local, and whether accesses take less for it than in mode "
		"0 is unclear: more blocks tell.");
	assert_says(5,
		"Mode 7 keeps memory local, but accesses take no less for it, or by what does "
		"not matter, than in mode 0: nothing pays.");
	assert_says(6,
		"Mode 6 pays, beside mode 0, with the first access: a first touch takes no "
		"longer.");
}

static void test_at_most_so_many(void **state)
{
	(void)state;
	for (int block = 1; block <= 6; block++) {
		put(0, block, 0, 1024, 200);
		put(7, block, 1000, block % 2 ? 896 : 1280, 100);
	}
	claim_times();
	assert_int_equal(claims.n, 3);
	assert_says(2,
		"Mode 7 pays, beside mode 0, after under 1 [0, 3] accesses to each page at "
		"most, since a first touch is not shown to take longer.");
}

/* The worst cells have no time at all: what is left of a mode does not make it better. */
static void test_cells_that_stalled(void **state)
{
	(void)state;
	for (int block = 1; block <= 10; block++) {
		put(0, block, 0, 2048, 200);
		if (block <= 6) {
			put(4, block, 0, 1024, 200);
		} else {
			make(4, 0, 1000, 0, 0);
			sample.block = block;
			sample.status = NRB_STATUS_STALLED;
			strcpy(sample.note, "stalled: 3 pages in 20 looks");
			assert_int_equal(nrb_group_add(&group, &sample), 0);
		}
	}
	claim_times();
	assert_int_equal(claims.n, 1);
	assert_says(0,
		"Mode 4 may raise or lower alloc p99: 0.50x [0.50, 0.50] of mode 0's (6 "
		"blocks) is unclear: 4 cells that stalled or did nothing are not in it.");
}

static void test_a_reference_that_has_nothing(void **state)
{
	(void)state;
	make(0, 0, 1000, 0, 0);
	sample.status = NRB_STATUS_KILLED;
	assert_int_equal(nrb_group_add(&group, &sample), 0);
	put(7, 1, 1000, 2048, 100);
	claim_times();
	assert_int_equal(claims.n, 1);
	assert_says(0,
		"Mode 0 is the reference and has no cell that is ok: times are compared with "
		"nothing.");
}

/* The value found is the reference of times; what keeping memory local costs is told beside mode 0. */
static void test_another_reference(void **state)
{
	(void)state;
	header.reference_mode = 7;
	for (int block = 1; block <= 6; block++) {
		put(0, block, 0, 1024, 200);
		put(7, block, 1000, 2048, 100);
	}
	claim_times();
	assert_int_equal(claims.n, 3);
	assert_says(0,
		"Mode 0 lowers alloc p99: 0.50x [0.50, 0.50] of mode 7's (6 blocks), "
		"better.");
	assert_says(2,
		"Mode 7 pays, beside mode 0, after 10 [10, 10] accesses to each page.");
}

#define TIMES_TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TIMES_TEST(test_worse_better_same_unclear),
		TIMES_TEST(test_few_blocks_say_nothing),
		TIMES_TEST(test_a_guest_has_no_times),
		TIMES_TEST(test_a_pair_that_disagrees),
		TIMES_TEST(test_nothing_to_pay_and_nothing_that_pays),
		TIMES_TEST(test_at_most_so_many),
		TIMES_TEST(test_cells_that_stalled),
		TIMES_TEST(test_a_reference_that_has_nothing),
		TIMES_TEST(test_another_reference),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
