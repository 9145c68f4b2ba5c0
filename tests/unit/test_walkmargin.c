/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which limit is the nearest, and which do not count. */
#include "nrb/walkmargin.h"

#include "statetest.h"

static struct made_state made;

static struct nrb_walk_margin margin_of(struct nrb_request request)
{
	struct nrb_walk_margin margin;
	struct nrb_allocwalk walk;

	WALK(walk, &made, request);
	margin = nrb_walkmargin_of(&walk, &made.state);
	nrb_allocwalk_finish(&walk);
	return margin;
}

static void free_pages(void **state)
{
	struct nrb_walk_margin margin;

	(void)state;
	state_make(&made, "7.3.4", 2);
	made.zones[0].free_pages = 1100;
	margin = margin_of(state_request(0));
	assert_int_equal(margin.step, 0);
	assert_string_equal(margin.what, "free pages");
	assert_float_equal(margin.relative, 0.1, 1e-9);
	assert_int_equal(margin.test.value, 1100);
	assert_int_equal(margin.test.limit, 1000);
	assert_false(margin.is_within_drift);
	/* counts of two CPUs, of up to 5 pages each, are held back */
	for (int over = 10; over <= 11; over++) {
		made.zones[0].free_pages = 1000 + over;
		assert_int_equal(margin_of(state_request(0)).is_within_drift, over <= 10);
	}
	/* below it takes one page more to pass */
	made.zones[1].free_pages = 5000;
	for (int under = 9; under <= 10; under++) {
		made.zones[0].free_pages = 1000 - under;
		assert_int_equal(margin_of(state_request(0)).is_within_drift, under < 10);
	}
}

/* The nearest of all steps. */
static void of_another_zone(void **state)
{
	struct nrb_walk_margin margin;

	(void)state;
	state_make(&made, "7.3.4", 2);
	made.zones[0].free_pages = 500;
	made.zones[1].free_pages = 1050;
	margin = margin_of(state_request(0));
	assert_int_equal(margin.step, 1);
	assert_float_equal(margin.relative, 0.05, 1e-9);
}

static void cache(void **state)
{
	struct nrb_request request = state_request(1);
	struct nrb_walk_margin margin;

	(void)state;
	state_make(&made, "7.3.4", 2);
	made.zones[0].free_pages = 100;
	made.zones[1].free_pages = 100000;
	made.nodes[0].inactive_file_pages = 9900;
	margin = margin_of(request);
	assert_string_equal(margin.what, "file cache");
	assert_float_equal(margin.relative, 0.01, 1e-9);
	/* open by both: it closes with the last of them */
	made.nodes[0].inactive_file_pages = 10100;
	made.nodes[0].slab_reclaimable_pages = 51000;
	margin = margin_of(request);
	assert_string_equal(margin.what, "slab");
	assert_float_equal(margin.relative, 0.02, 1e-9);
	made.nodes[0].slab_reclaimable_pages = 50100;
	assert_string_equal(margin_of(request).what, "file cache");
	/* closed: it opens with the first */
	made.nodes[0].inactive_file_pages = 5000;
	made.nodes[0].slab_reclaimable_pages = 49900;
	assert_string_equal(margin_of(request).what, "slab");
}

/* Where another gate is closed anyway, the cache decides nothing. */
static void behind_another_gate(void **state)
{
	struct nrb_request request = state_request(1);

	(void)state;
	state_make(&made, "7.3.4", 2);
	made.zones[0].free_pages = 500;
	made.zones[1].free_pages = 100000;
	made.nodes[0].inactive_file_pages = 10001;
	assert_string_equal(margin_of(request).what, "file cache");
	request.policy = NRB_ARM_PREFERRED;
	request.cpu_node = 1;
	assert_string_equal(margin_of(request).what, "free pages");
	request = state_request(0);
	assert_string_equal(margin_of(request).what, "free pages");
	/* without a block it is not the free pages */
	request.order = 3;
	made.blocks[1].free[3] = 1;
	assert_int_equal(margin_of(request).step, 1);
}

static void dirty_pages(void **state)
{
	struct nrb_request request = { .gfp = NRB_GFP_DIRTY_WRITE };

	(void)state;
	state_make(&made, "7.3.4", 2);
	made.zones[0].free_pages = 2000;
	made.nodes[0].dirty_pages = 100100;
	assert_string_equal(margin_of(request).what, "dirty pages");
}

static void no_limit(void **state)
{
	struct nrb_request request = state_request(0);

	(void)state;
	state_make(&made, "7.3.4", 1);
	made.nodes[0].is_allowed = false;
	assert_int_equal(margin_of(request).step, -1);
}

static void same_walks(void **state)
{
	struct nrb_allocwalk walks[8];

	(void)state;
	state_make(&made, "7.3.4", 2);
	state_fill(&made, 0, 0);
	made.nodes[0].file_pages = 400000;
	for (int mode = 0; mode < 8; mode++) {
		struct nrb_request request = state_request(mode);

		WALK(walks[mode], &made, request);
	}
	assert_false(nrb_walkmargin_is_same(&walks[0], &walks[1]));
	assert_true(nrb_walkmargin_is_same(&walks[1], &walks[3]));
	/* other pages count with bit 4 */
	assert_false(nrb_walkmargin_is_same(&walks[3], &walks[4]));
	assert_true(nrb_walkmargin_is_same(&walks[4], &walks[7]));
	for (int mode = 0; mode < 8; mode++) {
		nrb_allocwalk_finish(&walks[mode]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(free_pages),
		cmocka_unit_test(of_another_zone),
		cmocka_unit_test(cache),
		cmocka_unit_test(behind_another_gate),
		cmocka_unit_test(dirty_pages),
		cmocka_unit_test(no_limit),
		cmocka_unit_test(same_walks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
