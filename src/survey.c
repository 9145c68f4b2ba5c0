/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Gathers what `check` shows. */
#include "nrb/survey.h"

#include "nrb/diag.h"
#include "nrb/distance.h"
#include "nrb/scenarios.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int read_ratio(const struct nrb_root *root, const char *path, int64_t *ratio)
{
	int rc = nrb_fsroot_read_percent(root, path, ratio);

	if (rc == -ENOENT) {
		*ratio = NRB_ABSENT;
		return 0;
	}
	return rc < 0 ? nrb_fail(rc, "cannot read /%s", path) : 0;
}

static int reclaim_distance(const struct nrb_survey *survey)
{
#if defined(__powerpc__)
	(void)survey;
	return NRB_DISTANCE_RECLAIM_POWER;
#else
	int major = 0, minor = 0;

	(void)nrb_effect_parse_release(survey->machine.kernel, &major, &minor);
	if (survey->machine.cpu.is_amd_zen && (major > 5 || (major == 5 && minor >= 4))) {
		return NRB_DISTANCE_RECLAIM_ZEN;
	}
	return NRB_DISTANCE_RECLAIM_3_0;
#endif
}

static int largest_distance(const struct nrb_topology *topology)
{
	int largest = 0;

	for (int i = 0; i < topology->n_nodes; i++) {
		for (int j = 0; j < topology->n_nodes; j++) {
			int distance = nrb_topology_distance(topology,
				topology->nodes[i].node, topology->nodes[j].node);

			largest = distance > largest ? distance : largest;
		}
	}
	return largest;
}

static int nearest_cpu_node(const struct nrb_topology *topology, int node)
{
	int nearest = node, least = 0;
	struct nrb_idset cpu_nodes;

	nrb_topology_cpu_nodes(topology, &cpu_nodes);
	if (nrb_idset_has(&cpu_nodes, node)) {
		return node;
	}
	nrb_for_each_id(from, &cpu_nodes) {
		int distance = nrb_topology_distance(topology, from, node);

		if (nearest == node || distance < least) {
			nearest = from;
			least = distance;
		}
	}
	return nearest;
}

static enum nrb_kswapd_state look_at_kswapd(const struct nrb_root *root, int node)
{
	bool asleep;
	int pid;

	if (nrb_kswapd_find(root, node, &pid) < 0 ||
		nrb_kswapd_is_asleep(root, pid, &asleep) < 0) {
		return NRB_KSWAPD_UNKNOWN;
	}
	return asleep ? NRB_KSWAPD_ASLEEP : NRB_KSWAPD_AWAKE;
}

static void look_at_node(
	struct nrb_survey *survey, const struct nrb_root *root, int position)
{
	const struct nrb_machine *machine = &survey->machine;
	const struct nrb_topology_node *entry = &machine->topology.nodes[position];
	struct nrb_survey_node *node = &survey->nodes[position];
	struct nrb_effect_input *input = &node->input;

	node->cpu_node = nearest_cpu_node(&machine->topology, entry->node);
	node->has_memory = entry->memory_bytes > 0;
	node->kswapd = look_at_kswapd(root, entry->node);
	*input = (struct nrb_effect_input){
		.lru_gen = strcmp(machine->lru_gen, "on") == 0,
		.has_cpus = nrb_idset_count(&entry->cpus) > 0,
		.cpu_is_local = node->cpu_node == entry->node,
		.distance = nrb_topology_distance(
			&machine->topology, node->cpu_node, entry->node),
		.reclaim_distance = survey->reclaim_distance,
		.memory = machine->memory[position],
		.managed_bytes =
			nrb_zones_sum(&machine->zones, entry->node).managed_pages *
			nrb_zones_page_bytes(),
		.min_unmapped_ratio = survey->min_unmapped_ratio,
		.min_slab_ratio = survey->min_slab_ratio,
	};
	(void)nrb_effect_parse_release(
		machine->kernel, &input->kernel_major, &input->kernel_minor);
	for (int mode = 0; mode < NRB_N_MODES; mode++) {
		node->effects[mode] = nrb_effect_predict(input, mode);
	}
}

static int look_at_nodes(struct nrb_survey *survey, const struct nrb_root *root)
{
	int n = survey->machine.topology.n_nodes;

	survey->nodes = calloc((size_t)n, sizeof(*survey->nodes));
	if (survey->nodes == NULL) {
		return nrb_fail(-ENOMEM, "no memory for %d nodes", n);
	}
	for (int i = 0; i < n; i++) {
		look_at_node(survey, root, i);
	}
	return 0;
}

/* What nrb_findings_forbidding has said about the machine already. Without a mode there are policies. */
static bool can_compare(const struct nrb_machine *machine)
{
	struct nrb_idset nodes;

	nrb_topology_memory_nodes(&machine->topology, &nodes);
	return nrb_idset_count(&nodes) > 1;
}

/* A refused plan is one more obstacle, in the words that `run` would use. */
static void make_plan(struct nrb_survey *survey, const struct nrb_root *root)
{
	const struct nrb_run_options options = { .reference = -1, .dir = "." };
	int rc;

	nrb_diag_set_muted(true);
	rc = nrb_plan_make(&survey->plan, &options, &survey->machine, nrb_scenario_table);
	nrb_diag_set_muted(false);
	survey->has_plan = rc == 0;
	if (rc < 0) {
		nrb_findings_add(&survey->obstacles, nrb_diag_exit(rc),
			nrb_diag_way_out(), NULL, "%s", nrb_diag_message());
		nrb_diag_reset();
	}
	if (survey->has_plan) {
		nrb_findings_memory(&survey->obstacles, root,
			nrb_plan_ballast_bytes(&survey->plan), survey->plan.memory_bytes);
	}
}

int nrb_survey_read(struct nrb_survey *survey, const struct nrb_root *root)
{
	int rc;

	*survey = (struct nrb_survey){ 0 };
	rc = nrb_machine_read(&survey->machine, root);
	if (rc < 0) {
		return rc;
	}
	if (nrb_fsroot_read_str(root, "proc/sys/kernel/hostname", survey->host,
		    sizeof(survey->host)) < 0) {
		survey->host[0] = '\0';
	}
	survey->reclaim_distance = reclaim_distance(survey);
	survey->largest_distance = largest_distance(&survey->machine.topology);
	rc = read_ratio(
		root, "proc/sys/vm/min_unmapped_ratio", &survey->min_unmapped_ratio);
	if (rc == 0) {
		rc = read_ratio(
			root, "proc/sys/vm/min_slab_ratio", &survey->min_slab_ratio);
	}
	if (rc == 0) {
		rc = nrb_counters_read(root, &survey->counters);
	}
	if (rc == 0) {
		rc = look_at_nodes(survey, root);
	}
	if (rc < 0) {
		nrb_survey_finish(survey);
		return rc;
	}
	nrb_findings_disturbing(&survey->warnings, root, &survey->machine);
	nrb_findings_forbidding(&survey->obstacles, root, &survey->machine);
	if (can_compare(&survey->machine)) {
		make_plan(survey, root);
	}
	return 0;
}

void nrb_survey_finish(struct nrb_survey *survey)
{
	nrb_plan_finish(&survey->plan);
	nrb_machine_finish(&survey->machine);
	free(survey->nodes);
	survey->nodes = NULL;
}
