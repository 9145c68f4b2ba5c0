/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tables as text and as JSON. */
#include "nrb/list.h"

#include "nrb/diag.h"
#include "nrb/factors.h"
#include "nrb/figures.h"
#include "nrb/json.h"
#include "nrb/kernelrules.h"
#include "nrb/listscenarios.h"
#include "nrb/reclaimgates.h"
#include "nrb/record.h"
#include "nrb/sample.h"
#include "nrb/scenarios.h"
#include "nrb/settings.h"
#include "nrb/watchmoment.h"

#include <errno.h>
#include <string.h>

/* One entry, whatever table it comes from. */
struct entry {
	const char *name, *help;
	char text[256]; /* where help is put together */
};

/* Walks a table: fills entry i, or returns false at its end. */
struct section {
	const char *key, *title;
	bool (*at)(int i, struct entry *entry);
};

/* Which node and which mode is no word of a factor, but crossed as these are. */
static const struct nrb_factor_info first_factors[] = {
	{ "modes", NULL, NULL, "0 to 7, all", "values of vm.zone_reclaim_mode" },
	{ "node", NULL, NULL, "a number, all", "node under test" },
	{ "cpu-node", NULL, NULL, "same, a number", "node of the CPU that allocates" },
};

enum { N_FIRST_FACTORS = sizeof(first_factors) / sizeof(*first_factors) };

static bool factor_at(int i, struct entry *entry)
{
	const struct nrb_factor_info *factor =
		i < N_FIRST_FACTORS ? &first_factors[i]
				    : &nrb_factor_table[i - N_FIRST_FACTORS];
	size_t used = 0, len = sizeof(entry->text);

	if (i == N_FIRST_FACTORS + NRB_N_ARM_FACTORS) {
		return false;
	}
	entry->name = factor->name;
	entry->help = entry->text;
	for (int k = 0; factor->words != NULL && factor->words[k] != NULL; k++) {
		used += (size_t)snprintf(entry->text + used, len - used, "%s%s",
			k > 0 ? ", " : "", factor->words[k]);
	}
	snprintf(entry->text + used, len - used, "%s: %s",
		factor->words == NULL ? factor->range : "", factor->help);
	return true;
}

/* Entry i of the settings of one kind. */
static bool of_kind_at(int i, enum nrb_setting_kind kind, struct entry *entry)
{
	for (const struct nrb_setting *row = nrb_setting_table; row->name != NULL;
		row++) {
		if (row->kind == kind && i-- == 0) {
			*entry = (struct entry){ .name = row->name, .help = row->help };
			return true;
		}
	}
	return false;
}

static bool setting_at(int i, struct entry *entry)
{
	return of_kind_at(i, NRB_SETTING_VALUE, entry);
}

static bool trigger_at(int i, struct entry *entry)
{
	return of_kind_at(i, NRB_SETTING_TRIGGER, entry);
}

/* Of the settings that may be named, the names that --set takes: twins have one for each. */
static bool set_at(int i, struct entry *entry)
{
	for (const struct nrb_setting *row = nrb_setting_table; row->name != NULL;
		row++) {
		int names = row->may_set ? 1 + (row->form == NRB_FORM_TWINS) : 0;

		if (i < names) {
			*entry = (struct entry){ .name = names == 1 ? row->name
							 : i == 0   ? row->ratio_name
								    : row->bytes_name,
				.help = row->help };
			return true;
		}
		i -= names;
	}
	return false;
}

static bool string_at(int i, struct entry *entry)
{
	*entry = (struct entry){ .name = nrb_sample_strings[i].name,
		.help = nrb_sample_strings[i].help };
	return entry->name != NULL;
}

static bool field_at(int i, struct entry *entry)
{
	*entry = (struct entry){ .name = nrb_sample_fields[i].name,
		.help = nrb_sample_fields[i].help };
	return entry->name != NULL;
}

static bool node_field_at(int i, struct entry *entry)
{
	*entry = (struct entry){ .name = nrb_node_fields[i].name,
		.help = nrb_node_fields[i].help };
	return entry->name != NULL;
}

static bool walk_field_at(int i, struct entry *entry)
{
	*entry = (struct entry){ .name = nrb_walk_fields[i].name,
		.help = nrb_walk_fields[i].help };
	return entry->name != NULL;
}

static bool zone_field_at(int i, struct entry *entry)
{
	*entry = (struct entry){ .name = nrb_zone_fields[i].name,
		.help = nrb_zone_fields[i].help };
	return entry->name != NULL;
}

static bool look_field_at(int i, struct entry *entry)
{
	*entry = (struct entry){ .name = nrb_look_fields[i].name,
		.help = nrb_look_fields[i].help };
	return entry->name != NULL;
}

static bool counter_at(int i, struct entry *entry)
{
	if (i == NRB_N_COUNTERS) {
		return false;
	}
	*entry = (struct entry){ .name = nrb_counter_table[i].name,
		.help = nrb_counter_table[i].help };
	return true;
}

