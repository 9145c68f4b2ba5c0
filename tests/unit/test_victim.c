/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A neighbour at work: where it is, what it takes, and what is noted of it. */
#include "nrb/victim.h"

#include "nrb/placement.h"
#include "tree.h"

#include <errno.h>
#include <unistd.h>

enum { SET_BYTES = 1 << 20, BURST_PAGES = 1024, SET_PAGES = SET_BYTES / 4096 };

static struct nrb_shared *shared;
static struct nrb_topology_node nodes[2] = { { .node = 0, .memory_bytes = 1 },
	{ .node = 1, .memory_bytes = 1 } };
static struct nrb_topology topology = { .n_nodes = 2, .nodes = nodes };
static struct nrb_cell cell;
static int pinned_cpu, set_node, n_local;
static int64_t lost_pages; /* of the set */

int __wrap_nrb_placement_pin(const struct nrb_idset *cpus);
int __wrap_nrb_placement_pin(const struct nrb_idset *cpus)
{
	pinned_cpu = nrb_idset_next(cpus, -1);
	return 0;
}

int __wrap_nrb_placement_bind_range(
	void *mem, size_t len, enum nrb_policy policy, const struct nrb_idset *set);
int __wrap_nrb_placement_bind_range(
	void *mem, size_t len, enum nrb_policy policy, const struct nrb_idset *set)
{
	(void)mem;
	if (policy == NRB_POLICY_BIND) {
		assert_int_equal(len, SET_BYTES);
		set_node = nrb_idset_next(set, -1);
	} else {
		assert_int_equal(policy, NRB_POLICY_LOCAL);
		n_local++;
	}
	return 0;
}

/* Of each burst 1000 are where the neighbour is, 20 elsewhere and 4 nowhere. */
int __wrap_nrb_placement_count(pid_t pid, const void *mem, size_t len, size_t page_bytes,
	int64_t *pages, int max, int64_t *absent, int16_t *node_of);
int __wrap_nrb_placement_count(pid_t pid, const void *mem, size_t len, size_t page_bytes,
	int64_t *pages, int max, int64_t *absent, int16_t *node_of)
{
	(void)pid;
	(void)mem;
	(void)max;
	(void)node_of;
	if (len == SET_BYTES) {
		pages[0] += SET_PAGES - lost_pages;
		pages[1] += lost_pages;
		return 0;
	}
	assert_int_equal(len / page_bytes, BURST_PAGES);
	pages[0] += 1000;
	pages[1] += 20;
	*absent += 4;
	return 0;
}

static int setup(void **state)
{
	(void)state;
	nrb_diag_set_muted(true);
	shared = calloc(1, sizeof(*shared));
	nrb_sample_init(&shared->sample);
	shared->phase = NRB_PHASE_FILL;
	shared->sample.seed = 1;
	for (int node = 0; node < 2; node++) {
		nrb_idset_clear(&nodes[node].cpus);
		nrb_idset_add(&nodes[node].cpus, 10 + node);
		nrb_idset_add(&topology.allowed_cpus, 10 + node);
	}
	cell = (struct nrb_cell){ .topology = &topology,
		.shared = shared,
		.clock = nrb_clock_init(false),
		.line_bytes = 64,
		.arm = { .node = 1, .cpu_node = 1 } };
	set_node = pinned_cpu = -1;
	lost_pages = 0;
	n_local = 0;
	return shared == NULL;
}

static int teardown(void **state)
{
	(void)state;
	free(cell.hold_state);
	free(shared);
	return 0;
}

static void test_it_works_on_its_node(void **state)
{
	const struct nrb_sample *sample = &shared->sample;
	int64_t bursts;

	(void)state;
	assert_int_equal(nrb_victim_hold(&cell, NRB_HOLD_TAKE, SET_BYTES), 0);
	assert_int_equal(sample->victim_node, 0);
	assert_int_equal(pinned_cpu, 10);
	assert_int_equal(set_node, 0);
	assert_int_equal(n_local, 1);
	assert_int_equal(sample->victim_bytes, SET_BYTES);
	assert_int_equal(sample->victim_lost_bytes, NRB_ABSENT);
	shared->phase = NRB_PHASE_ALLOCATE;
	assert_int_equal(nrb_victim_hold(&cell, NRB_HOLD_BEGIN, 0), 0);
	usleep(60000);
	lost_pages = 6;
	assert_int_equal(nrb_victim_hold(&cell, NRB_HOLD_END, 0), 0);
	bursts = sample->victim_pages / BURST_PAGES;
	assert_true(bursts >= 1);
	assert_int_equal(sample->victim_pages, bursts * BURST_PAGES);
	assert_int_equal(sample->victim_remote_pages, bursts * 20);
	assert_int_equal(sample->victim_absent_pages, bursts * 4);
	assert_int_equal(sample->victim_hist.n, sample->victim_pages);
	assert_int_equal(sample->victim_loads, bursts * 32 * 1024);
	assert_true(sample->victim_load_ns > 0);
	assert_int_equal(sample->victim_lost_bytes, 6 * 4096);
	assert_non_null(cell.hold_state); /* its working set stays */
}

/* One that is not ready by its deadline is no neighbour. */
static void test_not_ready(void **state)
{
	(void)state;
	shared->stop[NRB_PHASE_FILL] = 1;
	assert_int_equal(nrb_victim_hold(&cell, NRB_HOLD_TAKE, SET_BYTES), -EOPNOTSUPP);
	assert_non_null(strstr(nrb_diag_message(), "not ready in time"));
}

static void *sleep_a_while(void *arg)
{
	(void)arg;
	usleep(200000);
	return NULL;
}

/* Who waits for one is not stalled. */
static void test_waiting_is_progress(void **state)
{
	pthread_t thread;

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, sleep_a_while, NULL), 0);
	nrb_cell_join(&cell, thread);
	assert_true(shared->progress >= 1024 && shared->progress % 1024 == 0);
}

#define VICTIM_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		VICTIM_TEST(test_it_works_on_its_node),
		VICTIM_TEST(test_not_ready),
		VICTIM_TEST(test_waiting_is_progress),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
