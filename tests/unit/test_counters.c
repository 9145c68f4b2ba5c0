/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counters by key: sums, alternatives, absent ones; nodes; PSI. */
#include "nrb/counters.h"

#include "tree.h"

#include <errno.h>

static void sums_and_alternatives(void **state)
{
	struct tree *tree = *state;
	struct nrb_counters counters;

	tree_write(tree, "proc/vmstat",
		"zone_reclaim_failed 7\n"
		"pgsteal_direct 11\npgsteal_direct_throttle 99\n"
		"allocstall_dma 1\nallocstall_normal 2\nallocstall_movable 4\n"
		"workingset_refault 50\nworkingset_refault_file 60\n"
		"pgdemote_kswapd 3\npgdemote_direct 5\n"
		"zswpout 21\nnonsense\nnr_vmscan_write x\n");
	assert_int_equal(nrb_counters_read(&tree->root, &counters), 0);
	assert_int_equal(counters.v[NRB_ZONE_RECLAIM_SUCCESS], NRB_ABSENT);
	assert_int_equal(counters.v[NRB_ZONE_RECLAIM_FAILED], 7);
	assert_int_equal(counters.v[NRB_PGSTEAL_DIRECT], 11);
	assert_int_equal(counters.v[NRB_ALLOCSTALL], 7);
	assert_int_equal(counters.v[NRB_REFAULT_FILE], 60);
	assert_int_equal(counters.v[NRB_PGDEMOTE], 8);
	assert_int_equal(counters.v[NRB_VMSCAN_WRITE], NRB_ABSENT);
	assert_int_equal(counters.v[NRB_PSWPOUT], NRB_ABSENT);
	assert_int_equal(counters.v[NRB_ZSWPOUT], 21);

	tree_write(tree, "proc/vmstat", "allocstall 9\nworkingset_refault 50\n");
	assert_int_equal(nrb_counters_read(&tree->root, &counters), 0);
	assert_int_equal(counters.v[NRB_ALLOCSTALL], 9);
	assert_int_equal(counters.v[NRB_REFAULT_FILE], 50);
	assert_int_equal(counters.v[NRB_PGDEMOTE], NRB_ABSENT);
}

static void missing_file(void **state)
{
	struct tree *tree = *state;
	struct nrb_counters counters;

	assert_int_equal(nrb_counters_read(&tree->root, &counters), -ENOENT);
	assert_int_equal(nrb_counters_refresh(&tree->root), -ENOENT);
	tree_write(tree, "proc/sys/vm/stat_refresh", "");
	assert_int_equal(nrb_counters_refresh(&tree->root), 0);
}

static void deltas(void **state)
{
	struct nrb_counters before, after, delta;

	(void)state;
	for (int i = 0; i < NRB_N_COUNTERS; i++) {
		before.v[i] = 10;
		after.v[i] = 10 + i;
	}
	before.v[1] = NRB_ABSENT;
	after.v[2] = NRB_ABSENT;
	nrb_counters_delta(&before, &after, &delta);
	assert_int_equal(delta.v[0], 0);
	assert_int_equal(delta.v[1], NRB_ABSENT);
	assert_int_equal(delta.v[2], NRB_ABSENT);
	assert_int_equal(delta.v[3], 3);
}

static void nodes(void **state)
{
	struct tree *tree = *state;
	struct nrb_node_memory memory;

	assert_int_equal(nrb_counters_read_node(&tree->root, 2, &memory), -ENOENT);
	tree_write(tree, "sys/devices/system/node/node2/meminfo",
		"\nNode 2 MemTotal:        1024 kB\nNode 2 MemFree:   512 kB\n"
		"Node 2 Active:  9 kB\nNode 2 Active(file):   8 kB\nNode 2 Dirty: 0 kB\n");
	assert_int_equal(nrb_counters_read_node(&tree->root, 2, &memory), 0);
	assert_int_equal(memory.total_bytes, 1 << 20);
	assert_int_equal(memory.free_bytes, 512 << 10);
	assert_int_equal(memory.active_file_bytes, 8192);
	assert_int_equal(memory.dirty_bytes, 0);
	assert_int_equal(memory.inactive_file_bytes, NRB_ABSENT);
	assert_int_equal(memory.numa_hit, NRB_ABSENT);
	tree_write(tree, "sys/devices/system/node/node2/numastat",
		"numa_hit 5\nnuma_miss 6\nnuma_foreign 7\ninterleave_hit 1\nlocal_node 8\n"
		"other_node 9\n");
	assert_int_equal(nrb_counters_read_node(&tree->root, 2, &memory), 0);
	assert_int_equal(memory.numa_foreign, 7);
	assert_int_equal(memory.numa_local, 8);
	assert_int_equal(memory.numa_other, 9);
}

