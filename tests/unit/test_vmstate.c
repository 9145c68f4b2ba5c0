/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The state of recorded machines, of files that are cut or missing, and shares of dirty pages. */
#include "nrb/vmstate.h"

#include "nrb/dirtyshare.h"

#include "statetest.h"
#include "tree.h"

#include <errno.h>

#define NODE "sys/devices/system/node/"
#define VM   "proc/sys/vm/"

static const char zoneinfo[] = "Node 0, zone   Normal\n"
			       "  per-node stats\n"
			       "      nr_inactive_file 500\n"
			       "      nr_active_file 40\n"
			       "      nr_slab_reclaimable 30\n"
			       "      nr_file_pages 700\n"
			       "      nr_mapped 20\n"
			       "      nr_dirty 5\n"
			       "      nr_writeback 2\n"
			       "      nr_shmem 1\n"
			       "      nr_anon_pages 9\n"
			       "  pages free     3000\n"
			       "        min      57\n"
			       "        low      71\n"
			       "        high     85\n"
			       "        managed  10050\n"
			       "        protection: (0, 0, 0)\n"
			       "  pagesets\n"
			       "    cpu: 0\n"
			       "  vm stats threshold: 6\n"
			       "    cpu: 1\n"
			       "  vm stats threshold: 6\n"
			       "  reserved_highatomic: 3\n"
			       "Node 0, zone  Movable\n"
			       "  pages free     10\n"
			       "        min      1\n"
			       "        low      2\n"
			       "        high     3\n"
			       "        managed  199\n"
			       "  vm stats threshold: 1\n";

static void write_machine(const struct tree *tree)
{
	tree_write(tree, "proc/sys/kernel/osrelease", "6.1.0-50-cloud-amd64\n");
	tree_write(tree, "proc/vmstat", "nr_free_pages 1\n");
	tree_write(tree, "proc/zoneinfo", zoneinfo);
	tree_write(tree, VM "zone_reclaim_mode", "1\n");
	tree_write(tree, VM "min_unmapped_ratio", "1\n");
	tree_write(tree, VM "min_slab_ratio", "5\n");
}

