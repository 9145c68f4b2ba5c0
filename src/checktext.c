/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A survey as text: prose wraps, tables fit 80 columns. */
#include "nrb/checktext.h"

#include "nrb/distance.h"
#include "nrb/page.h"
#include "nrb/reclaimgates.h"
#include "nrb/units.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
	MAX_MATRIX = 12, /* nodes whose distances fit 80 columns */
	CELL = 32,       /* of a table, but for lists */
	LIST = 512,
};

struct page {
	const struct nrb_survey *survey;
	struct nrb_page text;
};

static void format_int(char *cell, int64_t value)
{
	if (value == NRB_ABSENT) {
		snprintf(cell, CELL, "n/a");
	} else {
		snprintf(cell, CELL, "%" PRId64, value);
	}
}

/* MiB, with a decimal below 10: a node's watermarks and dirty pages are small. */
static void format_mib(char *cell, int64_t bytes)
{
	if (bytes == NRB_ABSENT) {
		snprintf(cell, CELL, "n/a");
	} else {
		snprintf(cell, CELL, "%.*f", bytes != 0 && bytes < 10 << 20 ? 1 : 0,
			(double)bytes / (1 << 20));
	}
}

/* A node's number and seven quantities. */
static void add_mib_row(
	struct page *page, struct nrb_table *table, int node, const int64_t *bytes)
{
	char cells[8][CELL];
	const char *row[8] = { cells[0] };

	format_int(cells[0], node);
	for (int i = 1; i < 8; i++) {
		format_mib(cells[i], bytes[i - 1]);
		row[i] = cells[i];
	}
	nrb_page_add_row(&page->text, table, row);
}

static void print_caches(struct page *page, const struct nrb_cpu *cpu)
{
	char l1[NRB_UNITS_LEN], l2[NRB_UNITS_LEN], l3[NRB_UNITS_LEN], line[NRB_UNITS_LEN];

	nrb_page_line(&page->text, "Caches: L1d %s, L2 %s, L3 %s; line %s",
		nrb_units_bytes(l1, cpu->l1d_bytes), nrb_units_bytes(l2, cpu->l2_bytes),
		nrb_units_bytes(l3, cpu->l3_bytes),
		nrb_units_bytes(line, cpu->line_bytes));
}

static void print_cpu(struct page *page)
{
	const struct nrb_cpu *cpu = &page->survey->machine.cpu;

	if (cpu->brand[0] == '\0') {
		nrb_page_line(&page->text, "CPU: not identified%s",
			cpu->library[0] == '\0' ? " (built without libcpuid)" : "");
	} else {
		nrb_page_line(&page->text,
			"CPU: %s (%s, family %" PRId64 ", model %" PRId64
			", stepping %" PRId64 ")%s",
			cpu->brand, cpu->vendor, cpu->family, cpu->model, cpu->stepping,
			cpu->is_amd_zen ? ", a Zen" : "");
	}
	print_caches(page, cpu);
	if (cpu->brand[0] != '\0') {
		nrb_page_line(&page->text, "Hypervisor: %s",
			cpu->hypervisor[0] != '\0' ? cpu->hypervisor : "none");
	}
	nrb_page_line(&page->text, "Time stamps of a run: %s",
		cpu->invariant_tsc ? "TSC, which is invariant"
				   : "clock_gettime(2), for the TSC is not invariant");
}

static void print_nodes(struct page *page)
{
	static const struct nrb_table_column columns[] = {
		{ .name = "NODE", .right = true },
		{ .name = "MEMORY", .right = true },
		{ .name = "FREE", .right = true },
		{ .name = "ANON", .right = true },
		{ .name = "KSWAPD" },
		{ .name = "LATENCY", .right = true },
		{ .name = "CPUS", .wrap = true },
	};
	static const char *const kswapd[] = { "unknown", "asleep", "awake" };
	const struct nrb_machine *machine = &page->survey->machine;
	struct nrb_table *table = nrb_page_begin_table(&page->text, columns, 7);

	for (int i = 0; i < machine->topology.n_nodes; i++) {
		const struct nrb_topology_node *entry = &machine->topology.nodes[i];
		const struct nrb_node_memory *memory = &machine->memory[i];
		char cell[4][CELL], latency[CELL] = "", cpus[LIST];
		const struct nrb_vmnode *vm = page->survey->nodes[i].vm;
		const char *asleep = kswapd[vm != NULL ? vm->kswapd : NRB_KSWAPD_UNKNOWN];

		format_int(cell[0], entry->node);
		format_mib(cell[1], memory->total_bytes);
		format_mib(cell[2], memory->free_bytes);
		format_mib(cell[3], memory->anon_bytes);
		if (entry->latency_ns != NRB_ABSENT) {
			snprintf(latency, sizeof(latency), "%" PRId64 " ns",
				entry->latency_ns);
		}
		nrb_idset_format(&entry->cpus, cpus, sizeof(cpus));
		nrb_page_add_row(&page->text, table,
			(const char *const[]){ cell[0], cell[1], cell[2], cell[3],
				entry->memory_bytes > 0 ? asleep : "no memory", latency,
				cpus[0] != '\0' ? cpus : "none" });
	}
	nrb_page_end_table(&page->text, table);
}

