/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A request and its answer, across two real processes; and memory that is held. */
#include "nrb/holder.h"

#include "nrb/hold.h"
#include "nrb/placement.h"
#include "nrb/scenarios.h"
#include "nrb/steps.h"
#include "nrb/zones.h"
#include "tree.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAGES = 50 };

static struct nrb_shared *shared;
static struct nrb_topology_node nodes[2] = { { .node = 0, .memory_bytes = 1 },
	{ .node = 3, .memory_bytes = 1 } };
static struct nrb_topology topology = { .n_nodes = 2, .nodes = nodes };
static struct nrb_cell cell;
static pid_t holder;

/* -- what is replaced -- */

static int pin_rc;

int __wrap_nrb_placement_pin(const struct nrb_idset *cpus);
int __wrap_nrb_placement_pin(const struct nrb_idset *cpus)
{
	assert_int_equal(nrb_idset_count(cpus), 2); /* all of the node */
	return pin_rc < 0 ? nrb_fail(pin_rc, "cannot run there") : 0;
}

static enum nrb_policy bound_policy;
static struct nrb_idset bound_nodes;

int __wrap_nrb_placement_bind_range(void *mem, size_t len, enum nrb_policy policy,
	const struct nrb_idset *range_nodes);
int __wrap_nrb_placement_bind_range(void *mem, size_t len, enum nrb_policy policy,
	const struct nrb_idset *range_nodes)
{
	(void)mem;
	(void)len;
	bound_policy = policy;
	bound_nodes = *range_nodes;
	return 0;
}

static int64_t elsewhere_pages; /* of each range */

int __wrap_nrb_placement_count(pid_t pid, const void *mem, size_t len, size_t page_bytes,
	int64_t *pages, int n_pages_max, int64_t *absent, int16_t *node_of);
int __wrap_nrb_placement_count(pid_t pid, const void *mem, size_t len, size_t page_bytes,
	int64_t *pages, int n_pages_max, int64_t *absent, int16_t *node_of)
{
	(void)mem;
	(void)n_pages_max;
	(void)node_of;
	assert_int_equal(pid, 0);
	pages[3] += (int64_t)(len / page_bytes) - elsewhere_pages;
	*absent += elsewhere_pages;
	return 0;
}

/* -- a cell with a holder -- */

static int hold(struct nrb_cell *held_cell, enum nrb_hold what, int64_t value)
{
	assert(what != NRB_HOLD_ALIVE); /* the loop's own */
	switch (what) {
	case NRB_HOLD_TAKE:
		held_cell->shared->sample.hold_asked_bytes = value;
		return 0;
	case NRB_HOLD_CHECK:
		nrb_refuse(NRB_EXIT_DISTURBED, NULL, "lost %d", (int)value);
		return -ESTALE;
	case NRB_HOLD_END:
		_exit(5);
	default:
		return -EIO;
	}
}

static const struct nrb_variant variant = { .name = "", .hold = hold };

static int setup(void **state)
{
	int rc = tree_setup(state);
	struct tree *tree = *state;

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	nrb_sample_init(&shared->sample);
	nrb_idset_add(&nodes[1].cpus, 4);
	nrb_idset_add(&nodes[1].cpus, 5);
	topology.allowed_cpus = nodes[1].cpus;
	cell = (struct nrb_cell){ .root = &tree->root,
		.topology = &topology,
		.shared = shared,
		.file = -1,
		.holder = -1,
		.clock = nrb_clock_init(false),
		.arm = { .scenario = &nrb_scenario_clean,
			.variant = &variant,
			.node = 3,
			.cpu_node = 3 } };
	pin_rc = 0;
	elsewhere_pages = 0;
	return rc;
}

static int teardown(void **state)
{
	munmap(shared, sizeof(*shared));
	return tree_teardown(state);
}

