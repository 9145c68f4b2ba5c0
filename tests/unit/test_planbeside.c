/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How much goes on beside an allocation. */
#include "plantest.h"

static const struct spec three[] = {
	{ 0, true, false, 1000, 900, 0 },
	{ 1, false, false, 3000, 2900, 0 },
	{ 2, true, false, 2000, 1900, 0 },
};

static void ask_for(const char *scenario)
{
	options.scenarios[0] = scenario;
	options.n_scenarios = 1;
}

/* As much as the others have free, less half of the allocation, and on large ones four of them. */
static void test_neighbour(void **state)
{
	const struct nrb_sizes *sizes;

	(void)state;
	ask_for("neighbour");
	options.alloc_bytes = 400LL * MIB;
	assert_int_equal(make(machine_of(0, two, 2)), 0);
	sizes = &plan.sizes[0];
	assert_int_equal(sizes->beside_bytes, 700LL * MIB);
	assert_int_equal(sizes->beside_from, 1000LL * MIB);
	assert_in_range(sizes->victim_bytes, 99LL * MIB, 100LL * MIB);
	assert_int_equal(plan.file_bytes, 1700LL * MIB);
	assert_int_equal(sizes->work_ns, 0);
	options.rehearsal = true;
	assert_int_equal(make(machine_of(0, two, 2)), 0);
	assert_int_equal(plan.sizes[0].victim_bytes, 16LL * MIB);
	options.alloc_bytes = 100LL * MIB;
	assert_int_equal(make(machine_of(0, three, 3)), 0);
	assert_int_equal(plan.sizes[0].beside_bytes, 400LL * MIB);
}

/* What it reads gives way to what it allocates. */
static void test_reads_need_no_room(void **state)
{
	static const struct spec tight[] = {
		{ 0, true, false, 1000, 900, 0 },
		{ 1, true, false, 1000, 540, 0 },
	};

	(void)state;
	ask_for("neighbour");
	options.alloc_bytes = 400LL * MIB;
	assert_int_equal(make(machine_of(0, tight, 2)), 0);
	options.alloc_bytes = 450LL * MIB; /* and 100 MiB for the neighbour */
	assert_refused(make(machine_of(0, tight, 2)), NRB_EXIT_FAILED,
		"550 MiB meant for node 0 may spill");
}

static int64_t read_beside(const char *scenario)
{
	for (int i = 0; i < plan.n_arms; i++) {
		if (strcmp(plan.arms[i].scenario->name, scenario) == 0) {
			assert_string_equal(plan.arms[i].unsupported, "");
			return plan.sizes[i].beside_bytes;
		}
	}
	fail_msg("no %s", scenario);
	return 0;
}

/* What is locked on the other node for cells that fill it is not free in those that do not. */
static void test_neighbour_beside_a_ballast(void **state)
{
	const struct nrb_sizes *sizes;

	(void)state;
	ask_for("neighbour");
	options.fill_bytes = 300LL * MIB;
	options.alloc_bytes = 100LL * MIB;
	assert_int_equal(make(machine_of(0, two, 2)), 0);
	assert_int_equal(plan.n_ballasts, 1);
	assert_int_equal(read_beside("neighbour"), 400LL * MIB); /* four of them */
	options.scenarios[1] = "headroom";
	options.n_scenarios = 2;
	assert_int_equal(make(machine_of(0, two, 2)), 0);
	assert_int_equal(plan.n_ballasts, 2);
	sizes = &plan.sizes[0];
	/* free stay the fill, the headroom and what is below the watermark; half of it spills */
	assert_in_range(read_beside("neighbour"),
		300LL * MIB + sizes->headroom_bytes - 50LL * MIB,
		300LL * MIB + sizes->headroom_bytes - 47LL * MIB);
}

static void test_nobody_there(void **state)
{
	(void)state;
	ask_for("neighbour");
	assert_refused(make(machine_of(0, three, 2)), NRB_EXIT_NOT_HERE,
		"no other node has both memory and CPUs");
}

/* All nodes are filled, unless one says otherwise; one node is enough. */
static void test_headroom(void **state)
{
	const struct nrb_sizes *sizes;

	(void)state;
	ask_for("headroom");
	assert_int_equal(make(machine_of(0, two, 2)), 0);
	sizes = &plan.sizes[0];
	assert_true(plan.arms[0].fill_all);
	assert_int_equal(sizes->beside_from, 2000LL * MIB);
	assert_in_range(sizes->beside_bytes, 399LL * MIB, 401LL * MIB);
	assert_int_equal(sizes->work_ns, 15000000000);
	assert_int_equal(sizes->look_ns, 5000000);
	assert_in_range(sizes->burst_bytes, 19LL * MIB, 20LL * MIB);
	options.rehearsal = true;
	options.fill_on.n = 1; /* target */
	assert_int_equal(make(machine_of(0, two, 2)), 0);
	assert_false(plan.arms[0].fill_all);
	assert_int_equal(plan.sizes[0].beside_from, 1000LL * MIB);
	assert_int_equal(plan.sizes[0].work_ns, 5000000000);
	assert_int_equal(plan.sizes[0].look_ns, 10000000);
	assert_int_equal(plan.sizes[0].burst_bytes, 4LL * MIB);
	options.fill_on.n = 0;
	assert_int_equal(make(machine_of(0, two, 1)), 0);
	assert_int_equal(plan.arms[0].unsupported[0], '\0');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLAN_TEST(test_neighbour),
		PLAN_TEST(test_reads_need_no_room),
		PLAN_TEST(test_neighbour_beside_a_ballast),
		PLAN_TEST(test_nobody_there),
		PLAN_TEST(test_headroom),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
