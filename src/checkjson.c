/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A survey as JSON: base units, absent keys for what is not known. */
#include "nrb/checkjson.h"

#include "nrb/confounders.h"
#include "nrb/distance.h"
#include "nrb/mode.h"
#include "nrb/reclaimgates.h"
#include "nrb/topologyjson.h"

#include <stddef.h>
#include <stdio.h>

struct field {
	const char *name;
	size_t offset;
};

/* clang-format off */
#define MEMORY(name) { #name, offsetof(struct nrb_node_memory, name) }
static const struct field memory_fields[] = {
	MEMORY(total_bytes), MEMORY(free_bytes), MEMORY(file_bytes), MEMORY(active_file_bytes),
	MEMORY(inactive_file_bytes), MEMORY(mapped_bytes), MEMORY(dirty_bytes),
	MEMORY(writeback_bytes), MEMORY(shmem_bytes), MEMORY(anon_bytes),
	MEMORY(slab_reclaimable_bytes), MEMORY(page_tables_bytes), MEMORY(numa_hit),
	MEMORY(numa_miss), MEMORY(numa_foreign), MEMORY(numa_local), MEMORY(numa_other),
	{ NULL, 0 },
};
#undef MEMORY

#define ZONE(name) { #name, offsetof(struct nrb_zone, name) }
static const struct field zone_fields[] = {
	ZONE(free_pages), ZONE(boost_pages), ZONE(min_pages), ZONE(low_pages), ZONE(high_pages),
	ZONE(promo_pages), ZONE(spanned_pages), ZONE(present_pages), ZONE(managed_pages),
	ZONE(cma_pages), ZONE(reserved_highatomic_pages), ZONE(free_cma_pages), ZONE(pcp_pages),
	{ NULL, 0 },
};
#undef ZONE
/* clang-format on */

static void set_fields(
	struct nrb_json *json, const void *base, const struct field *fields)
{
	for (; fields->name != NULL; fields++) {
		nrb_json_set_known(json, fields->name,
			*(const int64_t *)((const char *)base + fields->offset));
	}
}

static void set_bytes(struct nrb_json *json, const char *key, int64_t pages)
{
	if (pages != NRB_ABSENT) {
		nrb_json_set_int(json, key, pages * nrb_zones_page_bytes());
	}
}

static struct nrb_json *zone_json(const struct nrb_zone *zone)
{
	struct nrb_json *json = nrb_json_object(), *protection = nrb_json_array();

	nrb_json_set_int(json, "node", zone->node);
	nrb_json_set_str(json, "zone", zone->name);
	set_fields(json, zone, zone_fields);
	for (int i = 0; i < zone->n_protections; i++) {
		nrb_json_append(protection, nrb_json_int(zone->protection_pages[i]));
	}
	nrb_json_set(json, "protection_pages", protection);
	return json;
}

static struct nrb_json *effects_json(
	const struct nrb_survey *survey, const struct nrb_survey_node *node)
{
	struct nrb_json *list = nrb_json_array();

	for (int mode = 0; mode < NRB_N_MODES; mode++) {
		struct nrb_json *json = nrb_json_object();

		nrb_json_set_int(json, "mode", mode);
		nrb_json_set_str(json, "meaning", nrb_mode_meaning(mode));
		nrb_json_set_str(json, "effect", nrb_effect_name(node->effects[mode]));
		nrb_json_set_str(json, "why", nrb_effect_why(node->effects[mode]));
		nrb_json_set_int(json, "reclaimable_bytes",
			nrb_gates_reclaimable(&survey->state, node->vm, mode) *
				nrb_zones_page_bytes());
		nrb_json_append(list, json);
	}
	return list;
}

static struct nrb_json *node_json(const struct nrb_survey *survey, int position)
{
	static const char *const kswapd[] = { "unknown", "asleep", "awake" };
	const struct nrb_topology_node *entry = &survey->machine.topology.nodes[position];
	const struct nrb_survey_node *node = &survey->nodes[position];
	struct nrb_json *json = nrb_json_object(), *memory = nrb_json_object();
	char cpus[1024];

