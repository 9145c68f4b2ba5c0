/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ways through the list: where they end, and by how many steps. */
#include "nrb/allocwalk.h"

#include "statetest.h"

static struct made_state made;

struct wanted {
	enum nrb_walk_outcome outcome;
	int node, n_steps, n_success, n_failed;
	bool wakes_kswapd;
};

static void walk_is(struct nrb_request request, struct wanted wanted)
{
	struct nrb_allocwalk walk;

	WALK(walk, &made, request);
	assert_int_equal(walk.outcome, wanted.outcome);
	assert_int_equal(walk.node, wanted.node);
	assert_int_equal(walk.n_steps, wanted.n_steps);
	assert_int_equal(walk.n_success, wanted.n_success);
	assert_int_equal(walk.n_failed, wanted.n_failed);
	assert_int_equal(walk.wakes_kswapd, wanted.wakes_kswapd);
	assert_int_equal(
		nrb_allocwalk_reclaims(&walk), wanted.n_success + wanted.n_failed > 0);
	nrb_allocwalk_finish(&walk);
}

#define PAGE(node, steps, ...)                                                           \
	{                                                                                \
		NRB_OUTCOME_PAGE, node, steps, __VA_ARGS__                               \
	}
#define IS(...) (struct wanted) __VA_ARGS__

/* Free pages must exceed low: at low - 1, low, low + 1. */
static void low_mark(void **state)
{
	(void)state;
	state_make(&made, "7.3.4", 2);
	for (int below = -1; below <= 1; below++) {
		state_fill(&made, 0, below);
		walk_is(state_request(0), below < 0 ? IS(PAGE(0, 1, 0, 0, false))
						    : IS(PAGE(1, 2, 0, 0, false)));
	}
}

/* Node reclaim frees 32 pages or more: enough for a zone that is 31 under low. */
static void reclaim_makes_room(void **state)
{
	(void)state;
	state_make(&made, "6.1.192", 2);
	for (int below = 30; below <= 32; below++) {
		state_fill(&made, 0, below);
		walk_is(state_request(1), below < 32 ? IS(PAGE(0, 1, 1, 0, false))
						     : IS(PAGE(1, 2, 1, 0, false)));
	}
}

static void reclaim_in_vain(void **state)
{
	struct nrb_request request = state_request(1);

	(void)state;
	state_make(&made, "7.3.4", 2);
	state_fill(&made, 0, 0);
	request.lru_gen = true;
	walk_is(request, IS(PAGE(1, 2, 0, 1, false)));
	request.mode = 7;
	walk_is(request, IS(PAGE(0, 1, 1, 0, false)));
}

/* Nobody has room down to low: kswapds are woken, and min is the mark. Node 1 is not reclaimed from node 0's
 * CPU, and node 0 has no cache to give. */
static void slow_path(void **state)
{
	(void)state;
	state_make(&made, "7.3.4", 2);
	made.nodes[0].inactive_file_pages = 0;
	state_fill(&made, 0, 0);
	state_fill(&made, 1, 0);
	/* both kswapds were woken just before: on the way down to min their nodes are passed over at first */
	walk_is(state_request(1), IS(PAGE(0, 5, 0, 0, true)));
	nrb_kernelrules_of(&made.state.rules, "6.1.192");
	walk_is(state_request(1), IS(PAGE(0, 3, 0, 0, true)));
	/* min - 1, min, min + 1 */
	for (int64_t pages = STATE_MIN - 1; pages <= STATE_MIN + 1; pages++) {
		made.zones[0].free_pages = pages;
		walk_is(state_request(1), pages > STATE_MIN ? IS(PAGE(0, 3, 0, 0, true))
							    : IS(PAGE(1, 4, 0, 0, true)));
	}
	made.zones[0].free_pages = made.zones[1].free_pages = STATE_MIN;
	walk_is(state_request(0), IS({ NRB_OUTCOME_DIRECT, -1, 4, 0, 0, true }));
}

/* Of kswapds that are woken on the slow path, two sleep on: of a node that has a zone above high, and of one
 * that was given up. Their nodes come first. */