static void everything(void **state)
{
	struct tree *tree = *state;
	struct nrb_vmstate vm;
	const struct nrb_vmnode *node = NULL;

	write_machine(tree);
	tree_write(tree, NODE "online", "0\n");
	tree_write(tree, NODE "possible", "0-1\n");
	tree_write(tree, NODE "node0/cpulist", "0-1\n");
	tree_write(tree, NODE "node0/distance", "10\n");
	tree_write(tree, "proc/9/stat", "9 (kswapd0) R 2 0 0 0 -1 2359360 0\n");
	tree_write(tree, "proc/self/status",
		"Name:\tx\nMems_allowed_list:\t0,2\n"
		"voluntary_ctxt_switches:\t12\n");
	tree_write(tree, "proc/buddyinfo",
		"Node 0, zone   Normal 1 2 3 4 5 6 7 8 9 10 11\n");
	tree_write(tree, "sys/kernel/mm/lru_gen/enabled", "0x0007\n");
	tree_write(tree, "sys/kernel/mm/transparent_hugepage/enabled",
		"[always] madvise never\n");
	tree_write(tree, "sys/kernel/mm/transparent_hugepage/defrag",
		"always defer defer+madvise [madvise] never\n");
	tree_write(tree, "proc/swaps", "Filename\n/dev/sda2 partition 1 0 -2\n");
	tree_write(tree, VM "dirty_bytes", "4096\n");
	tree_write(tree, VM "dirty_ratio", "0\n");
	assert_int_equal(nrb_vmstate_read(&vm, &tree->root), 0);
	assert_int_equal(vm.mode, 1);
	assert_int_equal(vm.n_nodes, 1);
	assert_true(vm.has_more_nodes);
	assert_true(vm.has_swap);
	assert_false(vm.defrag_mode);
	assert_int_equal(vm.lru_gen, NRB_LRU_GEN_ON);
	assert_int_equal(vm.thp, NRB_THP_LIGHT);
	assert_int_equal(vm.thp_advised, NRB_THP_RECLAIMS);
	assert_int_equal(vm.zones.normal_index, 0);
	assert_int_equal(vm.zones.movable_index, 1);
	assert_int_equal(vm.zones.zones[0].drift_pages, 12);
	assert_int_equal(vm.rules.version[1], 1);
	node = nrb_vmstate_node(&vm, 0);
	assert_int_equal(node->inactive_file_pages, 500);
	assert_int_equal(node->active_file_pages, 40);
	assert_int_equal(node->slab_reclaimable_pages, 30);
	assert_int_equal(node->file_pages, 700);
	assert_int_equal(node->mapped_pages, 20);
	assert_int_equal(node->dirty_pages, 5);
	assert_int_equal(node->writeback_pages, 2);
	assert_int_equal(node->shmem_pages, 1);
	assert_int_equal(node->anon_pages, 9);
	/* rounded down in each zone: 100.5 and 1.99, 502.5 and 9.95 */
	assert_int_equal(node->min_unmapped_pages, 101);
	assert_int_equal(node->min_slab_pages, 511);
	assert_int_equal(node->drift_pages, 12);
	assert_int_equal(node->kswapd, NRB_KSWAPD_AWAKE);
	assert_true(node->has_cpus && node->has_memory && node->is_allowed);
	assert_int_equal(nrb_vmstate_node_of_cpu(&vm, 1), 0);
	assert_int_equal(nrb_vmstate_node_of_cpu(&vm, 2), -1);
	assert_null(nrb_vmstate_node(&vm, 1));
	assert_int_equal(nrb_vmstate_distance(&vm, 0, 0), 10);
	assert_int_equal(nrb_vmstate_distance(&vm, 0, 1), 0);
	assert_int_equal(nrb_vmblocks_count(&vm.blocks[0], 0, false), 66);
	assert_int_equal(nrb_vmblocks_count(&vm.blocks[0], 10, false), 11);
	assert_false(vm.blocks[0].is_exact);
	assert_int_equal(nrb_vmblocks_count(&vm.blocks[1], 0, false), NRB_ABSENT);
	nrb_vmstate_finish(&vm);
}

/* By type where root reads it: what is reserved or set apart is no block for an ordinary request. */
static void blocks_by_type(void **state)
{
	struct tree *tree = *state;
	struct nrb_vmstate vm;

	write_machine(tree);
	tree_write(
		tree, "proc/buddyinfo", "Node 0, zone   Normal 9 9 9 9 9 9 9 9 9 9 9\n");
	tree_write(tree, "proc/pagetypeinfo",
		"Page block order: 9\nPages per block:  512\n\n"
		"Free pages count per migrate type at order       0      1\n"
		"Node    0, zone   Normal, type    Unmovable 1 0 0 0 0 0 0 0 0 0 1\n"
		"Node    0, zone   Normal, type      Movable >100000 0 0 0 0 0 0 0 0 0 2\n"
		"Node    0, zone   Normal, type  Reclaimable 0 0 0 0 0 0 0 0 0 0 0\n"
		"Node    0, zone   Normal, type   HighAtomic 0 0 0 0 0 0 0 0 0 0 8\n"
		"Node    0, zone   Normal, type          CMA 0 0 0 0 0 0 0 0 0 0 4\n"
		"Node    0, zone  Movable, type      Movable 1 x\n"
		"Number of blocks type     Unmovable      Movable\n"
		"Node 0, zone   Normal            1          7\n");
	assert_int_equal(nrb_vmstate_read(&vm, &tree->root), 0);
	assert_true(vm.blocks[0].is_exact);
	assert_int_equal(nrb_vmblocks_count(&vm.blocks[0], 10, false), 3);
	assert_int_equal(nrb_vmblocks_count(&vm.blocks[0], 0, false), 100004);
	assert_int_equal(nrb_vmblocks_count(&vm.blocks[0], 10, true), 7);
	assert_int_equal(nrb_vmblocks_count(&vm.blocks[1], 0, false), NRB_ABSENT);
	nrb_vmstate_finish(&vm);
}

