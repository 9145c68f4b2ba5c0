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
	assert_int_equal(sizes->fill_bytes, 100LL * MIB + 65536);
	assert_int_equal(sizes->slack_bytes, 12LL * MIB + MIB / 2 + 65536);
	assert_int_equal(sizes->file_bytes, sizes->fill_bytes + sizes->slack_bytes);
	assert_int_equal(sizes->alloc_bytes, 50LL * MIB + 4096);
	assert_int_equal(sizes->chain_bytes, 4LL * MIB);
	assert_int_equal(sizes->walk_loads, 4 * MIB / 64);
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

static const struct spec huge[] = {
	{ 0, true, true, 256 << 10, 250 << 10, 0 },
	{ 1, true, false, 256 << 10, 255 << 10, 0 },
};

/* Twice the allocation and twice the threshold, which is 1 % of all of the node; the rest is locked. */
static void test_a_large_node_gets_ballast(void **state)
{
	const int64_t gate = 2621LL * MIB, fill = 2 * (4LL << 30) + 2 * gate;
	const struct nrb_sizes *sizes;

	(void)state;
	options.nodes_given = true;
	nrb_idset_clear(&options.nodes);
	nrb_idset_add(&options.nodes, 1);
	assert_int_equal(make(machine_of(0, huge, 2)), 0);
	sizes = &plan.sizes[0];
	assert_int_equal(sizes->alloc_bytes, 4LL << 30);
	assert_in_range(sizes->gate_bytes, gate, gate + MIB);
	assert_in_range(sizes->fill_bytes, fill, fill + 2 * MIB);
	assert_in_range(
		sizes->slack_bytes, sizes->fill_bytes / 8, sizes->fill_bytes / 8 + 65536);
	assert_int_equal(sizes->file_bytes, sizes->fill_bytes + sizes->slack_bytes);
	assert_int_equal(plan.file_bytes, sizes->file_bytes);
	assert_int_equal(plan.n_ballasts, 1); /* not on the node that is not filled */
	assert_int_equal(plan.ballasts[0].node, 1);
	assert_int_equal(
		plan.ballasts[0].room_bytes, sizes->fill_bytes + sizes->headroom_bytes);
	/* 1 MiB is the high watermark */
	assert_int_equal(plan.ballasts[0].bytes,
		((255LL << 10) - 1) * MIB - plan.ballasts[0].room_bytes);
	assert_int_equal(plan.memory_bytes, sizes->file_bytes + sizes->alloc_bytes +
						    64LL * MIB + plan.ballasts[0].bytes);
	/* an arm raises the threshold, and the fill of all goes by it: all arms have the same */
	options.n_sets = 2;
	assert_int_equal(nrb_set_parse(&options.sets[0], "found"), 0);
	assert_int_equal(nrb_set_parse(&options.sets[1], "vm.min_unmapped_ratio=3"), 0);
	assert_int_equal(make(machine_of(0, huge, 2)), 0);
	for (int i = 0; i < plan.n_arms; i++) {
		assert_in_range(plan.sizes[i].gate_bytes, 3 * gate, 3 * gate + 4 * MIB);
		assert_in_range(plan.sizes[i].fill_bytes, fill + 4 * gate,
			fill + 4 * gate + 6 * MIB);
	}
	nrb_plan_finish(&plan);
	options.n_sets = 0;
	/* another allocation, another fill */
	options.alloc_bytes = 8LL << 30;
	assert_int_equal(make(machine_of(0, huge, 2)), 0);
	assert_in_range(plan.sizes[0].fill_bytes, 2 * (8LL << 30) + 2 * gate,
		2 * (8LL << 30) + 2 * gate + 2 * MIB);
	assert_int_equal(plan.sizes[0].alloc_bytes, 8LL << 30);
}