	nrb_json_set_int(json, "node", entry->node);
	nrb_json_set_str(
		json, "cpus", nrb_idset_format(&entry->cpus, cpus, sizeof(cpus)));
	nrb_json_set_int(json, "cpu_node", node->cpu_node);
	nrb_json_set_known(json, "latency_ns", entry->latency_ns);
	nrb_json_set_known(json, "bandwidth_mib_s", entry->bandwidth_mib_s);
	set_fields(memory, &survey->machine.memory[position], memory_fields);
	nrb_json_set(json, "memory", memory);
	nrb_json_set_str(json, "kswapd",
		kswapd[node->vm != NULL ? node->vm->kswapd : NRB_KSWAPD_UNKNOWN]);
	if (node->has_memory && node->vm != NULL &&
		survey->machine.found_mode != NRB_ABSENT) {
		int64_t page = nrb_zones_page_bytes();

		nrb_json_set_int(json, "managed_bytes",
			nrb_zones_sum(&survey->machine.zones, entry->node).managed_pages *
				page);
		set_bytes(json, "min_unmapped_bytes", node->vm->min_unmapped_pages);
		set_bytes(json, "min_slab_bytes", node->vm->min_slab_pages);
		nrb_json_set(json, "modes", effects_json(survey, node));
	}
	return json;
}

static struct nrb_json *findings_json(const struct nrb_findings *findings)
{
	struct nrb_json *list = nrb_json_array();

	for (int i = 0; i < findings->n; i++) {
		const struct nrb_finding *finding = &findings->list[i];
		struct nrb_json *json = nrb_json_object();

		nrb_json_set_str(json, "what", finding->what);
		if (finding->why[0] != '\0') {
			nrb_json_set_str(json, "why", finding->why);
		}
		if (finding->way_out[0] != '\0') {
			nrb_json_set_str(json, "way_out", finding->way_out);
		}
		if (finding->code != NRB_EXIT_OK) {
			nrb_json_set_int(json, "exit_code", finding->code);
		}
		nrb_json_append(list, json);
	}
	return list;
}

static struct nrb_json *legacy_json(const struct nrb_survey *survey)
{
	struct nrb_json *json = nrb_json_object();
	int largest = survey->largest_distance;

	nrb_json_set_int(json, "largest_distance", largest);
	nrb_json_set_real(json, "distance_ratio", (double)largest / NRB_DISTANCE_LOCAL);
	nrb_json_set_int(json, "mode_2_6_32",
		nrb_distance_legacy_mode(largest, NRB_DISTANCE_RECLAIM_2_6));
	nrb_json_set_int(json, "mode_3_0",
		nrb_distance_legacy_mode(largest, NRB_DISTANCE_RECLAIM_3_0));
	return json;
}

static struct nrb_json *counters_json(const struct nrb_counters *counters)
{
	struct nrb_json *json = nrb_json_object();

	for (int i = 0; i < NRB_N_COUNTERS; i++) {
		nrb_json_set_known(json, nrb_counter_table[i].name, counters->v[i]);
	}
	return json;
}

static void add_machine(struct nrb_json *json, const struct nrb_survey *survey)
{
	const struct nrb_machine *machine = &survey->machine;
	struct nrb_json *nodes = nrb_json_array(), *zones = nrb_json_array();

	for (int i = 0; i < machine->topology.n_nodes; i++) {
		nrb_json_append(nodes, node_json(survey, i));
	}
	for (int i = 0; i < machine->zones.n; i++) {
		nrb_json_append(zones, zone_json(&machine->zones.zones[i]));
	}
	nrb_json_set_str(json, "host", survey->host);
	nrb_json_set_str(json, "kernel", machine->kernel);
	nrb_json_set(json, "cpu", nrb_cpu_json(&machine->cpu));
	nrb_json_set_str(
		json, "clock", machine->cpu.invariant_tsc ? "tsc" : "clock_gettime");
	nrb_json_set(json, "topology", nrb_topology_json(&machine->topology, false));
	nrb_json_set(json, "nodes", nodes);
	nrb_json_set(json, "zones", zones);
	nrb_json_set(json, "counters", counters_json(&survey->counters));
}

struct nrb_json *nrb_checkjson_make(
	const struct nrb_survey *survey, const struct nrb_root *root)
{
	const struct nrb_run_options options = { .reference = -1, .dir = "." };
	struct nrb_json *json = nrb_json_object();

	add_machine(json, survey);
	nrb_json_set_known(json, "zone_reclaim_mode", survey->machine.found_mode);
	nrb_json_set_str(json, "lru_gen", survey->machine.lru_gen);
	nrb_json_set_bool(json, "has_swap", survey->machine.has_swap);
	nrb_json_set_int(json, "reclaim_distance", survey->state.reclaim_distance);
	if (survey->largest_distance > 0) {
		nrb_json_set(json, "before_3_16", legacy_json(survey));
	}
	nrb_json_set(json, "confounders", nrb_confounders_json(root));
	nrb_json_set(json, "warnings", findings_json(&survey->warnings));
	nrb_json_set(json, "obstacles", findings_json(&survey->obstacles));
	nrb_json_set_bool(json, "can_run", survey->obstacles.n == 0);
	if (survey->has_plan) {
		nrb_json_set(json, "plan",
			nrb_plan_json(&survey->plan, &options, &survey->machine));
	}
	return json;
}
