/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The allocation: each policy on the whole range, each page written once, by as many threads. */
#include "nrb/steps.h"

#include "nrb/cpusetgroup.h"
#include "nrb/placement.h"
#include "tree.h"

#include <errno.h>
#include <pthread.h>

enum { PAGES = 1003, PAGE = 4096, HUGE_PAGE = 2 << 20 };

static struct nrb_shared *shared;
static struct nrb_topology_node nodes[3] = { { .node = 0, .memory_bytes = 1 },
	{ .node = 1 }, { .node = 4, .memory_bytes = 1 } };
static struct nrb_topology topology = { .n_nodes = 3, .nodes = nodes };
static struct nrb_cell cell;

/* -- what is replaced -- */

static struct {
	enum nrb_policy policy;
	size_t len;
	char nodes[32];
	int pins[16], n_pins;
	int threads, fail_at; /* 0: never */
	char group[8];        /* what is done to it, in order: e, l, and p for a pin */
	int64_t units_in_group;
} seen;

int __wrap_nrb_placement_bind_range(void *mem, size_t len, enum nrb_policy policy,
	const struct nrb_idset *range_nodes);
int __wrap_nrb_placement_bind_range(void *mem, size_t len, enum nrb_policy policy,
	const struct nrb_idset *range_nodes)
{
	assert_ptr_equal(mem, cell.arena.mem);
	seen.policy = policy;
	seen.len = len;
	nrb_idset_format(range_nodes, seen.nodes, sizeof(seen.nodes));
	return 0;
}

static void pass(char what)
{
	seen.group[strlen(seen.group)] = what;
}

int __wrap_nrb_placement_pin(const struct nrb_idset *cpus);
int __wrap_nrb_placement_pin(const struct nrb_idset *cpus)
{
	assert_int_equal(nrb_idset_count(cpus), 1);
	seen.pins[seen.n_pins++] = nrb_idset_next(cpus, -1);
	pass('p');
	return 0;
}

int __wrap_nrb_cpusetgroup_enter(
	const struct nrb_root *root, char *home, size_t home_len);
int __wrap_nrb_cpusetgroup_enter(const struct nrb_root *root, char *home, size_t home_len)
{
	(void)root;
	snprintf(home, home_len, "home");
	pass('e');
	return 0;
}

int __wrap_nrb_cpusetgroup_leave(const struct nrb_root *root, const char *home);
int __wrap_nrb_cpusetgroup_leave(const struct nrb_root *root, const char *home)
{
	(void)root;
	assert_string_equal(home, "home");
	seen.units_in_group = nrb_cell_written(shared);
	pass('l');
	return 0;
}

int __real_pthread_create(
	pthread_t *thread, const pthread_attr_t *attr, void *(*run)(void *), void *arg);
int __wrap_pthread_create(
	pthread_t *thread, const pthread_attr_t *attr, void *(*run)(void *), void *arg);
int __wrap_pthread_create(
	pthread_t *thread, const pthread_attr_t *attr, void *(*run)(void *), void *arg)
{
	if (++seen.threads == seen.fail_at) {
		return EAGAIN;
	}
	return __real_pthread_create(thread, attr, run, arg);
}

/* -- the cell -- */

static int setup(void **state)
{
	int rc = tree_setup(state);
	struct tree *tree = *state;

	shared = calloc(1, sizeof(*shared));
	nrb_sample_init(&shared->sample);
	shared->phase = NRB_PHASE_ALLOCATE;
	memset(&seen, 0, sizeof(seen));
	for (int cpu = 4; cpu < 7; cpu++) { /* three of node 4 */
		nrb_idset_add(&nodes[2].cpus, cpu);
	}
	cell = (struct nrb_cell){
		.root = &tree->root,
		.topology = &topology,
		.shared = shared,
		.clock = nrb_clock_init(false),
		.arm = { .node = 0, .cpu_node = 4, .threads = 1 },
	};
	topology.allowed_cpus = nodes[2].cpus;
	return rc;
}

static int teardown(void **state)
{
	nrb_arena_unmap(&cell.arena);
	free(shared);
	return tree_teardown(state);
}

static void map(size_t len, enum nrb_page_size page_size)
{
	nrb_arena_unmap(&cell.arena);
	assert_int_equal(nrb_arena_map(&cell.arena, len, page_size), 0);
	cell.arm.page_size = page_size;
	shared->sample.alloc_page_bytes = (int64_t)cell.arena.page_bytes;
}

static void assert_each_page_written(void)
{
	for (size_t at = 0; at < cell.arena.len; at += PAGE) {
		assert_int_equal(*(uint64_t *)(void *)(cell.arena.mem + at), 1);
	}
}

/* -- tests -- */

