/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every value of every factor with every other: the arms of a plan. */
#include "nrb/plandraft.h"

#include "nrb/diag.h"

#include <errno.h>
#include <stdlib.h>

/* A block of so many cells takes days, and nobody reads its table. */
enum { MAX_ARMS = 4096, GROWTH = 64 };

enum {
	SAME = -1,     /* as CPU_NODE: the target */
	AS_FOUND = -1, /* as LRU_GEN, SWAP, SET */
	BY_NODES = -1, /* as POLICY */
	NO_MODE = -1,  /* as MODE */
};

/* The factors of a kind of arms. The last one turns fastest. */
enum factor {
	CPU_NODE,
	NODE,
	LRU_GEN,
	SWAP,
	SET,
	FILL_ON,
	POLICY,
	PAGE_SIZE,
	THREADS,
	TRIM,
	MODE,
	N_FACTORS,
};

/* The values of a factor. */
struct wheel {
	int n;
	int v[NRB_MAX_NODES];
};

static void put(struct wheel *wheel, int value)
{
	if (wheel->n < NRB_MAX_NODES) {
		wheel->v[wheel->n++] = value;
	}
}

static void put_nodes(struct wheel *wheel, const struct nrb_idset *nodes)
{
	nrb_for_each_id(node, nodes) {
		put(wheel, node);
	}
}

static void put_levels(
	struct wheel *wheel, const struct nrb_levels *levels, int otherwise)
{
	for (int i = 0; i < levels->n; i++) {
		put(wheel, levels->v[i]);
	}
	if (levels->n == 0) {
		put(wheel, otherwise);
	}
}

static void put_modes(struct wheel *wheel, unsigned int modes)
{
	for (int mode = 0; mode < NRB_N_MODES; mode++) {
		if (modes & 1u << mode) {
			put(wheel, mode);
		}
	}
	if (modes == 0) {
		put(wheel, NO_MODE);
	}
}

/* Where there is no knob and nothing else was asked for, what does its work is compared. */
static void set_without_knob(struct wheel *wheels, const struct nrb_machine *machine)
{
	wheels[POLICY].n = 0;
	put(&wheels[POLICY], NRB_ARM_LOCAL);
	put(&wheels[POLICY], NRB_ARM_BIND);
	put(&wheels[POLICY], NRB_ARM_INTERLEAVE);
	if (machine->can_trim) {
		put(&wheels[TRIM], 1);
	}
}

static bool asks_for_factors(const struct nrb_run_options *options)
{
	return options->lru_gen.n + options->swap.n + options->n_sets +
		       options->fill_on.n + options->policy.n + options->page_size.n +
		       options->threads.n + options->trim.n >
	       0;
}

/* Of scenarios that allocate: all factors. */
static void set_all(
	struct wheel *wheels, const struct nrb_plandraft *draft, unsigned int needs)
{
	const struct nrb_run_options *options = draft->options;

	if (options->cpu_node_same || !nrb_plandraft_asks_cpus(draft)) {
		put(&wheels[CPU_NODE], SAME);
	}
	put_nodes(&wheels[CPU_NODE], &options->cpu_nodes);
	put_nodes(&wheels[NODE], &draft->targets);
	put_levels(&wheels[LRU_GEN], &options->lru_gen, AS_FOUND);
	put_levels(&wheels[SWAP], &options->swap, AS_FOUND);
	for (int i = 0; i < options->n_sets; i++) {
		put(&wheels[SET], i);
	}
	if (options->n_sets == 0) {
		put(&wheels[SET], AS_FOUND);
	}
	put_levels(&wheels[FILL_ON], &options->fill_on, (needs & NRB_FILLS_ALL) != 0);
	put_levels(&wheels[POLICY], &options->policy, BY_NODES);
	put_levels(&wheels[PAGE_SIZE], &options->page_size, NRB_PAGE_4K);
	put_levels(&wheels[THREADS], &options->threads, 1);
	put_levels(&wheels[TRIM], &options->trim, 0);
	put_modes(&wheels[MODE], draft->modes);
	if (draft->modes == 0 && !asks_for_factors(options)) {
		set_without_knob(wheels, draft->machine);
	}
}

