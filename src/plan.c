/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A plan that was made: the seeds of its cells, the CPUs it leaves alone. */
#include "nrb/plan.h"

#include "nrb/rng.h"
#include "nrb/topologynodes.h"

#include <stdlib.h>

void nrb_plan_finish(struct nrb_plan *plan)
{
	free(plan->arms);
	free(plan->sizes);
	plan->arms = NULL;
	plan->sizes = NULL;
	plan->n_arms = 0;
}

int64_t nrb_plan_cell_seed(const struct nrb_plan *plan, int64_t block, int arm)
{
	struct nrb_rng rng = nrb_rng_init(
		(uint64_t)plan->seed + (uint64_t)block * 1000003u + (uint64_t)arm);

	/* JSON readers hold integers exactly up to 2^53 */
	return (int64_t)(nrb_rng_next(&rng) >> 11);
}

bool nrb_plan_compares(const struct nrb_plan *plan)
{
	for (int i = 0; i < plan->n_arms; i++) {
		if (nrb_arm_needs(&plan->arms[i]) & NRB_NEEDS_MODES) {
			return true;
		}
	}
	return false;
}

/* Its memory is measured, or its CPU measures. Beside scenarios that compare, one that goes over all
 * nodes for a moment does not count, or nobody could ever get out of the way. */
static bool is_under_test(const struct nrb_plan *plan, int node)
{
	bool compares = nrb_plan_compares(plan);

	for (int i = 0; i < plan->n_arms; i++) {
		const struct nrb_arm *arm = &plan->arms[i];

		if ((arm->node == node || arm->cpu_node == node) &&
			(!compares || nrb_arm_needs(arm) & NRB_NEEDS_MODES)) {
			return true;
		}
	}
	return false;
}

void nrb_plan_quiet(const struct nrb_plan *plan, const struct nrb_topology *topology,
	struct nrb_place *place)
{
	struct nrb_idset usable;

	*place = (struct nrb_place){ 0 };
	for (int i = 0; i < topology->n_nodes; i++) {
		if (is_under_test(plan, topology->nodes[i].node)) {
			continue;
		}
		nrb_topology_usable_cpus(topology, topology->nodes[i].node, &usable);
		nrb_for_each_id(cpu, &usable) {
			nrb_idset_add(&place->cpus, cpu);
		}
	}
	if (nrb_idset_count(&place->cpus) > 0) {
		return;
	}
	nrb_topology_memory_nodes(topology, &place->nodes);
	nrb_for_each_id(target, &plan->targets) {
		nrb_idset_remove(&place->nodes, target);
	}
}

/* Settings, none twice. */
static void add_setting(struct nrb_plan_settings *settings, const struct nrb_setting *row)
{
	if (row == NULL || settings->n == NRB_PLAN_MAX_SETTINGS) {
		return;
	}
	for (int i = 0; i < settings->n; i++) {
		if (settings->list[i] == row) {
			return;
		}
	}
	settings->list[settings->n++] = row;
}

static void add_settings(struct nrb_plan_settings *settings, const struct nrb_plan *plan,
	const struct nrb_arm *arm)
{
	const struct nrb_value *value = arm->variant->settings;

	for (; value != NULL && value->name != NULL; value++) {
		if (value->if_there && !plan->has_boost) {
			continue;
		}
		add_setting(settings, nrb_setting_find(value->name));
	}
	if (arm->lru_gen >= 0) {
		add_setting(settings, nrb_setting_find("lru_gen.enabled"));
	}
	for (int i = 0; arm->set != NULL && i < arm->set->n; i++) {
		add_setting(settings, arm->set->items[i].setting);
	}
	if (arm->swap >= 0) {
		add_setting(settings, nrb_setting_find("swap"));
	}
}

void nrb_plan_settings(const struct nrb_plan *plan, struct nrb_plan_settings *settings)
{
	*settings = (struct nrb_plan_settings){ 0 };
	for (int i = 0; i < plan->n_arms; i++) {
		if (plan->arms[i].unsupported[0] == '\0') {
			add_settings(settings, plan, &plan->arms[i]);
		}
	}
}

int64_t nrb_plan_ballast_bytes(const struct nrb_plan *plan)
{
	int64_t bytes = 0;

	for (int i = 0; i < plan->n_ballasts; i++) {
		bytes += plan->ballasts[i].bytes;
	}
	return bytes;
}

int64_t nrb_plan_ballast_beside(const struct nrb_plan *plan, int node)
{
	int64_t bytes = 0;

	for (int i = 0; i < plan->n_ballasts; i++) {
		bytes += plan->ballasts[i].node != node ? plan->ballasts[i].bytes : 0;
	}
	return bytes;
}

int nrb_plan_runnable(const struct nrb_plan *plan)
{
	int n = 0;

	for (int i = 0; i < plan->n_arms; i++) {
		n += plan->arms[i].unsupported[0] == '\0';
	}
	return n;
}
