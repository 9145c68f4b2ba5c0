/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From the names of scenarios and variants to kinds of arms. */
#include "nrb/plankinds.h"

#include "nrb/diag.h"
#include "nrb/scenarios.h"
#include "nrb/units.h"

#include <string.h>

static bool has(const struct nrb_scenario *scenario, const char *name)
{
	for (const struct nrb_variant *v = scenario->variants; v->name != NULL; v++) {
		if (strcmp(v->name, name) == 0) {
			return true;
		}
	}
	return false;
}

static bool is_named(const struct nrb_run_options *options, const char *variant)
{
	for (int i = 0; i < options->n_variants; i++) {
		if (strcmp(options->variants[i], variant) == 0) {
			return true;
		}
	}
	return false;
}

static bool names_one_of(
	const struct nrb_run_options *options, const struct nrb_scenario *scenario)
{
	for (int i = 0; i < options->n_variants; i++) {
		if (has(scenario, options->variants[i])) {
			return true;
		}
	}
	return false;
}

static int add(struct nrb_kinds *kinds, const struct nrb_scenario *scenario,
	const struct nrb_variant *variant)
{
	for (int i = 0; i < kinds->n; i++) {
		if (kinds->list[i].scenario == scenario &&
			kinds->list[i].variant == variant) {
			return 0;
		}
	}
	if (kinds->n == NRB_MAX_KINDS) {
		return nrb_refuse(NRB_EXIT_USAGE, "ask for fewer of them in one run",
			"over %d variants of scenarios", NRB_MAX_KINDS);
	}
	kinds->list[kinds->n++] =
		(struct nrb_kind){ .scenario = scenario, .variant = variant };
	kinds->needs |= scenario->needs | variant->needs;
	return 0;
}

static int add_variants(struct nrb_kinds *kinds, const struct nrb_run_options *options,
	const struct nrb_scenario *scenario)
{
	int rc = 0;

	if (!options->all_variants && !names_one_of(options, scenario)) {
		return add(kinds, scenario, &scenario->variants[0]);
	}
	for (const struct nrb_variant *v = scenario->variants; v->name != NULL && rc == 0;
		v++) {
		if (options->all_variants || is_named(options, v->name)) {
			rc = add(kinds, scenario, v);
		}
	}
	return rc;
}

static int refuse_variant(const struct nrb_kinds *kinds, const char *name)
{
	struct nrb_nearest nearest = { .word = name };

	for (int i = 0; i < kinds->n; i++) {
		const struct nrb_variant *v = kinds->list[i].scenario->variants;

		for (; v->name != NULL; v++) {
			nrb_nearest_look(&nearest, v->name);
		}
	}
	if (nearest.name != NULL) {
		return nrb_refuse(NRB_EXIT_USAGE, NULL,
			"no scenario asked for has a variant %s; did you mean %s?", name,
			nearest.name);
	}
	return nrb_refuse(NRB_EXIT_USAGE, "see `numa-reclaim-bench list`",
		"no scenario asked for has a variant %s", name);
}

static int check_variants(
	const struct nrb_kinds *kinds, const struct nrb_run_options *options)
{
	for (int i = 0; i < options->n_variants; i++) {
		bool found = false;

		for (int k = 0; k < kinds->n && !found; k++) {
			found = has(kinds->list[k].scenario, options->variants[i]);
		}
		if (!found) {
			return refuse_variant(kinds, options->variants[i]);
		}
	}
	return 0;
}

static int refuse_scenario(const struct nrb_scenario *const *table, const char *name)
{
	struct nrb_nearest nearest = { .word = name };

	for (; *table != NULL; table++) {
		nrb_nearest_look(&nearest, (*table)->name);
	}
	if (nearest.name != NULL) {
		return nrb_refuse(NRB_EXIT_USAGE, NULL,
			"there is no scenario %s; did you mean %s?", name, nearest.name);
	}
	return nrb_refuse(NRB_EXIT_USAGE, "see `numa-reclaim-bench list`",
		"there is no scenario %s", name);
}

static int add_all(struct nrb_kinds *kinds, const struct nrb_run_options *options,
	const struct nrb_scenario *const *table)
{
	int rc = 0;

	for (; *table != NULL && rc == 0; table++) {
		rc = add_variants(kinds, options, *table);
	}
	return rc;
}

static int add_named(struct nrb_kinds *kinds, const struct nrb_run_options *options,
	const struct nrb_scenario *const *table)
{
	int n = options->n_scenarios > 0 ? options->n_scenarios : 1, rc = 0;

	for (int i = 0; i < n && rc == 0; i++) {
		const char *name =
			options->n_scenarios > 0 ? options->scenarios[i] : "clean";
		const struct nrb_scenario *scenario = nrb_scenario_find(table, name);

		if (scenario == NULL) {
			return refuse_scenario(table, name);
		}
		rc = add_variants(kinds, options, scenario);
	}
	return rc;
}

int nrb_plankinds_find(struct nrb_kinds *kinds, const struct nrb_run_options *options,
	const struct nrb_scenario *const *table)
{
	int rc;

	*kinds = (struct nrb_kinds){ 0 };
	rc = options->all ? add_all(kinds, options, table)
			  : add_named(kinds, options, table);
	return rc == 0 ? check_variants(kinds, options) : rc;
}
