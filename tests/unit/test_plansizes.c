/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How much is filled, allocated and written. */
#include "plantest.h"

static void test_sizes(void **state)
{
	const struct nrb_sizes *sizes;

	(void)state;
	assert_int_equal(make(machine_of(0, two, 2)), 0);
	sizes = &plan.sizes[0];
	/* 40 %, whole pages */
	assert_in_range(sizes->alloc_bytes, 400LL * MIB - 4096, 400LL * MIB + 4096);
	assert_int_equal(sizes->alloc_bytes % 4096, 0);
	assert_int_equal(sizes->fill_bytes, 0);
	assert_int_equal(sizes->file_bytes, 1000LL * MIB);
	assert_in_range(sizes->headroom_bytes, 10 * MIB - 4096, 10 * MIB);
	assert_int_equal(sizes->chain_bytes, 0);
	assert_int_equal(sizes->reread_bytes, 0);
	assert_int_equal(plan.file_bytes, sizes->file_bytes);
	assert_int_equal(
		plan.memory_bytes, sizes->file_bytes + sizes->alloc_bytes + 64LL * MIB);
	nrb_plan_finish(&plan);
	options.fill_bytes = 100LL * MIB + 1;
	options.alloc_bytes = 50LL * MIB + 1;
	options.rehearsal = true;
	assert_int_equal(make(machine_of(0, two, 2)), 0);
	sizes = &plan.sizes[0];
	assert_int_equal(sizes->fill_bytes, 100LL * MIB + 1);
	assert_int_equal(sizes->file_bytes, 100LL * MIB + 65536);
	assert_int_equal(sizes->alloc_bytes, 50LL * MIB + 4096);
	assert_int_equal(sizes->chain_bytes, 16LL * MIB);
	assert_int_equal(sizes->reread_bytes, 64LL * MIB);
	nrb_plan_finish(&plan);
}

/* What a writer writes is in proportion to the allocation beside it, on nodes of any size. */
static void test_writer_sizes(void **state)
{
	static const struct spec large[] = {
		{ 0, true, false, 100000, 99000, 0 },
		{ 1, true, false, 100000, 99000, 0 },
	};

	(void)state;
	options.scenarios[0] = "dirty";
	options.variants[0] = "writer";
	options.n_scenarios = options.n_variants = 1;
	options.alloc_bytes = 50LL * MIB;
	assert_int_equal(make(machine_of(0, two, 2)), 0); /* no less than 256 MiB */
	assert_int_equal(plan.sizes[0].beside_bytes, 256LL * MIB);
	nrb_plan_finish(&plan);
	options.alloc_bytes = 0; /* 300 MiB: 40 % of the node is less than twice that */
	assert_int_equal(make(machine_of(0, two, 2)), 0);
	assert_in_range(plan.sizes[0].beside_bytes, 399LL * MIB, 401LL * MIB);
	nrb_plan_finish(&plan);
	options.fill_bytes = 99LL << 30; /* 4 GiB */
	assert_int_equal(make(machine_of(0, large, 2)), 0);
	assert_int_equal(plan.sizes[0].beside_bytes, 8LL << 30);
	nrb_plan_finish(&plan);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLAN_TEST(test_sizes),
		PLAN_TEST(test_writer_sizes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
