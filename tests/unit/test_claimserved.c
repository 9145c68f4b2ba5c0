/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sentences on requests that were served beside the allocation. */
#include "claimtest.h"

/* Of so many requests, of one byte each, in a second. */
static void add_serving_of(
	int64_t requests, int mode, int64_t hits, int64_t disk, int64_t refaults)
{
	make(mode, mode > 0 ? 990 : 0, 1000, 0, mode > 0 ? 500 : 0);
	sample.serve_readers = 4;
	sample.serve_requests = requests;
	sample.serve_misses = requests - hits;
	sample.serve_disk_bytes = disk;
	sample.serve_bytes = requests;
	sample.serve_ns = 1000000000 + hits;
	sample.counters.v[NRB_REFAULT_FILE] = refaults;
	sample.counters_after.v[NRB_REFAULT_FILE] = 0;
	assert_int_equal(nrb_group_add(&group, &sample), 0);
}

static void add_serving(int mode, int64_t hits, int64_t disk, int64_t refaults)
{
	add_serving_of(1000, mode, hits, disk, refaults);
}

static void test_fewer_hits(void **state)
{
	(void)state;
	add_serving(0, 800, 100, 0);
	add_serving(0, 820, 90, 2);
	add_serving(1, 600, 180, 50);
	add_serving(7, 700, 150, 40);
	add_serving(7, 720, 160, 42);
	claim_so_many(2);
	assert_kind(1, NRB_CLAIM_SERVED);
	assert_int_equal(claims.list[1].modes, 0x82);
	assert_says(1,
		"Modes 1 and 7 served 60.0 % to 71.0 % of the requests from the page cache (mode 0: "
		"81.0 %); 15.5 % to 18.0 % of their bytes came from disk (9.5 %); 1,000 requests needed "
		"41 to 50 evicted pages again (1); requests in a second: 1,000 (1,000).");
}

/* How fast is not a guest's to say; what is only so in some cells is not said at all. */
static void test_a_guest_says_less(void **state)
{
	(void)state;
	header.rehearsal = true;
	add_serving(0, 800, 100, 10);
	add_serving(1, 600, 99, 10);
	claim_so_many(2);
	assert_says(1,
		"Mode 1 served 60.0 % of the requests from the page cache (mode 0: 80.0 %).");
}

/* On hardware a cell lasts so long, whatever is served meanwhile: half as many requests read less. */
static void test_fewer_requests(void **state)
{
	(void)state;
	add_serving(0, 800, 200, 20);
	add_serving_of(500, 1, 300, 150, 15);
	claim_so_many(2);
	assert_says(1,
		"Mode 1 served 60.0 % of the requests from the page cache (mode 0: 80.0 %); 30.0 % "
		"of their bytes came from disk (20.0 %); 1,000 requests needed 30 "
		"evicted pages again (20); requests in a second: 500 (1,000).");
}

/* What would read "0 (0)" explains nothing. */
static void test_hardly_a_refault(void **state)
{
	(void)state;
	header.rehearsal = true;
	add_serving_of(100000, 0, 80000, 20000, 4);
	add_serving_of(100000, 1, 60000, 30000, 30);
	claim_so_many(2);
	assert_says(1,
		"Mode 1 served 60.0 % of the requests from the page cache (mode 0: 80.0 %); 30.0 % "
		"of their bytes came from disk (20.0 %).");
}

static void test_more_hits(void **state)
{
	(void)state;
	header.rehearsal = true;
	add_serving(0, 800, 100, 10);
	add_serving(2, 900, 50, 0);
	claim_so_many(2);
	assert_says(1,
		"Mode 2 served 90.0 % of the requests from the page cache (mode 0: 80.0 %); 5.0 % "
		"of their bytes came from disk (10.0 %); 1,000 requests needed 0 evicted pages again "
		"(10).");
}

/* One block that is like the base's, or all within a hundredth: nothing is certain. */
static void test_no_difference(void **state)
{
	(void)state;
	add_serving(0, 800, 100, 0);
	add_serving(0, 810, 100, 0);
	add_serving(1, 600, 180, 50);
	add_serving(1, 805, 180, 50);
	add_serving(2, 792, 180, 50);
	claim_so_many(1);
	assert_kind(0, NRB_CLAIM_LOCAL);
}

/* Where nothing is served there is nothing to say. */
static void test_no_requests(void **state)
{
	(void)state;
	add(0, 0, 1000, 0, 0);
	add(1, 990, 1000, 0, 500);
	claim_so_many(1);
	assert_kind(0, NRB_CLAIM_LOCAL);
}

static void test_unknown_hits(void **state)
{
	(void)state;
	add_serving(0, 800, 100, 0);
	make(1, 990, 1000, 0, 500);
	sample.serve_requests = 1000;
	sample.serve_ns = 1000000000;
	assert_int_equal(nrb_group_add(&group, &sample), 0);
	claim_so_many(1);
	assert_kind(0, NRB_CLAIM_LOCAL);
}

/* Readers are tasks as well: that 2 and 3 differ is no reason for doubts. */
static void test_readers_take_part(void **state)
{
	(void)state;
	for (int mode = 2; mode < 4; mode++) {
		make(mode, mode == 2 ? 990 : 400, 1000, 0, 500);
		sample.serve_requests = 1000;
		sample.serve_ns = 1000000000;
		assert_int_equal(nrb_group_add(&group, &sample), 0);
	}
	claim();
	for (int i = 0; i < claims.n; i++) {
		assert_int_not_equal(claims.list[i].kind, NRB_CLAIM_DISAGREE);
	}
}

#define CLAIM_TEST(test) cmocka_unit_test_setup_teardown(test, start, finish)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CLAIM_TEST(test_fewer_hits),
		CLAIM_TEST(test_a_guest_says_less),
		CLAIM_TEST(test_fewer_requests),
		CLAIM_TEST(test_hardly_a_refault),
		CLAIM_TEST(test_more_hits),
		CLAIM_TEST(test_no_difference),
		CLAIM_TEST(test_no_requests),
		CLAIM_TEST(test_unknown_hits),
		CLAIM_TEST(test_readers_take_part),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