static void print_caches_of_nodes(struct page *page)
{
	static const struct nrb_table_column columns[] = {
		{ .name = "NODE", .right = true },
		{ .name = "CACHE", .right = true },
		{ .name = "ACTIVE", .right = true },
		{ .name = "INACTIVE", .right = true },
		{ .name = "MAPPED", .right = true },
		{ .name = "DIRTY", .right = true },
		{ .name = "SHMEM", .right = true },
		{ .name = "SLAB", .right = true },
	};
	const struct nrb_machine *machine = &page->survey->machine;
	struct nrb_table *table = nrb_page_begin_table(&page->text, columns, 8);

	for (int i = 0; i < machine->topology.n_nodes; i++) {
		const struct nrb_node_memory *memory = &machine->memory[i];

		add_mib_row(page, table, machine->topology.nodes[i].node,
			(const int64_t[]){ memory->file_bytes, memory->active_file_bytes,
				memory->inactive_file_bytes, memory->mapped_bytes,
				memory->dirty_bytes, memory->shmem_bytes,
				memory->slab_reclaimable_bytes });
	}
	nrb_page_end_table(&page->text, table);
}

static void print_matrix(struct page *page)
{
	const struct nrb_topology *topology = &page->survey->machine.topology;
	struct nrb_table_column columns[MAX_MATRIX + 1] = { { .name = "FROM/TO" } };
	char heads[MAX_MATRIX][CELL];
	struct nrb_table *table;

	for (int j = 0; j < topology->n_nodes; j++) {
		format_int(heads[j], topology->nodes[j].node);
		columns[j + 1] =
			(struct nrb_table_column){ .name = heads[j], .right = true };
	}
	table = nrb_page_begin_table(&page->text, columns, topology->n_nodes + 1);
	for (int i = 0; i < topology->n_nodes; i++) {
		char cells[MAX_MATRIX + 1][CELL];
		const char *row[MAX_MATRIX + 1] = { cells[0] };

		format_int(cells[0], topology->nodes[i].node);
		for (int j = 0; j < topology->n_nodes; j++) {
			format_int(cells[j + 1],
				nrb_topology_distance(topology, topology->nodes[i].node,
					topology->nodes[j].node));
			row[j + 1] = cells[j + 1];
		}
		nrb_page_add_row(&page->text, table, row);
	}
	nrb_page_end_table(&page->text, table);
}

static void print_distances(struct page *page)
{
	const struct nrb_topology *topology = &page->survey->machine.topology;
	int largest = page->survey->largest_distance;
	char legacy[128];

	nrb_page_heading(&page->text, "Distances");
	if (topology->distances == NULL) {
		nrb_page_line(&page->text, "The firmware gives none.");
		return;
	}
	if (topology->n_nodes <= MAX_MATRIX) {
		print_matrix(page);
	} else {
		nrb_page_line(&page->text, "%d nodes: --json has the matrix.",
			topology->n_nodes);
	}
	nrb_page_line(&page->text,
		"A kernel before 3.16 would have set vm.zone_reclaim_mode at boot to %s; every "
		"later one starts with 0. The kernel's documentation still says \"set to 1 if "
		"pages from remote zones will cause a measurable performance reduction\". By "
		"these distances a remote access costs at most %.1f times a local one; what it "
		"costs here, `run --scenario matrix` measures.",
		nrb_distance_legacy(legacy, sizeof(legacy), largest),
		(double)largest / NRB_DISTANCE_LOCAL);
}

static void format_protection(char *list, size_t len, const struct nrb_zone *zone)
{
	size_t used = 0;

	list[0] = '\0';
	for (int i = 0; i < zone->n_protections && used < len; i++) {
		used += (size_t)snprintf(list + used, len - used, "%s%" PRId64,
			i > 0 ? " " : "", zone->protection_pages[i]);
	}
}

