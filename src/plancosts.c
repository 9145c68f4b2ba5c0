/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a plan takes from others, and what it changes. */
#include "nrb/plancosts.h"

#include "nrb/units.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
	SWAPPING_MODES = 1 << 6 | 1 << 7,
	MUCH_DIRTY = 90, /* per cent: a machine does not get there */
	MAX_VALUES = 64, /* of one setting: arms of --set, and what variants set */
};

static const int64_t worth_a_line = 64LL << 20; /* of other programs' cache on a node */

/* -- others -- */

static bool allocates(const struct nrb_arm *arm)
{
	return arm->unsupported[0] == '\0' && (arm->scenario->needs & NRB_NEEDS_MODES);
}

static int64_t larger(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t taken_by(const struct nrb_plan *plan, int i)
{
	const struct nrb_sizes *sizes = &plan->sizes[i];

	return sizes->alloc_bytes + sizes->beside_bytes + sizes->served_bytes;
}

/* What a node has above its high watermarks: so much that spills there evicts nothing. */
static int64_t spare_of(const struct nrb_machine *machine, int node)
{
	struct nrb_zone_sums sums = nrb_zones_sum(&machine->zones, node);

	return (sums.free_pages - sums.high_pages) * nrb_zones_page_bytes();
}

/* Reclaim goes on for a moment after it has enough, and is tried for each zone (6.1: up to 1.3 pages for
 * one that is allocated). Where the older pages lie in a zone below the one that is to be freed, it takes
 * two and more there for each above (6.1: 2.8). */
static int64_t evicted_for(const struct nrb_machine *machine, int node, int64_t bytes)
{
	struct nrb_zone_sums sums = nrb_zones_sum(&machine->zones, node);
	bool has_higher = false;

	for (int i = 0; i < machine->zones.n; i++) {
		const struct nrb_zone *zone = &machine->zones.zones[i];

		has_higher = has_higher ||
			     (zone->node == node && strncmp(zone->name, "DMA", 3) != 0);
	}
	return sums.has_dma32 && has_higher ? 3 * bytes : bytes + bytes / 2;
}

int64_t nrb_plancosts_evicts(const struct nrb_plan *plan,
	const struct nrb_machine *machine, int node, bool *is_target)
{
	int64_t target = 0, other = 0;

	for (int i = 0; i < plan->n_arms; i++) {
		const struct nrb_arm *arm = &plan->arms[i];

		if (!allocates(arm)) {
			continue;
		}
		if (arm->node == node) {
			target = larger(
				target, evicted_for(machine, node, taken_by(plan, i)));
		} else if (arm->fill_all) {
			other = larger(other, taken_by(plan, i));
		} else if (nrb_arm_needs(arm) & NRB_NEEDS_SPILL) {
			other = larger(other,
				taken_by(plan, i) - larger(spare_of(machine, node), 0));
		}
	}
	*is_target = target > 0;
	return target > 0 ? target : other;
}

static int64_t smaller(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* A node that is full already: what is evicted is other people's, too. */
static void print_cache(const struct nrb_planpage *page)
{
	const struct nrb_machine *machine = page->machine;

	for (int i = 0; i < machine->topology.n_nodes; i++) {
		int node = machine->topology.nodes[i].node;
		int64_t file = machine->memory[i].file_bytes;
		bool is_target;
		int64_t bytes =
			nrb_plancosts_evicts(page->plan, machine, node, &is_target);
		char held[NRB_UNITS_LEN], evicted[NRB_UNITS_LEN];

		if (file < worth_a_line || bytes <= 0) {
			continue;
		}
		nrb_units_bytes(held, file);
		nrb_units_bytes(evicted, smaller(bytes, file));
		nrb_planpage_say(page, "others",
			is_target
				? "node %d holds %s of other programs' file cache, of "
				  "which each reclaiming mode may evict up to about %s"
				: "node %d is filled too: it holds %s of other programs' "
				  "file cache, of which what spills may evict up to about "
				  "%s",
			node, held, evicted);
	}
}

struct nrb_json *nrb_plancosts_json(
	const struct nrb_plan *plan, const struct nrb_machine *machine)
{
	struct nrb_json *array = nrb_json_array();

	for (int i = 0; i < machine->topology.n_nodes; i++) {
		struct nrb_json *object = nrb_json_object();
		int node = machine->topology.nodes[i].node;
		int64_t file = machine->memory[i].file_bytes;
		bool is_target;
		int64_t bytes = nrb_plancosts_evicts(plan, machine, node, &is_target);

		nrb_json_set_int(object, "node", node);
		nrb_json_set_int(object, "file_bytes", file);
		nrb_json_set_int(object, "evict_bytes",
			bytes > 0 && file > 0 ? smaller(bytes, file) : 0);
		nrb_json_append(array, object);
	}
	return array;
}

/* Reclaim does not ask whose idle memory it is; nor does the kswapd that a fill wakes. */
static void print_swapping(const struct nrb_planpage *page)
{
	const struct nrb_plan *plan = page->plan;
	unsigned int modes = 0;
	int64_t bytes = 0;
	char text[NRB_UNITS_LEN];

	for (int i = 0; i < plan->n_arms; i++) {
		const struct nrb_arm *arm = &plan->arms[i];

		if (allocates(arm) &&
			(arm->swap < 0 ? page->machine->has_swap : arm->swap)) {
			modes |= arm->mode >= 0 ? 1u << arm->mode : 0;
			bytes = larger(bytes,
				plan->sizes[i].alloc_bytes + plan->sizes[i].beside_bytes);
		}
	}
	if (bytes == 0 || plan->rehearsal) {
		return;
	}
	nrb_units_bytes(text, bytes);
	if (modes & SWAPPING_MODES) {
		nrb_planpage_say(page, "others",
			"swap is on: modes 6 and 7 may swap out other programs' memory, "
			"up to about %s in each cell; in any mode kswapd may",
			text);
	} else {
		nrb_planpage_say(page, "others",
			"swap is on: where a cell wakes kswapd, it may swap out other "
			"programs' memory");
	}
}

/* The first arm that needs something and can run; -1. */
static int find_arm(const struct nrb_plan *plan, unsigned int needs)
{
	for (int i = 0; i < plan->n_arms; i++) {
		if (allocates(&plan->arms[i]) &&
			(nrb_arm_needs(&plan->arms[i]) & needs)) {
			return i;
		}
	}
	return -1;
}

/* A job that does not outgrow its node does nothing to a neighbour, in any mode. */
static void print_neighbour(const struct nrb_planpage *page)
{
	const struct nrb_machine *machine = page->machine;
	int arm = find_arm(page->plan, NRB_NEEDS_NEIGHBOUR);
	char taken[NRB_UNITS_LEN], there[NRB_UNITS_LEN];
	int64_t bytes, free_bytes;

	if (arm < 0) {
		return;
	}
	free_bytes = 0 - nrb_plan_ballast_beside(page->plan, page->plan->arms[arm].node);
	bytes = page->plan->sizes[arm].beside_bytes + page->plan->sizes[arm].alloc_bytes;
	for (int i = 0; i < machine->topology.n_nodes; i++) {
		int node = machine->topology.nodes[i].node;

		if (node != page->plan->arms[arm].node) {
			free_bytes += nrb_zones_sum(&machine->zones, node).free_pages *
				      nrb_zones_page_bytes();
		}
	}
	if (bytes < free_bytes) {
		nrb_planpage_say(page, "",
			"the job beside the neighbour takes at most %s of the %s that "
			"other nodes have free: there may be enough left for all",
			nrb_units_bytes(taken, bytes),
			nrb_units_bytes(there, free_bytes));
	}
}

static void print_load(const struct nrb_planpage *page)
{
	int arm = find_arm(page->plan, NRB_NEEDS_LOAD);
	char bytes[NRB_UNITS_LEN];

	if (arm >= 0) {
		nrb_planpage_say(page, "",
			"datagrams over loopback take up to %s of the kernel's memory at "
			"a time; nothing leaves the machine",
			nrb_units_bytes(bytes, page->plan->sizes[arm].burst_bytes));
	}
}

void nrb_plancosts_print_others(const struct nrb_planpage *page)
{
	print_cache(page);
	print_swapping(page);
	print_neighbour(page);
	print_load(page);
}

/* -- changes -- */

/* The values that cells give to one setting, none twice. */
struct values {
	const struct nrb_setting *setting;
	int n;
	const char *list[MAX_VALUES];
};

static void add(struct values *values, const char *value)
{
	for (int i = 0; i < values->n; i++) {
		if (strcmp(values->list[i], value) == 0) {
			return;
		}
	}
	if (values->n < MAX_VALUES) {
		values->list[values->n++] = value;
	}
}

static void add_arm(struct values *values, const struct nrb_arm *arm)
{
	const struct nrb_value *row = arm->variant->settings;

	for (; row != NULL && row->name != NULL; row++) {
		if (strcmp(row->name, values->setting->name) == 0) {
			add(values, row->value);
		}
	}
	for (int i = 0; arm->set != NULL && i < arm->set->n; i++) {
		if (arm->set->items[i].setting == values->setting) {
			add(values, arm->set->items[i].value);
		}
	}
	if (arm->lru_gen >= 0 && strcmp(values->setting->name, "lru_gen.enabled") == 0) {
		add(values, nrb_off_on_words[arm->lru_gen]);
	}
	if (arm->swap >= 0 && values->setting->form == NRB_FORM_SWAP) {
		add(values, nrb_off_on_words[arm->swap]);
	}
}

static struct values find_values(
	const struct nrb_plan *plan, const struct nrb_setting *setting)
{
	struct values values = { .setting = setting };

	for (int i = 0; i < plan->n_arms; i++) {
		if (plan->arms[i].unsupported[0] == '\0') {
			add_arm(&values, &plan->arms[i]);
		}
	}
	return values;
}

/* "vm.swappiness to 10 and 60"; twins by the name that each value has as a sysctl. */
static void format_values(const struct values *values, char *list, size_t len)
{
	const struct nrb_setting *setting = values->setting;
	const char *last = "";

	for (int i = 0; i < values->n; i++) {
		const char *value = values->list[i];
		int digits = (int)strcspn(value, "%");
		const char *name = setting->form != NRB_FORM_TWINS ? setting->name
				   : value[digits] == '%'          ? setting->ratio_name
								   : setting->bytes_name;
		size_t used = strlen(list);

		if (strcmp(name, last) != 0) {
			snprintf(list + used, len - used, "%s%s to %.*s%s",
				used > 0 ? ", " : "", name, digits, value,
				value[digits] == '%' ? " %" : "");
		} else {
			snprintf(list + used, len - used, " and %.*s%s", digits, value,
				value[digits] == '%' ? " %" : "");
		}
		last = name;
	}
}

static bool holds_back_all(const struct values *values)
{
	for (int i = 0; i < values->n; i++) {
		const char *value = values->list[i];

		if (strchr(value, '%') != NULL && atoi(value) >= MUCH_DIRTY) {
			return true;
		}
	}
	return false;
}

static void warn(const struct nrb_planpage *page, const struct values *values, bool all)
{
	if (strcmp(values->setting->name, "lru_gen.enabled") == 0) {
		nrb_planpage_say(page, "",
			"turning MGLRU off or on loses the age order of all pages of "
			"this machine: what it reclaims next is a guess for a while");
	}
	for (int i = 0; i < values->n; i++) {
		if (strcmp(values->setting->name, "vm.dirty_writeback_centisecs") == 0 &&
			strcmp(values->list[i], "0") == 0) {
			nrb_planpage_say(page, "",
				"during a cell nothing of the whole machine is written "
				"back by its age%s: a crash would lose more of every "
				"program's data that is not synced",
				all ? " or its amount" : "");
		}
	}
}

/* In a guest of our own nobody else has anything to lose. */
static void print_warnings(
	const struct nrb_planpage *page, const struct nrb_plan_settings *settings)
{
	bool all = false;

	for (int i = 0; i < settings->n && !all; i++) {
		struct values values = find_values(page->plan, settings->list[i]);

		all = strcmp(settings->list[i]->name, "vm.dirty_background") == 0 &&
		      holds_back_all(&values);
	}
	for (int i = 0; i < settings->n && !page->plan->rehearsal; i++) {
		struct values values = find_values(page->plan, settings->list[i]);

		warn(page, &values, all);
	}
}

void nrb_plancosts_print_changes(const struct nrb_planpage *page)
{
	bool has_knob = page->machine->found_mode != NRB_ABSENT;
	char list[NRB_PLANPAGE_LINE / 2] = "";
	struct nrb_plan_settings settings;

	nrb_plan_settings(page->plan, &settings);
	for (int i = 0; i < settings.n; i++) {
		struct values values = find_values(page->plan, settings.list[i]);

		format_values(&values, list, sizeof(list));
	}
	if (settings.n > 0) {
		nrb_planpage_say(page, "changes",
			"%s%s; afterwards each is as it was found again, also if this is "
			"killed",
			has_knob ? "vm.zone_reclaim_mode, " : "", list);
	} else if (has_knob) {
		nrb_planpage_say(page, "changes",
			"vm.zone_reclaim_mode alone%s; afterwards it is %" PRId64
			" again, also if this is killed",
			page->plan->reference >= 0 ? "" : ", to 0",
			page->machine->found_mode);
	} else {
		nrb_planpage_say(page, "changes", "no setting of this machine");
	}
	print_warnings(page, &settings);
}