static void test_policies(void **state)
{
	static const struct {
		enum nrb_arm_policy arm;
		enum nrb_policy policy;
		const char *nodes;
	} rows[] = {
		{ NRB_ARM_LOCAL, NRB_POLICY_LOCAL, "0" },
		{ NRB_ARM_BIND, NRB_POLICY_BIND, "0" },
		{ NRB_ARM_PREFERRED, NRB_POLICY_PREFERRED, "0" },
		{ NRB_ARM_INTERLEAVE, NRB_POLICY_INTERLEAVE, "0,4" }, /* with memory */
		{ NRB_ARM_CPUSET, NRB_POLICY_LOCAL, "0" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		map(4 * (size_t)PAGE, NRB_PAGE_4K);
		cell.arm.policy = rows[i].arm;
		assert_int_equal(nrb_step_allocate(&cell), 0);
		assert_int_equal(seen.policy, rows[i].policy);
		assert_int_equal(seen.len, cell.arena.len);
		assert_string_equal(seen.nodes, rows[i].nodes);
	}
}

/* In the group for the allocation alone, and on its CPU whatever the group's cpuset did. */
static void test_a_cpuset_holds_for_the_allocation_alone(void **state)
{
	(void)state;
	map((size_t)PAGES * PAGE, NRB_PAGE_4K);
	cell.arm.policy = NRB_ARM_CPUSET;
	assert_int_equal(nrb_step_allocate(&cell), 0);
	assert_string_equal(seen.group, "eplp");
	assert_int_equal(seen.units_in_group, PAGES);
	assert_each_page_written();
}

static void test_one_thread_is_the_child_itself(void **state)
{
	(void)state;
	map((size_t)PAGES * PAGE, NRB_PAGE_4K);
	assert_int_equal(nrb_step_allocate(&cell), 0);
	assert_int_equal(seen.threads, 0);
	assert_int_equal(seen.n_pins, 0);
	assert_int_equal(shared->sample.alloc_hist.n, PAGES);
	assert_int_equal(shared->thread_pages[0], PAGES);
	assert_int_equal(nrb_cell_progress(shared), PAGES);
	assert_true(shared->sample.alloc_wall_ns > 0);
	assert_each_page_written();
}

static void test_threads_share_the_pages(void **state)
{
	int64_t least = PAGES, most = 0;

	(void)state;
	map((size_t)PAGES * PAGE, NRB_PAGE_4K);
	cell.arm.threads = 5;
	assert_int_equal(nrb_step_allocate(&cell), 0);
	assert_int_equal(seen.threads, 4);
	assert_int_equal(shared->sample.alloc_hist.n, PAGES);
	assert_int_equal(nrb_cell_written(shared), PAGES);
	for (int i = 0; i < 5; i++) {
		int64_t pages = shared->thread_pages[i];

		least = pages < least ? pages : least;
		most = pages > most ? pages : most;
		assert_int_equal(shared->thread_hist[i].n, 0); /* merged, once */
	}
	assert_true(most - least <= 1);
	assert_int_equal(shared->thread_pages[5], 0);
	assert_each_page_written();
	assert_true(shared->sample.alloc_wall_ns > 0);
	/* round and round: each is made where its maker runs, who ends on the first */
	assert_int_equal(seen.n_pins, 5);
	assert_int_equal(seen.pins[0], 5);
	assert_int_equal(seen.pins[1], 6);
	assert_int_equal(seen.pins[2], 4);
	assert_int_equal(seen.pins[3], 5);
	assert_int_equal(seen.pins[4], 4);
}

/* Nobody is left waiting for it, and nothing is written. */
static void test_a_thread_that_cannot_be_made(void **state)
{
	(void)state;
	map((size_t)PAGES * PAGE, NRB_PAGE_4K);
	cell.arm.threads = 4;
	seen.fail_at = 3;
	assert_int_equal(nrb_step_allocate(&cell), -EAGAIN);
	assert_non_null(strstr(nrb_diag_message(), "thread 4 of 4"));
	assert_int_equal(nrb_cell_written(shared), 0);
}

static void test_huge_pages_are_timed_as_one(void **state)
{
	(void)state;
	map(3 * (size_t)HUGE_PAGE, NRB_PAGE_THP);
	cell.arm.threads = 2;
	assert_int_equal(nrb_step_allocate(&cell), 0);
	assert_int_equal(shared->sample.alloc_hist.n, 3);
	assert_int_equal(shared->thread_pages[0], 1);
	assert_int_equal(shared->thread_pages[1], 2);
	assert_int_equal(nrb_cell_written(shared), 3);
	assert_int_equal(nrb_cell_progress(shared), 3 * 512); /* as the watchdog counts */
	assert_each_page_written();
}

/* Spread over a time: each page still once, by its thread, and not all at once. */
static void test_spread_over_a_time(void **state)
{
	(void)state;
	cell.sizes.work_ns = 50 * 1000000;
	for (int threads = 1; threads <= 3; threads += 2) {
		map((size_t)PAGES * PAGE, NRB_PAGE_4K);
		memset(shared, 0, sizeof(*shared));
		nrb_sample_init(&shared->sample);
		cell.arm.threads = threads;
		assert_int_equal(nrb_step_allocate(&cell), 0);
		assert_int_equal(shared->sample.alloc_hist.n, PAGES);
		assert_int_equal(nrb_cell_written(shared), PAGES);
		/* PAGES in 15 s would be none in two for the watchdog: each part is progress, once */
		assert_int_equal(shared->progress, 100 * 256);
		assert_each_page_written();
		assert_true(shared->sample.alloc_wall_ns >= 45 * 1000000);
	}
}

#define ALLOCATE_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ALLOCATE_TEST(test_policies),
		ALLOCATE_TEST(test_a_cpuset_holds_for_the_allocation_alone),
		ALLOCATE_TEST(test_one_thread_is_the_child_itself),
		ALLOCATE_TEST(test_threads_share_the_pages),
		ALLOCATE_TEST(test_a_thread_that_cannot_be_made),
		ALLOCATE_TEST(test_huge_pages_are_timed_as_one),
		ALLOCATE_TEST(test_spread_over_a_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
