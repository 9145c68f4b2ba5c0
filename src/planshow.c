/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A plan as people read it. */
#include "nrb/plan.h"

#include "nrb/factors.h"
#include "nrb/planballast.h"
#include "nrb/plancosts.h"
#include "nrb/plantime.h"
#include "nrb/shown.h"
#include "nrb/units.h"
#include "nrb/widths.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 80 /* where there is no terminal */ };

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

/* Arms of a kind stand together. */
static void print_scenarios(const struct nrb_planpage *page)
{
	int last = -1;

	for (int i = 0; i < page->plan->n_arms; i++) {
		const struct nrb_arm *arm = &page->plan->arms[i];
		const struct nrb_variant *variant = arm->variant;

		if (arm->kind == last) {
			continue;
		}
		last = arm->kind;
		if (variant->name[0] == '\0') {
			nrb_planpage_say(page, "scenario", "%s: the node holds %s",
				arm->scenario->name, arm->scenario->holds);
		} else {
			nrb_planpage_say(page, "scenario", "%s, %s: %s",
				arm->scenario->name, variant->name, variant->shows);
		}
	}
}

static void print_nodes(const struct nrb_planpage *page)
{
	struct nrb_idset cpu_nodes;
	char text[256];
	bool differ = false;

	nrb_planpage_say(page, "target node", "%s",
		nrb_idset_format(&page->plan->targets, text, sizeof(text)));
	nrb_idset_clear(&cpu_nodes);
	for (int i = 0; i < page->plan->n_arms; i++) {
		const struct nrb_arm *arm = &page->plan->arms[i];

		if (arm->scenario->needs & NRB_NEEDS_MODES) {
			nrb_idset_add(&cpu_nodes, arm->cpu_node);
			differ = differ || arm->cpu_node != arm->node;
		}
	}
	if (differ) {
		nrb_planpage_say(page, "CPUs", "of node %s",
			nrb_idset_format(&cpu_nodes, text, sizeof(text)));
	}
}

/* Whether a list of words, parted by ", ", has one. */
static bool has_word(const char *list, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = list; (at = strstr(at, word)) != NULL; at += len) {
		if ((at == list || at[-1] == ' ') &&
			(at[len] == '\0' || at[len] == ',')) {
			return true;
		}
	}
	return false;
}

/* The values of each factor that is not left alone. */
static void print_factor(const struct nrb_planpage *page, enum nrb_factor factor)
{
	char list[NRB_PLANPAGE_LINE] = "", word[NRB_SET_LEN];
	bool is_default = true;

	for (int i = 0; i < page->plan->n_arms; i++) {
		const struct nrb_arm *arm = &page->plan->arms[i];
		size_t used = strlen(list);

		is_default = is_default && nrb_factor_is_default(factor, arm);
		nrb_factor_word(factor, arm, word, sizeof(word));
		if ((arm->scenario->needs & NRB_NEEDS_MODES) && !has_word(list, word)) {
			snprintf(list + used, sizeof(list) - used, "%s%s",
				used > 0 ? ", " : "", word);
		}
	}
	if (!is_default) {
		nrb_planpage_say(page, nrb_factor_table[factor].name, "%s", list);
	}
}

/* More threads than CPUs: what one's fault takes has the others' turns in it. Each node once, with
 * its largest crowd. */
static void print_crowd(const struct nrb_planpage *page, int cpu_node)
{
	struct nrb_idset usable;
	int threads = 0, cpus;

	for (int i = 0; i < page->plan->n_arms; i++) {
		const struct nrb_arm *arm = &page->plan->arms[i];

		if (arm->cpu_node == cpu_node && arm->threads > threads) {
			threads = arm->threads;
		}
	}
	nrb_topology_usable_cpus(&page->machine->topology, cpu_node, &usable);
	cpus = nrb_idset_count(&usable);
	if (threads > cpus) {
		nrb_planpage_say(page, "",
			"up to %d threads share the %d CPU%s of node %d: the time of a "
			"touch includes the others' turns",
			threads, cpus, cpus == 1 ? "" : "s", cpu_node);
	}
}

static void print_crowds(const struct nrb_planpage *page)
{
	const struct nrb_topology *topology = &page->machine->topology;

	for (int i = 0; i < topology->n_nodes; i++) {
		print_crowd(page, topology->nodes[i].node);
	}
}

