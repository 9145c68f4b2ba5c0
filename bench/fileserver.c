/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Scenario fileserver: readers serve more files than the node can cache, and workers take memory. */
#include "nrb/allocator.h"
#include "nrb/churn.h"
#include "nrb/counters.h"
#include "nrb/diag.h"
#include "nrb/gang.h"
#include "nrb/placement.h"
#include "nrb/scenarios.h"
#include "nrb/serve.h"
#include "nrb/steps.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

/* Makes of a cell's seed another one for the requests before those that are measured. */
static const uint64_t warm_up_seed = UINT64_C(0x57a4);

/* Numbers 0 to workers - 1 of the gang are workers, then come the readers. */
struct server {
	struct nrb_cell *cell;
	int workers;
	struct nrb_served_file cache_file;
	struct nrb_servedset set;
	struct nrb_serve serve;
	bool spread;
	pthread_barrier_t taken;
	int worker_rc[NRB_MAX_THREADS];
};

/* -- where they run -- */

static void usable_cpus(const struct nrb_cell *cell, int node, struct nrb_idset *cpus)
{
	nrb_topology_usable_cpus(cell->topology, node, cpus);
}

/* Node number i of those that have CPUs for us, round and round. */
static int node_with_cpus(const struct nrb_cell *cell, int i)
{
	int nodes[NRB_MAX_NODES], n = 0;

	for (int k = 0; k < cell->topology->n_nodes; k++) {
		struct nrb_idset cpus;

		usable_cpus(cell, cell->topology->nodes[k].node, &cpus);
		if (nrb_idset_count(&cpus) > 0) {
			nodes[n++] = cell->topology->nodes[k].node;
		}
	}
	return n > 0 ? nodes[i % n] : cell->arm.cpu_node;
}

static int count_cpus(const struct server *server)
{
	const struct nrb_cell *cell = server->cell;
	struct nrb_idset cpus;
	int n = 0;

	for (int i = 0; i < cell->topology->n_nodes; i++) {
		int node = cell->topology->nodes[i].node;

		usable_cpus(cell, node, &cpus);
		n += server->spread || node == cell->arm.cpu_node ? nrb_idset_count(&cpus)
								  : 0;
	}
	return n;
}

/* A reader may run on any CPU of its node. */
static int pin_reader(const struct server *server, int i)
{
	const struct nrb_cell *cell = server->cell;
	struct nrb_idset cpus;

	usable_cpus(cell, server->spread ? node_with_cpus(cell, i) : cell->arm.cpu_node,
		&cpus);
	return nrb_placement_pin(&cpus);
}

static int pin(void *arg, int number)
{
	const struct server *server = arg;

	return number < server->workers ? nrb_allocator_pin(server->cell, number)
					: pin_reader(server, number - server->workers);
}

/* -- what they do -- */

/*
 * The workers have their memory before the first request: what a mode gave for it, the requests meet from
 * their start, however long it took. From then on workers give back and take for as long as requests are
 * served. Their touches alone are the progress that the parent looks for: requests may go well while
 * nobody gets memory.
 */

static void prepare(void *arg, int number)
{
	struct server *server = arg;

	if (number < server->workers) {
		nrb_allocator_prepare(server->cell, number);
	} else {
		nrb_serve_prepare(&server->serve, number - server->workers);
	}
}

static bool is_serving(const void *serve)
{
	return nrb_serve_is_running(serve);
}

static void work(void *arg, int number)
{
	struct server *server = arg;
	int workers = server->workers;

	if (number < workers) {
		nrb_churn_fill(server->cell, number);
	}
	pthread_barrier_wait(&server->taken);
	if (number < workers) {
		server->worker_rc[number] =
			nrb_churn_again(server->cell, number, is_serving, &server->serve);
	} else {
		nrb_serve_work(&server->serve, number - workers);
	}
}

/* -- the step -- */

static void find_set(struct server *server)
{
	const struct nrb_cell *cell = server->cell;

	server->cache_file = (struct nrb_served_file){ .fd = cell->file,
		.bytes = cell->sizes.served_bytes };
	server->set = cell->served != NULL ? *cell->served
					   : nrb_servedset_of(&server->cache_file, 1);
}

static int judge_workers(const struct server *server)
{
	for (int i = 0; i < server->workers; i++) {
		if (server->worker_rc[i] < 0) {
			return nrb_fail(server->worker_rc[i],
				"a worker cannot give its memory back");
		}
	}
	return 0;
}

/* Workers and readers; what the readers did goes to a sample. */
static int run(struct server *server, struct nrb_sample *sample, int64_t *wall_ns)
{
	struct nrb_gang gang = {
		.n = server->workers + server->serve.n,
		.arg = server,
		.pin = pin,
		.prepare = prepare,
		.work = work,
	};
	int rc = nrb_serve_begin(&server->serve), ended;

	if (rc < 0) {
		return rc;
	}
	pthread_barrier_init(&server->taken, NULL, (unsigned int)gang.n);
	rc = nrb_gang_run(&gang);
	pthread_barrier_destroy(&server->taken);
	*wall_ns = gang.wall_ns;
	ended = nrb_serve_end(&server->serve, sample);
	return rc < 0 ? rc : ended;
}

