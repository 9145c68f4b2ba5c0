/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parent reads around an allocation, and how it comes into the sample. */
#include "nrb/snapshot.h"

#include "nrb/zones.h"
#include "tree.h"

#include <errno.h>
#include <unistd.h>

static struct nrb_shared *shared;
static struct nrb_snapshot before, after;
static struct nrb_topology_node nodes[2] = { { .node = 0 }, { .node = 3 } };
static const struct nrb_topology topology = { .n_nodes = 2, .nodes = nodes };
static struct nrb_cell cell;

static void write_counters(const struct tree *tree, int success, int steal)
{
	char text[256];

	snprintf(text, sizeof(text), "zone_reclaim_success %d\npgsteal_direct %d\n",
		success, steal);
	tree_write(tree, "proc/vmstat", text);
}

static void write_node(const struct tree *tree, int node, int free_kb, int hit)
{
	char path[64], text[512];

	snprintf(path, sizeof(path), "sys/devices/system/node/node%d/meminfo", node);
	snprintf(text, sizeof(text),
		"Node %d MemTotal: 1000 kB\nNode %d MemFree: %d kB\n"
		"Node %d FilePages: %d kB\nNode %d Active(file): %d kB\n"
		"Node %d Inactive(file): %d kB\nNode %d Dirty: %d kB\n"
		"Node %d Mapped: %d kB\nNode %d Writeback: %d kB\nNode %d Shmem: %d kB\n"
		"Node %d AnonPages: %d kB\nNode %d SReclaimable: %d kB\n",
		node, node, free_kb, node, free_kb + 1, node, free_kb + 2, node,
		free_kb + 3, node, free_kb + 4, node, free_kb + 5, node, free_kb + 6,
		node, free_kb + 7, node, free_kb + 8, node, free_kb + 9);
	tree_write(tree, path, text);
	snprintf(path, sizeof(path), "sys/devices/system/node/node%d/numastat", node);
	snprintf(text, sizeof(text), "numa_hit %d\nnuma_miss %d\nnuma_foreign %d\n", hit,
		2 * hit, 3 * hit);
	tree_write(tree, path, text);
}

static void write_psi(const struct tree *tree, int some, int full)
{
	char text[256];

	snprintf(text, sizeof(text),
		"some avg10=0.00 avg60=0.00 avg300=0.00 total=%d\n"
		"full avg10=0.00 avg60=0.00 avg300=0.00 total=%d\n",
		some, full);
	tree_write(tree, "proc/pressure/memory", text);
}

static int setup(void **state)
{
	int rc = tree_setup(state);
	struct tree *tree = *state;

	shared = calloc(1, sizeof(*shared));
	nrb_sample_init(&shared->sample);
	memset(&before, 0, sizeof(before));
	memset(&after, 0, sizeof(after));
	cell = (struct nrb_cell){
		.root = &tree->root, .topology = &topology, .shared = shared, .file = -1
	};
	write_counters(tree, 10, 100);
	write_node(tree, 0, 500, 7);
	write_node(tree, 3, 600, 8);
	return rc;
}

static int teardown(void **state)
{
	free(shared);
	return tree_teardown(state);
}

static void test_differences_and_both_ends(void **state)
{
	struct tree *tree = *state;
	const struct nrb_sample *sample = &shared->sample;
	const struct nrb_node_sample *node;

	write_psi(tree, 1000, 500);
	assert_int_equal(nrb_snapshot_take(&before, &cell), 0);
	write_counters(tree, 15, 100);
	write_node(tree, 0, 400, 107);
	write_psi(tree, 1300, 510);
	assert_int_equal(nrb_snapshot_take(&after, &cell), 0);
	nrb_snapshot_note(&before, &after, &cell);
	assert_int_equal(sample->counters.v[NRB_ZONE_RECLAIM_SUCCESS], 5);
	assert_int_equal(sample->counters.v[NRB_PGSTEAL_DIRECT], 0);
	assert_int_equal(sample->counters.v[NRB_ZONE_RECLAIM_FAILED], NRB_ABSENT);
	assert_int_equal(sample->psi_some_us, 300);
	assert_int_equal(sample->psi_full_us, 10);
	assert_int_equal(sample->n_nodes, 2);
	node = nrb_sample_find_node(sample, 0);
	assert_int_equal(node->free_before_bytes, 500 * 1024);
	assert_int_equal(node->free_after_bytes, 400 * 1024);
	assert_int_equal(node->file_before_bytes, 501 * 1024);
	assert_int_equal(node->file_after_bytes, 401 * 1024);
	assert_int_equal(node->active_file_before_bytes, 502 * 1024);
	assert_int_equal(node->active_file_after_bytes, 402 * 1024);
	assert_int_equal(node->inactive_file_before_bytes, 503 * 1024);
	assert_int_equal(node->inactive_file_after_bytes, 403 * 1024);
	assert_int_equal(node->dirty_before_bytes, 504 * 1024);
	assert_int_equal(node->dirty_after_bytes, 404 * 1024);
	assert_int_equal(node->mapped_before_bytes, 505 * 1024);
	assert_int_equal(node->mapped_after_bytes, 405 * 1024);
	assert_int_equal(node->writeback_before_bytes, 506 * 1024);
	assert_int_equal(node->writeback_after_bytes, 406 * 1024);
	assert_int_equal(node->shmem_before_bytes, 507 * 1024);
	assert_int_equal(node->shmem_after_bytes, 407 * 1024);
	assert_int_equal(node->anon_before_bytes, 508 * 1024);
	assert_int_equal(node->anon_after_bytes, 408 * 1024);
	assert_int_equal(node->slab_before_bytes, 509 * 1024);
	assert_int_equal(node->slab_after_bytes, 409 * 1024);
	assert_int_equal(node->numa_hit, 100);
	assert_int_equal(node->numa_miss, 200);
	assert_int_equal(node->numa_foreign, 300);
	node = nrb_sample_find_node(sample, 3);
	assert_int_equal(node->free_before_bytes, 600 * 1024);
	assert_int_equal(node->numa_hit, 0);
}

