/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What may be written on a machine: one const table. Everything else is recorded, not changed. */
#ifndef NRB_SETTINGS_H
#define NRB_SETTINGS_H

#include "nrb/fsroot.h"

#include <stdbool.h>
#include <stdint.h>

enum nrb_setting_kind {
	NRB_SETTING_VALUE,   /* has a value to restore */
	NRB_SETTING_TRIGGER, /* an act with nothing to restore (vm.stat_refresh) */
};

struct nrb_setting {
	const char *name; /* as in --set and in the record: "vm.zone_reclaim_mode" */
	const char *path;
	enum nrb_setting_kind kind;
	/* rests here between cells, written without journaling anew; NULL: at the value found */
	const char *rest;
	int64_t max; /* numbers from 0 to here are values, in decimal, 0x or 0 notation */
	bool is_switch; /* also takes y and n; bit 0 is the switch, the rest its parts */
	const char *help;
};

extern const struct nrb_setting nrb_setting_table[]; /* ends with name NULL */

enum { NRB_SETTING_LEN = 64 }; /* of a value as text, with its NUL */

/** The row of a name, or NULL. */
const struct nrb_setting *nrb_setting_find(const char *name);

/** Read a setting as canonical text (no newline). Returns 0 or a negative errno, silent. */
int nrb_setting_read(const struct nrb_root *root, const struct nrb_setting *setting,
	char *value /* [NRB_SETTING_LEN] */);

/** Whether a text is a value that this setting could have. */
bool nrb_setting_valid(const struct nrb_setting *setting, const char *value);

/** Write a setting, then read it back (a trigger is not: it has no value). Returns 0 or a
 * negative errno, silent (-EBADMSG: it reads back as something else). Nobody but guard.c and
 * putback.c calls this for a NRB_SETTING_VALUE. */
int nrb_setting_write(const struct nrb_root *root, const struct nrb_setting *setting,
	const char *value);

/** Whether two texts are the same value of a setting (lru_gen reads "0x0007", takes "7", "y":
 * y is any value with the switch on, since the kernel turns on what the CPU has). False where
 * either is no value. */
bool nrb_setting_same(const struct nrb_setting *setting, const char *a, const char *b);

#endif