/* Above 16 GiB, unless it is asked for otherwise. */
static void test_what_is_located(void **state)
{
	(void)state;
	options.alloc_bytes = 16LL << 30;
	assert_int_equal(make(machine_of(0, huge, 2)), 0);
	assert_int_equal(plan.sizes[0].locate_pages, 0);
	nrb_plan_finish(&plan);
	options.alloc_bytes = 17LL << 30;
	assert_int_equal(make(machine_of(0, huge, 2)), 0);
	assert_int_equal(plan.sizes[0].locate_pages, 262144);
	nrb_plan_finish(&plan);
	options.locate = NRB_LOCATE_ALL;
	assert_int_equal(make(machine_of(0, huge, 2)), 0);
	assert_int_equal(plan.sizes[0].locate_pages, 0);
	nrb_plan_finish(&plan);
	options.locate = NRB_LOCATE_SAMPLE;
	options.alloc_bytes = 0;
	assert_int_equal(make(machine_of(0, two, 2)), 0);
	assert_int_equal(plan.sizes[0].locate_pages, 262144);
	nrb_plan_finish(&plan);
}

/* One ballast stands beside all arms, and each filled node has its own. */
static void test_ballast_of_several_arms(void **state)
{
	int64_t fill;

	(void)state;
	options.scenarios[0] = "clean";
	options.scenarios[1] = "anon";
	options.n_scenarios = 2;
	options.all_nodes = true;
	assert_int_equal(make(machine_of(0, huge, 2)), 0);
	assert_int_equal(plan.n_ballasts, 2);
	fill = plan.sizes[0].fill_bytes;
	for (int i = 0; i < plan.n_arms; i++) {
		if (plan.arms[i].unsupported[0] == '\0') {
			assert_int_equal(plan.sizes[i].fill_bytes, fill);
		}
	}
	options.all_nodes = false;
	options.n_scenarios = 1;
	assert_int_equal(make(machine_of(0, huge, 2)), 0);
	assert_int_equal(plan.n_ballasts, 1);
	options.fill_on.n = 1;
	options.fill_on.v[0] = 1; /* all */
	assert_int_equal(make(machine_of(0, huge, 2)), 0);
	assert_int_equal(plan.n_ballasts, 2);
	assert_int_equal(plan.sizes[0].other_bytes, plan.sizes[0].file_bytes);
}

/* --fill means ballast for the rest, on a node of any size; and half of what it has above the
 * threshold is allocated. */
static void test_fill_on_a_small_node(void **state)
{
	(void)state;
	options.fill_bytes = 600LL * MIB;
	assert_int_equal(make(machine_of(0, two, 2)), 0);
	assert_int_equal(plan.n_ballasts, 1);
	/* 900 less 1 of watermark, 600, and 10 of headroom */
	assert_int_equal(plan.ballasts[0].bytes / MIB, 289);
	assert_in_range(
		plan.sizes[0].alloc_bytes, 290LL * MIB - 65536, 290LL * MIB + 4096);
	assert_int_equal(plan.sizes[0].fill_bytes, 600LL * MIB);
	options.scenarios[0] = "anon"; /* 20 % where clean has 40 */
	options.n_scenarios = 1;
	machine_of(0, two, 2);
	made.machine.has_swap = true;
	assert_int_equal(make(&made.machine), 0);
	assert_in_range(
		plan.sizes[0].alloc_bytes, 145LL * MIB - 65536, 145LL * MIB + 4096);
	options.n_scenarios = 0;
	/* more than there is: the whole node, and no ballast */
	options.fill_bytes = 950LL * MIB;
	assert_int_equal(make(machine_of(0, two, 2)), 0);
	assert_int_equal(plan.n_ballasts, 0);
	assert_int_equal(plan.sizes[0].slack_bytes, 0);
	assert_in_range(
		plan.sizes[0].alloc_bytes, 400LL * MIB - 4096, 400LL * MIB + 4096);
}

/* Reclaim needs more cache than its threshold, and more by what is to be reclaimed. */
static void test_too_small_a_fill(void **state)
{
	(void)state;
	options.fill_bytes = 4LL << 30;
	assert_refused(make(machine_of(0, huge, 2)), NRB_EXIT_USAGE,
		"exceeds 2621 MiB of file cache (vm.min_unmapped_ratio of the whole node)");
	assert_string_equal(nrb_diag_way_out(), "give --fill 5360M or more");
	options.fill_bytes = 5360LL << 20;
	assert_int_equal(make(machine_of(0, huge, 2)), 0);
	options.fill_bytes = 4LL << 30;
	options.alloc_bytes = 1LL << 30;
	assert_int_equal(make(machine_of(0, huge, 2)), 0);
	options.alloc_bytes = 2LL << 30;
	assert_refused(make(machine_of(0, huge, 2)), NRB_EXIT_USAGE,
		"there; 2048 MiB are to be allocated");
	assert_string_equal(
		nrb_diag_way_out(), "give --fill 4717M or more, or a smaller --alloc");
	options.fill_bytes = 4717LL << 20;
	assert_int_equal(make(machine_of(0, huge, 2)), 0);
	options.fill_bytes = 4LL << 30;
	machine_of(0, huge, 2);
	made.machine.min_unmapped_ratio = 0;
	assert_int_equal(make(&made.machine), 0);
}

