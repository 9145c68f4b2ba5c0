/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What steps make of a node that is not as they need it; nothing is read or placed for real. */
#include "nrb/steps.h"

#include "nrb/pagecache.h"
#include "nrb/placement.h"
#include "nrb/zones.h"
#include "tree.h"

#include <errno.h>

enum { FILL_MIB = 400, NODE_MIB = 1000 };

static const struct tree *machine;
static struct nrb_shared *shared;
static struct nrb_topology_node nodes[2] = { { .node = 0 }, { .node = 1 } };
static const struct nrb_topology topology = { .n_nodes = 2, .nodes = nodes };
static struct nrb_cell cell;

/* -- what is replaced -- */

/* What the fill does, in MiB. */
static struct {
	int cached, file, inactive;
	bool cut;
} fill;
static int target_pages; /* of each batch that is placed */

static void write_meminfo(int file_mib, int inactive_mib)
{
	char text[256];

	snprintf(text, sizeof(text),
		"Node 0 MemTotal: %d kB\nNode 0 MemFree: 1000 kB\nNode 0 FilePages: %d kB\n"
		"Node 0 Active(file): %d kB\nNode 0 Inactive(file): %d kB\n",
		NODE_MIB << 10, file_mib << 10, (file_mib - inactive_mib) << 10,
		inactive_mib << 10);
	tree_write(machine, "sys/devices/system/node/node0/meminfo", text);
}

int __wrap_nrb_pagecache_fill(
	int fd, int64_t len, volatile int64_t *progress, const volatile int32_t *stop);
int __wrap_nrb_pagecache_fill(
	int fd, int64_t len, volatile int64_t *progress, const volatile int32_t *stop)
{
	(void)fd;
	(void)len;
	(void)progress;
	(void)stop;
	write_meminfo(50 + fill.file, 50 + fill.inactive);
	shared->stop[NRB_PHASE_FILL] = fill.cut;
	return 0;
}

int __wrap_nrb_pagecache_cached_bytes(int fd, int64_t len, int64_t *bytes);
int __wrap_nrb_pagecache_cached_bytes(int fd, int64_t len, int64_t *bytes)
{
	(void)fd;
	(void)len;
	*bytes = (int64_t)fill.cached << 20;
	return 0;
}

int __wrap_nrb_placement_set_policy(
	enum nrb_policy policy, const struct nrb_idset *policy_nodes);
int __wrap_nrb_placement_set_policy(
	enum nrb_policy policy, const struct nrb_idset *policy_nodes)
{
	(void)policy;
	(void)policy_nodes;
	return 0;
}

int __wrap_nrb_placement_bind_range(void *mem, size_t len, enum nrb_policy policy,
	const struct nrb_idset *range_nodes);
int __wrap_nrb_placement_bind_range(void *mem, size_t len, enum nrb_policy policy,
	const struct nrb_idset *range_nodes)
{
	(void)mem;
	(void)len;
	(void)policy;
	(void)range_nodes;
	return 0;
}

int __wrap_nrb_placement_count(pid_t pid, const void *mem, size_t len, size_t page_bytes,
	int64_t *pages, int n_pages_max, int64_t *absent, int16_t *node_of);
int __wrap_nrb_placement_count(pid_t pid, const void *mem, size_t len, size_t page_bytes,
	int64_t *pages, int n_pages_max, int64_t *absent, int16_t *node_of)
{
	(void)pid;
	(void)mem;
	(void)n_pages_max;
	(void)absent;
	(void)node_of;
	pages[0] = target_pages;
	pages[1] = (int64_t)(len / page_bytes) - target_pages;
	return 0;
}

/* -- the machine -- */

/* Free memory by one zone of node 0 with a high watermark of 12 MiB. */
static void write_zone(int free_mib)
{
	char text[512];
	long mib = (1 << 20) / (long)nrb_zones_page_bytes();

	snprintf(text, sizeof(text),
		"Node 0, zone   Normal\n  pages free     %ld\n        min      %ld\n"
		"        low      %ld\n        high     %ld\n        managed  %ld\n",
		free_mib * mib, 8 * mib, 10 * mib, 12 * mib, NODE_MIB * mib);
	tree_write(machine, "proc/zoneinfo", text);
}

static int setup(void **state)
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
	write_zone(600);
	write_meminfo(50, 50);
	tree_write(tree, "sys/devices/system/node/node0/numastat", "numa_hit 1\n");
	tree_write(tree, "proc/vmstat", "pgsteal_kswapd 0\n");
	target_pages = 64;
	return rc;
}

static int teardown(void **state)
{
	nrb_arena_unmap(&cell.soak);
	free(shared);
	return tree_teardown(state);
}

/* -- the fill -- */

