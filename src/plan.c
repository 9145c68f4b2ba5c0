/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From options and a machine to cells. */
#include "nrb/plan.h"

#include "nrb/diag.h"
#include "nrb/pagecache.h"
#include "nrb/rng.h"
#include "nrb/scenarios.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
	ALLOC_PERCENT = 40, /* of the node */
	HEADROOM_PERCENT =
		1, /* of the node, left free by a fill; at least MIN_HEADROOM */
	DEFAULT_BUDGET_S = 20 * 60, /* of `run` */
	REHEARSAL_CHAIN = 16 << 20, /* times mean nothing there, and 90 s are the limit */
	REHEARSAL_REREAD = 64 << 20,
	OWN_BYTES = 64 << 20, /* of ours beside fill and allocation */
};

static const int64_t max_default_alloc = 4LL << 30;
static const int64_t min_headroom =
	8LL << 20; /* per-CPU lists and page tables move a few MiB */
static const int64_t max_unballasted = 16LL << 30;

/* What is resolved on the way to the arms. */
struct draft {
	const struct nrb_run_options *options;
	const struct nrb_machine *machine;
	struct nrb_idset targets;
	struct nrb_idset memory_nodes, cpu_nodes;
	unsigned int modes;
	int reference;
	const struct nrb_scenario *scenarios[NRB_MAX_SCENARIOS];
	int n_scenarios;
	unsigned int needs; /* of any scenario */
};

static int find_scenarios(struct draft *draft, const struct nrb_scenario *const *table)
{
	const struct nrb_run_options *options = draft->options;
	int n = options->n_scenarios > 0 ? options->n_scenarios : 1;

	for (int i = 0; i < n; i++) {
		const char *name =
			options->n_scenarios > 0 ? options->scenarios[i] : "clean";

		draft->scenarios[i] = nrb_scenario_find(table, name);
		if (draft->scenarios[i] == NULL) {
			return nrb_refuse(NRB_EXIT_USAGE, "see `numa-reclaim-bench list`",
				"there is no scenario %s", name);
		}
		draft->needs |= draft->scenarios[i]->needs;
	}
	draft->n_scenarios = n;
	return 0;
}

/* The first node with CPUs and memory, preferably one without ZONE_DMA32: its walk over the zones
 * is the plain one. */
static int default_target(const struct draft *draft)
{
	int first = -1;

	nrb_for_each_id(node, &draft->memory_nodes) {
		if (!nrb_idset_has(&draft->cpu_nodes, node)) {
			continue;
		}
		if (!nrb_zones_sum(&draft->machine->zones, node).has_dma32) {
			return node;
		}
		first = first < 0 ? node : first;
	}
	if (first < 0 && draft->options->cpu_node >= 0) {
		first = nrb_idset_next(&draft->memory_nodes, -1);
	}
	return first;
}

static int check_node(const struct draft *draft, int node)
{
	const struct nrb_topology_node *entry =
		nrb_topology_node(&draft->machine->topology, node);
	char have[256];

	if (entry == NULL || !nrb_idset_has(&draft->memory_nodes, node)) {
		return nrb_refuse(NRB_EXIT_USAGE, NULL,
			entry == NULL ? "this machine has no node %d; it has %s"
				      : "node %d has no memory; %s have",
			node, nrb_idset_format(&draft->memory_nodes, have, sizeof(have)));
	}
	if (!nrb_idset_has(&draft->cpu_nodes, node) && draft->options->cpu_node < 0) {
		return nrb_refuse(NRB_EXIT_USAGE,
			"say with --cpu-node from which node to allocate on it",
			"node %d has no CPUs", node);
	}
	return 0;
}

/* Who asks for no node gets one. */
static int check_default(const struct draft *draft)
{
	if (nrb_idset_count(&draft->targets) > 0 || !(draft->needs & NRB_NEEDS_MODES)) {
		return 0;
	}
	return nrb_refuse(NRB_EXIT_USAGE,
		"say with --node and --cpu-node which memory and whose CPUs",
		"no node has both CPUs and memory");
}

