/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Settings of others, read back after each cell. */
#include "nrb/surroundings.h"

#include "nrb/confounders.h"
#include "nrb/diag.h"
#include "nrb/settings.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VALUE_LEN = 96 };

struct nrb_surrounding {
	const struct nrb_confounder *confounder;
	char value[VALUE_LEN]; /* "" where it cannot be read */
};

static bool is_named(const struct nrb_setting *setting, const char *name)
{
	return strcmp(setting->name, name) == 0 ||
	       (setting->twin_path != NULL &&
		       (strcmp(setting->ratio_name, name) == 0 ||
			       strcmp(setting->bytes_name, name) == 0));
}

/* The knob's, and the swap device's, which stands under another name here. */
static bool is_ours(const struct nrb_plan_settings *ours, const char *name)
{
	bool found = strcmp(name, "vm.zone_reclaim_mode") == 0;

	for (int i = 0; i < ours->n; i++) {
		found = found || is_named(ours->list[i], name) ||
			(strcmp(ours->list[i]->name, "swap") == 0 &&
				strcmp(name, "swap.devices") == 0);
	}
	return found;
}

static void read_value(
	const struct nrb_root *root, const struct nrb_confounder *confounder, char *value)
{
	if (nrb_confounder_read(root, confounder, value, VALUE_LEN) < 0) {
		value[0] = '\0';
	}
}

int nrb_surroundings_begin(struct nrb_surroundings *surroundings,
	const struct nrb_root *root, const struct nrb_plan *plan)
{
	const struct nrb_confounder *c = nrb_confounder_table;
	struct nrb_plan_settings ours;
	size_t rows = 0;

	while (c[rows].name != NULL) {
		rows++;
	}
	*surroundings = (struct nrb_surroundings){ .root = root,
		.list = calloc(rows + 1, sizeof(*surroundings->list)) };
	if (surroundings->list == NULL) {
		return nrb_fail(-ENOMEM, "no memory for the machine's settings");
	}
	nrb_plan_settings(plan, &ours);
	for (; c->name != NULL; c++) {
		if (!is_ours(&ours, c->name)) {
			struct nrb_surrounding *row =
				&surroundings->list[surroundings->n++];

			row->confounder = c;
			read_value(root, c, row->value);
		}
	}
	return 0;
}

void nrb_surroundings_finish(struct nrb_surroundings *surroundings)
{
	free(surroundings->list);
	*surroundings = (struct nrb_surroundings){ 0 };
}

static const char *shown(const char *value)
{
	return value[0] != '\0' ? value : "unknown";
}

void nrb_surroundings_look(
	struct nrb_surroundings *surroundings, char *changed, size_t len)
{
	changed[0] = '\0';
	for (int i = 0; i < surroundings->n; i++) {
		struct nrb_surrounding *row = &surroundings->list[i];
		size_t used = strlen(changed);
		char now[VALUE_LEN];

		read_value(surroundings->root, row->confounder, now);
		if (strcmp(now, row->value) != 0) {
			snprintf(changed + used, len - used, "%s%s %s to %s",
				used > 0 ? "; " : "", row->confounder->name,
				shown(row->value), shown(now));
			strcpy(row->value, now);
		}
	}
}
