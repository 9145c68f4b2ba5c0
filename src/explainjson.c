/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An explanation as JSON: numbers in pages, words as in the text, absent keys for what is not known. */
#include "nrb/explainjson.h"

#include "nrb/levels.h"
#include "nrb/mode.h"
#include "nrb/units.h"

#include <stdio.h>

static void set_limit(
	struct nrb_json *json, const char *key, const struct nrb_limit *test)
{
	struct nrb_json *limit;

	if (test->value == NRB_ABSENT && test->limit == NRB_ABSENT) {
		return;
	}
	limit = nrb_json_object();
	nrb_json_set_known(limit, "value", test->value);
	nrb_json_set_known(limit, "limit", test->limit);
	if (test->drift > 0) {
		nrb_json_set_int(limit, "drift", test->drift);
	}
	nrb_json_set(json, key, limit);
}

struct nrb_json *nrb_explainjson_request(const struct nrb_request *request)
{
	struct nrb_json *json = nrb_json_object();

	nrb_json_set_int(json, "cpu", request->cpu);
	nrb_json_set_int(json, "cpu_node", request->cpu_node);
	nrb_json_set_int(json, "node", request->node);
	nrb_json_set_str(json, "policy", nrb_policy_words[request->policy]);
	nrb_json_set_int(json, "order", request->order);
	nrb_json_set_str(json, "gfp", nrb_gfp_table[request->gfp].name);
	nrb_json_set_str(json, "gfp_flags", nrb_gfp_table[request->gfp].flags);
	nrb_json_set_bool(json, "lru_gen", request->lru_gen);
	return json;
}

static struct nrb_json *rules_json(const struct nrb_kernelrules *rules)
{
	struct nrb_json *list = nrb_json_array();

	for (int i = 0; i < NRB_N_KERNELRULES; i++) {
		const struct nrb_kernelrule_info *info = &nrb_kernelrule_table[i];
		struct nrb_json *json = nrb_json_object();
		char version[32];

		nrb_json_set_str(json, "name", info->name);
		nrb_json_set_str(json, "text", info->text);
		nrb_json_set_bool(json, "holds", rules->has[i]);
		nrb_json_set_str(json, "told_by", rules->by_file[i] ? "file" : "release");
		if (info->since[0] > 0) {
			snprintf(version, sizeof(version), "%d.%d", info->since[0],
				info->since[1]);
			nrb_json_set_str(json, "since", version);
		}
		if (info->until[0] > 0) {
			snprintf(version, sizeof(version), "%d.%d", info->until[0],
				info->until[1]);
			nrb_json_set_str(json, "until", version);
		}
		nrb_json_set_str(json, "seen_in", info->seen_in);
		nrb_json_append(list, json);
	}
	return list;
}

static struct nrb_json *nodes_json(const struct nrb_vmstate *state)
{
	static const char *const kswapd[] = { "unknown", "asleep", "awake" };
	struct nrb_json *list = nrb_json_array();

	for (int i = 0; i < state->n_nodes; i++) {
		const struct nrb_vmnode *node = &state->nodes[i];
		struct nrb_json *json = nrb_json_object();

		nrb_json_set_int(json, "node", node->node);
		nrb_json_set_bool(json, "has_cpus", node->has_cpus);
		nrb_json_set_bool(json, "has_memory", node->has_memory);
		nrb_json_set_bool(json, "is_allowed", node->is_allowed);
		nrb_json_set_str(json, "kswapd", kswapd[node->kswapd]);
		nrb_json_set_known(json, "active_file_pages", node->active_file_pages);
		nrb_json_set_known(
			json, "inactive_file_pages", node->inactive_file_pages);
		nrb_json_set_known(json, "file_pages", node->file_pages);
		nrb_json_set_known(json, "mapped_pages", node->mapped_pages);
		nrb_json_set_known(json, "dirty_pages", node->dirty_pages);
		nrb_json_set_known(json, "writeback_pages", node->writeback_pages);
		nrb_json_set_known(json, "shmem_pages", node->shmem_pages);
		nrb_json_set_known(json, "anon_pages", node->anon_pages);
		nrb_json_set_known(
			json, "slab_reclaimable_pages", node->slab_reclaimable_pages);
		nrb_json_set_known(json, "min_unmapped_pages", node->min_unmapped_pages);
		nrb_json_set_known(json, "min_slab_pages", node->min_slab_pages);
		nrb_json_append(list, json);
	}
	return list;
}