static int find_targets(struct draft *draft)
{
	const struct nrb_run_options *options = draft->options;
	const struct nrb_topology *topology = &draft->machine->topology;
	int first, rc;

	nrb_topology_memory_nodes(topology, &draft->memory_nodes);
	nrb_topology_cpu_nodes(topology, &draft->cpu_nodes);
	if (options->cpu_node >= 0 &&
		!nrb_idset_has(&draft->cpu_nodes, options->cpu_node)) {
		return nrb_refuse(NRB_EXIT_USAGE, NULL, "--cpu-node: node %d has no CPUs",
			options->cpu_node);
	}
	if (options->nodes_given) {
		draft->targets = options->nodes;
	} else if (options->all_nodes) {
		draft->targets =
			options->cpu_node >= 0 ? draft->memory_nodes : draft->cpu_nodes;
		nrb_for_each_id(node, &draft->targets) {
			if (!nrb_idset_has(&draft->memory_nodes, node)) {
				nrb_idset_remove(&draft->targets, node);
			}
		}
	} else {
		nrb_idset_clear(&draft->targets);
		first = default_target(draft);
		if (first >= 0) {
			nrb_idset_add(&draft->targets, first);
		}
	}
	nrb_for_each_id(node, &draft->targets) {
		rc = check_node(draft, node);
		if (rc < 0) {
			return rc;
		}
	}
	return check_default(draft);
}

static int check_machine(struct draft *draft)
{
	const struct nrb_machine *machine = draft->machine;

	if (nrb_idset_count(&draft->memory_nodes) < 2 &&
		(draft->needs & NRB_NEEDS_SPILL)) {
		return nrb_refuse(NRB_EXIT_NOT_HERE,
			"try `numa-reclaim-bench rehearse` for a virtual machine with two",
			"this machine has one NUMA node with memory: nothing to compare");
	}
	if (machine->found_mode == NRB_ABSENT && (draft->needs & NRB_NEEDS_MODES)) {
		return nrb_refuse(NRB_EXIT_NOT_HERE,
			"`--scenario matrix` still measures what a remote access is worth",
			"kernel %s has no vm.zone_reclaim_mode", machine->kernel);
	}
	return 0;
}

/* Above 7 the kernel keeps a value and looks at its low bits alone. */
static void find_modes(struct draft *draft)
{
	const struct nrb_run_options *options = draft->options;

	draft->modes = options->modes_given ? options->modes : (1u << NRB_N_MODES) - 1;
	draft->reference = options->reference;
	if (draft->reference < 0 && draft->machine->found_mode != NRB_ABSENT) {
		draft->reference = (int)(draft->machine->found_mode & (NRB_N_MODES - 1));
	}
}

static int64_t node_bytes(const struct draft *draft, int node)
{
	return nrb_zones_sum(&draft->machine->zones, node).managed_pages *
	       nrb_zones_page_bytes();
}

static int size_arm(
	const struct draft *draft, const struct nrb_arm *arm, struct nrb_sizes *sizes)
{
	const struct nrb_run_options *options = draft->options;
	int64_t bytes = node_bytes(draft, arm->node);

	*sizes = (struct nrb_sizes){ .headroom_bytes = bytes / 100 * HEADROOM_PERCENT };
	if (sizes->headroom_bytes < min_headroom) {
		sizes->headroom_bytes = min_headroom;
	}
	if (options->rehearsal) {
		sizes->chain_bytes = REHEARSAL_CHAIN;
		sizes->reread_bytes = REHEARSAL_REREAD;
	}
	if (!(arm->scenario->needs & NRB_NEEDS_FILE)) {
		return 0;
	}
	if (bytes > max_unballasted && options->fill_bytes == 0) {
		return nrb_refuse(NRB_EXIT_NOT_HERE,
			"say with --fill how much file cache fills its free memory",
			"node %d has %" PRId64 " GiB, too much to fill by default",
			arm->node, bytes >> 30);
	}
	sizes->fill_bytes = options->fill_bytes;
	sizes->file_bytes = options->fill_bytes > 0 ? options->fill_bytes : bytes;
	sizes->file_bytes = (sizes->file_bytes + NRB_REREAD_BLOCK - 1) /
			    NRB_REREAD_BLOCK * NRB_REREAD_BLOCK;
	sizes->alloc_bytes = options->alloc_bytes > 0 ? options->alloc_bytes
						      : bytes / 100 * ALLOC_PERCENT;
	if (options->alloc_bytes == 0 && sizes->alloc_bytes > max_default_alloc) {
		sizes->alloc_bytes = max_default_alloc;
	}
	sizes->alloc_bytes = (sizes->alloc_bytes + 4095) / 4096 * 4096;
	return 0;
}

/* A cpuset may leave a node's CPUs to others. */
static int check_cpus(const struct draft *draft, int cpu_node)
{
	struct nrb_idset usable;

	nrb_topology_usable_cpus(&draft->machine->topology, cpu_node, &usable);
	if (nrb_idset_count(&usable) > 0) {
		return 0;
	}
	return nrb_refuse(NRB_EXIT_NOT_HERE, "run it outside of this cpuset",
		"our cgroup may use none of node %d's CPUs", cpu_node);
}

