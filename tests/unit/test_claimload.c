/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sentences on a neighbour and on headroom: said where cells are apart, and then alone. */
#include "claimtest.h"

enum { MIB = 1 << 20 };

static const char *set = "";

/* A neighbour on node 1, whose node lost so much. */
static void add_neighbour(int mode, int64_t lost_mib, int64_t remote)
{
	make(mode, mode > 0 ? 990 : 0, 1000, 0, mode > 0 ? 500 : 0);
	sample.victim_node = 1;
	sample.victim_pages = 1000;
	sample.victim_remote_pages = remote;
	nrb_sample_node(&sample, 1)->free_before_bytes = 500LL * MIB;
	nrb_sample_node(&sample, 1)->free_after_bytes = (500LL - lost_mib) * MIB;
	assert_int_equal(nrb_group_add(&group, &sample), 0);
}

static int find(enum nrb_claim_kind kind, int from)
{
	for (int i = from; i < claims.n; i++) {
		if (claims.list[i].kind == kind) {
			return i;
		}
	}
	return -1;
}

static void test_neighbour(void **state)
{
	int first;

	(void)state;
	add_neighbour(0, 400, 100);
	add_neighbour(0, 380, 90);
	add_neighbour(1, 12, 0);
	add_neighbour(1, 20, 5);
	claim();
	first = find(NRB_CLAIM_NEIGHBOUR, 0);
	assert_true(first >= 0);
	assert_says(first,
		"Mode 1 left the neighbour's node more of its free memory: it lost 16.0 MiB "
		"(mode 0: 390 MiB).");
	assert_says(first + 1,
		"Mode 1 sent less of the neighbour's new memory to other nodes: 0.2 % (mode 0: "
		"9.5 %).");
}

/* One cell as bad as the base's, and nothing is certain. */
static void test_neighbour_not_apart(void **state)
{
	(void)state;
	add_neighbour(0, 400, 100);
	add_neighbour(1, 12, 0);
	add_neighbour(1, 300, 95);
	claim();
	assert_int_equal(find(NRB_CLAIM_NEIGHBOUR, 0), -1);
}

/* Little is lost anyway where nothing spilled. */
static void test_neighbour_lost_little(void **state)
{
	(void)state;
	add_neighbour(0, 10, 3);
	add_neighbour(1, 0, 0);
	claim();
	assert_int_equal(find(NRB_CLAIM_NEIGHBOUR, 0), -1);
}

static void add_headroom(int mode, int64_t min_kib, int64_t lowest_kib)
{
	struct nrb_zone_sample *zone;

	make(mode, 500, 1000, 0, 500);
	strcpy(sample.set, set);
	zone = nrb_sample_zone(&sample, "DMA"); /* a small one tells nothing */
	zone->managed_bytes = MIB;
	zone->min_bytes = 0;
	zone->free_lowest_bytes = 1;
	zone = nrb_sample_zone(&sample, "Normal");
	zone->managed_bytes = 400LL * MIB;
	zone->min_bytes = min_kib << 10;
	zone->free_lowest_bytes = lowest_kib << 10;
	assert_int_equal(nrb_group_add(&group, &sample), 0);
}

static int start_plain(void **state)
{
	set = "";
	return start(state);
}

/* The lowest of each mode's cells against the lowest of the base's, as the table has them. */
static void test_headroom_of_modes(void **state)
{
	(void)state;
	add_headroom(0, 2048, 2048 + 256);
	add_headroom(0, 2048, 2048 - 512);
	add_headroom(1, 2048, 2048 + 4096);
	add_headroom(1, 2048, 2048 + 1024);
	add_headroom(7, 2048, 2048 + 512);
	add_headroom(4, 2048, 2048 + 256);
	add_headroom(2, 2048, 2048 - 1024);
	claim();
	assert_says(find(NRB_CLAIM_HEADROOM, 0),
		"Modes 1 and 7 left more headroom under the load: at the lowest 512 KiB to 1.00 "
		"MiB free above min (mode 0: -512 KiB).");
	assert_says(find(NRB_CLAIM_HEADROOM, 0) + 1,
		"Mode 2 left less headroom under the load: at the lowest -1.00 MiB free above "
		"min (mode 0: -512 KiB).");
}

static void test_headroom_of_settings(void **state)
{
	int i;

	(void)state;
	add_headroom(0, 2048, 2048);
	add_headroom(1, 2048, 3072);
	add_headroom(1, 2048, 3584);
	set = "vm.min_free_kbytes=4096";
	add_headroom(0, 4096, 4096);
	add_headroom(0, 4096, 8192);
	add_headroom(1, 4096, 5120);
	set = "vm.swappiness=10";
	add_headroom(0, 2048, 2048); /* as without it */
	claim();
	i = find(NRB_CLAIM_HEADROOM, 0);
	while (i >= 0 && claims.list[i].own == 0) {
		i = find(NRB_CLAIM_HEADROOM, i + 1);
	}
	assert_true(i >= 0);
	assert_says(i,
		"Set vm.min_free_kbytes=4096 leaves at mode 0, at the lowest, 4.00 MiB free (0 B "
		"above min); without it mode 0 had 2.00 MiB (0 B), mode 1 3.00 MiB (1.00 MiB).");
	assert_int_equal(find(NRB_CLAIM_HEADROOM, i + 1), -1);
}

#define LOAD_TEST(test) cmocka_unit_test_setup_teardown(test, start_plain, finish)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LOAD_TEST(test_neighbour),
		LOAD_TEST(test_neighbour_not_apart),
		LOAD_TEST(test_neighbour_lost_little),
		LOAD_TEST(test_headroom_of_modes),
		LOAD_TEST(test_headroom_of_settings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
