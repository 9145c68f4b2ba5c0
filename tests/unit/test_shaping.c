/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How dirty, hot and mapped make of a fill what they say it is, and what they take for it. Nothing is
 * read or written: the node is a page of figures. */
#include "nrb/holder.h"
#include "nrb/pagecache.h"
#include "nrb/placement.h"
#include "nrb/scenarios.h"
#include "nrb/zones.h"
#include "tree.h"

#include <errno.h>

enum { NODE_MIB = 1000, FREE_MIB = 600, HIGH_MIB = 12, HEADROOM_MIB = 8 };

static const struct tree *machine;
static struct nrb_shared *shared;
static struct nrb_topology_node nodes[1] = { { .node = 0 } };
static const struct nrb_topology topology = { .n_nodes = 1, .nodes = nodes };
static struct nrb_cell cell;

/* The node, in bytes. */
static struct {
	int64_t free, file, active, dirty, writeback, mapped;
} node;

/* What was done to the file, in order. */
static struct {
	char what[64]; /* r: read, w: written, u: used again */
	int64_t from[64], len[64];
	int n;
	int dirty_percent, active_percent, mapped_percent; /* what comes of it */
	int slab_percent;                                  /* taken beside a write */
	int64_t asked;                                     /* of the holder */
} done;

/* -- what is replaced -- */

static void write_node(void)
{
	long page = (long)nrb_zones_page_bytes();
	char text[512];

	snprintf(text, sizeof(text),
		"Node 0 MemTotal: %d kB\nNode 0 MemFree: %lld kB\nNode 0 FilePages: %lld kB\n"
		"Node 0 Active(file): %lld kB\nNode 0 Inactive(file): %lld kB\n"
		"Node 0 Dirty: %lld kB\nNode 0 Writeback: %lld kB\nNode 0 Mapped: %lld kB\n",
		NODE_MIB << 10, (long long)node.free >> 10, (long long)node.file >> 10,
		(long long)node.active >> 10, (long long)(node.file - node.active) >> 10,
		(long long)node.dirty >> 10, (long long)node.writeback >> 10,
		(long long)node.mapped >> 10);
	tree_write(machine, "sys/devices/system/node/node0/meminfo", text);
	snprintf(text, sizeof(text),
		"Node 0, zone   Normal\n  pages free     %lld\n        min      1\n"
		"        low      2\n        high     %ld\n        managed  %ld\n",
		(long long)node.free / page, (long)(HIGH_MIB << 20) / page,
		(long)NODE_MIB * ((1 << 20) / page));
	tree_write(machine, "proc/zoneinfo", text);
}

static void empty_node(int free_mib)
{
	memset(&node, 0, sizeof(node));
	node.free = (int64_t)free_mib << 20;
	write_node();
}

static void note(char what, int64_t from, int64_t len)
{
	assert_true(done.n < 64);
	done.what[done.n] = what;
	done.from[done.n] = from;
	done.len[done.n++] = len;
}

int __wrap_nrb_pagecache_fill(int fd, int64_t from, int64_t len,
	volatile int64_t *progress, const volatile int32_t *stop);
int __wrap_nrb_pagecache_fill(int fd, int64_t from, int64_t len,
	volatile int64_t *progress, const volatile int32_t *stop)
{
	(void)fd;
	(void)stop;
	note('r', from, len);
	node.free -= len;
	node.file += len;
	*progress += len;
	write_node();
	return 0;
}

int __wrap_nrb_pagecache_write(int fd, int64_t from, int64_t len,
	struct nrb_histogram *hist, volatile int64_t *progress,
	const volatile int32_t *stop);
