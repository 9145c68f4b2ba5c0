/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The gates of node reclaim, on both sides of each. */
#include "nrb/effect.h"

#include "nrb/distance.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MIB (1LL << 20)

/* A local node of 1000 MiB full of clean cache, on a kernel of today, MGLRU off. */
static struct nrb_effect_input full_node(void)
{
	return (struct nrb_effect_input){
		.kernel_major = 7,
		.kernel_minor = 3,
		.has_cpus = true,
		.cpu_is_local = true,
		.distance = 10,
		.reclaim_distance = 30,
		.memory = {
			.file_bytes = 500 * MIB,
			.active_file_bytes = 100 * MIB,
			.inactive_file_bytes = 350 * MIB,
			.mapped_bytes = 50 * MIB,
			.dirty_bytes = 30 * MIB,
			.slab_reclaimable_bytes = 10 * MIB,
		},
		.managed_bytes = 1000 * MIB,
		.min_unmapped_ratio = 1,
		.min_slab_ratio = 5,
	};
}

static void expect(
	const struct nrb_effect_input *input, int first, int last, enum nrb_effect effect)
{
	for (int mode = first; mode <= last; mode++) {
		assert_int_equal(nrb_effect_predict(input, mode), effect);
	}
}

static void reclaimable(void **state)
{
	struct nrb_effect_input input = full_node();

	(void)state;
	assert_int_equal(nrb_effect_reclaimable_bytes(&input, 1), 370 * MIB);
	assert_int_equal(nrb_effect_reclaimable_bytes(&input, 3), 370 * MIB);
	assert_int_equal(nrb_effect_reclaimable_bytes(&input, 4), 470 * MIB);
	assert_int_equal(nrb_effect_reclaimable_bytes(&input, 7), 470 * MIB);
	/* up to 6.18 bit 2 counts dirty pages in */
	input.kernel_major = 6;
	input.kernel_minor = 18;
	assert_int_equal(nrb_effect_reclaimable_bytes(&input, 1), 370 * MIB);
	assert_int_equal(nrb_effect_reclaimable_bytes(&input, 3), 400 * MIB);
	assert_int_equal(nrb_effect_reclaimable_bytes(&input, 7), 500 * MIB);
	/* more mapped than there is file cache: shared memory is mapped too */
	input.memory.mapped_bytes = 900 * MIB;
	assert_int_equal(nrb_effect_reclaimable_bytes(&input, 1), 0);
	input.memory.file_bytes = NRB_ABSENT;
	assert_int_equal(nrb_effect_reclaimable_bytes(&input, 4), 0);
}

static void modes(void **state)
{
	struct nrb_effect_input input = full_node();

	(void)state;
	expect(&input, 0, 0, NRB_EFFECT_OFF);
	expect(&input, 1, 7, NRB_EFFECT_RECLAIMS);
	expect(&input, 8, 8, NRB_EFFECT_OFF); /* accepted by the kernel, and inert */
	expect(&input, 9, 9, NRB_EFFECT_RECLAIMS);
}

static void mglru(void **state)
{
	struct nrb_effect_input input = full_node();

	(void)state;
	input.lru_gen = true;
	expect(&input, 0, 0, NRB_EFFECT_OFF);
	expect(&input, 1, 5, NRB_EFFECT_INERT_MGLRU);
	expect(&input, 6, 7, NRB_EFFECT_RECLAIMS);
	input.kernel_major = 6;
	input.kernel_minor = 3;
	expect(&input, 1, 5, NRB_EFFECT_INERT_MGLRU);
	input.kernel_minor = 2;
	expect(&input, 1, 7, NRB_EFFECT_RECLAIMS);
}

static void cache_gate(void **state)
{
	struct nrb_effect_input input = full_node();

	(void)state;
	assert_int_equal(nrb_effect_min_unmapped_bytes(&input), 10 * MIB);
	assert_int_equal(nrb_effect_min_slab_bytes(&input), 50 * MIB);
	input.memory.dirty_bytes = 0;
	input.memory.active_file_bytes = 0;
	input.memory.mapped_bytes = 0;
	input.memory.inactive_file_bytes = 10 * MIB; /* as much as, not more than */
	expect(&input, 1, 3, NRB_EFFECT_INERT_CACHE);
	expect(&input, 4, 7, NRB_EFFECT_RECLAIMS);
	input.memory.inactive_file_bytes++;
	expect(&input, 1, 3, NRB_EFFECT_RECLAIMS);
	input.min_unmapped_ratio = 100;
	expect(&input, 1, 7, NRB_EFFECT_INERT_CACHE);
	/* slab alone opens it since 5.19 */
	input.memory.slab_reclaimable_bytes = 50 * MIB + 1;
	expect(&input, 1, 7, NRB_EFFECT_RECLAIMS);
	input.kernel_major = 5;
	input.kernel_minor = 18;
	expect(&input, 1, 7, NRB_EFFECT_INERT_CACHE);
}

static void other_nodes(void **state)
{
	struct nrb_effect_input input = full_node();

	(void)state;
	input.cpu_is_local = false;
	input.distance = 21;
	expect(&input, 0, 0, NRB_EFFECT_OFF);
	expect(&input, 1, 7, NRB_EFFECT_INERT_CPU);
	input.has_cpus = false; /* CXL: open to every CPU that is near enough */
	expect(&input, 1, 7, NRB_EFFECT_RECLAIMS);
	input.distance = 30;
	expect(&input, 1, 7, NRB_EFFECT_RECLAIMS);
	input.distance = 31;
	expect(&input, 1, 7, NRB_EFFECT_INERT_DISTANCE);
	input.reclaim_distance = 32; /* Zen */
	expect(&input, 1, 7, NRB_EFFECT_RECLAIMS);
	input.distance = 0; /* unknown */
	expect(&input, 1, 7, NRB_EFFECT_RECLAIMS);
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

static void releases(void **state)
{
	int major, minor;

	(void)state;
	assert_int_equal(
		nrb_effect_parse_release("7.3.4+deb13-cloud-amd64", &major, &minor), 0);
	assert_int_equal(major, 7);
	assert_int_equal(minor, 3);
	assert_int_equal(nrb_effect_parse_release("5.10.0-32-amd64", &major, &minor), 0);
	assert_int_equal(minor, 10);
	assert_int_equal(nrb_effect_parse_release("6.18-rc1", &major, &minor), 0);
	assert_int_equal(minor, 18);
	assert_int_equal(nrb_effect_parse_release("", &major, &minor), -EINVAL);
	assert_int_equal(nrb_effect_parse_release("linux", &major, &minor), -EINVAL);
	assert_int_equal(nrb_effect_parse_release("6", &major, &minor), -EINVAL);
	assert_int_equal(nrb_effect_parse_release("-1.2", &major, &minor), -EINVAL);
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
		cmocka_unit_test(reclaimable),
		cmocka_unit_test(modes),
		cmocka_unit_test(mglru),
		cmocka_unit_test(cache_gate),
		cmocka_unit_test(other_nodes),
		cmocka_unit_test(words),
		cmocka_unit_test(releases),
		cmocka_unit_test(before_3_16),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
