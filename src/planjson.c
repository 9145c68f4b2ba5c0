/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A plan as programs read it. */
#include "nrb/plan.h"

#include "nrb/factors.h"
#include "nrb/plancosts.h"
#include "nrb/plantime.h"

#include <string.h>

/* As used; what is left as found, and what a scenario without an allocation has not, is absent. */
static void set_factors(struct nrb_json *object, const struct nrb_arm *arm)
{
	char word[NRB_SET_LEN];

	for (int i = 0; i < NRB_N_ARM_FACTORS; i++) {
		enum nrb_factor factor = (enum nrb_factor)i;
		const char *key = nrb_factor_table[i].key;

		nrb_factor_word(factor, arm, word, sizeof(word));
		if (factor == NRB_FACTOR_THREADS) {
			nrb_json_set_int(object, key, arm->threads);
		} else if (word[0] != '\0' && strcmp(word, "found") != 0) {
			nrb_json_set_str(object, key, word);
		}
	}
}

static struct nrb_json *arm_json(const struct nrb_arm *arm, const struct nrb_sizes *sizes)
{
	struct nrb_json *object = nrb_json_object();

	nrb_json_set_str(object, "scenario", arm->scenario->name);
	nrb_json_set_int(object, "node", arm->node);
	nrb_json_set_int(object, "cpu_node", arm->cpu_node);
	if (arm->mode >= 0) {
		nrb_json_set_int(object, "mode", arm->mode);
	}
	if (arm->control) {
		nrb_json_set_int(object, "control", 1);
	}
	if (arm->scenario->needs & NRB_NEEDS_MODES) {
		set_factors(object, arm);
	}
	if (arm->unsupported[0] != '\0') {
		nrb_json_set_str(object, "unsupported", arm->unsupported);
		return object; /* it has no sizes */
	}
	nrb_json_set_int(object, "alloc_bytes", sizes->alloc_bytes);
	nrb_json_set_int(object, "file_bytes", sizes->file_bytes);
	if (sizes->locate_pages > 0) {
		nrb_json_set_int(object, "locate_pages", sizes->locate_pages);
	}
	if (arm->fill_all) {
		nrb_json_set_int(object, "other_bytes", sizes->other_bytes);
	}
	if (sizes->served_bytes > 0) {
		nrb_json_set_int(object, "served_bytes", sizes->served_bytes);
		nrb_json_set_int(object, "serve_ns", sizes->serve_ns);
	}
	nrb_json_set_int(object, "headroom_bytes", sizes->headroom_bytes);
	return object;
}

static struct nrb_json *ballasts_json(const struct nrb_plan *plan)
{
	struct nrb_json *array = nrb_json_array();

	for (int i = 0; i < plan->n_ballasts; i++) {
		struct nrb_json *object = nrb_json_object();

		nrb_json_set_int(object, "node", plan->ballasts[i].node);
		nrb_json_set_int(object, "room_bytes", plan->ballasts[i].room_bytes);
		nrb_json_set_int(object, "ballast_bytes", plan->ballasts[i].bytes);
		nrb_json_append(array, object);
	}
	return array;
}

static struct nrb_json *settings_json(const struct nrb_plan *plan)
{
	struct nrb_json *array = nrb_json_array();
	struct nrb_plan_settings settings;

	nrb_plan_settings(plan, &settings);
	for (int i = 0; i < settings.n; i++) {
		nrb_json_append(array, nrb_json_str(settings.list[i]->name));
	}
	return array;
}

struct nrb_json *nrb_plan_json(const struct nrb_plan *plan,
	const struct nrb_run_options *options, const struct nrb_machine *machine)
{
	struct nrb_json *object = nrb_json_object(), *arms = nrb_json_array();

	for (int i = 0; i < plan->n_arms; i++) {
		nrb_json_append(arms, arm_json(&plan->arms[i], &plan->sizes[i]));
	}
	nrb_json_set(object, "arms", arms);
	nrb_json_set_int(object, "blocks", plan->blocks);
	nrb_json_set_int(object, "budget_s", plan->budget_s);
	nrb_json_set_bool(object, "by_scenario", plan->by_scenario);
	nrb_json_set_int(object, "reference", plan->reference);
	nrb_json_set_bool(object, "reference_added", plan->reference_added);
	nrb_json_set_bool(object, "knob_absent", plan->knob_absent);
	nrb_json_set(object, "settings", settings_json(plan));
	nrb_json_set_int(object, "seed", plan->seed);
	if (plan->width_ppm > 0) {
		nrb_json_set_int(object, "width_ppm", plan->width_ppm);
	}
	if (plan->roi_ppm > 0) {
		nrb_json_set_int(object, "roi_ppm", plan->roi_ppm);
	}
	nrb_json_set(object, "ballast", ballasts_json(plan));
	nrb_json_set(object, "others", nrb_plancosts_json(plan, machine));
	nrb_json_set_int(object, "memory_bytes", plan->memory_bytes);
	nrb_json_set_int(object, "file_bytes", plan->file_bytes);
	nrb_json_set_bool(object, "sparse", plan->sparse);
	nrb_json_set_str(object, "dir", options->dir);
	if (plan->pace.bytes > 0) {
		nrb_json_set(
			object, "time", nrb_plantime_json(plan, machine, &plan->pace));
	}
	if (plan->served != NULL) {
		nrb_json_set_int(object, "served_files", plan->served->n_files);
		nrb_json_set_int(object, "served_bytes", plan->served->bytes);
	}
	return object;
}