static int add_arm(struct nrb_plan *plan, const struct draft *draft,
	const struct nrb_scenario *scenario, int node, int cpu_node, int mode)
{
	struct nrb_arm *arm = &plan->arms[plan->n_arms];
	struct nrb_sizes *sizes = &plan->sizes[plan->n_arms];
	int64_t memory;
	int rc;

	*arm = (struct nrb_arm){
		.scenario = scenario, .node = node, .cpu_node = cpu_node, .mode = mode
	};
	rc = check_cpus(draft, cpu_node);
	if (rc == 0) {
		rc = size_arm(draft, arm, sizes);
	}
	if (rc < 0) {
		return rc;
	}
	memory = (sizes->fill_bytes > 0 ? sizes->fill_bytes : sizes->file_bytes) +
		 sizes->alloc_bytes + OWN_BYTES;
	if (memory > plan->memory_bytes) {
		plan->memory_bytes = memory;
	}
	if (sizes->file_bytes > plan->file_bytes) {
		plan->file_bytes = sizes->file_bytes;
	}
	if (mode >= 0 && mode == plan->reference && plan->warm_up < 0) {
		plan->warm_up = plan->n_arms;
	}
	nrb_idset_add(&plan->targets, node);
	plan->n_arms++;
	return 0;
}

static int add_modes(struct nrb_plan *plan, const struct draft *draft,
	const struct nrb_scenario *scenario, int node)
{
	int cpu_node = draft->options->cpu_node >= 0 ? draft->options->cpu_node : node;
	unsigned int modes = draft->modes | 1u << draft->reference;
	int rc = 0;

	for (int mode = 0; mode < NRB_N_MODES && rc == 0; mode++) {
		if (modes & 1u << mode) {
			rc = add_arm(plan, draft, scenario, node, cpu_node, mode);
		}
	}
	return rc;
}

/* A scenario without modes compares nodes: from every node with CPUs to every one asked for. */
static int add_pairs(struct nrb_plan *plan, const struct draft *draft,
	const struct nrb_scenario *scenario)
{
	const struct nrb_idset *targets =
		draft->options->nodes_given ? &draft->targets : &draft->memory_nodes;
	int rc = 0;

	nrb_for_each_id(cpu_node, &draft->cpu_nodes) {
		if (draft->options->cpu_node >= 0 &&
			cpu_node != draft->options->cpu_node) {
			continue;
		}
		nrb_for_each_id(node, targets) {
			rc = rc == 0 ? add_arm(plan, draft, scenario, node, cpu_node, -1)
				     : rc;
		}
	}
	return rc;
}

static int add_arms(struct nrb_plan *plan, const struct draft *draft)
{
	int rc = 0;

	for (int i = 0; i < draft->n_scenarios && rc == 0; i++) {
		const struct nrb_scenario *scenario = draft->scenarios[i];

		if (!(scenario->needs & NRB_NEEDS_MODES)) {
			rc = add_pairs(plan, draft, scenario);
			continue;
		}
		nrb_for_each_id(node, &draft->targets) {
			rc = rc == 0 ? add_modes(plan, draft, scenario, node) : rc;
		}
	}
	return rc;
}

static int allocate_arms(struct nrb_plan *plan, const struct draft *draft)
{
	size_t nodes = (size_t)draft->machine->topology.n_nodes;
	size_t most = (size_t)draft->n_scenarios * nodes *
		      (nodes > NRB_N_MODES ? nodes : NRB_N_MODES);

	assert(most > 0);
	plan->arms = calloc(most, sizeof(*plan->arms));
	plan->sizes = calloc(most, sizeof(*plan->sizes));
	if (plan->arms == NULL || plan->sizes == NULL) {
		return nrb_fail(-ENOMEM, "no memory for a plan of %zu cells", most);
	}
	return 0;
}

/* What spills must fit beside what the other nodes keep: 2 x high. Their read-once cache gives way
 * to it, as it would to anyone's memory. */
static int check_spill(const struct draft *draft, const struct nrb_arm *arm,
	const struct nrb_sizes *sizes)
{
	const struct nrb_machine *machine = draft->machine;
	int64_t room = 0;

	assert(arm->scenario != NULL);
	if (!(arm->scenario->needs & NRB_NEEDS_SPILL)) {
		return 0;
	}
	for (int i = 0; i < machine->topology.n_nodes; i++) {
		int node = machine->topology.nodes[i].node;
		struct nrb_zone_sums sums = nrb_zones_sum(&machine->zones, node);

		if (node != arm->node) {
			room += (sums.free_pages - 2 * sums.high_pages) *
					nrb_zones_page_bytes() +
				machine->memory[i].inactive_file_bytes;
		}
	}
	if (room >= sizes->alloc_bytes) {
		return 0;
	}
	return nrb_refuse(NRB_EXIT_FAILED, "give a smaller --alloc",
		"the other nodes have %" PRId64 " MiB to spare, and %" PRId64
		" MiB of node %d's allocation may spill to them",
		room >> 20, sizes->alloc_bytes >> 20, arm->node);
}

