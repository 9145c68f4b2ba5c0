/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading an arm of --set. */
#include "nrb/set.h"

#include "nrb/diag.h"
#include "nrb/units.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { NAMES_LEN = 1024, ITEM_LEN = 128, MOST_TIMES = 99 };

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
	return nrb_refuse(NRB_EXIT_USAGE,
		"NAME=VALUE or NAME=x2, several joined by +, or \"found\"",
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

/* "vm.min_free_kbytes=x2": the row and the number; a number alone can be multiplied. */
static bool is_multiple(
	const char *item, const struct nrb_setting **setting, int *multiple)
{
	size_t name_len = strcspn(item, "=");
	char name[ITEM_LEN];
	int64_t times;

	if (strncmp(item + name_len, "=x", 2) != 0 ||
		nrb_units_parse_i64(item + name_len + 2, 2, MOST_TIMES, &times) < 0) {
		return false;
	}
	snprintf(name, sizeof(name), "%.*s", (int)name_len, item);
	*setting = nrb_setting_find(name);
	*multiple = (int)times;
	return *setting != NULL && (*setting)->form == NRB_FORM_NUMBER;
}

static int add_item(struct nrb_set *set, const struct nrb_setting *setting,
	const char *value, int multiple)
{
	char text[NRB_SETTING_LEN];

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
	set->items[set->n].multiple = multiple;
	strcpy(set->items[set->n].value, value);
	set->n++;
	snprintf(text, sizeof(text), "x%d", multiple);
	add_text(set, setting, multiple > 0 ? text : value);
	return 0;
}

static int add(struct nrb_set *set, const char *item)
{
	const struct nrb_setting *setting;
	char value[NRB_SETTING_LEN] = "";
	int multiple = 0, rc = 0;

	if (!is_multiple(item, &setting, &multiple)) {
		multiple = 0;
		rc = nrb_setting_assign(item, &setting, value);
	}
	if (rc == -ENOENT || (rc == 0 && !setting->may_set)) {
		return refuse_name(item);
	}
	return rc < 0 ? refuse_value(item) : add_item(set, setting, value, multiple);
}

static int resolve(struct nrb_set *set, int i, const struct nrb_root *root)
{
	const struct nrb_setting *setting = set->items[i].setting, *same;
	char found[NRB_SETTING_LEN], item[ITEM_LEN + NRB_SETTING_LEN];
	int64_t number;
	int rc = nrb_setting_read(root, setting, found);

	if (rc < 0 ||
		nrb_units_parse_i64(found, 0, INT64_MAX / MOST_TIMES, &number) < 0) {
		return nrb_refuse(NRB_EXIT_NOT_HERE, "give a number",
			"--set %s=x%d: what is found cannot be read", setting->name,
			set->items[i].multiple);
	}
	snprintf(item, sizeof(item), "%s=%" PRId64, setting->name,
		number * set->items[i].multiple);
	if (nrb_setting_assign(item, &same, set->items[i].value) < 0) {
		return nrb_refuse(NRB_EXIT_USAGE, "give a number",
			"--set %s=x%d: %" PRId64
			" is found, and %d times that is no value",
			setting->name, set->items[i].multiple, number,
			set->items[i].multiple);
	}
	set->items[i].multiple = 0;
	return 0;
}

int nrb_set_resolve(struct nrb_set *set, const struct nrb_root *root)
{
	int rc = 0;

	set->text[0] = '\0';
	for (int i = 0; i < set->n && rc == 0; i++) {
		if (set->items[i].multiple > 0) {
			rc = resolve(set, i, root);
		}
		add_text(set, set->items[i].setting, set->items[i].value);
	}
	return rc;
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