/* What it points to is its own. */
static void begin(struct server *server, struct nrb_cell *cell, bool spread)
{
	*server = (struct server){
		.cell = cell,
		.spread = spread,
		.serve = {
			.clock = &cell->clock,
			.for_ns = cell->sizes.serve_ns,
			.requests = cell->sizes.serve_requests,
			.popularity_seed = (uint64_t)cell->sizes.popularity_seed,
			/* all modes of a block are asked for the same */
			.seed = (uint64_t)cell->sizes.popularity_seed +
				(uint64_t)cell->shared->sample.block * 1000003u,
		},
	};
	find_set(server);
	server->serve.set = &server->set;
	server->serve.n = nrb_serve_readers(count_cpus(server));
}

static int serve(struct nrb_cell *cell, bool spread)
{
	struct server server;
	int64_t wall_ns;
	int rc;

	begin(&server, cell, spread);
	server.workers = cell->arm.threads;
	rc = run(&server, &cell->shared->sample, &wall_ns);
	if (rc == 0) {
		cell->shared->sample.alloc_wall_ns = wall_ns;
		rc = judge_workers(&server);
	}
	nrb_cell_merge_threads(cell->shared);
	return rc;
}

/* -- before -- */

/*
 * On a node that is full of others' cache next to nothing of the set was filled in: all that is asked for
 * would be asked for the first time, and no mode could show what it keeps. So the set is served once
 * before, with the knob at 0 in all cells, other objects in the same proportions, for as long and with as
 * many requests at most. What is cached of it then lies where mode 0 puts it, and others' cache goes for it
 * where no node has room, as it does for what any server reads.
 */

/* By readers alone, into a sample that is no cell's. */
static int serve_before(struct server *server)
{
	struct nrb_sample *unmeasured = malloc(sizeof(*unmeasured));
	int64_t wall_ns;
	int rc, back;

	if (unmeasured == NULL) {
		return nrb_fail(
			-ENOMEM, "no memory to serve a set before it is measured");
	}
	nrb_sample_init(unmeasured);
	rc = run(server, unmeasured, &wall_ns);
	back = nrb_allocator_pin(server->cell, 0); /* this thread was a reader */
	if (rc == 0) {
		nrb_cell_note(server->cell,
			"the set was served once before: %lld MiB, %lld MiB of it from disk",
			(long long)unmeasured->serve_bytes >> 20,
			(long long)unmeasured->serve_disk_bytes >> 20);
	}
	free(unmeasured);
	return rc < 0 ? rc : back;
}

/* Also where a cell before this one had made some room of others' cache: as the report has it, less than
 * half is ours. */
static bool is_others(const struct nrb_cell *cell)
{
	struct nrb_node_memory memory;

	return cell->full ||
	       (nrb_counters_read_node(cell->root, cell->arm.node, &memory) == 0 &&
		       memory.file_bytes != NRB_ABSENT &&
		       cell->fill_len < memory.file_bytes / 2);
}

static int warm_up(struct nrb_cell *cell, bool spread)
{
	struct server server;

	if (!is_others(cell)) {
		return 0;
	}
	begin(&server, cell, spread);
	server.serve.seed ^= warm_up_seed;
	server.serve.progress = &cell->shared->progress;
	server.serve.stop = nrb_cell_stop(cell);
	return serve_before(&server);
}

static int warm_up_pinned(struct nrb_cell *cell)
{
	return warm_up(cell, false);
}

static int warm_up_spread(struct nrb_cell *cell)
{
	return warm_up(cell, true);
}

static int serve_pinned(struct nrb_cell *cell)
{
	return serve(cell, false);
}

static int serve_spread(struct nrb_cell *cell)
{
	return serve(cell, true);
}

static int allocate_pinned(struct nrb_cell *cell)
{
	return nrb_allocator_run(cell, serve_pinned);
}

static int allocate_spread(struct nrb_cell *cell)
{
	return nrb_allocator_run(cell, serve_spread);
}

/* clang-format off */
#define STEPS(warm_up, allocate) { \
	NRB_STEPS_EMPTY, \
	{ NRB_PHASE_FILL, nrb_step_fill_once }, \
	{ NRB_PHASE_SHAPE, warm_up }, \
	NRB_STEPS_MEASURE(nrb_step_soak, allocate), \
	{ NRB_PHASE_DONE, NULL }, \
}

static const struct nrb_step pinned_steps[] = STEPS(warm_up_pinned, allocate_pinned);
static const struct nrb_step spread_steps[] = STEPS(warm_up_spread, allocate_spread);
/* clang-format on */

static const struct nrb_variant variants[] = {
	{ .name = "pinned",
		.shows =
			"readers and workers on the node's CPUs, as a server bound to it: the "
			"node's cache, or all nodes'",
		.steps = pinned_steps },
	{ .name = "spread",
		.shows =
			"readers on the CPUs of all nodes, workers on the node's: only these take "
			"its cache",
		.steps = spread_steps },
	{ 0 },
};

const struct nrb_scenario nrb_scenario_fileserver = {
	.name = "fileserver",
	.holds = "the first part of a set of files that is larger than the node",
	.shows =
		"hit ratio and bytes from disk against locality, with requests beside workers",
	.question = "which value for my file server",
	.limits =
		"objects of one size, asked for by Zipf's law, no network and no writing",
	.needs = NRB_NEEDS_MODES | NRB_NEEDS_FILE | NRB_NEEDS_SPILL | NRB_NEEDS_SERVED |
		 NRB_NEEDS_SPACE,
	.alloc_percent = 20,
	.cost = 25,
	.variants = variants,
};