static struct nrb_json *zonelist_json(
	const struct nrb_vmstate *state, const struct nrb_zonelist *zonelist)
{
	struct nrb_json *list = nrb_json_array();

	for (int i = 0; i < zonelist->n_zones; i++) {
		const struct nrb_zone *zone = &state->zones.zones[zonelist->zones[i]];
		struct nrb_json *json = nrb_json_object();

		nrb_json_set_int(json, "node", zone->node);
		nrb_json_set_str(json, "zone", zone->name);
		nrb_json_set_int(json, "free_pages", zone->free_pages);
		nrb_json_set_int(json, "min_pages", zone->min_pages);
		nrb_json_set_int(json, "low_pages", zone->low_pages);
		nrb_json_set_int(json, "high_pages", zone->high_pages);
		nrb_json_set_known(json, "boost_pages", zone->boost_pages);
		nrb_json_append(list, json);
	}
	return list;
}

static struct nrb_json *gates_json(const struct nrb_gates *gates)
{
	struct nrb_json *list = nrb_json_array();

	for (int i = 0; i < gates->n; i++) {
		const struct nrb_gate_look *look = &gates->looks[i];
		struct nrb_json *json = nrb_json_object();

		nrb_json_set_str(json, "gate", nrb_gate_table[look->gate].name);
		nrb_json_set_bool(json, "is_open", look->is_open);
		set_limit(json, "test", &look->test);
		set_limit(json, "slab", &look->slab);
		if (!look->is_open) {
			nrb_json_set_str(json, "why", nrb_gate_table[look->gate].closed);
		}
		nrb_json_append(list, json);
	}
	return list;
}

/* What the CPU that asks has of a zone's free pages: what it frees goes there. */
static void set_list(struct nrb_json *json, const struct nrb_vmstate *state,
	const struct nrb_zone *zone, int cpu)
{
	for (int i = 0; i < zone->n_lists; i++) {
		const struct nrb_zone_list *list =
			&state->zones.lists[zone->first_list + i];

		if (list->cpu == cpu) {
			nrb_json_set_known(json, "list_pages", list->count_pages);
			nrb_json_set_known(json, "list_high_pages", list->high_pages);
			nrb_json_set_known(
				json, "list_high_min_pages", list->high_min_pages);
			nrb_json_set_known(json, "list_batch_pages", list->batch_pages);
		}
	}
}

static struct nrb_json *step_json(
	const struct nrb_vmstate *state, const struct nrb_walk_step *step, int cpu)
{
	const struct nrb_zone *zone = &state->zones.zones[step->zone];
	struct nrb_json *json = nrb_json_object();

	nrb_json_set_str(json, "pass", nrb_walk_pass_words[step->pass]);
	nrb_json_set_int(json, "sweep", step->sweep);
	nrb_json_set_int(json, "node", zone->node);
	nrb_json_set_str(json, "zone", zone->name);
	nrb_json_set_str(json, "verdict", nrb_walk_verdict_words[step->verdict]);
	nrb_json_set_known(json, "free_pages", step->mark.free_pages);
	nrb_json_set_known(json, "unusable_pages", step->mark.unusable_pages);
	nrb_json_set_known(json, "mark_pages", step->mark.mark_pages);
	nrb_json_set_known(json, "reserve_pages", step->mark.reserve_pages);
	nrb_json_set_known(json, "blocks", step->mark.blocks);
	set_limit(json, "dirty", &step->dirty);
	if (step->gates.n > 0) {
		nrb_json_set_bool(json, "reclaims", step->gates.is_entered);
		nrb_json_set(json, "gates", gates_json(&step->gates));
	}
	if (step->gates.is_passed && step->gates.n > 0) {
		set_list(json, state, zone, cpu);
		nrb_json_set_int(json, "yield_min_pages", step->gates.yield_min_pages);
		nrb_json_set_int(json, "yield_max_pages", step->gates.yield_max_pages);
	}
	return json;
}

