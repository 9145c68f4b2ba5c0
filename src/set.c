/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading an arm of --set. */
#include "nrb/set.h"

#include "nrb/diag.h"
#include "nrb/units.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { NAMES_LEN = 1024, ITEM_LEN = 128 };

static void add_name(char *names, const char *name)
{
	size_t len = strlen(names);

	snprintf(names + len, NAMES_LEN - len, "%s%s", len > 0 ? ", " : "", name);
}

/* Lists a name that may be set, and compares it with what was typed. */
static void offer(const char *name, char *names, struct nrb_nearest *nearest)
{
	if (name != NULL) {
		add_name(names, name);
		nrb_nearest_look(nearest, name);
	}
}

static int refuse_name(const char *item)
{
	char names[NAMES_LEN] = "", way_out[NAMES_LEN + 32], typed[ITEM_LEN];
	struct nrb_nearest nearest = { .word = typed };

	snprintf(typed, sizeof(typed), "%.*s", (int)strcspn(item, "="), item);
	for (const struct nrb_setting *row = nrb_setting_table; row->name != NULL;
		row++) {
		if (row->may_set) {
			offer(row->ratio_name != NULL ? row->ratio_name : row->name,
				names, &nearest);
			offer(row->bytes_name, names, &nearest);
		}
	}
	if (nearest.name != NULL) {
		return nrb_refuse(NRB_EXIT_USAGE, NULL,
			"--set: %s may not be set; did you mean %s?", typed,
			nearest.name);
	}
	snprintf(way_out, sizeof(way_out), "those that may: %s", names);
	return nrb_refuse(NRB_EXIT_USAGE, way_out, "--set: %s may not be set", typed);
}

static int refuse_value(const char *item)
{
	return nrb_refuse(NRB_EXIT_USAGE, "NAME=VALUE, several joined by +, or \"found\"",
		"--set: %s has no value that the setting can have", item);
}

/* Twins by the name that they have as sysctls. */
static void add_text(
	struct nrb_set *set, const struct nrb_setting *setting, const char *value)
{
	const bool is_ratio = strchr(value, '%') != NULL;
	const char *name = setting->name;
	size_t len = strlen(set->text);

	if (setting->form == NRB_FORM_TWINS) {
		name = is_ratio ? setting->ratio_name : setting->bytes_name;
	}
	snprintf(set->text + len, sizeof(set->text) - len, "%s%s=%.*s",
		len > 0 ? "+" : "", name, (int)strcspn(value, "%"), value);
}

static int add(struct nrb_set *set, const char *item)
{
	const struct nrb_setting *setting;
	char value[NRB_SETTING_LEN];
	int rc = nrb_setting_assign(item, &setting, value);

	if (rc == -ENOENT || (rc == 0 && !setting->may_set)) {
		return refuse_name(item);
	}
	if (rc < 0) {
		return refuse_value(item);
	}
	for (int i = 0; i < set->n; i++) {
		if (set->items[i].setting == setting) {
			return nrb_refuse(NRB_EXIT_USAGE,
				"dirty_ratio and dirty_bytes are one setting",
				"--set: %s is set twice in one arm", setting->name);
		}
	}
	if (set->n == NRB_MAX_SET) {
		return nrb_refuse(NRB_EXIT_USAGE, "make several arms of it",
			"--set: over %d settings in one arm", NRB_MAX_SET);
	}
	set->items[set->n].setting = setting;
	strcpy(set->items[set->n].value, value);
	set->n++;
	add_text(set, setting, value);
	return 0;
}

int nrb_set_parse(struct nrb_set *set, const char *text)
{
	char item[ITEM_LEN];
	int rc = 0;

	*set = (struct nrb_set){ 0 };
	if (strcmp(text, "found") == 0) {
		return 0;
	}
	for (;;) {
		size_t len = strcspn(text, "+");

		if (len >= sizeof(item)) {
			return refuse_value(text);
		}
		memcpy(item, text, len);
		item[len] = '\0';
		rc = add(set, item);
		if (rc < 0 || text[len] == '\0') {
			return rc;
		}
		text += len + 1;
	}
}
