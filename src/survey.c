/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Gathers what `check` shows. */
#include "nrb/survey.h"

#include "nrb/diag.h"
#include "nrb/distance.h"
#include "nrb/scenarios.h"
#include "nrb/topologynodes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

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

static int look_at_node(struct nrb_survey *survey, int position)
{
	const struct nrb_machine *machine = &survey->machine;
	const struct nrb_topology_node *entry = &machine->topology.nodes[position];
	struct nrb_survey_node *node = &survey->nodes[position];
	int rc = 0;

	node->cpu_node = nearest_cpu_node(&machine->topology, entry->node);
	node->has_memory = entry->memory_bytes > 0;
	node->vm = nrb_vmstate_node(&survey->state, entry->node);
	for (int mode = 0; mode < NRB_N_MODES && rc == 0; mode++) {
		rc = nrb_effect_predict(&node->effects[mode], &survey->state,
			node->cpu_node, entry->node, mode);
	}
	return rc;
}

static int look_at_nodes(struct nrb_survey *survey)
{
	int n = survey->machine.topology.n_nodes, rc = 0;

	survey->nodes = calloc((size_t)n, sizeof(*survey->nodes));
	if (survey->nodes == NULL) {
		return nrb_fail(-ENOMEM, "no memory for %d nodes", n);
	}
	for (int i = 0; i < n && rc == 0; i++) {
		rc = look_at_node(survey, i);
	}
	return rc;
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
	survey->largest_distance = largest_distance(&survey->machine.topology);
	rc = nrb_vmstate_read(&survey->state, root);
	if (rc == 0) {
		rc = nrb_counters_read(root, &survey->counters);
	}
	if (rc == 0) {
		rc = look_at_nodes(survey);
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
	nrb_vmstate_finish(&survey->state);
	free(survey->nodes);
	survey->nodes = NULL;
}