static void set_two(const char *text)
{
	options.n_sets = 2;
	assert_int_equal(nrb_set_parse(&options.sets[0], "found"), 0);
	assert_int_equal(nrb_set_parse(&options.sets[1], text), 0);
}

/* "give --fill 4936M or more": that will do. */
static void follow_advice(void)
{
	long long mib = 0;

	assert_int_equal(
		sscanf(nrb_diag_way_out(), "give --fill %lldM or more", &mib), 1);
	assert_true(mib << 20 > options.fill_bytes);
	options.fill_bytes = mib << 20;
	assert_int_equal(make(machine_of(0, huge, 2)), 0);
	for (int i = 0; i < plan.n_arms; i++) {
		assert_string_equal(plan.arms[i].unsupported, "");
		assert_true(plan.sizes[i].alloc_bytes >= 16 * MIB);
	}
}

/* All arms have one ballast: what it leaves must do under the marks of each. */
static void test_a_ballast_beside_raised_marks(void **state)
{
	/* twice 2 % of 256 GiB, beside the MiB that is the high mark now */
	int64_t raise = (256LL << 30) / 50 * 2 - MIB, fill;

	(void)state;
	options.alloc_bytes = 4LL << 30;
	assert_int_equal(make(machine_of(0, huge, 2)), 0);
	fill = plan.sizes[0].fill_bytes;
	set_two("vm.watermark_scale_factor=200");
	assert_int_equal(make(machine_of(0, huge, 2)), 0);
	assert_true(fill + raise < raise / 3 * 8);
	for (int i = 0; i < plan.n_arms; i++) {
		assert_string_equal(plan.arms[i].unsupported, "");
		assert_in_range(plan.sizes[i].fill_bytes, raise / 3 * 8 - 16 * MIB,
			raise / 3 * 8 + 10 * MIB);
	}
	set_two("vm.watermark_scale_factor=100");
	assert_int_equal(make(machine_of(0, huge, 2)), 0);
	assert_in_range(plan.sizes[0].fill_bytes, fill + raise / 2 - 10 * MIB,
		fill + raise / 2 + 10 * MIB);
	/* one ballast is beside all: a --fill must do for each */
	options.fill_bytes = 12LL << 30;
	assert_refused(make(machine_of(0, huge, 2)), NRB_EXIT_USAGE,
		"there; the watermarks of --set keep 5241 MiB free, which may be three eighths; "
		"4096 MiB are to be allocated");
	assert_non_null(strstr(nrb_diag_way_out(), "or a smaller --alloc"));
	follow_advice();
	options.alloc_bytes = 0;
	options.fill_bytes = 12LL << 30;
	assert_refused(make(machine_of(0, huge, 2)), NRB_EXIT_USAGE,
		"; twice that is to be there");
	follow_advice();
	options.sets[0] = options.sets[1];
	options.n_sets = 1;
	options.fill_bytes = 5LL << 30;
	assert_refused(
		make(machine_of(0, huge, 2)), NRB_EXIT_USAGE, "of --set keep 5241");
	follow_advice();
}

/* With what all zones keep at least, a node's marks grow: all of a mark that follows from it, but of one
 * whose distance is a part of the zone that alone. */
