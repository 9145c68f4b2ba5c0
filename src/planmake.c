/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From options and a machine to a plan. */
#include "nrb/plandraft.h"

#include "nrb/diag.h"

#include <stdlib.h>

enum { DEFAULT_BUDGET_S = 20 * 60 }; /* of `run` */

static const char without_knob[] =
	"leave --modes, --reference, --aa and --width out: memory policies are compared instead";

/* Values that the kernel has not cannot be compared. */
static int check_knob(const struct nrb_plandraft *draft)
{
	const struct nrb_run_options *options = draft->options;

	if (draft->machine->found_mode != NRB_ABSENT ||
		!(draft->kinds.needs & NRB_NEEDS_MODES) ||
		(!options->modes_given && options->reference < 0 && !options->aa &&
			options->width_ppm == 0)) {
		return 0;
	}
	return nrb_refuse(NRB_EXIT_NOT_HERE, without_knob,
		"kernel %s has no vm.zone_reclaim_mode", draft->machine->kernel);
}

/* --rehearsal is but a word. Toggling it on a server would push what is swapped out into memory. */
static int check_swap(const struct nrb_plandraft *draft)
{
	if (draft->options->swap.n == 0 || draft->machine->can_swap) {
		return 0;
	}
	return nrb_refuse(NRB_EXIT_NOT_HERE,
		"`numa-reclaim-bench rehearse` can turn it off and on",
		"--swap: this is no guest of rehearse, and swap stays as found");
}

/* An option that is taken and changes nothing would be believed to have. */
static int check_factors(const struct nrb_plandraft *draft)
{
	const struct nrb_run_options *o = draft->options;
	const struct {
		const char *name;
		bool given;
	} asked[] = {
		{ "modes", o->modes_given },
		{ "reference", o->reference >= 0 },
		{ "lru-gen", o->lru_gen.n > 0 },
		{ "swap", o->swap.n > 0 },
		{ "set", o->n_sets > 0 },
		{ "fill-on", o->fill_on.n > 0 },
		{ "policy", o->policy.n > 0 },
		{ "page-size", o->page_size.n > 0 },
		{ "threads", o->threads.n > 0 },
		{ "trim", o->trim.n > 0 },
		{ "alloc", o->alloc_bytes > 0 },
		{ "fill", o->fill_bytes > 0 },
		{ "roi", o->roi_ppm > 0 },
		{ "aa", o->aa },
		{ "width", o->width_ppm > 0 },
	};

	if (draft->kinds.needs & NRB_NEEDS_MODES) {
		return 0;
	}
	for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
		if (asked[i].given) {
			return nrb_refuse(NRB_EXIT_USAGE, "leave it out",
				"--%s means nothing to scenario %s, which compares nodes",
				asked[i].name, draft->kinds.list[0].scenario->name);
		}
	}
	return 0;
}

/* Above 7 the kernel keeps a value and looks at its low bits alone. */
static void find_modes(struct nrb_plan *plan, struct nrb_plandraft *draft)
{
	const struct nrb_run_options *options = draft->options;
	int64_t found = draft->machine->found_mode;

	if (!(draft->kinds.needs & NRB_NEEDS_MODES)) {
		return;
	}
	plan->knob_absent = found == NRB_ABSENT;
	if (plan->knob_absent) {
		return;
	}
	draft->modes = options->modes_given ? options->modes : (1u << NRB_N_MODES) - 1;
	plan->reference = options->reference >= 0 ? options->reference
						  : (int)(found & (NRB_N_MODES - 1));
	plan->reference_added = !(draft->modes & 1u << plan->reference);
	draft->modes |= 1u << plan->reference;
}

/* An interval is one of a mode beside the reference. */
static int check_width(const struct nrb_plandraft *draft)
{
	bool one = (draft->modes & (draft->modes - 1)) == 0;

	return draft->options->width_ppm > 0 && one
		       ? nrb_refuse(NRB_EXIT_USAGE, "name two --modes",
				 "--width: one mode alone has no ratio")
		       : 0;
}

static bool compares(const struct nrb_arm *arm)
{
	return (nrb_arm_needs(arm) & NRB_NEEDS_MODES) && arm->unsupported[0] == '\0';
}

/* One cell alone says nothing. With the knob, a single mode was asked for. */
static int check_comparison(
	const struct nrb_plan *plan, const struct nrb_plandraft *draft)
{
	int n = 0;

	for (int i = 0; i < plan->n_arms; i++) {
		n += compares(&plan->arms[i]);
	}
	if (!plan->knob_absent || n > 1) {
		return 0;
	}
	return nrb_refuse(NRB_EXIT_NOT_HERE,
		"give two values of a factor, as --policy local,bind, or leave all of them out",
		"kernel %s has no vm.zone_reclaim_mode, and no other factor is to be compared",
		draft->machine->kernel);
}

/* The cheapest: by its time that of others is guessed. */
static void find_warm_up(struct nrb_plan *plan)
{
	for (int i = 0; i < plan->n_arms; i++) {
		const struct nrb_arm *arm = &plan->arms[i];

		if (compares(arm) && arm->mode == plan->reference &&
			(plan->warm_up < 0 ||
				nrb_arm_cost(arm) <
					nrb_arm_cost(&plan->arms[plan->warm_up]))) {
			plan->warm_up = i;
		}
	}
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

/* What was asked for, before what the machine has. */
static int draft_plan(struct nrb_plan *plan, struct nrb_plandraft *draft,
	const struct nrb_scenario *const *table)
{
	int rc = nrb_plankinds_find(&draft->kinds, draft->options, table);

	if (rc == 0) {
		rc = nrb_plantargets_find(draft);
	}
	if (rc == 0) {
		rc = check_factors(draft);
	}
	if (rc == 0) {
		rc = nrb_plansets_check(draft);
	}
	if (rc == 0) {
		rc = check_swap(draft);
	}
	if (rc == 0) {
		rc = check_knob(draft);
	}
	if (rc == 0) {
		find_modes(plan, draft);
		rc = check_width(draft);
	}
	if (rc == 0) {
		rc = nrb_planarms_cross(plan, draft);
	}
	return rc == 0 ? nrb_planlacks_check(plan, draft) : rc;
}

int nrb_plan_make(struct nrb_plan *plan, const struct nrb_run_options *options,
	const struct nrb_machine *machine, const struct nrb_scenario *const *table)
{
	struct nrb_plandraft draft = { .options = options, .machine = machine };
	int rc;

	*plan = (struct nrb_plan){ .warm_up = -1, .reference = -1 };
	plan->seed = options->seed;
	plan->roi_ppm = options->roi_ppm;
	plan->width_ppm = options->width_ppm;
	plan->rehearsal = options->rehearsal;
	plan->has_boost = machine->has_boost;
	plan->by_scenario = options->all;
	plan->served = options->served;
	find_blocks(plan, options);
	rc = draft_plan(plan, &draft, table);
	if (rc == 0) {
		rc = nrb_plansizes_find(plan, &draft);
	}
	if (rc == 0) {
		rc = check_comparison(plan, &draft);
	}
	if (rc == 0) {
		find_warm_up(plan);
	}
	if (rc < 0) {
		nrb_plan_finish(plan);
	}
	return rc;
}