static void test_the_rest_of_the_cell(void **state)
{
	struct tree *tree = *state;

	nrb_snapshot_note_rest(&after, &cell); /* never taken: nothing is noted */
	assert_int_equal(shared->sample.counters_after.v[NRB_PGSTEAL_DIRECT], NRB_ABSENT);
	assert_int_equal(nrb_snapshot_take(&after, &cell), 0);
	assert_true(after.taken);
	write_counters(tree, 10, 142);
	nrb_snapshot_note_rest(&after, &cell);
	assert_int_equal(shared->sample.counters_after.v[NRB_PGSTEAL_DIRECT], 42);
	assert_int_equal(shared->sample.counters.v[NRB_PGSTEAL_DIRECT], NRB_ABSENT);
}

static void test_without_psi(void **state)
{
	(void)state;
	assert_int_equal(nrb_snapshot_take(&before, &cell), 0);
	assert_int_equal(nrb_snapshot_take(&after, &cell), 0);
	nrb_snapshot_note(&before, &after, &cell);
	assert_int_equal(shared->sample.psi_some_us, NRB_ABSENT);
	assert_int_equal(shared->sample.psi_full_us, NRB_ABSENT);
}

/* The kernel is asked to fold its per-CPU counters first. */
static void test_refreshes_before_reading(void **state)
{
	struct tree *tree = *state;
	char text[8];

	tree_write(tree, "proc/sys/vm/stat_refresh", "");
	assert_int_equal(nrb_snapshot_take(&before, &cell), 0);
	assert_int_equal(
		nrb_fsroot_read_str(&tree->root, "proc/sys/vm/stat_refresh", text, 8), 0);
	assert_string_equal(text, "1");
}

static void test_a_node_that_is_gone(void **state)
{
	struct tree *tree = *state;

	assert_int_equal(
		unlinkat(tree->root.fd, "sys/devices/system/node/node3/meminfo", 0), 0);
	assert_true(nrb_snapshot_take(&before, &cell) < 0);
	assert_non_null(strstr(nrb_diag_message(), "node 3"));
	assert_false(before.taken);
}

static void write_zone(const struct tree *tree, int free, int min)
{
	char text[256];

	snprintf(text, sizeof(text),
		"Node 3, zone   Normal\n  pages free     %d\n        min      %d\n"
		"        low      200\n        high     300\n        managed  1000\n",
		free, min);
	tree_write(tree, "proc/zoneinfo", text);
}

static void test_headroom_keeps_the_lowest(void **state)
{
	struct tree *tree = *state;
	int64_t page = nrb_zones_page_bytes(), min_bytes;

	cell.arm.node = 3;
	min_bytes = nrb_snapshot_min_bytes(&cell); /* no zoneinfo: not known */
	assert_int_equal(min_bytes, NRB_ABSENT);
	nrb_snapshot_headroom(&cell, min_bytes);
	assert_int_equal(shared->sample.headroom_min_bytes, NRB_ABSENT);
	write_zone(tree, 7, 100);
	min_bytes = nrb_snapshot_min_bytes(&cell);
	assert_int_equal(min_bytes, 100 * page);
	/* during the faults zoneinfo is not opened: it takes the zones' locks */
	assert_int_equal(unlinkat(tree->root.fd, "proc/zoneinfo", 0), 0);
	write_node(tree, 3, 600, 8);
	nrb_snapshot_headroom(&cell, min_bytes);
	assert_int_equal(shared->sample.headroom_min_bytes, 600 * 1024 - 100 * page);
	write_node(tree, 3, 90, 8);
	nrb_snapshot_headroom(&cell, min_bytes);
	assert_int_equal(shared->sample.headroom_min_bytes, 90 * 1024 - 100 * page);
	write_node(tree, 3, 800, 8);
	nrb_snapshot_headroom(&cell, min_bytes);
	assert_int_equal(shared->sample.headroom_min_bytes, 90 * 1024 - 100 * page);
}