/* Of one without modes: it compares nodes, from every one with CPUs to every one asked for. */
static void set_nodes(struct wheel *wheels, const struct nrb_plandraft *draft)
{
	static const int fixed[N_FACTORS] = { [LRU_GEN] = AS_FOUND,
		[SWAP] = AS_FOUND,
		[SET] = AS_FOUND,
		[POLICY] = NRB_ARM_BIND,
		[PAGE_SIZE] = NRB_PAGE_4K,
		[THREADS] = 1,
		[MODE] = NO_MODE };

	put_nodes(&wheels[CPU_NODE], &draft->cpu_nodes);
	put_nodes(&wheels[NODE],
		draft->options->nodes_given ? &draft->targets : &draft->memory_nodes);
	for (int i = LRU_GEN; i < N_FACTORS; i++) {
		put(&wheels[i], fixed[i]);
	}
}

/* Whether a pair of nodes is none that was asked for: "same" of a node without CPUs where other
 * CPUs are named, or a number that for this target is what "same" is. */
static bool is_left_out(const struct nrb_plandraft *draft, const struct nrb_kind *kind,
	int cpu_node, int node)
{
	const struct nrb_run_options *options = draft->options;
	bool same = options->cpu_node_same;

	if (cpu_node == SAME) {
		return !nrb_idset_has(&draft->cpu_nodes, node);
	}
	if (kind->scenario->needs & NRB_NEEDS_MODES) {
		return same && cpu_node == node;
	}
	return (same || nrb_plandraft_asks_cpus(draft)) && !(same && cpu_node == node) &&
	       !nrb_idset_has(&options->cpu_nodes, cpu_node);
}

/* A cpuset may leave a node's CPUs to others. */
static int check_cpus(const struct nrb_plandraft *draft, int cpu_node)
{
	struct nrb_idset usable;

	nrb_topology_usable_cpus(&draft->machine->topology, cpu_node, &usable);
	if (nrb_idset_count(&usable) > 0) {
		return 0;
	}
	return nrb_refuse(NRB_EXIT_NOT_HERE, "run it outside of this cpuset",
		"our cgroup may use none of node %d's CPUs", cpu_node);
}

/* Its memory, and another node's for what does not fit. */
static int check_mems(const struct nrb_plandraft *draft, int node)
{
	const struct nrb_idset *allowed = &draft->machine->topology.allowed_nodes;
	int others = 0, there = nrb_idset_count(&draft->memory_nodes) - 1;

	nrb_for_each_id(other, &draft->memory_nodes) {
		others += other != node && nrb_idset_has(allowed, other);
	}
	if (nrb_idset_has(allowed, node) && (others > 0 || there == 0)) {
		return 0;
	}
	return nrb_refuse(NRB_EXIT_NOT_HERE, "run it outside of this cpuset",
		nrb_idset_has(allowed, node)
			? "our cgroup may take memory of node %d alone"
			: "our cgroup may take no memory of node %d",
		node);
}

/* Where there is nothing to turn off, off is as found. */
static int as_found_if_off(int value, bool is_there)
{
	return value == 0 && !is_there ? AS_FOUND : value;
}

static struct nrb_arm make_arm(
	const struct nrb_plandraft *draft, int kind, const int *value)
{
	const struct nrb_machine *machine = draft->machine;
	int cpu_node = value[CPU_NODE] == SAME ? value[NODE] : value[CPU_NODE];
	const struct nrb_set *set =
		value[SET] >= 0 ? &draft->options->sets[value[SET]] : NULL;

	return (struct nrb_arm){
		.scenario = draft->kinds.list[kind].scenario,
		.variant = draft->kinds.list[kind].variant,
		.kind = kind,
		.node = value[NODE],
		.cpu_node = cpu_node,
		.mode = value[MODE],
		.lru_gen = as_found_if_off(value[LRU_GEN], machine->lru_gen[0] != '\0'),
		.swap = as_found_if_off(value[SWAP], machine->has_swap),
		.policy = value[POLICY] != BY_NODES ? (enum nrb_arm_policy)value[POLICY]
			  : cpu_node == value[NODE] ? NRB_ARM_LOCAL
						    : NRB_ARM_PREFERRED,
		.page_size = (enum nrb_page_size)value[PAGE_SIZE],
		.threads = value[THREADS],
		.fill_all = value[FILL_ON] != 0,
		.trim = value[TRIM] != 0,
		.set = set != NULL && set->n > 0 ? set : NULL,
	};
}