static void print_zones(struct page *page)
{
	static const struct nrb_table_column columns[] = {
		{ .name = "NODE", .right = true },
		{ .name = "ZONE" },
		{ .name = "MANAGED", .right = true },
		{ .name = "FREE", .right = true },
		{ .name = "MIN", .right = true },
		{ .name = "LOW", .right = true },
		{ .name = "HIGH", .right = true },
		{ .name = "BOOST", .right = true },
		{ .name = "PROTECTION", .wrap = true },
	};
	const struct nrb_zones *zones = &page->survey->machine.zones;
	struct nrb_table *table = nrb_page_begin_table(&page->text, columns, 9);

	for (int i = 0; i < zones->n; i++) {
		const struct nrb_zone *zone = &zones->zones[i];
		const int64_t values[] = { zone->managed_pages, zone->free_pages,
			zone->min_pages, zone->low_pages, zone->high_pages,
			zone->boost_pages };
		char cells[7][CELL], protection[LIST];
		const char *row[9] = { cells[0], zone->name };

		format_int(cells[0], zone->node);
		for (int k = 0; k < 6; k++) {
			format_int(cells[k + 1], values[k]);
			row[k + 2] = cells[k + 1];
		}
		format_protection(protection, sizeof(protection), zone);
		row[8] = protection;
		nrb_page_add_row(&page->text, table, row);
	}
	nrb_page_end_table(&page->text, table);
}

static void print_settings(struct page *page)
{
	const struct nrb_survey *survey = page->survey;
	char mode[CELL], unmapped[CELL], slab[CELL];

	nrb_page_heading(&page->text, "Settings");
	format_int(mode, survey->machine.found_mode);
	format_int(unmapped, survey->state.min_unmapped_ratio);
	format_int(slab, survey->state.min_slab_ratio);
	nrb_page_line(&page->text,
		"vm.zone_reclaim_mode %s, vm.min_unmapped_ratio %s, vm.min_slab_ratio %s, "
		"MGLRU %s, swap %s, node_reclaim_distance %d",
		mode, unmapped, slab,
		survey->machine.lru_gen[0] != '\0' ? survey->machine.lru_gen
						   : "not in this kernel",
		survey->machine.has_swap ? "on" : "off", survey->state.reclaim_distance);
	if (survey->machine.found_mode != NRB_ABSENT &&
		survey->counters.v[NRB_ZONE_RECLAIM_SUCCESS] == NRB_ABSENT) {
		nrb_page_line(&page->text,
			"This kernel does not count %s (6.12 and later do).",
			nrb_counter_table[NRB_ZONE_RECLAIM_SUCCESS].name);
	}
	nrb_page_line(&page->text, "--json has all that may disturb, as it reads now.");
}

/* Neighbouring modes with one prediction share a line. */
static void add_effects(struct page *page, struct nrb_table *table, int position)
{
	const struct nrb_survey_node *node = &page->survey->nodes[position];
	char number[CELL], from[CELL], modes[CELL];
	int first = 0;

	format_int(number, page->survey->machine.topology.nodes[position].node);
	format_int(from, node->cpu_node);
	for (int mode = 1; mode <= NRB_N_MODES; mode++) {
		if (mode < NRB_N_MODES && node->effects[mode] == node->effects[first]) {
			continue;
		}
		snprintf(modes, sizeof(modes), first < mode - 1 ? "%d-%d" : "%d", first,
			mode - 1);
		nrb_page_add_row(&page->text, table,
			(const char *const[]){ number, from, modes,
				nrb_effect_name(node->effects[first]) });
		first = mode;
	}
}

static void print_why(struct page *page)
{
	unsigned int seen = 0;

	for (int i = 0; i < page->survey->machine.topology.n_nodes; i++) {
		const struct nrb_survey_node *node = &page->survey->nodes[i];

		for (int mode = 0; node->has_memory && mode < NRB_N_MODES; mode++) {
			seen |= 1u << node->effects[mode];
		}
	}
	for (int effect = 0; effect < NRB_N_EFFECTS; effect++) {
		if (seen & 1u << effect) {
			nrb_page_line(&page->text, "%s: %s.", nrb_effect_name(effect),
				nrb_effect_why(effect));
		}
	}
}

static int64_t to_bytes(int64_t pages)
{
	return pages == NRB_ABSENT ? NRB_ABSENT : pages * nrb_zones_page_bytes();
}