static void test_cache_of_no_file(void **state)
{
	int64_t bytes = NRB_ABSENT;

	(void)state;
	assert_int_equal(nrb_snapshot_cache(&cell, &bytes), 0);
	assert_int_equal(bytes, NRB_ABSENT);
	cell.file = 9999; /* another scenario's */
	assert_int_equal(nrb_snapshot_cache(&cell, &bytes), 0);
	assert_int_equal(bytes, NRB_ABSENT);
	shared->sample.fill_asked_bytes = 4096;
	assert_true(nrb_snapshot_cache(&cell, &bytes) < 0);
	assert_non_null(strstr(nrb_diag_message(), "cache file"));
}

/* As the kernel: of each zone apart, rounded down there. */
static void test_thresholds_of_the_zones(void **state)
{
	struct tree *tree = *state;
	int64_t page = nrb_zones_page_bytes();

	cell.arm.node = 3;
	nrb_snapshot_thresholds(&cell); /* no zoneinfo: not known */
	assert_int_equal(shared->sample.min_unmapped_bytes, NRB_ABSENT);
	tree_write(tree, "proc/zoneinfo",
		"Node 0, zone   Normal\n  pages free     7\n        min      1\n"
		"        low      2\n        high     3\n        managed  9999\n"
		"Node 3, zone    DMA32\n  pages free     7\n        min      1\n"
		"        low      2\n        high     3\n        managed  199\n"
		"Node 3, zone   Normal\n  pages free     7\n        min      1\n"
		"        low      2\n        high     3\n        managed  1099\n");
	nrb_snapshot_thresholds(&cell); /* no ratios either */
	assert_int_equal(shared->sample.min_unmapped_bytes, NRB_ABSENT);
	assert_int_equal(shared->sample.min_slab_bytes, NRB_ABSENT);
	tree_write(tree, "proc/sys/vm/min_unmapped_ratio", "1\n");
	tree_write(tree, "proc/sys/vm/min_slab_ratio", "5\n");
	nrb_snapshot_thresholds(&cell);
	assert_int_equal(shared->sample.min_unmapped_bytes, (1 + 10) * page);
	assert_int_equal(shared->sample.min_slab_bytes, (9 + 54) * page);
}

/* The ranges that were asked for, from outside. */
static struct {
	int n;
	uintptr_t mem[8];
	size_t len[8];
	int rc; /* of the second */
} asked;

int __wrap_nrb_placement_count(pid_t pid, const void *mem, size_t len, size_t page_bytes,
	int64_t *pages, int n_pages_max, int64_t *absent, int16_t *node_of);
int __wrap_nrb_placement_count(pid_t pid, const void *mem, size_t len, size_t page_bytes,
	int64_t *pages, int n_pages_max, int64_t *absent, int16_t *node_of)
{
	(void)n_pages_max;
	assert_int_equal(pid, 4242);
	assert_int_equal(page_bytes, nrb_zones_page_bytes());
	assert_null(node_of);
	asked.mem[asked.n] = (uintptr_t)mem;
	asked.len[asked.n++] = len;
	pages[3] += (int64_t)(len / page_bytes) - 1;
	*absent += 1;
	return asked.n > 1 ? asked.rc : 0;
}

/* The numbers that were asked for, of each range. */
static struct {
	int n;
	size_t pages[8];
	uint32_t last[8];
} sampled;

int __wrap_nrb_placement_count_some(pid_t pid, const void *mem, size_t page_bytes,
	const uint32_t *numbers, size_t n, int64_t *pages, int n_pages_max,
	int64_t *absent, int16_t *node_of);
int __wrap_nrb_placement_count_some(pid_t pid, const void *mem, size_t page_bytes,
	const uint32_t *numbers, size_t n, int64_t *pages, int n_pages_max,
	int64_t *absent, int16_t *node_of)
{
	(void)mem;
	(void)n_pages_max;
	(void)absent;
	assert_int_equal(pid, 4242);
	assert_int_equal(page_bytes, nrb_zones_page_bytes());
	assert_null(node_of);
	sampled.pages[sampled.n] = n;
	sampled.last[sampled.n++] = n > 0 ? numbers[n - 1] : 0;
	pages[3] += (int64_t)n;
	return 0;
}