static void psi(void **state)
{
	struct tree *tree = *state;
	int64_t some = 1, full = 2;

	assert_int_equal(nrb_counters_read_psi(&tree->root, &some, &full), -ENOENT);
	tree_write(tree, "proc/pressure/memory", "some avg10=1.00\n");
	assert_int_equal(nrb_counters_read_psi(&tree->root, &some, &full), -EPROTO);
	tree_write(tree, "proc/pressure/memory",
		"some avg10=1.23 avg60=0.00 avg300=0.00 total=12345678901\n"
		"full avg10=0.00 avg60=0.00 avg300=0.00 total=42\n");
	assert_int_equal(nrb_counters_read_psi(&tree->root, &some, &full), 0);
	assert_int_equal(some, 12345678901);
	assert_int_equal(full, 42);
}

/* A number that cannot be is none, and a sum stays one that can be. */
static void impossible(void **state)
{
	struct tree *tree = *state;
	struct nrb_node_memory memory;
	struct nrb_counters counters;
	int64_t some, full;

	tree_write(tree, "proc/vmstat",
		"pswpin 18446744073709551615\npswpout -1\n"
		"allocstall_dma 9007199254740992\nallocstall_normal 1\n");
	assert_int_equal(nrb_counters_read(&tree->root, &counters), 0);
	assert_int_equal(counters.v[NRB_PSWPIN], NRB_ABSENT);
	assert_int_equal(counters.v[NRB_PSWPOUT], NRB_ABSENT);
	assert_int_equal(counters.v[NRB_ALLOCSTALL], (int64_t)1 << 53);
	tree_write(tree, "sys/devices/system/node/node2/meminfo",
		"Node 2 MemTotal: 9007199254740991 kB\nNode 2 MemFree: -1 kB\n"
		"Node 2 Dirty: 70368744177664 kB\n");
	assert_int_equal(nrb_counters_read_node(&tree->root, 2, &memory), 0);
	assert_int_equal(memory.total_bytes, NRB_ABSENT);
	assert_int_equal(memory.free_bytes, NRB_ABSENT);
	assert_int_equal(memory.dirty_bytes, (int64_t)1 << 56);
	tree_write(tree, "proc/pressure/memory",
		"some avg10=1.23 avg60=0.00 avg300=0.00 total=1\n"
		"full avg10=0.00 avg60=0.00 avg300=0.00 total=9223372036854775807\n");
	assert_int_equal(nrb_counters_read_psi(&tree->root, &some, &full), -EPROTO);
}

/* zone_reclaim_success came with 6.12; node reclaim's other counter is older than any of ours. */
static void recorded(void **state)
{
	static const struct {
		const char *machine;
		bool counts_success, counts_zswap;
	} cases[] = { { "kernel-6.1", false, false }, { "two-nodes", true, false },
		{ "kernel-7.3", true, true } };
	struct nrb_node_memory memory;
	struct nrb_counters counters;
	struct nrb_root root;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		tree_fixture(&root, cases[i].machine);
		assert_int_equal(nrb_counters_read(&root, &counters), 0);
		assert_int_equal(counters.v[NRB_ZONE_RECLAIM_SUCCESS] != NRB_ABSENT,
			cases[i].counts_success);
		assert_int_equal(
			counters.v[NRB_ZSWPOUT] != NRB_ABSENT, cases[i].counts_zswap);
		for (int k = NRB_ZONE_RECLAIM_FAILED; k < NRB_N_COUNTERS; k++) {
			assert_true(counters.v[k] >= 0 || k == NRB_ZSWPOUT);
		}
		assert_int_equal(nrb_counters_read_node(&root, 1, &memory), 0);
		assert_true(memory.free_bytes < memory.total_bytes);
		assert_true(memory.numa_hit > 0 && memory.slab_reclaimable_bytes > 0);
		nrb_fsroot_close(&root);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TREE_TEST(sums_and_alternatives),
		TREE_TEST(missing_file),
		cmocka_unit_test(deltas),
		TREE_TEST(nodes),
		TREE_TEST(psi),
		TREE_TEST(impossible),
		cmocka_unit_test(recorded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