/* Kernels with large pages have more orders than 11, and most of their free memory in the last. */
static void more_orders(void **state)
{
	struct tree *tree = *state;
	struct nrb_vmstate vm;

	write_machine(tree);
	tree_write(tree, "proc/buddyinfo",
		"Node 0, zone   Normal 0 0 0 0 0 0 0 0 0 0 0 1 2 4\n"
		"Node 0, zone  Movable 0 0 0 0 0 0 0 0 0 1\n");
	assert_int_equal(nrb_vmstate_read(&vm, &tree->root), 0);
	assert_int_equal(nrb_vmblocks_count(&vm.blocks[0], 3, false), 7);
	assert_int_equal(nrb_vmblocks_count(&vm.blocks[0], 10, false), 7);
	assert_int_equal(nrb_vmblocks_count(&vm.blocks[1], 0, false), NRB_ABSENT);
	nrb_vmstate_finish(&vm);
}

/* A kernel without NUMA, swap, huge pages and the setting. */
static void little_is_there(void **state)
{
	struct tree *tree = *state;
	struct nrb_vmstate vm;

	tree_write(tree, "proc/sys/kernel/osrelease", "7.3.4\n");
	tree_write(tree, "proc/vmstat", "zone_reclaim_success 1\n");
	tree_write(tree, "proc/zoneinfo", zoneinfo);
	tree_write(tree, "sys/devices/system/cpu/online", "0-3\n");
	assert_int_equal(nrb_vmstate_read(&vm, &tree->root), 0);
	assert_int_equal(vm.mode, NRB_ABSENT);
	assert_int_equal(vm.n_nodes, 1);
	assert_int_equal(vm.nodes[0].min_unmapped_pages, NRB_ABSENT);
	assert_int_equal(vm.nodes[0].kswapd, NRB_KSWAPD_UNKNOWN);
	assert_int_equal(vm.lru_gen, NRB_LRU_GEN_NONE);
	assert_int_equal(vm.thp, NRB_THP_NEVER);
	assert_int_equal(vm.dirty_ratio, 20);
	assert_int_equal(vm.dirty_bytes, 0);
	assert_true(vm.rules.by_file[NRB_KERNELRULE_SUCCESS_COUNTED]);
	assert_true(vm.nodes[0].has_cpus && vm.nodes[0].is_allowed);
	assert_int_equal(nrb_vmstate_node_of_cpu(&vm, 3), 0);
	nrb_vmstate_finish(&vm);
}

static void fails(const struct tree *tree, const char *path, const char *text, int rc)
{
	struct nrb_vmstate vm;

	tree_write(tree, path, text);
	nrb_diag_reset();
	assert_int_equal(nrb_vmstate_read(&vm, &tree->root), rc);
	assert_non_null(strstr(nrb_diag_message(), path));
	assert_null(vm.nodes);
}

static void malformed(void **state)
{
	struct tree *tree = *state;

	write_machine(tree);
	fails(tree, VM "zone_reclaim_mode", "one\n", -EINVAL);
	write_machine(tree);
	fails(tree, VM "min_slab_ratio", "101\n", -ERANGE);
	write_machine(tree);
	fails(tree, NODE "online", "1-0\n", -EINVAL);
	tree_write(tree, NODE "online", "0\n");
	fails(tree, NODE "node0/cpulist", "x\n", -EINVAL);
	tree_write(tree, NODE "node0/cpulist", "0\n");
	fails(tree, "proc/zoneinfo", "", -EPROTO);
}

