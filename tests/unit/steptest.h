/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A node of figures that steps are run on; nothing is read or placed for real. */
#ifndef NRB_TEST_STEPTEST_H
#define NRB_TEST_STEPTEST_H

#include "nrb/steps.h"

#include "nrb/zones.h"
#include "tree.h"

#include <errno.h>

enum { FILL_MIB = 400, NODE_MIB = 1000 };

static const struct tree *machine;
static struct nrb_shared *shared;
static struct nrb_topology_node nodes[2] = { { .node = 0 }, { .node = 1 } };
static const struct nrb_topology topology = { .n_nodes = 2, .nodes = nodes };
static struct nrb_cell cell;

static int listed_mib; /* in its per-CPU list */
static int boost_pages;

/* Free memory by one zone of node 0 with a high watermark of 12 MiB. */
static inline void write_zone(int free_mib)
{
	char text[512];
	long mib = (1 << 20) / (long)nrb_zones_page_bytes();

	snprintf(text, sizeof(text),
		"Node 0, zone   Normal\n  pages free     %ld\n        boost    %d\n"
		"        min      %ld\n"
		"        low      %ld\n        high     %ld\n        managed  %ld\n"
		"  pagesets\n    cpu: 0\n              count: %ld\n",
		free_mib * mib, boost_pages, 8 * mib, 10 * mib, 12 * mib, NODE_MIB * mib,
		listed_mib * mib);
	tree_write(machine, "proc/zoneinfo", text);
}

static inline void write_meminfo(int file_mib, int inactive_mib)
{
	char text[256];

	snprintf(text, sizeof(text),
		"Node 0 MemTotal: %d kB\nNode 0 MemFree: 1000 kB\nNode 0 FilePages: %d kB\n"
		"Node 0 Active(file): %d kB\nNode 0 Inactive(file): %d kB\n",
		NODE_MIB << 10, file_mib << 10, (file_mib - inactive_mib) << 10,
		inactive_mib << 10);
	tree_write(machine, "sys/devices/system/node/node0/meminfo", text);
}

static inline int begin(void **state)
{
	int rc = tree_setup(state);
	struct tree *tree = *state;

	machine = tree;
	shared = calloc(1, sizeof(*shared));
	nrb_sample_init(&shared->sample);
	cell = (struct nrb_cell){ .root = &tree->root,
		.topology = &topology,
		.shared = shared,
		.file = -1,
		.kswapd_pid = -1,
		.sizes.file_bytes = (int64_t)FILL_MIB << 20 };
	shared->phase = NRB_PHASE_FILL;
	listed_mib = boost_pages = 0;
	write_zone(600);
	write_meminfo(50, 50);
	tree_write(tree, "sys/devices/system/node/node0/numastat", "numa_hit 1\n");
	tree_write(tree, "proc/vmstat", "pgsteal_kswapd 0\n");
	return rc;
}

static inline int teardown(void **state)
{
	nrb_arena_unmap(&cell.soak);
	free(shared);
	return tree_teardown(state);
}

#define STEP_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

#endif