int __wrap_nrb_pagecache_write(int fd, int64_t from, int64_t len,
	struct nrb_histogram *hist, volatile int64_t *progress,
	const volatile int32_t *stop)
{
	(void)fd;
	(void)stop;
	assert_null(hist);
	assert_int_equal(from % NRB_REREAD_BLOCK, 0);
	assert_int_equal(len % NRB_REREAD_BLOCK, 0);
	note('w', from, len);
	node.free -= len + len / 100 * done.slab_percent;
	node.file += len;
	node.dirty += len / 100 * done.dirty_percent;
	*progress += len;
	write_node();
	return 0;
}

int __wrap_nrb_pagecache_use_again(
	int fd, int64_t len, volatile int64_t *progress, const volatile int32_t *stop);
int __wrap_nrb_pagecache_use_again(
	int fd, int64_t len, volatile int64_t *progress, const volatile int32_t *stop)
{
	(void)fd;
	(void)progress;
	(void)stop;
	note('u', 0, len);
	node.active = node.file / 100 * done.active_percent;
	write_node();
	return 0;
}

int __wrap_nrb_pagecache_cached_bytes(int fd, int64_t len, int64_t *bytes);
int __wrap_nrb_pagecache_cached_bytes(int fd, int64_t len, int64_t *bytes)
{
	(void)fd;
	*bytes = len;
	return 0;
}

int __wrap_nrb_placement_set_policy(
	enum nrb_policy policy, const struct nrb_idset *policy_nodes);
int __wrap_nrb_placement_set_policy(
	enum nrb_policy policy, const struct nrb_idset *policy_nodes)
{
	(void)policy_nodes;
	note(policy == NRB_POLICY_BIND ? '[' : ']', 0, 0);
	return 0;
}

int __wrap_nrb_holder_ask(struct nrb_cell *asker, enum nrb_hold what, int64_t value);
int __wrap_nrb_holder_ask(struct nrb_cell *asker, enum nrb_hold what, int64_t value)
{
	assert_ptr_equal(asker, &cell);
	assert_int_equal(what, NRB_HOLD_TAKE);
	done.asked = value;
	node.mapped = value / 100 * done.mapped_percent;
	write_node();
	return 0;
}

/* -- the machine -- */

static int setup(void **state)
{
	int rc = tree_setup(state);
	struct tree *tree = *state;

	machine = tree;
	memset(&done, 0, sizeof(done));
	done.dirty_percent = 100;
	memset(&node, 0, sizeof(node));
	node.free = (int64_t)FREE_MIB << 20;
	shared = calloc(1, sizeof(*shared));
	nrb_sample_init(&shared->sample);
	cell = (struct nrb_cell){ .root = &tree->root,
		.topology = &topology,
		.shared = shared,
		.sizes = { .file_bytes = (int64_t)NODE_MIB << 20,
			.headroom_bytes = HEADROOM_MIB << 20 } };
	tree_write(tree, "sys/devices/system/node/node0/numastat", "numa_hit 1\n");
	tree_write(tree, "proc/vmstat", "pgsteal_kswapd 0\n");
	write_node();
	return rc;
}

static int teardown(void **state)
{
	free(shared);
	return tree_teardown(state);
}

/* Run one step of a variant. */
static int run(
	const struct nrb_scenario *scenario, const char *name, enum nrb_phase phase)
{
	const struct nrb_variant *variant = scenario->variants;
	const struct nrb_step *step;

	while (strcmp(variant->name, name) != 0) {
		variant++;
		assert_non_null(variant->name);
	}
	step = variant->steps;
	while (step->phase != phase) {
		step++;
		assert_int_not_equal(step->phase, NRB_PHASE_DONE);
	}
	shared->phase = (int32_t)phase;
	return step->run(&cell);
}

/* -- dirty -- */

static const int64_t room = (int64_t)(FREE_MIB - HIGH_MIB - HEADROOM_MIB) << 20;

/* Written from byte `from` on without a gap, to the end of the fill; the other operations are as in
 * order, in which w stands for one write or more. */
