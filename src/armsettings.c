/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An arm's settings as one list, applied from its start and undone from its end. */
#include "nrb/armsettings.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char lru_gen[] = "lru_gen.enabled", swap_name[] = "swap";

enum { MAX_WANTED = NRB_JOURNAL_MAX_SETTINGS };

/* In the order in which they are applied; a later one of a name overrides. */
struct wanted {
	int n;
	struct {
		const char *name;
		char value[NRB_SETTING_LEN];
	} items[MAX_WANTED];
};

static void want(struct wanted *wanted, const char *name, const char *value)
{
	assert(wanted->n < MAX_WANTED);
	wanted->items[wanted->n].name = name;
	snprintf(wanted->items[wanted->n].value, NRB_SETTING_LEN, "%s", value);
	wanted->n++;
}

/* On as it was found: a machine may run with a part of MGLRU off. */
static const char *lru_gen_on(const struct nrb_guard *guard, char *held)
{
	const char *found = nrb_guard_found(guard, lru_gen);

	if (found == NULL && nrb_setting_read(nrb_guard_root(guard),
				     nrb_setting_find(lru_gen), held) == 0) {
		found = held;
	}
	return found != NULL && strtoul(found, NULL, 0) & 1 ? found : "y";
}

static struct wanted list(
	const struct nrb_guard *guard, const struct nrb_arm *arm, const char *swap)
{
	struct wanted wanted = { 0 };
	char held[NRB_SETTING_LEN];

	for (const struct nrb_value *v = arm->variant->settings;
		v != NULL && v->name != NULL; v++) {
		if (v->if_there && !nrb_setting_is_there(nrb_guard_root(guard),
					   nrb_setting_find(v->name))) {
			continue;
		}
		want(&wanted, v->name, v->value);
	}
	if (arm->lru_gen >= 0) {
		want(&wanted, lru_gen, arm->lru_gen > 0 ? lru_gen_on(guard, held) : "n");
	}
	for (int i = 0; arm->set != NULL && i < arm->set->n; i++) {
		want(&wanted, arm->set->items[i].setting->name, arm->set->items[i].value);
	}
	if (arm->swap >= 0) {
		want(&wanted, swap_name, arm->swap > 0 ? swap : "none");
	}
	return wanted;
}

/* The first n, the last first. */
static int undo(struct nrb_guard *guard, const struct wanted *wanted, int n)
{
	int first = 0;

	for (int i = n - 1; i >= 0; i--) {
		const char *name = wanted->items[i].name,
			   *found = nrb_guard_found(guard, name);

		/* a stranger's value is the guard's to tell, once */
		if (found != NULL && !nrb_guard_is_foreign(guard, name)) {
			int rc = nrb_guard_set(guard, name, found);

			first = first < 0 ? first : rc;
		}
	}
	return first;
}

int nrb_armsettings_apply(struct nrb_guard *guard, const struct nrb_arm *arm,
	const char *swap, char *why, size_t why_len)
{
	const struct wanted wanted = list(guard, arm, swap);
	int rc = 0, n = 0;

	if (arm->swap > 0 && swap[0] == '\0') {
		snprintf(why, why_len, "no one swap device to turn on");
		return -EOPNOTSUPP;
	}
	while (n < wanted.n && rc == 0) {
		rc = nrb_guard_try(
			guard, wanted.items[n].name, wanted.items[n].value, why, why_len);
		n += rc == 0;
	}
	if (rc == -EOPNOTSUPP) {
		/* what refused may have moved all the same */
		int undone = undo(guard, &wanted, n + 1);

		rc = undone < 0 ? undone : rc;
	}
	return rc;
}

int nrb_armsettings_undo(struct nrb_guard *guard, const struct nrb_arm *arm)
{
	const struct wanted wanted = list(guard, arm, "");

	return undo(guard, &wanted, wanted.n);
}
