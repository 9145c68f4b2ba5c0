/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the node was full of others' cache, a file server's set is served before it is measured. */
#include "nrb/counters.h"
#include "nrb/scenarios.h"
#include "tree.h"

#include <sys/uio.h>

enum { MIB = 1 << 20, REQUESTS = 40 };

static struct nrb_shared *shared;
static struct nrb_topology_node nodes[2] = { { .node = 0 }, { .node = 1 } };
static struct nrb_topology topology = { .n_nodes = 2, .nodes = nodes };
static struct nrb_cell cell;
static int64_t n_asked;
static int pinned; /* the caller's last CPU */
static int64_t node_file_bytes;

/* -- what is replaced -- */

ssize_t __wrap_preadv64v2(int fd, const struct iovec *iov, int n, off_t at, int flags);
ssize_t __wrap_preadv64v2(int fd, const struct iovec *iov, int n, off_t at, int flags)
{
	(void)flags;
	(void)at;
	assert_int_equal(fd, cell.file);
	assert_int_equal(n, 1);
	__atomic_fetch_add(&n_asked, 1, __ATOMIC_RELAXED);
	return (ssize_t)iov->iov_len;
}

int __wrap_nrb_placement_pin(const struct nrb_idset *cpus);
int __wrap_nrb_placement_pin(const struct nrb_idset *cpus)
{
	pinned = nrb_idset_count(cpus) == 1 ? nrb_idset_next(cpus, -1) : -1;
	return 0;
}

int __wrap_nrb_counters_read_node(
	const struct nrb_root *root, int node, struct nrb_node_memory *memory);
int __wrap_nrb_counters_read_node(
	const struct nrb_root *root, int node, struct nrb_node_memory *memory)
{
	(void)root;
	assert_int_equal(node, 0);
	*memory = (struct nrb_node_memory){ .file_bytes = node_file_bytes };
	return 0;
}

static int setup(void **state)
{
	(void)state;
	n_asked = 0;
	node_file_bytes = 400LL * MIB;
	pinned = -2;
	for (int cpu = 0; cpu < 4; cpu++) {
		nrb_idset_add(&nodes[cpu / 2].cpus, cpu);
		nrb_idset_add(&topology.allowed_cpus, cpu);
	}
	shared = calloc(1, sizeof(*shared));
	nrb_sample_init(&shared->sample);
	shared->sample.block = 1;
	shared->phase = NRB_PHASE_SHAPE;
	cell = (struct nrb_cell){ .topology = &topology,
		.shared = shared,
		.clock = nrb_clock_init(false),
		.arm.threads = 1,
		.fill_len = 200LL * MIB,
		.file = 7,
		.sizes = { .served_bytes = 64 * MIB,
			.serve_ns = INT64_MAX,
			.serve_requests = REQUESTS,
			.popularity_seed = 5 } };
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	free(shared);
	return 0;
}

static int shape(int variant)
{
	const struct nrb_step *step = nrb_scenario_fileserver.variants[variant].steps;

	while (step->phase != NRB_PHASE_SHAPE) {
		assert_int_not_equal(step->phase, NRB_PHASE_SETTLE);
		step++;
	}
	return step->run(&cell);
}

/* What was filled in is warm enough. */
static void test_a_filled_node_is_left_alone(void **state)
{
	(void)state;
	for (int variant = 0; variant < 2; variant++) {
		assert_int_equal(shape(variant), 0);
	}
	assert_int_equal(n_asked, 0);
	assert_int_equal(pinned, -2);
	assert_string_equal(shared->sample.note, "");
}

/* None of it is in the sample; and who allocates next is where it was. */
static void test_a_full_node_is_served_once(void **state)
{
	(void)state;
	cell.full = true;
	for (int variant = 0; variant < 2; variant++) {
		n_asked = shared->progress = 0;
		shared->sample.note[0] = '\0';
		assert_int_equal(shape(variant), 0);
		assert_int_equal(n_asked, REQUESTS);
		assert_int_equal(shared->progress, REQUESTS * 128 * 1024);
		assert_int_equal(pinned, 0);
		assert_true(shared->sample.serve_requests == NRB_ABSENT);
		assert_int_equal(shared->sample.serve_hist.n, 0);
		assert_string_equal(shared->sample.note,
			"the set was served once before: 5 MiB, 0 MiB of it from disk");
	}
}

/* Others' cache is most of it still, but some has made room. */
static void test_a_node_of_others_is_served_once(void **state)
{
	(void)state;
	cell.fill_len--;
	assert_int_equal(shape(0), 0);
	assert_int_equal(n_asked, REQUESTS);
}

/* A deadline ends it with what it has. */
static void test_a_deadline(void **state)
{
	(void)state;
	cell.full = true;
	cell.sizes.serve_requests = 0;
	shared->stop[NRB_PHASE_SHAPE] = 1;
	assert_int_equal(shape(0), 0);
	assert_int_equal(n_asked, 0);
}

#define FILESERVER_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		FILESERVER_TEST(test_a_filled_node_is_left_alone),
		FILESERVER_TEST(test_a_full_node_is_served_once),
		FILESERVER_TEST(test_a_node_of_others_is_served_once),
		FILESERVER_TEST(test_a_deadline),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