static void check_order(const char *order, int64_t from)
{
	int at = 0;

	for (const char *want = order; *want != '\0'; want++) {
		assert_true(at < done.n);
		assert_int_equal(done.what[at], *want);
		if (*want != 'w') {
			at++;
			continue;
		}
		for (; at < done.n && done.what[at] == 'w'; at++) {
			assert_int_equal(done.from[at], from);
			from += done.len[at];
		}
	}
	assert_int_equal(at, done.n);
	assert_int_equal(from, cell.fill_len);
	assert_int_equal(shared->sample.fill_asked_bytes, cell.fill_len);
}

/* Nothing wakes kswapd: not even what a file system keeps for each block beside the page. */
static void check_room_left(void)
{
	assert_true(node.free >= (int64_t)(HIGH_MIB + HEADROOM_MIB) << 20);
	assert_true(node.free <= (int64_t)(HIGH_MIB + HEADROOM_MIB + 2) << 20);
}

static void test_clean_first(void **state)
{
	(void)state;
	done.slab_percent = 3;
	assert_int_equal(run(&nrb_scenario_dirty, "clean-first", NRB_PHASE_FILL), 0);
	assert_in_range(done.len[1], room / 100 * 9, room / 10);
	check_order("[rw]", done.len[1]);
	check_room_left();
	assert_int_equal(shared->progress, cell.fill_len);
	assert_int_equal(shared->sample.fill_node_bytes, cell.fill_len);
}

static void test_dirty_first(void **state)
{
	int64_t clean;

	(void)state;
	done.slab_percent = 3;
	assert_int_equal(run(&nrb_scenario_dirty, "dirty-first", NRB_PHASE_FILL), 0);
	clean = done.len[done.n - 2];
	assert_int_equal(done.from[done.n - 2], 0);
	assert_in_range(clean, room / 100 * 9, room / 10);
	check_order("[wr]", clean);
	check_room_left();
}

static void test_full(void **state)
{
	(void)state;
	assert_int_equal(run(&nrb_scenario_dirty, "full", NRB_PHASE_FILL), 0);
	assert_int_equal(done.from[1], 0);
	assert_int_equal(node.dirty / (1 << 20), cell.fill_len / (1 << 20));
	check_room_left();
}

/* --fill bounds clean and dirty together. */
static void test_dirty_of_a_given_size(void **state)
{
	(void)state;
	cell.sizes.fill_bytes = 100 << 20;
	assert_int_equal(run(&nrb_scenario_dirty, "clean-first", NRB_PHASE_FILL), 0);
	assert_in_range(cell.fill_len, 98 << 20, 100 << 20);
}

static void test_what_was_written_back_is_not_dirty(void **state)
{
	(void)state;
	done.dirty_percent = 70;
	assert_int_equal(
		run(&nrb_scenario_dirty, "clean-first", NRB_PHASE_FILL), -EOPNOTSUPP);
	assert_non_null(strstr(nrb_diag_message(), "not dirty cache there"));
	empty_node(FREE_MIB);
	shared->stop[NRB_PHASE_FILL] = 1; /* a deadline: with what it has */
	assert_int_equal(run(&nrb_scenario_dirty, "clean-first", NRB_PHASE_FILL), 0);
}

/* What is to be there must be our own; a file that has no more, or --fill, may ask for less. */
static void test_a_node_full_of_others_memory(void **state)
{
	static const struct nrb_scenario *const needing[] = { &nrb_scenario_dirty,
		&nrb_scenario_hot, &nrb_scenario_mapped };

	(void)state;
	for (size_t i = 0; i < sizeof(needing) / sizeof(needing[0]); i++) {
		const char *variant = needing[i]->variants[0].name;
		bool shaped = needing[i] != &nrb_scenario_dirty;

		empty_node(HIGH_MIB + HEADROOM_MIB + NODE_MIB / 20 - 1);
		assert_int_equal(run(needing[i], variant, NRB_PHASE_FILL),
			shaped ? 0 : -EOPNOTSUPP);
		if (shaped) {
			assert_int_equal(
				run(needing[i], variant, NRB_PHASE_SHAPE), -EOPNOTSUPP);
		}
		assert_non_null(strstr(nrb_diag_message(), "is full of others' memory"));
		nrb_diag_reset();
	}
	empty_node(HIGH_MIB + HEADROOM_MIB + 10);
	cell.sizes.fill_bytes = 10 << 20;
	assert_int_equal(run(&nrb_scenario_dirty, "full", NRB_PHASE_FILL), 0);
}