static int64_t reclaimable(
	const struct nrb_survey *survey, const struct nrb_vmnode *vm, int mode)
{
	return to_bytes(nrb_gates_reclaimable(&survey->state, vm, mode));
}

static void print_gates(struct page *page)
{
	static const struct nrb_table_column columns[] = {
		{ .name = "NODE", .right = true },
		{ .name = "MODE 1", .right = true },
		{ .name = "2,3", .right = true },
		{ .name = "4,5", .right = true },
		{ .name = "6,7", .right = true },
		{ .name = "MUST EXCEED", .right = true },
		{ .name = "OR SLAB", .right = true },
		{ .name = "MUST EXCEED", .right = true },
	};
	const struct nrb_survey *survey = page->survey;
	struct nrb_table *table = nrb_page_begin_table(&page->text, columns, 8);

	for (int i = 0; i < survey->machine.topology.n_nodes; i++) {
		const struct nrb_vmnode *vm = survey->nodes[i].vm;

		if (!survey->nodes[i].has_memory || vm == NULL) {
			continue;
		}
		add_mib_row(page, table, vm->node,
			(const int64_t[]){ reclaimable(survey, vm, 1),
				reclaimable(survey, vm, 2), reclaimable(survey, vm, 4),
				reclaimable(survey, vm, 6),
				to_bytes(vm->min_unmapped_pages),
				to_bytes(vm->slab_reclaimable_pages),
				to_bytes(vm->min_slab_pages) });
	}
	nrb_page_end_table(&page->text, table);
}

static void print_effects(struct page *page)
{
	static const struct nrb_table_column columns[] = {
		{ .name = "NODE", .right = true },
		{ .name = "FROM", .right = true },
		{ .name = "MODES" },
		{ .name = "PREDICTION" },
	};
	struct nrb_table *table;

	if (page->survey->machine.found_mode == NRB_ABSENT) {
		return;
	}
	nrb_page_heading(&page->text,
		"What each mode would do now, for a task on the CPUs of node FROM");
	table = nrb_page_begin_table(&page->text, columns, 4);
	for (int i = 0; i < page->survey->machine.topology.n_nodes; i++) {
		if (page->survey->nodes[i].has_memory) {
			add_effects(page, table, i);
		}
	}
	nrb_page_end_table(&page->text, table);
	print_why(page);
	nrb_page_heading(
		&page->text, "Reclaimable file cache as the kernel counts it (MiB)");
	print_gates(page);
}

static void print_finding(struct page *page, const struct nrb_finding *finding)
{
	nrb_page_line(&page->text, "- %s%s%s.%s%s%s", finding->what,
		finding->why[0] != '\0' ? ": " : "", finding->why,
		finding->way_out[0] != '\0' ? " Way out: " : "", finding->way_out,
		finding->way_out[0] != '\0' ? "." : "");
}

static void print_run(struct page *page)
{
	const struct nrb_run_options options = { .reference = -1, .dir = "." };
	const struct nrb_survey *survey = page->survey;

	if (survey->obstacles.n > 0) {
		nrb_page_heading(&page->text, "A run is not possible here");
		for (int i = 0; i < survey->obstacles.n; i++) {
			print_finding(page, &survey->obstacles.list[i]);
		}
	}
	if (survey->has_plan) {
		nrb_page_heading(&page->text, survey->obstacles.n > 0
						      ? "Without that, `run` would do"
						      : "`run` would do");
		nrb_plan_print(&survey->plan, &options, &survey->machine,
			page->text.screen, page->text.out);
	}
}

int nrb_checktext_print(
	const struct nrb_survey *survey, const struct nrb_screen *screen, FILE *out)
{
	struct page page = { .survey = survey, .text = { .screen = screen, .out = out } };

	nrb_page_line(&page.text, "%s%sLinux %s", survey->host,
		survey->host[0] != '\0' ? ": " : "", survey->machine.kernel);
	print_cpu(&page);
	nrb_page_heading(&page.text, "Nodes (MiB)");
	print_nodes(&page);
	nrb_page_heading(&page.text, "File cache and reclaimable slab (MiB)");
	print_caches_of_nodes(&page);
	print_distances(&page);
	nrb_page_heading(&page.text, "Zones (pages)");
	print_zones(&page);
	print_settings(&page);
	print_effects(&page);
	if (survey->warnings.n > 0) {
		nrb_page_heading(&page.text, "What disturbs a run");
	}
	for (int i = 0; i < survey->warnings.n; i++) {
		print_finding(&page, &survey->warnings.list[i]);
	}
	print_run(&page);
	return nrb_page_end(&page.text);
}
