/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of scenarios as text and as JSON. */
#include "nrb/listscenarios.h"

#include <string.h>

enum { INDENT = 29, MAX_LINE = 1024 };

/* What of a scenario's needs its user has to provide: said where it has all of needs, and none of
 * but. */
static const struct {
	unsigned int needs, but;
	const char *words;
} needs_table[] = {
	{ NRB_NEEDS_SPILL, 0, "a second node with memory" },
	{ NRB_NEEDS_NEIGHBOUR, 0, "CPUs on another node with memory" },
	{ NRB_NEEDS_FILE, 0, "a file on a disk" },
	{ NRB_NEEDS_SPACE, NRB_NEEDS_SERVED, "that file's space on the disk" },
	{ NRB_NEEDS_SPACE | NRB_NEEDS_SERVED, 0,
		"that file's space on the disk where no --file is given" },
	{ NRB_NEEDS_SWAP, 0, "swap" },
	{ NRB_NEEDS_LOAD, 0, "loopback to be up" },
	{ 0, 0, NULL },
};

static bool is_needed(unsigned int needs, int i)
{
	return (needs & needs_table[i].needs) == needs_table[i].needs &&
	       !(needs & needs_table[i].but);
}

static void format_needs(unsigned int needs, char *list, size_t len)
{
	list[0] = '\0';
	for (int i = 0; needs_table[i].words != NULL; i++) {
		size_t used = strlen(list);

		if (is_needed(needs, i)) {
			snprintf(list + used, len - used, "%s%s", used > 0 ? ", " : "",
				needs_table[i].words);
		}
	}
}

static void print_entry(
	const struct nrb_screen *screen, FILE *out, const char *name, const char *text)
{
	char line[MAX_LINE];

	snprintf(line, sizeof(line), "  %-26s %s", name, text);
	nrb_screen_wrap(screen, out, INDENT, line);
}

static void print_detail(
	const struct nrb_screen *screen, FILE *out, const char *label, const char *text)
{
	char line[MAX_LINE];

	if (text[0] != '\0') {
		snprintf(line, sizeof(line), "%*s%-7s %s", INDENT, "", label, text);
		nrb_screen_wrap(screen, out, INDENT + 8, line);
	}
}

static void print_variants(
	const struct nrb_scenario *scenario, const struct nrb_screen *screen, FILE *out)
{
	for (const struct nrb_variant *v = scenario->variants; v->name != NULL; v++) {
		char name[NRB_WORD_LEN + 2], needs[MAX_LINE / 4], text[MAX_LINE / 2];

		if (v->name[0] == '\0') {
			continue;
		}
		snprintf(name, sizeof(name), "  %s", v->name);
		format_needs(v->needs, needs, sizeof(needs));
		snprintf(text, sizeof(text), "%s%s%s%s", v->shows,
			needs[0] != '\0' ? "; needs " : "", needs,
			v == scenario->variants ? " (the default)" : "");
		print_entry(screen, out, name, text);
	}
}

void nrb_listscenarios_print(const struct nrb_scenario *const *table,
	const struct nrb_screen *screen, FILE *out)
{
	char needs[MAX_LINE / 4];

	for (; *table != NULL; table++) {
		const struct nrb_scenario *scenario = *table;

		print_entry(screen, out, scenario->name, scenario->question);
		print_detail(screen, out, "holds", scenario->holds);
		print_detail(screen, out, "shows", scenario->shows);
		print_detail(screen, out, "limits", scenario->limits);
		format_needs(scenario->needs, needs, sizeof(needs));
		print_detail(screen, out, "needs", needs);
		print_variants(scenario, screen, out);
	}
}

static struct nrb_json *needs_json(unsigned int needs)
{
	struct nrb_json *array = nrb_json_array();

	for (int i = 0; needs_table[i].words != NULL; i++) {
		if (is_needed(needs, i)) {
			nrb_json_append(array, nrb_json_str(needs_table[i].words));
		}
	}
	return array;
}

static struct nrb_json *variants_json(const struct nrb_scenario *scenario)
{
	struct nrb_json *object = nrb_json_object();

	for (const struct nrb_variant *v = scenario->variants; v->name != NULL; v++) {
		struct nrb_json *entry;

		if (v->name[0] == '\0') {
			continue;
		}
		entry = nrb_json_object();
		nrb_json_set_str(entry, "shows", v->shows);
		nrb_json_set(entry, "needs", needs_json(v->needs));
		nrb_json_set_bool(entry, "default", v == scenario->variants);
		nrb_json_set(object, v->name, entry);
	}
	return object;
}

struct nrb_json *nrb_listscenarios_json(const struct nrb_scenario *const *table)
{
	struct nrb_json *object = nrb_json_object();

	for (; *table != NULL; table++) {
		const struct nrb_scenario *scenario = *table;
		struct nrb_json *entry = nrb_json_object();

		nrb_json_set_str(entry, "question", scenario->question);
		nrb_json_set_str(entry, "holds", scenario->holds);
		nrb_json_set_str(entry, "shows", scenario->shows);
		nrb_json_set_str(entry, "limits", scenario->limits);
		nrb_json_set(entry, "needs", needs_json(scenario->needs));
		nrb_json_set(entry, "variants", variants_json(scenario));
		nrb_json_set(object, scenario->name, entry);
	}
	return object;
}
