/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sentences: said when every cell shows it, and not when one does not. */
#include "claimtest.h"

static void test_modes(void **state)
{
	static const struct {
		unsigned int modes;
		const char *words;
	} cases[] = { { 0x01, "mode 0" }, { 0x80, "mode 7" }, { 0xc0, "modes 6 and 7" },
		{ 0x3e, "modes 1-5" }, { 0xe5, "modes 0, 2 and 5-7" },
		{ 0x09, "modes 0 and 3" }, { 0xff, "modes 0-7" } };
	char buf[64];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_string_equal(nrb_claim_modes(buf, sizeof(buf), cases[i].modes),
			cases[i].words);
	}
}

static void test_inert(void **state)
{
	(void)state;
	group.kernel = nrb_rule_kernel("7.3.4");
	lru_gen = "on";
	add(0, 0, 1000, 0, 0);
	for (int mode = 1; mode < 6; mode++) {
		add(mode, 1, 1000, 98000 + mode, 0);
	}
	add(7, 1000, 530, 0, 500);
	claim_so_many(2);
	assert_kind(0, NRB_CLAIM_INERT);
	assert_int_equal(claims.list[0].modes, 0x3e);
	assert_says(0,
		"Modes 1-5 reclaimed nothing: node reclaim was tried 490,015 times and freed no "
		"page (MGLRU needs bits 2 and 4).");
	assert_says(1,
		"Mode 7 keeps 100.0 % of new memory local (mode 0: 0.0 %) and evicts 47.0 % of the "
		"cached file.");
}

/* The reason is that of the arm: 6.1 has no such rule, and of both halves each has its own. */
static void test_lru_gen(void **state)
{
	(void)state;
	group.kernel = nrb_rule_kernel("7.3.4");
	for (int on = 0; on < 2; on++) {
		lru_gen = on ? "on" : "off";
		add(0, 0, 1000, 0, 0);
		add(1, on ? 0 : 1000, 1000, on ? 5 : 0, on ? 0 : 500);
	}
	claim_so_many(2);
	assert_says(0,
		"MGLRU off: mode 1 keeps 100.0 % of new memory local (mode 0: 0.0 %).");
	assert_says(1,
		"MGLRU on: mode 1 reclaimed nothing: node reclaim was tried 5 times and freed no "
		"page (MGLRU needs bits 2 and 4).");
}

static void test_no_reason(void **state)
{
	(void)state;
	group.kernel = nrb_rule_kernel("6.1.0");
	lru_gen = "on";
	add(0, 0, 1000, 0, 0);
	add(1, 0, 1000, 5, 0);
	claim();
	assert_says(0,
		"Mode 1 reclaimed nothing: node reclaim was tried 5 times and freed no page.");
}

/* A hundredth of the allocation freed in one of two cells, and nothing is certain any more. */
static void test_not_inert(void **state)
{
	(void)state;
	add(0, 0, 1000, 0, 0);
	add(1, 0, 1000, 5, 0);
	add(1, 0, 1000, 5, 10);
	claim_so_many(0);
}

/* A few pages between so many tries do not make it another thing. */
static void test_nearly_inert(void **state)
{
	(void)state;
	add(0, 0, 1000, 0, 0);
	add(4, 0, 1000, 50000, 0);
	add(6, 1, 1000, 40000, 8);
	claim_so_many(1);
	assert_kind(0, NRB_CLAIM_INERT);
	assert_says(0,
		"Modes 4 and 6 reclaimed next to nothing: node reclaim was tried 90,000 times and "
		"freed 8 pages.");
}

static void test_success_counts(void **state)
{
	(void)state;
	make(1, 0, 1000, 5, 0);
	sample.counters.v[NRB_ZONE_RECLAIM_SUCCESS] = 1;
	assert_int_equal(nrb_group_add(&group, &sample), 0);
	claim_so_many(0);
}

static void test_untried(void **state)
{
	(void)state;
	add(0, 0, 1000, 0, 0);
	add(1, 0, 1000, 0, 0);
	claim_so_many(1);
	assert_kind(0, NRB_CLAIM_UNTRIED);
	assert_int_equal(claims.list[0].modes, 2);
}

static void test_no_counters(void **state)
{
	(void)state;
	/* absent is not zero */
	add(1, 0, 1000, NRB_ABSENT, NRB_ABSENT);
	claim_so_many(0);
}

static void test_local_apart(void **state)
{
	(void)state;
	add(0, 0, 1000, 0, 0);
	add(1, 990, 900, 1, 9);
	add(5, 980, 1000, 1, 9);
	add(6, 400, 500, 1, 9);
	claim_so_many(2);
	assert_says(0,
		"Modes 1 and 5 keep 98.0 % to 99.0 % of new memory local (mode 0: 0.0 %); mode 1 "
		"evicts 10.0 % of the cached file.");
	assert_says(1,
		"Mode 6 keeps 40.0 % of new memory local (mode 0: 0.0 %) and evicts 50.0 % of the "
		"cached file.");
}

