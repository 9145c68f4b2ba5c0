/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What each mode is predicted to do, in a word. */
#include "nrb/effect.h"

#include "statetest.h"

static struct made_state made;

static void expect(int node, int first, int last, enum nrb_effect wanted)
{
	for (int mode = first; mode <= last; mode++) {
		enum nrb_effect effect;

		assert_int_equal(
			nrb_effect_predict(&effect, &made.state, 0, node, mode), 0);
		assert_int_equal(effect, wanted);
	}
}

static void modes(void **state)
{
	(void)state;
	state_make(&made, "7.3.4", 2);
	expect(0, 0, 0, NRB_EFFECT_OFF);
	expect(0, 1, 7, NRB_EFFECT_RECLAIMS);
	expect(0, 8, 8, NRB_EFFECT_OFF); /* accepted by the kernel, and inert */
	expect(0, 9, 9, NRB_EFFECT_RECLAIMS);
	expect(5, 1, 7, NRB_EFFECT_OFF); /* no such node */
}

static void mglru(void **state)
{
	(void)state;
	state_make(&made, "6.3.0", 2);
	made.state.lru_gen = NRB_LRU_GEN_ON;
	expect(0, 0, 0, NRB_EFFECT_OFF);
	expect(0, 1, 5, NRB_EFFECT_INERT_MGLRU);
	expect(0, 6, 7, NRB_EFFECT_RECLAIMS);
	/* cache comes and goes, MGLRU stays */
	made.nodes[0].inactive_file_pages = 10000;
	made.nodes[0].file_pages = 10000;
	expect(0, 1, 5, NRB_EFFECT_INERT_MGLRU);
	expect(0, 6, 7, NRB_EFFECT_INERT_CACHE);
	nrb_kernelrules_of(&made.state.rules, "6.2.0");
	expect(0, 1, 7, NRB_EFFECT_INERT_CACHE);
}

static void cache(void **state)
{
	(void)state;
	state_make(&made, "7.3.4", 2);
	made.nodes[0].inactive_file_pages = 10000; /* as much as, not more than */
	expect(0, 1, 3, NRB_EFFECT_INERT_CACHE);
	expect(0, 4, 7, NRB_EFFECT_RECLAIMS);
	made.nodes[0].inactive_file_pages++;
	expect(0, 1, 3, NRB_EFFECT_RECLAIMS);
	made.nodes[0].slab_reclaimable_pages = 50001;
	made.nodes[0].mapped_pages = 10001;
	expect(0, 1, 3, NRB_EFFECT_INERT_YIELD);
	nrb_kernelrules_of(&made.state.rules, "5.18.0");
	expect(0, 1, 3, NRB_EFFECT_INERT_CACHE);
}

static void other_nodes(void **state)
{
	(void)state;
	state_make(&made, "7.3.4", 2);
	expect(1, 0, 0, NRB_EFFECT_OFF);
	expect(1, 1, 7, NRB_EFFECT_INERT_CPU);
	made.nodes[1].has_cpus = false; /* CXL: open to every CPU that is near enough */
	expect(1, 1, 7, NRB_EFFECT_RECLAIMS);
	made.distances[1] = 30;
	expect(1, 1, 7, NRB_EFFECT_RECLAIMS);
	made.distances[1] = 31;
	expect(1, 1, 7, NRB_EFFECT_INERT_DISTANCE);
	made.state.reclaim_distance = NRB_DISTANCE_RECLAIM_ZEN;
	expect(1, 1, 7, NRB_EFFECT_RECLAIMS);
	made.distances[1] = 0; /* unknown */
	expect(1, 1, 7, NRB_EFFECT_RECLAIMS);
}

/* While another node has room. */
static void kswapd(void **state)
{
	(void)state;
	state_make(&made, "6.18.0", 2);
	made.nodes[0].kswapd = NRB_KSWAPD_AWAKE;
	expect(0, 0, 0, NRB_EFFECT_OFF);
	expect(0, 1, 7, NRB_EFFECT_INERT_KSWAPD);
	state_fill(&made, 1, 0);
	expect(0, 1, 7, NRB_EFFECT_RECLAIMS);
	state_fill(&made, 1, -1);
	nrb_kernelrules_of(&made.state.rules, "6.17.0");
	expect(0, 1, 7, NRB_EFFECT_RECLAIMS);
}

static void words(void **state)
{
	(void)state;
	for (int effect = 0; effect < NRB_N_EFFECTS; effect++) {
		assert_true(strlen(nrb_effect_name(effect)) > 0);
		assert_true(strlen(nrb_effect_why(effect)) > 0);
	}
	assert_string_equal(nrb_effect_name(NRB_EFFECT_INERT_MGLRU), "inert: MGLRU");
}

/* Strictly greater: 20 and 30 themselves were near enough. */
static void before_3_16(void **state)
{
	char buf[128];

	(void)state;
	assert_int_equal(nrb_distance_legacy_mode(20, NRB_DISTANCE_RECLAIM_2_6), 0);
	assert_int_equal(nrb_distance_legacy_mode(21, NRB_DISTANCE_RECLAIM_2_6), 1);
	assert_int_equal(nrb_distance_legacy_mode(30, NRB_DISTANCE_RECLAIM_3_0), 0);
	assert_int_equal(nrb_distance_legacy_mode(31, NRB_DISTANCE_RECLAIM_3_0), 1);
	assert_string_equal(
		nrb_distance_legacy(buf, sizeof(buf), 10), "0 (largest distance 10)");
	assert_string_equal(
		nrb_distance_legacy(buf, sizeof(buf), 40), "1 (largest distance 40)");
	assert_string_equal(nrb_distance_legacy(buf, sizeof(buf), 21),
		"0 from 3.0 on, 1 before (largest distance 21; the limits were 30 and 20)");
	assert_string_equal(
		nrb_distance_legacy(buf, sizeof(buf), 0), "unknown (no distances)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(modes),
		cmocka_unit_test(mglru),
		cmocka_unit_test(cache),
		cmocka_unit_test(other_nodes),
		cmocka_unit_test(kswapd),
		cmocka_unit_test(words),
		cmocka_unit_test(before_3_16),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