/* Entry i of two tables, one after the other. */
static bool either_at(int i, const struct nrb_string_field *strings,
	const struct nrb_field *fields, struct entry *entry)
{
	for (; strings->name != NULL; strings++) {
		if (i-- == 0) {
			*entry = (struct entry){ .name = strings->name,
				.help = strings->help };
			return true;
		}
	}
	for (; fields->name != NULL; fields++) {
		if (i-- == 0) {
			*entry = (struct entry){ .name = fields->name,
				.help = fields->help };
			return true;
		}
	}
	return false;
}

static bool header_at(int i, struct entry *entry)
{
	return either_at(i, nrb_header_strings, nrb_header_fields, entry);
}

static bool end_at(int i, struct entry *entry)
{
	return either_at(i, nrb_end_strings, nrb_end_fields, entry);
}

static bool figure_at(int i, struct entry *entry)
{
	if (i == NRB_N_FIGURES) {
		return false;
	}
	*entry = (struct entry){ .name = nrb_figure_table[i].name,
		.help = nrb_figure_table[i].help };
	return true;
}

static bool gate_at(int i, struct entry *entry)
{
	if (i == NRB_N_GATES) {
		return false;
	}
	*entry = (struct entry){ .name = nrb_gate_table[i].name,
		.help = nrb_gate_table[i].asks };
	return true;
}

static bool kernelrule_at(int i, struct entry *entry)
{
	if (i == NRB_N_KERNELRULES) {
		return false;
	}
	*entry = (struct entry){ .name = nrb_kernelrule_table[i].name,
		.help = nrb_kernelrule_table[i].text };
	return true;
}

static bool watch_at(int i, struct entry *entry)
{
	if (i == NRB_N_WATCH) {
		return false;
	}
	*entry = (struct entry){ .name = nrb_watch_table[i].name,
		.help = nrb_watch_table[i].help };
	return true;
}

static const struct section sections[] = {
	{ "factors", "Factors (--NAME VALUE,...), each crossed with every other",
		factor_at },
	{ "set", "Settings that --set takes", set_at },
	{ "settings", "Settings that may be written, and are put back", setting_at },
	{ "triggers", "What may be written beside, with nothing to be put back",
		trigger_at },
	{ "strings", "Words of a cell in the record", string_at },
	{ "fields", "Numbers of a cell in the record", field_at },
	{ "node_fields", "Numbers of a node in a cell", node_field_at },
	{ "walk_fields", "Numbers of a walk in a cell", walk_field_at },
	{ "look_fields", "Numbers of a look at a node in a cell", look_field_at },
	{ "zone_fields", "Numbers of a zone that was watched in a cell", zone_field_at },
	{ "counters", "Kernel counters of a cell", counter_at },
	{ "header_fields", "Words and numbers of a record's first line", header_at },
	{ "end_fields", "Words and numbers of its last line", end_at },
	{ "figures", "Columns of report --csv, keys of report --json", figure_at },
	{ "gates", "Gates of node reclaim, in the kernel's order (explain)", gate_at },
	{ "kernel_rules", "What differs between kernels (explain)", kernelrule_at },
	{ "watch", "Bytes and counts of watch --json", watch_at },
	{ NULL, NULL, NULL },
};

static int print_json(FILE *out)
{
	struct nrb_json *document = nrb_json_object();
	struct entry entry;
	int rc;

	nrb_json_set(document, "scenarios", nrb_listscenarios_json(nrb_scenario_table));
	for (const struct section *s = sections; s->key != NULL; s++) {
		struct nrb_json *object = nrb_json_object();

		for (int i = 0; s->at(i, &entry); i++) {
			nrb_json_set_str(object, entry.name, entry.help);
		}
		nrb_json_set(document, s->key, object);
	}
	rc = nrb_json_print(document, 2, out);
	nrb_json_free(document);
	return rc;
}

static void print_text(const struct nrb_screen *screen, FILE *out)
{
	struct entry entry;
	char line[1024];

	fprintf(out, "%sScenarios (--scenario) and their variants (--variant)%s\n",
		nrb_screen_bold(screen), nrb_screen_plain(screen));
	nrb_listscenarios_print(nrb_scenario_table, screen, out);
	for (const struct section *s = sections; s->key != NULL; s++) {
		fprintf(out, "\n%s%s%s\n", nrb_screen_bold(screen), s->title,
			nrb_screen_plain(screen));
		for (int i = 0; s->at(i, &entry); i++) {
			snprintf(
				line, sizeof(line), "  %-28s %s", entry.name, entry.help);
			nrb_screen_wrap(screen, out, 31, line);
		}
	}
}

int nrb_list(bool json, const struct nrb_screen *screen, FILE *out)
{
	int rc = 0;

	if (json) {
		rc = print_json(out);
	} else {
		print_text(screen, out);
	}
	if (rc == 0) {
		rc = fflush(out) != 0 ? -errno : ferror(out) ? -EIO : 0;
	}
	return rc < 0 ? nrb_fail(rc, "cannot print the list") : 0;
}
