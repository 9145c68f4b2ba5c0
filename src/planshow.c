/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A plan as people and programs read it. */
#include "nrb/plan.h"

#include "nrb/diag.h"
#include "nrb/factors.h"
#include "nrb/record.h"
#include "nrb/units.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { INDENT = 14, MAX_LINE = 1024, WIDTH = 80 /* where there is no terminal */ };

/* Where a plan is printed. */
struct page {
	const struct nrb_plan *plan;
	const struct nrb_screen *screen;
	FILE *out;
};

/* "  label       text", wrapped. */
NRB_PRINTF(3, 4)
static void say(const struct page *page, const char *label, const char *fmt, ...)
{
	char text[MAX_LINE], line[MAX_LINE + INDENT + 2];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	snprintf(line, sizeof(line), "  %-11s %s", label, text);
	nrb_screen_wrap(page->screen, page->out, INDENT, line);
}

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
static void print_scenarios(const struct page *page)
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
			say(page, "scenario", "%s: the node holds %s",
				arm->scenario->name, arm->scenario->holds);
		} else {
			say(page, "scenario", "%s, %s: %s", arm->scenario->name,
				variant->name, variant->shows);
		}
	}
}

static void print_nodes(const struct page *page)
{
	struct nrb_idset cpu_nodes;
	char text[256];
	bool differ = false;

	say(page, "target node", "%s",
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
		say(page, "CPUs", "of node %s",
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
static void print_factor(const struct page *page, enum nrb_factor factor)
{
	char list[MAX_LINE - INDENT] = "", word[NRB_SET_LEN];
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
		say(page, nrb_factor_table[factor].name, "%s", list);
	}
}

static void print_factors(const struct page *page)
{
	if (page->plan->reference >= 0) {
		print_modes(page->plan, page->out);
	} else if (page->plan->knob_absent) {
		say(page, "modes", "none: this kernel has no vm.zone_reclaim_mode");
	}
	for (int i = NRB_FACTOR_VARIANT + 1; i < NRB_N_ARM_FACTORS; i++) {
		print_factor(page, (enum nrb_factor)i);
	}
}

/* Each reason once, with the number of cells. */
static void print_unsupported(const struct page *page)
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
			say(page, "left out",
				"%d of these cells, recorded as unsupported: %s", n, why);
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

static void print_memory(const struct page *page, const struct nrb_run_options *options)
{
	const struct nrb_plan *plan = page->plan;
	char alloc_text[NRB_UNITS_LEN], file_text[NRB_UNITS_LEN],
		memory_text[NRB_UNITS_LEN];

	if (largest_alloc(plan) > 0) {
		say(page, "memory", "at most %s: %s, %s allocated in each cell",
			nrb_units_bytes(memory_text, plan->memory_bytes),
			plan->file_bytes > 0 ? "file cache" : "what fills the node",
			nrb_units_bytes(alloc_text, largest_alloc(plan)));
	}
	if (plan->file_bytes > 0) {
		say(page, "directory", "%s: a nameless file of %s for the cache",
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

/* Beside the mode. */
static void list_settings(
	const struct nrb_plan_settings *settings, char *list, size_t len)
{
	list[0] = '\0';
	for (int i = 0; i < settings->n; i++) {
		const struct nrb_setting *row = settings->list[i];
		bool twins = row->form == NRB_FORM_TWINS;
		size_t used = strlen(list);

		snprintf(list + used, len - used, "%s%s%s%s", used > 0 ? ", " : "",
			twins ? row->ratio_name : row->name, twins ? ", " : "",
			twins ? row->bytes_name : "");
	}
}

static void print_changes(const struct page *page, const struct nrb_machine *machine)
{
	struct nrb_plan_settings settings;
	bool has_knob = machine->found_mode != NRB_ABSENT;
	char list[MAX_LINE / 2];

	nrb_plan_settings(page->plan, &settings);
	list_settings(&settings, list, sizeof(list));
	if (settings.n > 0) {
		say(page, "changes",
			"%s%s; afterwards each is as it was found again, also if this is "
			"killed",
			has_knob ? "vm.zone_reclaim_mode, " : "", list);
	} else if (has_knob) {
		say(page, "changes",
			"vm.zone_reclaim_mode alone%s; afterwards it is %" PRId64
			" again, also if this is killed",
			page->plan->reference >= 0 ? "" : ", to 0", machine->found_mode);
	} else {
		say(page, "changes", "no setting of this machine");
	}
	if (has_word(list, "lru_gen.enabled") && !page->plan->rehearsal) {
		say(page, "",
			"turning MGLRU off or on loses the age order of all pages of "
			"this machine: what it reclaims next is a guess for a while");
	}
}

void nrb_plan_print(const struct nrb_plan *plan, const struct nrb_run_options *options,
	const struct nrb_machine *machine, const struct nrb_screen *screen, FILE *out)
{
	struct nrb_screen wrapped = *screen;
	struct page page = { .plan = plan, .screen = &wrapped, .out = out };

	wrapped.width = screen->width > 0 ? screen->width : WIDTH;

	fprintf(out, "%sPlan%s for kernel %s\n", nrb_screen_bold(screen),
		nrb_screen_plain(screen), machine->kernel);
	print_scenarios(&page);
	print_nodes(&page);
	print_factors(&page);
	print_size(plan, out);
	print_unsupported(&page);
	print_memory(&page, options);
	print_foreign_cache(plan, machine, out);
	print_changes(&page, machine);
}

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
	if (arm->scenario->needs & NRB_NEEDS_MODES) {
		set_factors(object, arm);
	}
	if (arm->unsupported[0] != '\0') {
		nrb_json_set_str(object, "unsupported", arm->unsupported);
		return object; /* it has no sizes */
	}
	nrb_json_set_int(object, "alloc_bytes", sizes->alloc_bytes);
	nrb_json_set_int(object, "file_bytes", sizes->file_bytes);
	if (arm->fill_all) {
		nrb_json_set_int(object, "other_bytes", sizes->other_bytes);
	}
	nrb_json_set_int(object, "headroom_bytes", sizes->headroom_bytes);
	return object;
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
	nrb_json_set_bool(object, "knob_absent", plan->knob_absent);
	nrb_json_set(object, "settings", settings_json(plan));
	nrb_json_set_int(object, "seed", plan->seed);
	nrb_json_set_int(object, "memory_bytes", plan->memory_bytes);
	nrb_json_set_int(object, "file_bytes", plan->file_bytes);
	nrb_json_set_str(object, "dir", options->dir);
	return object;
}
