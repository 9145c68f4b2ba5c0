/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How large a set of files is served, and for how long. */
#include "plantest.h"

static void ask_served(void)
{
	options.scenarios[0] = "fileserver";
	options.n_scenarios = 1;
}

/* 900 MiB are free on each: half as much again as the node caches of it. */
static void test_sizes(void **state)
{
	const struct nrb_sizes *sizes;
	int64_t first;

	(void)state;
	ask_served();
	options.seed = 5;
	assert_int_equal(make(machine_of(0, two, 2)), 0);
	sizes = &plan.sizes[0];
	assert_in_range(sizes->alloc_bytes, 200LL * MIB - 4096, 200LL * MIB + 4096);
	assert_in_range(sizes->served_bytes, 1300LL * MIB, 1350LL * MIB);
	assert_int_equal(sizes->served_bytes % NRB_SERVED_OBJECT, 0);
	assert_int_equal(
		sizes->file_bytes, sizes->served_bytes); /* longer than the node */
	assert_int_equal(plan.file_bytes, sizes->file_bytes);
	assert_int_equal(
		plan.memory_bytes, sizes->served_bytes + sizes->alloc_bytes + 64LL * MIB);
	assert_int_equal(sizes->serve_ns, 20000000000);
	assert_int_equal(sizes->serve_requests, 0);
	assert_int_equal(sizes->popularity_seed, 5);
	first = sizes->served_bytes;
	options.rehearsal = true;
	assert_int_equal(make(machine_of(0, two, 2)), 0);
	assert_int_equal(plan.sizes[0].served_bytes, first);
	assert_in_range(plan.sizes[0].serve_ns, 1000000000, 10000000000);
	assert_true(plan.sizes[0].serve_requests > 0);
}

/* No more than the other nodes can take beside the allocation. */
static void test_small_other_nodes(void **state)
{
	static const struct spec small_other[] = {
		{ 0, true, true, 300, 290, 0 },
		{ 1, true, false, 1000, 900, 0 },
	};

	(void)state;
	ask_served();
	options.alloc_bytes = 200LL * MIB;
	assert_int_equal(make(machine_of(0, small_other, 2)), 0);
	assert_in_range(plan.sizes[0].served_bytes, 890LL * MIB, 990LL * MIB);
}

/* Of --fill, where a ballast takes the rest. */
static void test_half_as_much_again_as_the_fill(void **state)
{
	const struct nrb_sizes *sizes;

	(void)state;
	ask_served();
	options.fill_bytes = 400LL * MIB;
	options.alloc_bytes = 50LL * MIB;
	assert_int_equal(make(machine_of(0, two, 2)), 0);
	sizes = &plan.sizes[0];
	assert_in_range(sizes->served_bytes, 600LL * MIB,
		(400LL * MIB + sizes->slack_bytes) * 3 / 2);
	assert_int_equal(sizes->file_bytes, sizes->served_bytes);
}

/* Nor more than what a ballast, for cells that fill it, leaves of the other one. */
static void test_beside_a_ballast(void **state)
{
	int64_t spare;

	(void)state;
	ask_served();
	options.scenarios[1] = "headroom";
	options.n_scenarios = 2;
	options.fill_bytes = 400LL * MIB;
	options.alloc_bytes = 300LL * MIB;
	assert_int_equal(make(machine_of(0, two, 2)), 0);
	assert_int_equal(plan.n_ballasts, 2);
	spare = 400LL * MIB + plan.sizes[0].headroom_bytes - 300LL * MIB;
	assert_in_range(plan.sizes[0].served_bytes,
		plan.sizes[0].fill_bytes + plan.sizes[0].slack_bytes,
		plan.sizes[0].fill_bytes + plan.sizes[0].slack_bytes + spare);
	options.n_scenarios = 1;
	assert_int_equal(make(machine_of(0, two, 2)), 0);
	assert_in_range(plan.sizes[0].served_bytes, 600LL * MIB, 680LL * MIB);
}

/* Then there is no file to be made; but they have to fill the node. */
static void test_the_users_files(void **state)
{
	struct nrb_served_file files[] = { { .fd = -1, .bytes = 800LL * MIB },
		{ .fd = -2, .bytes = 700LL * MIB } };
	struct nrb_servedset set = nrb_servedset_of(files, 2);

	(void)state;
	ask_served();
	options.served = &set;
	assert_int_equal(make(machine_of(0, two, 2)), 0);
	assert_int_equal(plan.sizes[0].served_bytes, 1500LL * MIB);
	assert_int_equal(plan.sizes[0].file_bytes, 0);
	assert_int_equal(plan.file_bytes, 0);
	assert_ptr_equal(plan.served, &set);
	set = nrb_servedset_of(files, 1);
	assert_refused(make(machine_of(0, two, 2)), NRB_EXIT_NOT_HERE,
		"--file: 800 MiB in all, and the fill of node 1 takes 889 MiB");
}

/* However large they are: no more of them is in memory than the nodes can cache. */
static void test_files_larger_than_the_machine(void **state)
{
	struct nrb_served_file files[] = { { .fd = -1, .bytes = 1LL << 40 } };
	struct nrb_servedset set = nrb_servedset_of(files, 1);

	(void)state;
	ask_served();
	options.served = &set;
	assert_int_equal(make(machine_of(0, two, 2)), 0);
	assert_int_equal(plan.sizes[0].served_bytes, 1LL << 40);
	/* a node, what is free on the other one beside 4 MiB, the allocation and ours */
	assert_in_range(plan.memory_bytes, (1000LL + 896 + 200 + 64) * MIB - 4096,
		(1000LL + 896 + 200 + 64) * MIB + 4096);
	options.max_memory_bytes = 3LL << 30;
	assert_int_equal(make(machine_of(0, two, 2)), 0);
	options.max_memory_bytes = 1LL << 30;
	assert_refused(make(machine_of(0, two, 2)), NRB_EXIT_FAILED, "--max-memory");
	assert_string_equal(nrb_diag_way_out(),
		"raise it: files that are served fill what nodes have free");
}

/* Of what the other node has, an arm's watermarks keep more free: 20 % of it, and as much again. */
static void test_an_arm_with_raised_marks(void **state)
{
	int64_t found;

	(void)state;
	ask_served();
	assert_int_equal(make(machine_of(0, two, 2)), 0);
	found = plan.sizes[0].served_bytes;
	options.n_sets = 1;
	assert_int_equal(
		nrb_set_parse(&options.sets[0], "vm.watermark_scale_factor=1000"), 0);
	assert_int_equal(make(machine_of(0, two, 2)), 0);
	assert_in_range(plan.sizes[0].served_bytes, found - 250 * MIB, found - 50 * MIB);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLAN_TEST(test_an_arm_with_raised_marks),
		PLAN_TEST(test_sizes),
		PLAN_TEST(test_small_other_nodes),
		PLAN_TEST(test_half_as_much_again_as_the_fill),
		PLAN_TEST(test_beside_a_ballast),
		PLAN_TEST(test_the_users_files),
		PLAN_TEST(test_files_larger_than_the_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
