/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How long a plan takes, by a pace that is made up. */
#include "nrb/plantime.h"

#include "shownplan.h"

#include <math.h>

enum { MIB = 1 << 20 };

/* A second for a GiB of each thing but one: a sixteenth for 64 MiB. */
static const struct nrb_pace pace = {
	.bytes = 64 * MIB,
	.write_ns = 125000000,
	.evict_ns = 62500000,
	.fill_ns = 62500000,
	.touch_ns = 62500000,
	.locate_ns = 62500000,
	.chain_ns = 62500000,
	.load_ns = 100,
};

static void assert_near(double got, double wanted)
{
	if (fabs(got - wanted) > 1e-6 * wanted) {
		fail_msg("%.9f is not %.9f", got, wanted);
	}
}

static struct nrb_plantime of_sizes(const struct nrb_sizes *sizes)
{
	struct nrb_plantime time;

	for (int i = 0; i < plan.n_arms; i++) {
		plan.sizes[i] = *sizes;
	}
	nrb_plantime_of(&plan, &machine, &pace, &time);
	return time;
}

/* 256 MiB are filled, evicted, and read again; 128 MiB touched, located, linked and walked, in lines of 64
 * bytes: twice over, since the caches are warmed first. */
static void test_parts(void **state)
{
	const struct nrb_sizes sizes = {
		.fill_bytes = 256 * MIB, .file_bytes = 512 * MIB, .alloc_bytes = 128 * MIB
	};
	struct nrb_plantime time;

	(void)state;
	plan.file_bytes = 512 * MIB;
	plan.budget_s = 0;
	plan.blocks = 3;
	time = of_sizes(&sizes);
	assert_near(time.file_s, 1.0);
	assert_near(time.cell_s, 0.7 + 3 * 0.25 + 3 * 0.125 + 4 * 1048576 * 100e-9);
	assert_near(time.block_s, 3 * time.cell_s);
	assert_near(time.all_s, 1 + time.cell_s + 9 * time.cell_s);
	assert_int_equal(time.blocks, 3);
}

/* Twice the sizes take twice the time but for what no size changes. */
static void test_is_linear(void **state)
{
	double one, two, four;
	struct nrb_sizes sizes = { .fill_bytes = 64 * MIB,
		.file_bytes = 4096LL * MIB,
		.alloc_bytes = 64 * MIB,
		.sparse = true };

	(void)state;
	one = of_sizes(&sizes).cell_s - 0.7;
	sizes.fill_bytes *= 2;
	sizes.alloc_bytes *= 2;
	two = of_sizes(&sizes).cell_s - 0.7;
	sizes.fill_bytes *= 2;
	sizes.alloc_bytes *= 2;
	four = of_sizes(&sizes).cell_s - 0.7;
	assert_near(two, 2 * one);
	assert_near(four, 4 * one);
}

static void test_bounds(void **state)
{
	struct nrb_sizes sizes = { .fill_bytes = 128 * MIB,
		.file_bytes = 128 * MIB,
		.alloc_bytes = 128 * MIB,
		.sparse = true };
	double all = of_sizes(&sizes).cell_s;

	(void)state;
	sizes.locate_pages = 64 * MIB / 4096; /* a sample of half */
	assert_near(of_sizes(&sizes).cell_s, all - 0.0625);
	sizes.locate_pages = 0;
	sizes.chain_bytes = 64 * MIB;
	sizes.walk_loads = 1000;
	assert_near(of_sizes(&sizes).cell_s, all - 0.0625 - 2 * 1048576 * 100e-9);
	sizes.chain_bytes = 0;
	sizes.walk_loads = 0;
	sizes.fill_bytes = 4096LL * MIB; /* the file has no more than 128 MiB */
	assert_near(of_sizes(&sizes).cell_s, all);
	sizes.serve_ns = 2000000000;
	assert_near(of_sizes(&sizes).cell_s, all + 2);
}

static void test_budget(void **state)
{
	const struct nrb_sizes sizes = {
		.fill_bytes = 256 * MIB, .file_bytes = 256 * MIB, .sparse = true
	};
	struct nrb_plantime time;

	(void)state;
	plan.sparse = true;
	plan.blocks = 0;
	plan.budget_s = 20;
	time = of_sizes(&sizes); /* 1.2 s a cell */
	assert_near(time.cell_s, 1.2);
	assert_int_equal(time.blocks, 5);
	assert_near(time.all_s, 1.2 + 5 * 3.6);
	plan.blocks = 2;
	assert_int_equal(of_sizes(&sizes).blocks, 2);
	plan.budget_s = 1; /* the first block is run whatever it takes */
	assert_int_equal(of_sizes(&sizes).blocks, 1);
	plan.arms[0].unsupported[0] = 'x';
	assert_near(of_sizes(&sizes).block_s, 2.4);
	plan.arms[0].unsupported[0] = '\0';
}

static void test_shown(void **state)
{
	struct nrb_screen screen = { .ascii = true };
	struct nrb_json *json;
	const struct nrb_json *time;
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	(void)state;
	json = nrb_plan_json(&plan, &options, &machine);
	assert_null(nrb_json_get(json, "time")); /* none was tried */
	nrb_json_free(json);
	plan.pace = pace;
	nrb_plan_print(&plan, &options, &machine, &screen, out);
	json = nrb_plan_json(&plan, &options, &machine);
	time = nrb_json_get(json, "time");
	assert_int_equal(get(time, "tried_bytes"), 64 * MIB);
	assert_true(get(time, "blocks") >= 1);
	nrb_json_free(json);
	plan.pace = (struct nrb_pace){ .why = "no room" };
	nrb_plan_print(&plan, &options, &machine, &screen, out);
	fclose(out);
	assert_non_null(strstr(text, "  time        about "));
	assert_non_null(strstr(text, "  time        not known: no room"));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SHOW_TEST(test_parts),
		SHOW_TEST(test_is_linear),
		SHOW_TEST(test_bounds),
		SHOW_TEST(test_budget),
		SHOW_TEST(test_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