/* No cell kept the half: that is what a median would say. */
static void test_local_in_two_states(void **state)
{
	(void)state;
	add(0, 0, 1000, 0, 0);
	add(1, 100, 1000, 0, 500);
	add(1, 900, 1000, 0, 500);
	claim_so_many(1);
	assert_says(
		0, "Mode 1 keeps 10.0 % to 90.0 % of new memory local (mode 0: 0.0 %).");
}

/* Cells of the two modes that lie among each other decide nothing. */
static void test_local_overlap(void **state)
{
	(void)state;
	add(0, 0, 1000, 0, 0);
	add(0, 900, 1000, 0, 0);
	add(1, 940, 1000, 1, 0);
	add(1, 1000, 1000, 0, 9);
	claim_so_many(0);
}

static void test_futile(void **state)
{
	(void)state;
	header.reference_mode = 4;
	add(4, 0, 1000, 0, 0);
	add(1, 20, 900, 1, 9);
	claim();
	assert_kind(claims.n - 1, NRB_CLAIM_FUTILE);
	assert_says(claims.n - 1,
		"Mode 1 freed pages, but kept no more new memory local than mode 4; mode 1 evicts "
		"10.0 % of the cached file.");
}

static void add_stalled(int mode, const char *note)
{
	make(mode, 0, 1000, 1, 0);
	sample.status = NRB_STATUS_STALLED;
	strcpy(sample.note, note);
	assert_int_equal(nrb_group_add(&group, &sample), 0);
}

static void test_stalled(void **state)
{
	(void)state;
	add(4, 0, 1000, 1, 50);
	add_stalled(4, "stalled: 3 pages in 20 looks");
	sample.block = 0; /* the warm-up is in no count */
	assert_int_equal(nrb_group_add(&group, &sample), 0);
	add_stalled(5, "slow: 9000 pages in 60 s");
	make(6, 0, 1000, 0, 500); /* it freed something meanwhile */
	sample.status = NRB_STATUS_STALLED;
	strcpy(sample.note, "stalled: 3 pages in 20 looks");
	assert_int_equal(nrb_group_add(&group, &sample), 0);
	header.rehearsal = true;
	claim_so_many(3);
	assert_kind(0, NRB_CLAIM_STALLED);
	assert_says(0,
		"Mode 4 stalled in 1 of 2 cells: allocating on the full node all but stopped.");
	assert_kind(1, NRB_CLAIM_SLOW);
	assert_says(1,
		"Mode 6 got on too slowly in 1 of 1 cells (whose times are the host's): up to 500 "
		"pages were freed meanwhile.");
	assert_kind(2, NRB_CLAIM_SLOW);
	assert_says(2,
		"Mode 5 took too long in 1 of 1 cells (whose times are the host's): the allocation "
		"got on, but did not end within 60 s.");
}

static void add_on_full_node(int mode, int64_t local, int64_t after)
{
	make(mode, local, 0, 1, mode > 0 ? 9 : 0);
	sample.cache_before_bytes = 0;
	sample.nodes[0].file_before_bytes = 1000 << 20;
	sample.nodes[0].file_after_bytes = after << 20;
	assert_int_equal(nrb_group_add(&group, &sample), 0);
}

/* Other people's cache is a cost too, where our file found no room. */
static void test_others_cache(void **state)
{
	(void)state;
	add_on_full_node(0, 0, 1100); /* cache that grows less is not evicted */
	add_on_full_node(1, 700, 683);
	add_on_full_node(6, 700, 1000);
	claim_so_many(1);
	assert_says(0,
		"Modes 1 and 6 keep 70.0 % of new memory local (mode 0: 0.0 %); mode 1 evicts "
		"31.7 % of the node's file cache, most of it other programs'.");
}

static void add_on_huge_node(int mode, int64_t local, int64_t lost_mib)
{
	make(mode, local, 0, 1, mode > 0 ? 9 : 0);
	sample.alloc_pages = 1 << 20; /* 4 GiB */
	sample.nodes[0].pages = local << 10;
	sample.cache_before_bytes = 0;
	sample.nodes[0].file_before_bytes = 500LL << 30;
	sample.nodes[0].file_after_bytes = (500LL << 30) - (lost_mib << 20);
	assert_int_equal(nrb_group_add(&group, &sample), 0);
}