static void add_outcome(struct nrb_json *json, const struct nrb_vmstate *state,
	const struct nrb_allocwalk *walk)
{
	nrb_json_set_str(json, "outcome", nrb_walk_outcome_words[walk->outcome]);
	if (walk->node >= 0) {
		nrb_json_set_int(json, "node", walk->node);
		nrb_json_set_str(json, "zone", state->zones.zones[walk->zone].name);
	}
	nrb_json_set_bool(json, "reclaims", nrb_allocwalk_reclaims(walk));
	nrb_json_set_int(json, "zone_reclaim_success", walk->n_success);
	nrb_json_set_int(json, "zone_reclaim_failed", walk->n_failed);
	nrb_json_set_bool(json, "wakes_kswapd", walk->wakes_kswapd);
	nrb_json_set_bool(json, "is_sure", walk->unsure_why == NULL);
	if (walk->unsure_why != NULL) {
		nrb_json_set_str(json, "unsure_why", walk->unsure_why);
	}
}

static struct nrb_json *margin_json(const struct nrb_vmstate *state,
	const struct nrb_allocwalk *walk, const struct nrb_walk_margin *margin)
{
	const struct nrb_zone *zone = &state->zones.zones[walk->steps[margin->step].zone];
	struct nrb_json *json = nrb_json_object();

	nrb_json_set_str(json, "what", margin->what);
	nrb_json_set_int(json, "node", zone->node);
	nrb_json_set_str(json, "zone", zone->name);
	set_limit(json, "test", &margin->test);
	nrb_json_set_real(json, "relative", margin->relative);
	nrb_json_set_bool(json, "is_within_drift", margin->is_within_drift);
	return json;
}

static void add_walk(struct nrb_json *json, const struct nrb_vmstate *state,
	const struct nrb_allocwalk *walk, const struct nrb_walk_margin *margin)
{
	struct nrb_json *steps = nrb_json_array();

	add_outcome(json, state, walk);
	if (margin->step >= 0) {
		nrb_json_set(json, "nearest_limit", margin_json(state, walk, margin));
	}
	for (int k = 0; k < walk->n_steps; k++) {
		nrb_json_append(
			steps, step_json(state, &walk->steps[k], walk->request.cpu));
	}
	nrb_json_set(json, "steps", steps);
}

struct nrb_json *nrb_explainjson_walk(const struct nrb_vmstate *state,
	const struct nrb_allocwalk *walk, const struct nrb_walk_margin *margin)
{
	struct nrb_json *json = nrb_json_object();

	add_walk(json, state, walk, margin);
	return json;
}

static struct nrb_json *mode_json(const struct nrb_explanation *explanation, int i)
{
	const struct nrb_allocwalk *walk = &explanation->walks[i];
	struct nrb_json *json = nrb_json_object();

	if (explanation->has_knob) {
		nrb_json_set_int(json, "mode", walk->request.mode);
		nrb_json_set_str(json, "meaning", nrb_mode_meaning(walk->request.mode));
	}
	add_walk(json, &explanation->state, walk, &explanation->margins[i]);
	if (explanation->has_full) {
		struct nrb_json *full = nrb_json_object();

		add_outcome(full, &explanation->state, &explanation->full[i]);
		nrb_json_set(json, "once_full", full);
	}
	return json;
}

struct nrb_json *nrb_explainjson_make(const struct nrb_explanation *explanation)
{
	const struct nrb_vmstate *state = &explanation->state;
	static const char *const lru_gen[] = { "", "off", "on" };
	struct nrb_json *json = nrb_json_object(), *modes = nrb_json_array();

	nrb_json_set_str(json, "kernel", state->kernel);
	nrb_json_set_known(json, "zone_reclaim_mode", state->mode);
	nrb_json_set_str(json, "lru_gen", lru_gen[state->lru_gen]);
	nrb_json_set_int(json, "node_reclaim_distance", state->reclaim_distance);
	nrb_json_set(json, "request", nrb_explainjson_request(&explanation->request));
	nrb_json_set(json, "nodes", nodes_json(state));
	nrb_json_set(json, "zonelist", zonelist_json(state, &explanation->list));
	nrb_json_set_bool(json, "zonelist_is_sure", explanation->list.is_sure);
	nrb_json_set_int(json, "spare_pages", explanation->spare_pages);
	for (int i = 0; i < explanation->n; i++) {
		nrb_json_append(modes, mode_json(explanation, i));
	}
	nrb_json_set(json, "modes", modes);
	nrb_json_set(json, "kernel_rules", rules_json(&state->rules));
	return json;
}