static void slow_path_past_the_woken(void **state)
{
	(void)state;
	state_make(&made, "7.3.4", 2);
	state_fill(&made, 0, 0);
	state_fill(&made, 1, 0);
	made.zones[1].unreclaimable = 1;
	walk_is(state_request(0), IS(PAGE(1, 4, 0, 0, true)));
	made.zones[1].unreclaimable = 0;
	walk_is(state_request(0), IS(PAGE(0, 5, 0, 0, true)));
	for (int above = 0; above <= 1; above++) {
		struct nrb_request request = { .gfp = NRB_GFP_DIRTY_WRITE };

		made.zones[1].free_pages = made.zones[1].high_pages + above;
		made.nodes[0].dirty_pages = made.nodes[1].dirty_pages = INT32_MAX;
		walk_is(request, above > 0 ? IS(PAGE(1, 4, 0, 0, true))
					   : IS(PAGE(0, 5, 0, 0, true)));
	}
}

/* A zone above high in pieces is none for a request of several pages, and raised marks are kswapd's work too. */
static void slow_path_past_who_is_not_balanced(void **state)
{
	struct nrb_request request = state_request(0);

	(void)state;
	state_make(&made, "7.3.4", 2);
	request.order = 3;
	made.zones[1].free_pages = made.zones[1].high_pages + 100;
	made.zones[1].low_pages = made.zones[1].high_pages + 200;
	state_fill(&made, 0, 0);
	for (int has_block = 0; has_block <= 1; has_block++) {
		made.blocks[0].free[3] = 1;
		made.blocks[1].free[3] = has_block;
		walk_is(request, has_block ? IS(PAGE(1, 4, 0, 0, true))
					   : IS(PAGE(0, 5, 0, 0, true)));
	}
	made.zones[1].boost_pages = 1;
	walk_is(request, IS(PAGE(0, 5, 0, 0, true)));
}

/* An atomic request goes down to 3/8 of min, past the cpuset, and fails below. */
static void atomic(void **state)
{
	struct nrb_request request = { .mode = 7, .gfp = NRB_GFP_ATOMIC };

	(void)state;
	state_make(&made, "7.3.4", 1);
	made.nodes[0].is_allowed = false;
	for (int64_t pages = 299; pages <= 301; pages++) {
		made.zones[0].free_pages = pages; /* 800 * 3/8 = 300 */
		walk_is(request, pages > 300
					 ? IS(PAGE(0, 2, 0, 0, true))
					 : IS({ NRB_OUTCOME_FAILS, -1, 2, 0, 0, true }));
	}
	/* min as printed has the boost in it, which order 0 does not mind */
	made.zones[0].boost_pages = 400;
	made.zones[0].free_pages = 151;
	walk_is(request, IS(PAGE(0, 2, 0, 0, true)));
	request.order = 1;
	made.blocks[0].free[1] = 5;
	walk_is(request, IS({ NRB_OUTCOME_FAILS, -1, 2, 0, 0, true }));
}

/* A movable request may lie in Movable; the kernel's own may not, and what is reserved there for it
 * counts. */
static void zones_of_a_node(void **state)
{
	struct nrb_request request = state_request(0);

	(void)state;
	state_make(&made, "7.3.4", 1);
	state_zone(&made, 0, MOVABLE);
	walk_is(request, IS(PAGE(0, 1, 0, 0, false)));
	state_fill(&made, 1, 0);
	walk_is(request, IS(PAGE(0, 2, 0, 0, false)));
	made.zones[0].protection_pages[MOVABLE] = 1;
	/* Normal keeps a page from who may use Movable; the slow path reaches Movable's min first */
	walk_is(request, IS(PAGE(0, 3, 0, 0, true)));
	request.gfp = NRB_GFP_KERNEL;
	walk_is(request, IS(PAGE(0, 1, 0, 0, false)));
}

/* Normal over DMA32: at first kinds of pages are not mixed, and at the first remote zone the walk begins
 * anew, so that node 0 is reclaimed twice. */