/* All that is allocated is less than a hundredth of what such a node caches. */
static void test_cache_of_a_huge_node(void **state)
{
	(void)state;
	add_on_huge_node(0, 0, 300); /* what others do meanwhile */
	add_on_huge_node(1, 1000, 4096);
	add_on_huge_node(4, 1000, 650);
	add_on_huge_node(6, 1000, 4608);
	claim_so_many(1);
	assert_says(0,
		"Modes 1, 4 and 6 keep 97.7 % of new memory local (mode 0: 0.0 %); modes 1 and 6 "
		"evict 4.00 GiB to 4.50 GiB of the node's file cache, most of it other "
		"programs'.");
}

static void test_disagree(void **state)
{
	(void)state;
	add(2, 990, 1000, 1, 5);
	add(3, 100, 1000, 1, 5);
	add(4, 990, 1000, 1, 5);
	add(5, 960, 1000, 1, 5); /* near enough */
	add(6, 0, 1000, 1, 50);  /* its partner was not run */
	claim_so_many(1);
	assert_kind(0, NRB_CLAIM_DISAGREE);
	assert_int_equal(claims.list[0].modes, 0xc);
}

/* Bound memory is local in any mode: no mode is blamed for not keeping more. */
static void test_nothing_to_gain(void **state)
{
	(void)state;
	policy = "bind";
	add(0, 1000, 900, 0, 500);
	add(1, 1000, 900, 0, 500);
	claim_so_many(0);
}

/* Under the heading of its variant a sentence need not name it again. */
static void test_variants(void **state)
{
	(void)state;
	for (int variant = 0; variant < 2; variant++) {
		for (int mode = 0; mode < 2; mode++) {
			make(mode, mode * 1000, 1000, 0, mode * 500);
			strcpy(sample.variant, variant ? "full" : "first");
			strcpy(sample.swap, variant ? "on" : "off");
			assert_int_equal(nrb_group_add(&group, &sample), 0);
		}
	}
	claim_so_many(2);
	assert_says(1,
		"Variant full, swap on: mode 1 keeps 100.0 % of new memory local (mode 0: 0.0 %).");
	assert_string_equal(claims.list[1].text + claims.list[1].body,
		"mode 1 keeps 100.0 % of new memory local (mode 0: 0.0 %).");
	assert_int_equal(claims.list[1].factors,
		1u << NRB_FIGURE_VARIANT | 1u << NRB_FIGURE_MODE | 1u << NRB_FIGURE_SWAP);
	assert_true(nrb_group_same_variant(claims.list[1].of, group.arms[3]));
}

static void test_kind_names(void **state)
{
	(void)state;
	for (int i = 0; i < NRB_N_CLAIM_KINDS; i++) {
		assert_non_null(nrb_claim_kind_name((enum nrb_claim_kind)i));
	}
}

static void test_families(void **state)
{
	(void)state;
	for (int node = 0; node < 2; node++) {
		for (int mode = 0; mode < 2; mode++) {
			make(mode, 0, 1000, mode == 1 && node == 1 ? 5 : 0,
				mode == 1 && node == 0 ? 9 : 0);
			sample.node = sample.cpu_node = node;
			if (node == 0 && mode == 1) {
				sample.nodes[0].pages = 1000;
			}
			assert_int_equal(nrb_group_add(&group, &sample), 0);
		}
	}
	claim_so_many(2);
	assert_non_null(strstr(claims.list[0].text, "Node 0: mode 1 keeps 100.0 %"));
	assert_non_null(strstr(claims.list[1].text, "Node 1: mode 1 reclaimed nothing"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_modes),
		cmocka_unit_test_setup_teardown(test_inert, start, finish),
		cmocka_unit_test_setup_teardown(test_not_inert, start, finish),
		cmocka_unit_test_setup_teardown(test_nearly_inert, start, finish),
		cmocka_unit_test_setup_teardown(test_success_counts, start, finish),
		cmocka_unit_test_setup_teardown(test_untried, start, finish),
		cmocka_unit_test_setup_teardown(test_no_counters, start, finish),
		cmocka_unit_test_setup_teardown(test_local_apart, start, finish),
		cmocka_unit_test_setup_teardown(test_local_in_two_states, start, finish),
		cmocka_unit_test_setup_teardown(test_local_overlap, start, finish),
		cmocka_unit_test_setup_teardown(test_futile, start, finish),
		cmocka_unit_test_setup_teardown(test_stalled, start, finish),
		cmocka_unit_test_setup_teardown(test_others_cache, start, finish),
		cmocka_unit_test_setup_teardown(test_cache_of_a_huge_node, start, finish),
		cmocka_unit_test_setup_teardown(test_disagree, start, finish),
		cmocka_unit_test_setup_teardown(test_lru_gen, start, finish),
		cmocka_unit_test_setup_teardown(test_no_reason, start, finish),
		cmocka_unit_test_setup_teardown(test_nothing_to_gain, start, finish),
		cmocka_unit_test_setup_teardown(test_variants, start, finish),
		cmocka_unit_test(test_kind_names),
		cmocka_unit_test_setup_teardown(test_families, start, finish),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