/* In proportion: one page of each 4, over what each thread has written. */
static void test_a_sample_of_what_threads_have_written(void **state)
{
	struct nrb_sample *sample = &shared->sample;

	(void)state;
	memset(&sampled, 0, sizeof(sampled));
	cell.arm.threads = 2;
	cell.sizes.locate_pages = 300;
	sample->alloc_bytes = 4 * (2 << 20);
	sample->alloc_page_bytes = 2 << 20;
	sample->seed = 5;
	shared->thread_pages[0] = 2;
	shared->thread_pages[1] = 0;
	assert_int_equal(nrb_snapshot_locate(&cell, 4242), 0);
	assert_int_equal(sampled.n, 2);
	assert_int_equal(sampled.pages[0], 256);
	assert_in_range(sampled.last[0], 1020, 1023);
	assert_int_equal(sampled.pages[1], 0);
	assert_int_equal(sample->pages_located, 256);
	assert_int_equal(sample->alloc_pages, 2);
	assert_int_equal(nrb_sample_find_node(sample, 3)->pages, 256);
	cell.sizes.locate_pages = 0;
}

/* What a stalled child has written: the first part of each thread's share. */
static void test_what_threads_have_written(void **state)
{
	struct nrb_sample *sample = &shared->sample;
	const int64_t unit = 2 << 20;

	(void)state;
	memset(&asked, 0, sizeof(asked));
	cell.arm.threads = 3;
	sample->alloc_bytes = 10 * unit;
	sample->alloc_page_bytes = unit;
	sample->alloc_address = 0x7f0000000000;
	shared->thread_pages[0] = 3;
	shared->thread_pages[1] = 1;
	shared->thread_pages[2] = 2;
	assert_int_equal(nrb_snapshot_locate(&cell, 4242), 0);
	assert_int_equal(asked.n, 3);
	for (int i = 0; i < 3; i++) {
		static const int from[] = { 0, 3, 6 };

		assert_int_equal(asked.mem[i],
			(uintptr_t)(sample->alloc_address + from[i] * unit));
		assert_int_equal(asked.len[i], shared->thread_pages[i] * unit);
	}
	assert_int_equal(sample->alloc_pages, 6);
	assert_int_equal(sample->pages_absent, 3);
	assert_int_equal(sample->pages_located, 6 * 512);
	assert_int_equal(nrb_sample_find_node(sample, 3)->pages, 6 * 512 - 3);
	assert_int_equal(nrb_sample_find_node(sample, 0)->pages, 0);
}

/* The out-of-memory killer was faster: where its pages were nobody knows, and the run goes on. */
static void test_one_that_died_since(void **state)
{
	const struct nrb_sample *sample = &shared->sample;

	(void)state;
	memset(&asked, 0, sizeof(asked));
	asked.rc = -ESRCH;
	cell.arm.threads = 2;
	shared->sample.alloc_bytes = 2 << 20;
	shared->sample.alloc_page_bytes = 1 << 20;
	shared->thread_pages[0] = shared->thread_pages[1] = 1;
	assert_int_equal(nrb_snapshot_locate(&cell, 4242), 0);
	assert_int_equal(asked.n, 2);
	assert_int_equal(sample->alloc_pages, NRB_ABSENT);
	assert_int_equal(sample->pages_absent, NRB_ABSENT);
	assert_int_equal(sample->n_nodes, 0);
	assert_string_equal(sample->note, "it died before its pages could be counted");
	asked.n = 0;
	asked.rc = -EPERM;
	assert_int_equal(nrb_snapshot_locate(&cell, 4242), -EPERM);
}

#define SNAPSHOT_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SNAPSHOT_TEST(test_differences_and_both_ends),
		SNAPSHOT_TEST(test_the_rest_of_the_cell),
		SNAPSHOT_TEST(test_without_psi),
		SNAPSHOT_TEST(test_refreshes_before_reading),
		SNAPSHOT_TEST(test_a_node_that_is_gone),
		SNAPSHOT_TEST(test_headroom_keeps_the_lowest),
		SNAPSHOT_TEST(test_cache_of_no_file),
		SNAPSHOT_TEST(test_thresholds_of_the_zones),
		SNAPSHOT_TEST(test_what_threads_have_written),
		SNAPSHOT_TEST(test_a_sample_of_what_threads_have_written),
		SNAPSHOT_TEST(test_one_that_died_since),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