static void test_a_ballast_beside_more_kept_free(void **state)
{
	static const struct {
		int64_t min_mib, high_mib, set_mib, raise_mib;
	} rows[] = {
		{ 400, 600, 800, 600 }, { 400, 600, 400, 0 }, { 40, 540, 80, 40 },
		{ 40, 540, 2000,
			2000 + 2 * 500 - 540 }, /* a quarter of it is more again */
	};
	int64_t fill;

	(void)state;
	options.alloc_bytes = 4LL << 30;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char set[64];

		machine_of(0, huge, 2);
		for (int k = 0; k < made.machine.zones.n; k++) {
			made.zones[k].min_pages =
				rows[i].min_mib * MIB / nrb_zones_page_bytes();
			made.zones[k].high_pages =
				rows[i].high_mib * MIB / nrb_zones_page_bytes();
		}
		options.n_sets = 0;
		assert_int_equal(make(&made.machine), 0);
		fill = plan.sizes[0].fill_bytes;
		/* of three zones, two of them on the other node */
		snprintf(set, sizeof(set), "vm.min_free_kbytes=%d",
			(int)rows[i].set_mib * 3 << 10);
		set_two(set);
		assert_int_equal(make(&made.machine), 0);
		assert_in_range(plan.sizes[0].fill_bytes,
			fill + rows[i].raise_mib * MIB - MIB,
			fill + rows[i].raise_mib * MIB + MIB);
	}
}

/* A node full of others' cache: there is nothing to lock, and what they have stays. */
static void test_no_ballast_on_a_full_node(void **state)
{
	static const struct spec full[] = {
		{ 0, true, false, 256 << 10, 255 << 10, 0 },
		{ 1, true, false, 256 << 10, 900, 0 },
	};

	(void)state;
	options.nodes_given = true;
	nrb_idset_clear(&options.nodes);
	nrb_idset_add(&options.nodes, 1);
	assert_int_equal(make(machine_of(0, full, 2)), 0);
	assert_int_equal(plan.n_ballasts, 0);
	assert_int_equal(plan.sizes[0].slack_bytes, 0);
}

static void test_limits_count_ballast(void **state)
{
	(void)state;
	options.max_memory_bytes = 100LL << 30;
	assert_refused(make(machine_of(0, huge, 2)), NRB_EXIT_FAILED,
		"of it to lock what cells do not need");
	options.max_memory_bytes = 300LL << 30;
	assert_int_equal(make(machine_of(0, huge, 2)), 0);
}

/* What spills from one target must fit into the room that the other one's ballast leaves. */
static void test_spills_beside_ballast(void **state)
{
	(void)state;
	options.all_nodes = true;
	options.fill_bytes = 600LL * MIB;
	options.alloc_bytes = 500LL * MIB;
	assert_int_equal(make(machine_of(0, two, 2)), 0);
	assert_int_equal(plan.n_ballasts, 2);
	options.fill_bytes = 400LL * MIB;
	options.alloc_bytes = 380LL * MIB;
	assert_int_equal(make(machine_of(0, two, 2)), 0);
}

/* What writes to the file needs its blocks; the others of a run do without. */
static void test_a_sparse_file(void **state)
{
	(void)state;
	options.sparse = true;
	options.scenarios[0] = "dirty";
	options.n_scenarios = 1;
	assert_refused(
		make(machine_of(0, two, 2)), NRB_EXIT_USAGE, "no blocks on the disk");
	assert_string_equal(nrb_diag_way_out(), "leave --sparse out");
	options.scenarios[1] = "clean";
	options.n_scenarios = 2;
	assert_int_equal(make(machine_of(0, two, 2)), 0);
	assert_true(plan.sparse);
	for (int i = 0; i < plan.n_arms; i++) {
		bool is_dirty = strcmp(plan.arms[i].scenario->name, "dirty") == 0;

		assert_int_equal(plan.arms[i].unsupported[0] != '\0', is_dirty);
		assert_true(is_dirty || plan.sizes[i].sparse);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLAN_TEST(test_sizes),
		PLAN_TEST(test_writer_sizes),
		PLAN_TEST(test_a_large_node_gets_ballast),
		PLAN_TEST(test_what_is_located),
		PLAN_TEST(test_ballast_of_several_arms),
		PLAN_TEST(test_fill_on_a_small_node),
		PLAN_TEST(test_too_small_a_fill),
		PLAN_TEST(test_no_ballast_on_a_full_node),
		PLAN_TEST(test_limits_count_ballast),
		PLAN_TEST(test_spills_beside_ballast),
		PLAN_TEST(test_a_ballast_beside_raised_marks),
		PLAN_TEST(test_a_ballast_beside_more_kept_free),
		PLAN_TEST(test_a_sparse_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
