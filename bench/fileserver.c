/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Scenario fileserver: readers serve more files than the node can cache, and workers take memory. */
#include "nrb/allocator.h"
#include "nrb/churn.h"
#include "nrb/diag.h"
#include "nrb/gang.h"
#include "nrb/placement.h"
#include "nrb/scenarios.h"
#include "nrb/serve.h"
#include "nrb/steps.h"

#include <pthread.h>

/* Numbers 0 to arm.threads - 1 of the gang are workers, then come the readers. */
struct server {
	struct nrb_cell *cell;
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
	struct server *server = arg;
	int workers = server->cell->arm.threads;

	return number < workers ? nrb_allocator_pin(server->cell, number)
				: pin_reader(server, number - workers);
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
	int workers = server->cell->arm.threads;

	if (number < workers) {
		nrb_allocator_prefault(&server->cell->shared->thread_hist[number]);
	} else {
		nrb_serve_prepare(&server->serve, number - workers);
	}
}

static bool is_serving(const void *serve)
{
	return nrb_serve_is_running(serve);
}

static void work(void *arg, int number)
{
	struct server *server = arg;
	int workers = server->cell->arm.threads;

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
	for (int i = 0; i < server->cell->arm.threads; i++) {
		if (server->worker_rc[i] < 0) {
			return nrb_fail(server->worker_rc[i],
				"a worker cannot give its memory back");
		}
	}
	return 0;
}

static int run(struct server *server)
{
	struct nrb_cell *cell = server->cell;
	struct nrb_gang gang = {
		.n = cell->arm.threads + server->serve.n,
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
	if (rc == 0) {
		cell->shared->sample.alloc_wall_ns = gang.wall_ns;
		rc = judge_workers(server);
	}
	nrb_cell_merge_threads(cell->shared);
	ended = nrb_serve_end(&server->serve, &cell->shared->sample);
	return rc < 0 ? rc : ended;
}

static int serve(struct nrb_cell *cell, bool spread)
{
	struct server server = {
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

	find_set(&server);
	server.serve.set = &server.set;
	server.serve.n = nrb_serve_readers(count_cpus(&server));
	return run(&server);
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
#define STEPS(allocate) { \
	{ NRB_PHASE_EVICT, nrb_step_evict }, \
	{ NRB_PHASE_FILL, nrb_step_fill_once }, \
	NRB_STEPS_MEASURE(nrb_step_soak, allocate), \
	{ NRB_PHASE_DONE, NULL }, \
}

static const struct nrb_step pinned_steps[] = STEPS(allocate_pinned);
static const struct nrb_step spread_steps[] = STEPS(allocate_spread);
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