/* Nor is what is being written back when the allocation begins. */
static void test_what_is_written_back_before_the_allocation(void **state)
{
	(void)state;
	assert_int_equal(run(&nrb_scenario_dirty, "full", NRB_PHASE_FILL), 0);
	node.dirty = cell.fill_len / 100 * 69;
	write_node();
	assert_int_equal(run(&nrb_scenario_dirty, "full", NRB_PHASE_ALLOCATE), -ESTALE);
	assert_non_null(strstr(nrb_diag_message(), "the flushers wrote"));
	node.dirty = cell.fill_len;
	node.writeback = cell.fill_len / 50;
	write_node();
	assert_int_equal(
		run(&nrb_scenario_dirty, "writer-full", NRB_PHASE_ALLOCATE), -ESTALE);
}

/* -- hot -- */

static void test_hot_is_used_twice(void **state)
{
	static const struct {
		const char *lru_gen;
		int active_percent;
		int rc;
	} rows[] = {
		{ "off", 95, 0 }, { "off", 70, -EOPNOTSUPP },
		{ "", 70, -EOPNOTSUPP }, /* a kernel without MGLRU */
		{ "on", 0, 0 },          /* which moves nothing at once */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct nrb_sample *sample = &shared->sample;

		nrb_sample_init(sample);
		empty_node(FREE_MIB);
		done.n = 0;
		done.active_percent = rows[i].active_percent;
		snprintf(sample->lru_gen, sizeof(sample->lru_gen), "%s", rows[i].lru_gen);
		assert_int_equal(run(&nrb_scenario_hot, "", NRB_PHASE_FILL), 0);
		assert_int_equal(sample->fill_active_bytes, 0);
		done.n = 0;
		assert_int_equal(run(&nrb_scenario_hot, "", NRB_PHASE_SHAPE), rows[i].rc);
		assert_int_equal(done.n, 2);
		assert_memory_equal(done.what, "uu", 2);
		assert_int_equal(done.len[0], cell.fill_len);
		/* both steps' rises together */
		assert_in_range(sample->fill_node_bytes, room - 4096, room);
		assert_int_equal(sample->fill_active_bytes >> 20, node.active >> 20);
	}
}

/* -- mapped -- */

static void test_mapped_is_mapped(void **state)
{
	(void)state;
	assert_int_equal(run(&nrb_scenario_mapped, "", NRB_PHASE_FILL), 0);
	done.mapped_percent = 97;
	assert_int_equal(run(&nrb_scenario_mapped, "", NRB_PHASE_SHAPE), 0);
	assert_int_equal(done.asked, cell.fill_len);
	node.mapped = 0;
	write_node();
	done.mapped_percent = 60;
	assert_int_equal(run(&nrb_scenario_mapped, "", NRB_PHASE_SHAPE), -EOPNOTSUPP);
	assert_non_null(strstr(nrb_diag_message(), "is not mapped"));
}

#define SHAPE_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SHAPE_TEST(test_clean_first),
		SHAPE_TEST(test_dirty_first),
		SHAPE_TEST(test_full),
		SHAPE_TEST(test_dirty_of_a_given_size),
		SHAPE_TEST(test_what_was_written_back_is_not_dirty),
		SHAPE_TEST(test_a_node_full_of_others_memory),
		SHAPE_TEST(test_what_is_written_back_before_the_allocation),
		SHAPE_TEST(test_hot_is_used_twice),
		SHAPE_TEST(test_mapped_is_mapped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