static int make_room(struct nrb_plan *plan)
{
	size_t most = (size_t)plan->n_arms + GROWTH;
	struct nrb_arm *arms;

	if (plan->n_arms == MAX_ARMS) {
		return nrb_refuse(NRB_EXIT_USAGE,
			"name fewer values, or compare them in several runs",
			"the factors make over %d cells in each block", MAX_ARMS);
	}
	if (plan->n_arms % GROWTH != 0) {
		return 0;
	}
	arms = realloc(plan->arms, most * sizeof(*arms));
	if (arms == NULL) {
		return nrb_fail(-ENOMEM, "no memory for a plan of %zu cells", most);
	}
	plan->arms = arms;
	return 0;
}

static int add_arm(struct nrb_plan *plan, const struct nrb_plandraft *draft, int kind,
	const int *value)
{
	struct nrb_arm arm = make_arm(draft, kind, value);
	int rc = check_cpus(draft, arm.cpu_node);

	if (rc == 0) {
		rc = check_mems(draft, arm.node);
	}
	if (rc == 0) {
		rc = make_room(plan);
	}
	if (rc < 0) {
		return rc;
	}
	nrb_planlacks_note(draft, &arm);
	plan->arms[plan->n_arms++] = arm;
	return 0;
}

/* As an odometer: the next combination, or false when all were there. */
static bool turn(const struct wheel *wheels, int *at)
{
	for (int i = N_FACTORS - 1; i >= 0; i--) {
		if (++at[i] < wheels[i].n) {
			return true;
		}
		at[i] = 0;
	}
	return false;
}

/* Behind a kind's arms, its references once more: whatever they differ by is chance. */
static int add_controls(
	struct nrb_plan *plan, const struct nrb_plandraft *draft, int from)
{
	int to = plan->n_arms, rc = 0;

	for (int i = from; i < to && rc == 0 && draft->options->aa; i++) {
		if (plan->reference < 0 || plan->arms[i].mode != plan->reference) {
			continue;
		}
		rc = make_room(plan);
		if (rc == 0) {
			plan->arms[plan->n_arms] = plan->arms[i];
			plan->arms[plan->n_arms++].control = true;
		}
	}
	return rc;
}

static int cross_kind(struct nrb_plan *plan, const struct nrb_plandraft *draft, int kind)
{
	int from = plan->n_arms;
	const struct nrb_kind *entry = &draft->kinds.list[kind];
	struct wheel wheels[N_FACTORS] = { 0 };
	int at[N_FACTORS] = { 0 }, rc = 0;

	if (entry->scenario->needs & NRB_NEEDS_MODES) {
		set_all(wheels, draft, entry->scenario->needs);
	} else {
		set_nodes(wheels, draft);
	}
	do {
		int value[N_FACTORS];

		for (int i = 0; i < N_FACTORS; i++) {
			value[i] = wheels[i].v[at[i]];
		}
		if (!is_left_out(draft, entry, value[CPU_NODE], value[NODE])) {
			rc = add_arm(plan, draft, kind, value);
		}
	} while (rc == 0 && turn(wheels, at));
	return rc == 0 ? add_controls(plan, draft, from) : rc;
}

static void find_targets(struct nrb_plan *plan)
{
	bool compares = nrb_plan_compares(plan);

	for (int i = 0; i < plan->n_arms; i++) {
		const struct nrb_arm *arm = &plan->arms[i];

		if (!compares || nrb_arm_needs(arm) & NRB_NEEDS_MODES) {
			nrb_idset_add(&plan->targets, arm->node);
		}
	}
}

int nrb_planarms_cross(struct nrb_plan *plan, const struct nrb_plandraft *draft)
{
	int rc = 0;

	plan->n_kinds = draft->kinds.n;
	for (int i = 0; i < draft->kinds.n && rc == 0; i++) {
		rc = cross_kind(plan, draft, i);
	}
	if (rc < 0) {
		return rc;
	}
	find_targets(plan);
	if (plan->n_arms == 0) {
		return nrb_refuse(NRB_EXIT_USAGE, "name the CPUs' node with --cpu-node",
			"no node has both CPUs and memory");
	}
	plan->sizes = calloc((size_t)plan->n_arms, sizeof(*plan->sizes));
	return plan->sizes != NULL ? 0
				   : nrb_fail(-ENOMEM, "no memory for a plan of %d cells",
					     plan->n_arms);
}