static void node_0_is_asked_twice(void **state)
{
	struct nrb_request request = state_request(1);

	(void)state;
	state_make(&made, "7.3.4", 2);
	/* zones stand by node in the file */
	made.zones[2] = made.zones[1];
	made.state.zones.n = 1;
	state_zone(&made, 0, DMA32);
	made.state.zones.n = 3;
	struct nrb_zone normal = made.zones[0];
	made.zones[0] = made.zones[1];
	made.zones[1] = normal;
	request.lru_gen = true;
	state_fill(&made, 0, 0);
	state_fill(&made, 1, 0);
	walk_is(request, IS(PAGE(1, 5, 0, 4, false)));
	/* 7.3 with vm.defrag_mode never begins anew */
	made.state.defrag_mode = true;
	walk_is(request, IS(PAGE(1, 3, 0, 2, false)));
	/* one node alone: only after the whole list */
	made.state.defrag_mode = false;
	made.state.n_nodes = 1;
	made.state.zones.n = 2;
	walk_is(request, IS(PAGE(0, 5, 0, 4, true)));
}

/* 6.18 and later pass over a node whose kswapd is awake, while another has room. */
static void awake_kswapd(void **state)
{
	(void)state;
	state_make(&made, "6.18.0", 2);
	made.nodes[0].kswapd = NRB_KSWAPD_AWAKE;
	walk_is(state_request(0), IS(PAGE(1, 2, 0, 0, false)));
	state_fill(&made, 1, 0);
	walk_is(state_request(0), IS(PAGE(0, 3, 0, 0, false)));
	nrb_kernelrules_of(&made.state.rules, "6.17.0");
	walk_is(state_request(0), IS(PAGE(0, 1, 0, 0, false)));
	nrb_kernelrules_of(&made.state.rules, "6.18.0");
	made.nodes[0].kswapd = NRB_KSWAPD_UNKNOWN;
	walk_is(state_request(0), IS(PAGE(0, 1, 0, 0, false)));
}

/* A page that is to be written goes elsewhere when the node's share of dirty pages is used up. */
static void dirty_share(void **state)
{
	struct nrb_request request = { .gfp = NRB_GFP_DIRTY_WRITE };
	/* (1001 free - 1001 reserved + 500000) * 20 % */
	const int64_t share = 100000;

	(void)state;
	state_make(&made, "7.3.4", 2);
	made.nodes[0].writeback_pages = 1;
	for (int64_t dirty = share - 1; dirty <= share + 1; dirty++) {
		made.nodes[0].dirty_pages = dirty - 1;
		walk_is(request, dirty <= share ? IS(PAGE(0, 1, 0, 0, false))
						: IS(PAGE(1, 2, 0, 0, false)));
	}
	/* the slow path minds no share */
	made.nodes[1].dirty_pages = 2 * share;
	walk_is(request, IS(PAGE(0, 5, 0, 0, true)));
	request.gfp = NRB_GFP_MOVABLE;
	walk_is(request, IS(PAGE(0, 1, 0, 0, false)));
}

/* Order > 0 needs a block, however much is free; the pages of the block itself but one must be over the
 * mark too. */
static void blocks(void **state)
{
	struct nrb_request request = { .order = 3, .gfp = NRB_GFP_KERNEL };
	struct nrb_allocwalk walk;

	(void)state;
	state_make(&made, "7.3.4", 2);
	made.blocks[0].free[5] = 1;
	made.blocks[1].free[3] = 1;
	for (int64_t pages = STATE_LOW + 7; pages <= STATE_LOW + 8; pages++) {
		made.zones[0].free_pages = pages;
		made.zones[1].free_pages = STATE_LOW + 8;
		walk_is(request, pages > STATE_LOW + 7 ? IS(PAGE(0, 1, 0, 0, false))
						       : IS(PAGE(1, 2, 0, 0, false)));
	}
	made.blocks[0].free[5] = 0;
	made.blocks[0].free[2] = 100;
	walk_is(request, IS(PAGE(1, 2, 0, 0, false)));
	/* not told: taken to be there, and unsure */
	made.blocks[0].free[7] = NRB_ABSENT;
	WALK(walk, &made, request);
	assert_int_equal(walk.node, 0);
	assert_non_null(walk.unsure_why);
	nrb_allocwalk_finish(&walk);
	/* whether a reclaim makes up a block is not told either */
	made.blocks[0].free[7] = 0;
	request.mode = 1;
	WALK(walk, &made, request);
	assert_int_equal(walk.steps[0].gates.is_passed, true);
	assert_non_null(walk.unsure_why);
	nrb_allocwalk_finish(&walk);
}