static int check_memory(const struct nrb_plan *plan, const struct draft *draft)
{
	int64_t limit = draft->options->max_memory_bytes;
	int rc = 0;

	if (limit > 0 && plan->memory_bytes > limit) {
		return nrb_refuse(NRB_EXIT_FAILED, "give smaller --fill and --alloc",
			"the plan takes %" PRId64 " MiB, --max-memory is %" PRId64 " MiB",
			plan->memory_bytes >> 20, limit >> 20);
	}
	for (int i = 0; i < plan->n_arms && rc == 0; i++) {
		rc = check_spill(draft, &plan->arms[i], &plan->sizes[i]);
	}
	return rc;
}

static void find_blocks(struct nrb_plan *plan, const struct nrb_run_options *options)
{
	plan->blocks = options->blocks;
	plan->budget_s = options->budget_s;
	if (plan->blocks == 0 && plan->budget_s == 0) {
		plan->blocks = options->rehearsal ? 1 : 0;
		plan->budget_s = options->rehearsal ? 0 : DEFAULT_BUDGET_S;
	}
}

int nrb_plan_make(struct nrb_plan *plan, const struct nrb_run_options *options,
	const struct nrb_machine *machine, const struct nrb_scenario *const *table)
{
	struct draft draft = { .options = options, .machine = machine };
	int rc;

	*plan = (struct nrb_plan){ .warm_up = -1, .reference = -1 };
	rc = find_scenarios(&draft, table);
	if (rc == 0) {
		rc = find_targets(&draft);
	}
	if (rc == 0) {
		rc = check_machine(&draft);
	}
	if (rc < 0) {
		return rc;
	}
	find_modes(&draft);
	find_blocks(plan, options);
	plan->seed = options->seed;
	plan->rehearsal = options->rehearsal;
	if (draft.needs & NRB_NEEDS_MODES) {
		plan->reference = draft.reference;
		plan->reference_added = !(draft.modes & 1u << draft.reference);
	}
	rc = allocate_arms(plan, &draft);
	if (rc == 0) {
		rc = add_arms(plan, &draft);
	}
	if (rc == 0) {
		rc = check_memory(plan, &draft);
	}
	if (rc < 0) {
		nrb_plan_finish(plan);
	}
	return rc;
}

void nrb_plan_finish(struct nrb_plan *plan)
{
	free(plan->arms);
	free(plan->sizes);
	plan->arms = NULL;
	plan->sizes = NULL;
	plan->n_arms = 0;
}

void nrb_plan_order(const struct nrb_plan *plan, int64_t block, int *order)
{
	struct nrb_rng rng = nrb_rng_init((uint64_t)plan->seed ^ (uint64_t)block << 32);

	for (int i = 0; i < plan->n_arms; i++) {
		int k = (int)nrb_rng_below(&rng, (uint64_t)i + 1);

		order[i] = order[k];
		order[k] = i;
	}
}

int64_t nrb_plan_cell_seed(const struct nrb_plan *plan, int64_t block, int arm)
{
	struct nrb_rng rng = nrb_rng_init(
		(uint64_t)plan->seed + (uint64_t)block * 1000003u + (uint64_t)arm);

	/* JSON readers hold integers exactly up to 2^53 */
	return (int64_t)(nrb_rng_next(&rng) >> 11);
}

/* Its memory is measured, or its CPU measures. */
static bool is_under_test(const struct nrb_plan *plan, int node)
{
	for (int i = 0; i < plan->n_arms; i++) {
		if (plan->arms[i].node == node || plan->arms[i].cpu_node == node) {
			return true;
		}
	}
	return false;
}

void nrb_plan_quiet_cpus(const struct nrb_plan *plan, const struct nrb_topology *topology,
	struct nrb_idset *cpus)
{
	struct nrb_idset usable;

	nrb_idset_clear(cpus);
	for (int i = 0; i < topology->n_nodes; i++) {
		if (is_under_test(plan, topology->nodes[i].node)) {
			continue;
		}
		nrb_topology_usable_cpus(topology, topology->nodes[i].node, &usable);
		nrb_for_each_id(cpu, &usable) {
			nrb_idset_add(cpus, cpu);
		}
	}
}