static void print_factors(const struct nrb_planpage *page)
{
	if (page->plan->reference >= 0) {
		print_modes(page->plan, page->out);
	} else if (page->plan->knob_absent) {
		nrb_planpage_say(
			page, "modes", "none: this kernel has no vm.zone_reclaim_mode");
	}
	for (int i = NRB_FACTOR_VARIANT + 1; i < NRB_N_ARM_FACTORS; i++) {
		print_factor(page, (enum nrb_factor)i);
		if (i == NRB_FACTOR_THREADS) {
			print_crowds(page);
		}
	}
}

/* Each reason once, with the number of cells. */
static void print_unsupported(const struct nrb_planpage *page)
{
	const struct nrb_plan *plan = page->plan;

	for (int i = 0; i < plan->n_arms; i++) {
		const char *why = plan->arms[i].unsupported;
		int n = 0;

		for (int k = 0; why[0] != '\0' && k < plan->n_arms; k++) {
			if (strcmp(plan->arms[k].unsupported, why) == 0) {
				n = k < i ? -plan->n_arms : n + 1;
			}
		}
		if (n > 0) {
			nrb_planpage_say(page, "left out",
				"%d of these cells, recorded as unsupported: %s", n, why);
		}
	}
}

static void print_blocks(const struct nrb_planpage *page)
{
	const struct nrb_plan *plan = page->plan;
	char blocks[64] = "", budget[NRB_UNITS_LEN + 64] = "", buf[NRB_UNITS_LEN];
	bool limited = plan->budget_s > 0;

	if (plan->blocks > 0) {
		snprintf(blocks, sizeof(blocks), "%s%" PRId64 " block%s%s",
			limited ? "at most " : "", plan->blocks,
			plan->blocks == 1 ? "" : "s", limited ? ", " : "");
	}
	if (plan->width_ppm > 0) {
		nrb_planpage_say(page, "blocks",
			"%d, then as many, up to %d, as an interval of p99 takes that is %g %% "
			"wide; within %s, seed %" PRId64,
			NRB_WIDTHS_PILOT, NRB_WIDTHS_MOST, (double)plan->width_ppm / 1e4,
			nrb_units_seconds(buf, (double)plan->budget_s), plan->seed);
		return;
	}
	if (limited) {
		snprintf(budget, sizeof(budget), "as many as fit in %s, at least one%s",
			nrb_units_seconds(buf, (double)plan->budget_s),
			plan->by_scenario ? " scenario" : "");
	}
	nrb_planpage_say(
		page, "blocks", "%s%s, seed %" PRId64, blocks, budget, plan->seed);
}

static void print_roi(const struct nrb_planpage *page)
{
	if (page->plan->roi_ppm > 0) {
		nrb_planpage_say(page, "differences", "of up to %g %% do not matter",
			(double)page->plan->roi_ppm / 1e4);
	}
}

static void print_control(
	const struct nrb_planpage *page, const struct nrb_run_options *options)
{
	if (options->aa) {
		nrb_planpage_say(page, "control",
			"mode %d runs twice in each block: what these two differ by is chance",
			page->plan->reference);
	}
}