static void test_only_clean_cache_on_the_node_is_a_fill(void **state)
{
	static const struct {
		int cached, file, inactive;
		bool cut;
		int rc;
	} rows[] = {
		{ 400, 400, 400, false, 0 }, { 393, 403, 403, false, 0 }, /* 7.3 */
		{ 360, 368, 368, false, 0 },           /* recycled a tenth of itself */
		{ 330, 400, 400, false, -EOPNOTSUPP }, /* not all cached */
		{ 400, 310, 310, false, -EOPNOTSUPP }, /* on another node */
		{ 400, 400, 0, false,
			-EOPNOTSUPP }, /* active, as sendfile's are on 7.3 */
		{ 400, 400, 310, false, -EOPNOTSUPP },
		{ 100, 100, 100, true, 0 }, /* a deadline: with what it has */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		fill.cached = rows[i].cached;
		fill.file = rows[i].file;
		fill.inactive = rows[i].inactive;
		fill.cut = rows[i].cut;
		write_meminfo(50, 50);
		assert_int_equal(nrb_step_fill_once(&cell), rows[i].rc);
		assert_int_equal(shared->sample.fill_asked_bytes, FILL_MIB << 20);
		assert_string_equal(shared->sample.note, "");
	}
}

static void test_an_unclean_fill_says_its_figures(void **state)
{
	(void)state;
	fill.cached = 399;
	fill.file = 398;
	fill.inactive = 7;
	fill.cut = false;
	assert_int_equal(nrb_step_fill_once(&cell), -EOPNOTSUPP);
	assert_string_equal(nrb_diag_message(),
		"the fill of node 0 is not clean cache there: of 400 MiB asked 399 MiB are "
		"cached, the node's cache rose by 398 MiB, its inactive part by 7 MiB");
}

/* Every busy file server: what is there already is the fill. */
static void test_a_full_node_needs_no_fill(void **state)
{
	(void)state;
	memset(&fill, 0, sizeof(fill));
	for (int free_mib = 5; free_mib < 60; free_mib += 20) {
		shared->sample.note[0] = '\0';
		write_zone(free_mib);
		assert_int_equal(nrb_step_fill_once(&cell), 0);
		assert_string_equal(shared->sample.note,
			"the node was full already: the fill is other programs' cache");
	}
}

/* That little was asked for. */
static void test_a_small_fill_is_a_fill(void **state)
{
	(void)state;
	cell.sizes.file_bytes = 8 << 20;
	cell.sizes.fill_bytes = 8 << 20;
	memset(&fill, 0, sizeof(fill));
	assert_int_equal(nrb_step_fill_once(&cell), -EOPNOTSUPP);
	fill.cached = fill.file = fill.inactive = 8;
	write_meminfo(50, 50);
	assert_int_equal(nrb_step_fill_once(&cell), 0);
	assert_string_equal(shared->sample.note, "");
}

/* -- settle and soak -- */

static void test_an_unknown_kswapd_is_said_once(void **state)
{
	struct tree *tree = *state;

	shared->phase = NRB_PHASE_SETTLE;
	nrb_cell_note(&cell, "first");
	assert_int_equal(nrb_step_settle(&cell), 0);
	assert_int_equal(nrb_step_settle(&cell), 0);
	assert_string_equal(shared->sample.note, "first; kswapd of node 0 was not found");
	tree_write(tree, "proc/77/stat", "77 (kswapd0) S 2 0 0\n");
	shared->sample.note[0] = '\0';
	shared->sample.settle_rounds = NRB_ABSENT;
	cell.kswapd_pid = 77;
	assert_int_equal(nrb_step_settle(&cell), 0);
	assert_string_equal(shared->sample.note, "");
}

static void test_why_a_soak_fails(void **state)
{
	(void)state;
	shared->phase = NRB_PHASE_SOAK;
	assert_int_equal(nrb_step_soak(&cell), -EOPNOTSUPP);
	assert_non_null(strstr(nrb_diag_message(), "node 0 was not filled"));
	nrb_diag_reset();
	shared->stop[NRB_PHASE_SOAK] = 1;
	assert_int_equal(nrb_step_soak(&cell), -EOPNOTSUPP);
	assert_non_null(strstr(nrb_diag_message(), "the soak did not end in time"));
}

/* -- notes -- */

static void test_why_comes_first_and_nothing_is_lost(void **state)
{
	char text[NRB_NOTE_LEN];

	(void)state;
	nrb_cell_note(&cell, "seen %d", 1);
	nrb_cell_note_why(&cell, "killed by %s", "us");
	nrb_cell_note(&cell, "seen 2");
	assert_string_equal(shared->sample.note, "killed by us; seen 1; seen 2");
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	nrb_cell_note_why(&cell, "%s", text);
	assert_string_equal(shared->sample.note, text);
}

#define STEP_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		STEP_TEST(test_only_clean_cache_on_the_node_is_a_fill),
		STEP_TEST(test_an_unclean_fill_says_its_figures),
		STEP_TEST(test_a_full_node_needs_no_fill),
		STEP_TEST(test_a_small_fill_is_a_fill),
		STEP_TEST(test_an_unknown_kswapd_is_said_once),
		STEP_TEST(test_why_a_soak_fails),
		STEP_TEST(test_why_comes_first_and_nothing_is_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
