/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Walks: whole cycles, in slices that add up, and an end when told to stop. */
#include "nrb/walk.h"

#include "nrb/chase.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { RING = 1000 }; /* no multiple of the unrolled turn */

static void *ring[RING];

static struct nrb_chain ring_chain(void)
{
	for (int i = 0; i < RING; i++) {
		ring[i] = &ring[(i + 1) % RING];
	}
	return (struct nrb_chain){ .start = ring, .lines = RING };
}

static void test_chase_follows_exactly_n_loads(void **state)
{
	struct nrb_chain chain = ring_chain();

	(void)state;
	for (size_t n = 0; n <= 64 * 64; n += NRB_CHASE_UNROLL) {
		assert_ptr_equal(nrb_chase_run(chain.start, n), &ring[n % RING]);
	}
}

static void check_sums(const struct nrb_walk *walk)
{
	int64_t ns = 0;

	assert_in_range(walk->n_slices, 1, NRB_MAX_SLICES);
	for (int64_t i = 0; i < walk->n_slices; i++) {
		assert_true(walk->slice_ns[i] > 0);
		ns += walk->slice_ns[i];
	}
	assert_int_equal(ns, walk->ns);
	assert_int_equal(walk->slice_loads % NRB_CHASE_UNROLL, 0);
	assert_in_range(walk->loads, (walk->n_slices - 1) * walk->slice_loads + 1,
		walk->n_slices * walk->slice_loads);
}

static void test_walk_is_whole_cycles_in_slices(void **state)
{
	static const size_t min_loads[] = { 0, 1, RING, RING + 1, 100000, 12345678 };
	struct nrb_chain chain = ring_chain();
	volatile int32_t stop = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(min_loads) / sizeof(min_loads[0]); i++) {
		size_t cycles = (min_loads[i] + RING - 1) / RING;
		size_t loads = (cycles > 0 ? cycles : 1) * RING;
		volatile int64_t progress = 0;
		struct nrb_walk walk;

		memset(&walk, 0, sizeof(walk));
		walk.node = 3;
		assert_int_equal(
			nrb_walk_measure(&chain, min_loads[i], &stop, &progress, &walk),
			0);
		assert_int_equal(walk.lines, RING);
		assert_in_range(walk.loads, loads, loads + NRB_CHASE_UNROLL - 1);
		assert_int_equal(progress, walk.loads);
		assert_int_equal(walk.node, 3);
		check_sums(&walk);
		assert_true(nrb_walk_ns(&walk) > 0);
	}
}

static void test_stop_before_the_first_slice(void **state)
{
	struct nrb_chain chain = ring_chain();
	volatile int32_t stop = 1;
	volatile int64_t progress = 0;
	struct nrb_walk walk;

	(void)state;
	assert_int_equal(
		nrb_walk_measure(&chain, 1, &stop, &progress, &walk), -ECANCELED);
	assert_int_equal(walk.n_slices, 0);
	assert_true(isnan(nrb_walk_ns(&walk)));
}

static void test_ns_per_load(void **state)
{
	struct nrb_walk walk = { .loads = 8, .ns = 20 };

	(void)state;
	assert_true(nrb_walk_ns(&walk) == 2.5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_chase_follows_exactly_n_loads),
		cmocka_unit_test(test_walk_is_whole_cycles_in_slices),
		cmocka_unit_test(test_stop_before_the_first_slice),
		cmocka_unit_test(test_ns_per_load),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