static void start_holder(void)
{
	int ends[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
	holder = fork();
	if (holder == 0) {
		close(ends[0]);
		cell.holder = ends[1];
		nrb_holder_main(&cell, getppid());
	}
	close(ends[1]);
	cell.holder = ends[0];
}

static int end_holder(void)
{
	int status;

	close(cell.holder);
	assert_int_equal(waitpid(holder, &status, 0), holder);
	return status;
}

/* -- tests -- */

static void test_requests_are_answered(void **state)
{
	(void)state;
	start_holder();
	assert_int_equal(nrb_holder_ask(&cell, NRB_HOLD_ALIVE, 0), 0);
	assert_int_equal(nrb_holder_ask(&cell, NRB_HOLD_TAKE, 1234567890123), 0);
	assert_int_equal(shared->sample.hold_asked_bytes, 1234567890123);
	assert_int_equal(nrb_holder_ask(&cell, NRB_HOLD_CHECK, 7), -ESTALE);
	assert_string_equal(nrb_diag_message(), "lost 7");
	nrb_diag_reset();
	assert_int_equal(nrb_holder_ask(&cell, NRB_HOLD_CHECK, 8), -ESTALE);
	assert_string_equal(nrb_diag_message(), "lost 8"); /* not that of before */
	assert_int_equal(nrb_holder_ask(&cell, NRB_HOLD_ALIVE, 0), 0);
	assert_int_equal(end_holder(), 0); /* the channel's end is its own */
}

static void test_one_that_is_gone(void **state)
{
	(void)state;
	start_holder();
	assert_int_equal(nrb_holder_ask(&cell, NRB_HOLD_END, 0), -ESTALE);
	assert_int_equal(nrb_diag_exit(-1), NRB_EXIT_DISTURBED);
	assert_int_equal(nrb_holder_ask(&cell, NRB_HOLD_ALIVE, 0), -ESTALE);
	assert_int_equal(WEXITSTATUS(end_holder()), 5);
}

/* It holds nothing before it runs where it should, and says so to whoever asks. */
static void test_one_that_cannot_begin(void **state)
{
	(void)state;
	pin_rc = -EINVAL;
	start_holder();
	assert_int_equal(nrb_holder_ask(&cell, NRB_HOLD_TAKE, 1), -EINVAL);
	assert_non_null(strstr(nrb_diag_message(), "cannot run there"));
	assert_int_equal(shared->sample.hold_asked_bytes, NRB_ABSENT);
	assert_int_equal(WEXITSTATUS(end_holder()), 1);
}

/* Words that nothing can make smaller, on the node and nowhere else. */
static void test_taken_memory_is_random_and_bound(void **state)
{
	int64_t page = nrb_zones_page_bytes();
	struct nrb_held anon, shmem;

	(void)state;
	assert_int_equal(nrb_held_take_anon(&anon, &cell, PAGES * page + 5, 1), 0);
	assert_int_equal(anon.len, PAGES * page);
	assert_int_equal(shared->progress, PAGES * page);
	assert_int_equal(bound_policy, NRB_POLICY_BIND);
	assert_int_equal(nrb_idset_count(&bound_nodes), 1);
	assert_true(nrb_idset_has(&bound_nodes, 3));
	assert_int_equal(nrb_held_take_shmem(&shmem, &cell, PAGES * page, 1), 0);
	assert_memory_equal(anon.mem, shmem.mem, anon.len); /* by the seed */
	for (int i = 1; i < PAGES; i++) {
		assert_memory_not_equal(anon.mem, anon.mem + i * page, 64);
	}
	nrb_held_finish(&anon);
	nrb_held_finish(&shmem);
	nrb_held_finish(&shmem); /* again is nothing */
	assert_int_equal(nrb_held_take_anon(&anon, &cell, 5, 1), 0);
	assert_int_equal(anon.len, 0);
	nrb_held_finish(&anon);
}

static void test_a_deadline_ends_the_taking(void **state)
{
	struct nrb_held held;

	(void)state;
	shared->phase = NRB_PHASE_FILL;
	shared->stop[NRB_PHASE_FILL] = 1;
	assert_int_equal(
		nrb_held_take_anon(&held, &cell, PAGES * nrb_zones_page_bytes(), 1), 0);
	assert_int_equal(held.len, 0);
	nrb_held_finish(&held);
}

static void test_what_is_held_must_be_there(void **state)
{
	int64_t page = nrb_zones_page_bytes();
	struct nrb_held held[2];

	(void)state;
	assert_int_equal(nrb_held_take_anon(&held[0], &cell, 300 * page, 1), 0);
	assert_int_equal(nrb_held_take_shmem(&held[1], &cell, 100 * page, 2), 0);
	elsewhere_pages = 2; /* of each: 99 % are there */
	assert_int_equal(nrb_held_check(&cell, held, 2, 99), 0);
	assert_int_equal(shared->sample.hold_bytes, 396 * page);
	elsewhere_pages = 3;
	assert_int_equal(nrb_held_check(&cell, held, 2, 99), -ESTALE);
	assert_int_equal(shared->sample.hold_bytes, 394 * page);
	assert_non_null(strstr(nrb_diag_message(), "taken on node 3"));
	nrb_held_finish(&held[0]);
	nrb_held_finish(&held[1]);
}

static void test_its_owner_comes_back(void **state)
{
	const struct nrb_sample *sample = &shared->sample;
	int64_t page = nrb_zones_page_bytes();
	struct nrb_held held;

	(void)state;
	assert_int_equal(nrb_held_take_anon(&held, &cell, PAGES * page, 1), 0);
	shared->progress = 0;
	nrb_held_return(&cell, &held);
	nrb_held_return(&cell, &held);
	assert_int_equal(sample->return_pages, 2 * PAGES);
	assert_int_equal(sample->return_hist.n, 2 * PAGES);
	assert_int_equal(shared->progress, 2 * PAGES);
	assert_int_equal(sample->return_major_faults, 0);
	assert_true(sample->return_ns > 0);
	nrb_held_finish(&held);
}

static void test_a_mapped_file_is_read_as_it_is_mapped(void **state)
{
	int64_t page = nrb_zones_page_bytes();
	struct tree *tree = *state;
	unsigned char in[PAGES];
	struct nrb_held held;

	tree_write(tree, "file", "x");
	assert_int_equal(
		nrb_fsroot_open_file(&tree->root, "file", O_RDWR, &cell.file), 0);
	assert_int_equal(ftruncate(cell.file, PAGES * page), 0);
	assert_int_equal(nrb_held_map_file(&held, &cell, PAGES * page), 0);
	assert_int_equal(held.len, PAGES * page);
	assert_int_equal(held.mem[0], 'x');
	assert_int_equal(mincore(held.mem, held.len, in), 0);
	for (int i = 0; i < PAGES; i++) {
		assert_true(in[i] & 1);
	}
	nrb_held_finish(&held);
	close(cell.file);
}

#define HOLDER_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		HOLDER_TEST(test_requests_are_answered),
		HOLDER_TEST(test_one_that_is_gone),
		HOLDER_TEST(test_one_that_cannot_begin),
		HOLDER_TEST(test_taken_memory_is_random_and_bound),
		HOLDER_TEST(test_a_deadline_ends_the_taking),
		HOLDER_TEST(test_what_is_held_must_be_there),
		HOLDER_TEST(test_its_owner_comes_back),
		HOLDER_TEST(test_a_mapped_file_is_read_as_it_is_mapped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