static void print_size(const struct nrb_planpage *page)
{
	nrb_planpage_say(page, "cells", "%d in each block%s", page->plan->n_arms,
		page->plan->warm_up >= 0 ? " after one warm-up" : "");
	print_blocks(page);
	if (page->plan->by_scenario) {
		nrb_planpage_say(page, "order",
			"one scenario after the other, the cheapest first%s",
			page->plan->budget_s > 0
				? "; what does not fit in the budget is left out, and "
				  "named"
				: "");
	}
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

static const struct nrb_sizes *largest_served(const struct nrb_plan *plan)
{
	const struct nrb_sizes *most = &plan->sizes[0];

	for (int i = 0; i < plan->n_arms; i++) {
		most = plan->sizes[i].served_bytes > most->served_bytes ? &plan->sizes[i]
									: most;
	}
	return most;
}

static void print_served(const struct nrb_planpage *page)
{
	const struct nrb_servedset *files = page->plan->served;
	const struct nrb_sizes *most = largest_served(page->plan);
	char set[NRB_UNITS_LEN], seconds[NRB_UNITS_LEN], whose[64] = "a set",
							 requests[64] = "";

	if (most->served_bytes == 0) {
		return;
	}
	if (files != NULL) {
		snprintf(whose, sizeof(whose), "%d file%s", files->n_files,
			files->n_files == 1 ? "" : "s");
	}
	if (most->serve_requests > 0) {
		snprintf(requests, sizeof(requests), " or %" PRId64 " requests",
			most->serve_requests);
	}
	nrb_planpage_say(page, "served",
		"%s of %s in objects of 128 KiB, for %s%s in each cell of fileserver",
		whose, nrb_units_bytes(set, most->served_bytes),
		nrb_units_seconds(seconds, (double)most->serve_ns / 1e9), requests);
	if (files != NULL) {
		nrb_planpage_say(page, "",
			"what is cached of these files is dropped before each cell; nothing is "
			"written to them");
	}
}

static void print_sample(const struct nrb_planpage *page)
{
	int64_t most = 0;
	char pages[NRB_UNITS_LEN];

	for (int i = 0; i < page->plan->n_arms; i++) {
		const struct nrb_sizes *sizes = &page->plan->sizes[i];

		if (sizes->alloc_bytes / nrb_zones_page_bytes() > sizes->locate_pages) {
			most = sizes->locate_pages > most ? sizes->locate_pages : most;
		}
	}
	if (most > 0) {
		nrb_planpage_say(page, "located",
			"a sample of up to %s pages of each allocation; shares of local pages "
			"are within 0.5 points then",
			nrb_units_count(pages, most));
	}
}

static void print_memory(
	const struct nrb_planpage *page, const struct nrb_run_options *options)
{
	const struct nrb_plan *plan = page->plan;
	char alloc_text[NRB_UNITS_LEN], file_text[NRB_UNITS_LEN],
		memory_text[NRB_UNITS_LEN];

	if (largest_alloc(plan) > 0) {
		nrb_planpage_say(page, "memory",
			"at most %s: %s, %s allocated in each cell%s",
			nrb_units_bytes(memory_text, plan->memory_bytes),
			plan->file_bytes > 0 || plan->served != NULL
				? "file cache"
				: "what fills the node",
			nrb_units_bytes(alloc_text, largest_alloc(plan)),
			plan->n_ballasts > 0 ? ", and the ballast" : "");
	}
	nrb_planballast_print(page);
	print_sample(page);
	if (plan->file_bytes > 0 && plan->sparse) {
		nrb_planpage_say(page, "directory",
			"%s: a nameless sparse file of %s for the cache, which takes "
			"nothing of the disk: reading it from there costs nothing, so that "
			"re-read figures are left out",
			options->dir, nrb_units_bytes(file_text, plan->file_bytes));
	} else if (plan->file_bytes > 0) {
		nrb_planpage_say(page, "directory",
			"%s: a nameless file of %s for the cache", options->dir,
			nrb_units_bytes(file_text, plan->file_bytes));
	}
}

void nrb_plan_print(const struct nrb_plan *plan, const struct nrb_run_options *options,
	const struct nrb_machine *machine, const struct nrb_screen *screen, FILE *out)
{
	struct nrb_screen wrapped = *screen;
	char kernel[NRB_SHOWN_ESCAPE * sizeof(machine->kernel)];
	const struct nrb_planpage page = {
		.plan = plan, .machine = machine, .screen = &wrapped, .out = out
	};

	wrapped.width = screen->width > 0 ? screen->width : WIDTH;

	fprintf(out, "%sPlan%s for kernel %s\n", nrb_screen_bold(screen),
		nrb_screen_plain(screen),
		nrb_screen_escape(
			kernel, sizeof(kernel), machine->kernel, screen->ascii));
	print_scenarios(&page);
	print_nodes(&page);
	print_factors(&page);
	print_size(&page);
	print_roi(&page);
	print_control(&page, options);
	print_unsupported(&page);
	print_served(&page);
	print_memory(&page, options);
	nrb_plantime_print(&page, &plan->pace);
	nrb_plancosts_print_others(&page);
	nrb_plancosts_print_changes(&page);
}