/* Kernels before 4.8 have a node's counters in its meminfo alone. */
static void counters_of_meminfo(void **state)
{
	struct tree *tree = *state;
	char text[sizeof(zoneinfo)];
	struct nrb_vmstate vm;

	write_machine(tree);
	strcpy(text, zoneinfo);
	memcpy(strstr(text, "per-node"), "of-zones", 8);
	tree_write(tree, "proc/zoneinfo", text);
	tree_write(tree, NODE "node0/meminfo",
		"Node 0 Active(file): 8 kB\nNode 0 Dirty: 4000 kB\n");
	assert_int_equal(nrb_vmstate_read(&vm, &tree->root), 0);
	assert_int_equal(vm.nodes[0].active_file_pages * nrb_zones_page_bytes(), 8192);
	assert_int_equal(vm.nodes[0].inactive_file_pages, NRB_ABSENT);
	assert_int_equal(nrb_dirtyshare_limit(&vm, 0), NRB_ABSENT);
	nrb_vmstate_finish(&vm);
}

static void recorded_machines(void **state)
{
	static const char *const machines[] = { "one-node", "two-nodes", "four-nodes",
		"cpuless-node", "memoryless-node", "kernel-6.1", "kernel-7.3",
		"no-sysctl" };

	(void)state;
	for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); i++) {
		struct nrb_vmstate vm;
		struct nrb_root root;

		tree_fixture(&root, machines[i]);
		assert_int_equal(nrb_vmstate_read(&vm, &root), 0);
		assert_int_equal(
			vm.mode == NRB_ABSENT, strcmp(machines[i], "no-sysctl") == 0);
		for (int k = 0; k < vm.n_nodes; k++) {
			const struct nrb_vmnode *node = &vm.nodes[k];

			assert_true(!node->has_memory || node->file_pages >= 0);
			assert_int_equal(node->has_memory,
				strcmp(machines[i], "memoryless-node") != 0 || k != 2);
			assert_int_equal(node->has_cpus,
				strcmp(machines[i], "cpuless-node") != 0 || k != 2);
			assert_true(
				!node->has_memory || node->kswapd == NRB_KSWAPD_ASLEEP);
			assert_int_equal(
				nrb_vmstate_distance(&vm, node->node, node->node), 10);
		}
		nrb_vmstate_finish(&vm);
		nrb_fsroot_close(&root);
	}
}

/* (free - high - reserve, at least 0) + file pages, a part of it. */
static void dirty_limit(void **state)
{
	struct made_state made;

	(void)state;
	state_make(&made, "7.3.4", 2);
	made.zones[0].free_pages = 11200;
	made.nodes[0].active_file_pages = 1;
	made.nodes[0].inactive_file_pages = 9999;
	made.nodes[1].inactive_file_pages = 80000;
	assert_int_equal(nrb_dirtyshare_limit(&made.state, 0), 20000 * 20 / 100);
	made.zones[0].protection_pages[MOVABLE] = 5000;
	assert_int_equal(nrb_dirtyshare_limit(&made.state, 0), 15000 * 20 / 100);
	/* 1,001 free of node 1 are less than its high mark: of all nodes too */
	made.zones[1].free_pages = 1200;
	made.state.dirty_bytes = 1000 * nrb_zones_page_bytes() + 1;
	assert_int_equal(nrb_dirtyshare_limit(&made.state, 0),
		(int64_t)(1001.0 * 15000 / (15000 + 80000 + 1)));
	made.nodes[0].active_file_pages = NRB_ABSENT;
	assert_int_equal(nrb_dirtyshare_limit(&made.state, 0), NRB_ABSENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TREE_TEST(everything),
		TREE_TEST(blocks_by_type),
		TREE_TEST(more_orders),
		TREE_TEST(little_is_there),
		TREE_TEST(malformed),
		TREE_TEST(counters_of_meminfo),
		cmocka_unit_test(recorded_machines),
		cmocka_unit_test(dirty_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