/* A huge page: one node down to min first, then small pages, or all nodes if it may wait. */
static void huge(void **state)
{
	struct nrb_request request = { .order = 9 };
	const int64_t room = STATE_LOW + 512;

	(void)state;
	state_make(&made, "7.3.4", 2);
	for (int i = 0; i < 2; i++) {
		made.zones[i].free_pages = room;
		made.blocks[i].free[9] = 1;
	}
	walk_is(request, IS(PAGE(0, 1, 0, 0, false)));
	made.zones[0].free_pages = STATE_MIN + 512;
	walk_is(request, IS(PAGE(0, 2, 0, 0, false)));
	/* kswapd is woken, and the node passed over at first */
	made.state.thp = NRB_THP_DEFERS;
	walk_is(request, IS(PAGE(0, 3, 0, 0, true)));
	made.state.thp = NRB_THP_LIGHT;
	made.zones[0].free_pages = STATE_MIN + 511;
	walk_is(request, IS({ NRB_OUTCOME_SMALL, -1, 2, 0, 0, false }));
	request.is_advised = true;
	walk_is(request, IS(PAGE(1, 4, 0, 0, false)));
	made.state.thp_advised = NRB_THP_NEVER;
	walk_is(request, IS({ NRB_OUTCOME_SMALL, -1, 0, 0, 0, false }));
}

static void policies(void **state)
{
	struct nrb_request request = { .policy = NRB_ARM_PREFERRED, .node = 1 };

	(void)state;
	state_make(&made, "7.3.4", 2);
	walk_is(request, IS(PAGE(1, 1, 0, 0, false)));
	request.policy = NRB_ARM_INTERLEAVE;
	walk_is(request, IS(PAGE(1, 1, 0, 0, false)));
	request.policy = NRB_ARM_BIND;
	walk_is(request, IS(PAGE(1, 1, 0, 0, false)));
	/* bound to a full node: not the other one */
	state_fill(&made, 1, 0);
	walk_is(request, IS(PAGE(1, 3, 0, 0, true)));
	request.policy = NRB_ARM_CPUSET;
	request.node = 0;
	walk_is(request, IS(PAGE(1, 3, 0, 0, true)));
	/* nothing is left */
	made.nodes[1].is_allowed = false;
	walk_is(request, IS({ NRB_OUTCOME_NOWHERE, -1, 0, 0, 0, false }));
	request.policy = NRB_ARM_LOCAL;
	request.cpu_node = 1;
	walk_is(request, IS(PAGE(0, 1, 0, 0, false)));
}

/* Of the reserve for atomic requests what is free, or all of it where that is not told. */
static void highatomic(void **state)
{
	struct nrb_allocwalk walk;
	struct nrb_request request = state_request(0);

	(void)state;
	state_make(&made, "6.1.192", 2);
	made.zones[0].reserved_highatomic_pages = 1;
	walk_is(request, IS(PAGE(1, 2, 0, 0, false)));
	nrb_kernelrules_of(&made.state.rules, "7.3.4");
	made.zones[0].free_highatomic_pages = 0;
	walk_is(request, IS(PAGE(0, 1, 0, 0, false)));
	made.zones[0].free_highatomic_pages = NRB_ABSENT;
	WALK(walk, &made, request);
	assert_int_equal(walk.node, 1);
	assert_non_null(walk.unsure_why);
	nrb_allocwalk_finish(&walk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(low_mark),
		cmocka_unit_test(reclaim_makes_room),
		cmocka_unit_test(reclaim_in_vain),
		cmocka_unit_test(slow_path),
		cmocka_unit_test(slow_path_past_the_woken),
		cmocka_unit_test(slow_path_past_who_is_not_balanced),
		cmocka_unit_test(atomic),
		cmocka_unit_test(zones_of_a_node),
		cmocka_unit_test(node_0_is_asked_twice),
		cmocka_unit_test(awake_kswapd),
		cmocka_unit_test(dirty_share),
		cmocka_unit_test(blocks),
		cmocka_unit_test(huge),
		cmocka_unit_test(policies),
		cmocka_unit_test(highatomic),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
