/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A plan as people and programs read it. */
#include "nrb/plan.h"

#include "nrb/record.h"
#include "nrb/units.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static void print_modes(const struct nrb_plan *plan, FILE *out)
{
	unsigned int seen = 0;

	for (int i = 0; i < plan->n_arms; i++) {
		if (plan->arms[i].mode >= 0) {
			seen |= 1u << plan->arms[i].mode;
		}
	}
	fprintf(out, "  modes      ");
	for (int mode = 0; mode < NRB_N_MODES; mode++) {
		if (seen & 1u << mode) {
			fprintf(out, " %d", mode);
		}
	}
	fprintf(out, ", against %d%s\n", plan->reference,
		plan->reference_added ? " (added: it is the reference)" : "");
}

static void print_scenarios(const struct nrb_plan *plan, FILE *out)
{
	const struct nrb_scenario *last = NULL;

	for (int i = 0; i < plan->n_arms; i++) {
		if (plan->arms[i].scenario != last) {
			last = plan->arms[i].scenario;
			fprintf(out, "  scenario    %s: the node holds %s\n", last->name,
				last->holds);
		}
	}
}

static void print_size(const struct nrb_plan *plan, FILE *out)
{
	char blocks[64] = "as many as fit", budget[NRB_UNITS_LEN + 16] = "";
	char buf[NRB_UNITS_LEN];

	if (plan->blocks > 0) {
		snprintf(blocks, sizeof(blocks), "%" PRId64 " block%s", plan->blocks,
			plan->blocks == 1 ? "" : "s");
	}
	if (plan->budget_s > 0) {
		snprintf(budget, sizeof(budget), ", at most %s",
			nrb_units_seconds(buf, (double)plan->budget_s));
	}
	fprintf(out,
		"  cells       %d in each block%s\n  blocks      %s%s, seed %" PRId64
		"\n",
		plan->n_arms, plan->warm_up >= 0 ? " after one warm-up" : "", blocks,
		budget, plan->seed);
}

/* In any arm: those of scenarios without a file allocate nothing by the plan. */
static int64_t largest_alloc(const struct nrb_plan *plan)
{
	int64_t alloc = 0;

	for (int i = 0; i < plan->n_arms; i++) {
		alloc = plan->sizes[i].alloc_bytes > alloc ? plan->sizes[i].alloc_bytes
							   : alloc;
	}
	return alloc;
}

static void print_memory(
	const struct nrb_plan *plan, const struct nrb_run_options *options, FILE *out)
{
	char alloc_text[NRB_UNITS_LEN], file_text[NRB_UNITS_LEN],
		memory_text[NRB_UNITS_LEN];

	if (plan->file_bytes > 0) {
		fprintf(out,
			"  memory      at most %s: file cache, %s allocated in each cell\n",
			nrb_units_bytes(memory_text, plan->memory_bytes),
			nrb_units_bytes(alloc_text, largest_alloc(plan)));
		fprintf(out, "  directory   %s: a nameless file of %s for the cache\n",
			options->dir, nrb_units_bytes(file_text, plan->file_bytes));
	}
}

/* A node that is full already: what reclaiming modes may evict is other people's. */
static void print_foreign_cache(
	const struct nrb_plan *plan, const struct nrb_machine *machine, FILE *out)
{
	for (int i = 0; i < machine->topology.n_nodes; i++) {
		int64_t file = machine->memory[i].file_bytes;
		char buf[NRB_UNITS_LEN], alloc[NRB_UNITS_LEN];

		if (plan->file_bytes == 0 || file < 64 << 20 ||
			!nrb_idset_has(&plan->targets, machine->topology.nodes[i].node)) {
			continue;
		}
		fprintf(out,
			"  others      node %d holds %s of other programs' file cache, of which "
			"each\n              reclaiming mode may evict up to about %s\n",
			machine->topology.nodes[i].node, nrb_units_bytes(buf, file),
			nrb_units_bytes(alloc, largest_alloc(plan)));
	}
}

void nrb_plan_print(const struct nrb_plan *plan, const struct nrb_run_options *options,
	const struct nrb_machine *machine, const struct nrb_screen *screen, FILE *out)
{
	char nodes[256];

	fprintf(out, "%sPlan%s for kernel %s\n", nrb_screen_bold(screen),
		nrb_screen_plain(screen), machine->kernel);
	print_scenarios(plan, out);
	fprintf(out, "  target node %s\n",
		nrb_idset_format(&plan->targets, nodes, sizeof(nodes)));
	if (plan->reference >= 0) {
		print_modes(plan, out);
	}
	print_size(plan, out);
	print_memory(plan, options, out);
	print_foreign_cache(plan, machine, out);
	if (plan->reference >= 0) {
		fprintf(out,
			"  changes     vm.zone_reclaim_mode alone; afterwards it is %" PRId64
			" again, also if this\n              is killed\n",
			machine->found_mode);
	} else if (machine->found_mode != NRB_ABSENT) {
		fprintf(out,
			"  changes     vm.zone_reclaim_mode alone, to 0; afterwards it is "
			"%" PRId64 " again, also\n              if this is killed\n",
			machine->found_mode);
	} else {
		fprintf(out, "  changes     no setting of this machine\n");
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
	nrb_json_set_int(object, "alloc_bytes", sizes->alloc_bytes);
	nrb_json_set_int(object, "file_bytes", sizes->file_bytes);
	nrb_json_set_int(object, "headroom_bytes", sizes->headroom_bytes);
	return object;
}

struct nrb_json *nrb_plan_json(
	const struct nrb_plan *plan, const struct nrb_run_options *options)
{
	struct nrb_json *object = nrb_json_object(), *arms = nrb_json_array();

	for (int i = 0; i < plan->n_arms; i++) {
		nrb_json_append(arms, arm_json(&plan->arms[i], &plan->sizes[i]));
	}
	nrb_json_set(object, "arms", arms);
	nrb_json_set_int(object, "blocks", plan->blocks);
	nrb_json_set_int(object, "budget_s", plan->budget_s);
	nrb_json_set_int(object, "reference", plan->reference);
	nrb_json_set_bool(object, "reference_added", plan->reference_added);
	nrb_json_set_int(object, "seed", plan->seed);
	nrb_json_set_int(object, "memory_bytes", plan->memory_bytes);
	nrb_json_set_int(object, "file_bytes", plan->file_bytes);
	nrb_json_set_str(object, "dir", options->dir);
	return object;
}
