/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What may be written on a machine: one const table. Everything else is recorded, not changed. */
#ifndef NRB_SETTINGS_H
#define NRB_SETTINGS_H

#include "nrb/fsroot.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum nrb_setting_kind {
	NRB_SETTING_VALUE,   /* has a value to restore */
	NRB_SETTING_TRIGGER, /* an act with nothing to restore (vm.stat_refresh) */
};

/* How a value is read, written and compared. */
enum nrb_setting_form {
	NRB_FORM_NUMBER, /* 0..max, in decimal, 0x or 0 notation */
	NRB_FORM_SWITCH, /* a number, or y and n; bit 0 is the switch, the rest its parts */
	/* Two sysctls of which the kernel zeroes one when the other is written: "20%" is the ratio,
	 * "1048576" the bytes (path and twin_path). One setting, so that it goes back as it was. Both
	 * 0 is "0%"; neither 0, as two writers at once may leave it, reads "20%+1048576": no value. */
	NRB_FORM_TWINS,
	/* The one swap device: its path where it is on, "none" where swap is off. Reads "several" with
	 * more of them, which is no value. By swapon(2) and swapoff(2), on the live machine alone;
	 * path is proc/swaps. Priority and discard are not kept: for machines of our own. */
	NRB_FORM_SWAP,
};

struct nrb_setting {
	const char *name; /* as in the record: "vm.zone_reclaim_mode" */
	const char *path; /* of a trigger of each node, with %d */
	enum nrb_setting_kind kind;
	enum nrb_setting_form form;
	/* of twins: that of the bytes, and the names that they have as sysctls */
	const char *twin_path, *ratio_name, *bytes_name;
	/* rests here between cells, written without journaling anew; NULL: at the value found */
	const char *rest;
	int64_t min, max; /* of numbers; of twins: of the bytes */
	/* what --set takes of them; both 0: all; with such bounds a ratio of twins is at least 1 */
	int64_t set_min, set_max;
	bool may_set; /* named by --set; the others belong to an option or a scenario */
	bool needs_admin; /* CAP_SYS_ADMIN to write; all others are root's by their file mode */
	const char *help;
};

extern const struct nrb_setting nrb_setting_table[]; /* ends with name NULL */

enum { NRB_SETTING_LEN = 64 }; /* of a value as text, with its NUL */

/**
 * Read "NAME=VALUE", NAME a row's name or one of a twin's sysctls ("vm.dirty_bytes=1048576" is
 * "vm.dirty" and "1048576", "vm.dirty_ratio=20" is "vm.dirty" and "20%").
 * Returns 0, -ENOENT (no such setting), -EINVAL (no "=", or not a value that it should be given);
 * silent.
 */
int nrb_setting_assign(const char *text, const struct nrb_setting **setting,
	char *value /* [NRB_SETTING_LEN] */);

/** The shell command that would set it by hand, below / (root->live) or ROOT/. Fills and returns
 * buf. */
const char *nrb_setting_command(char *buf, size_t len, const struct nrb_root *root,
	const struct nrb_setting *setting, const char *value);

/** Ask the kernel to reclaim bytes of a node (nodeN/reclaim, 6.17 and later), a trigger.
 * Returns 0 (also where it reclaimed less: older kernels say -EAGAIN for it), -ENOENT (a kernel
 * without), -EBUSY (someone else reclaims it) or another negative errno; silent. */
int nrb_setting_trim_node(const struct nrb_root *root, int node, int64_t bytes);

/** Whether this is a guest of our own making (it has the command that rehearsal/init runs), where
 * alone swap may be turned off and on. */
bool nrb_setting_can_swap(const struct nrb_root *root);

/** Whether a node has that trigger. */
bool nrb_setting_can_trim(const struct nrb_root *root, int node);

/** Whether this kernel has the file of a setting. */
bool nrb_setting_is_there(const struct nrb_root *root, const struct nrb_setting *setting);

/** The row of a name, or NULL. */
const struct nrb_setting *nrb_setting_find(const char *name);

/** Read a setting as canonical text (no newline). Returns 0 or a negative errno, silent. */
int nrb_setting_read(const struct nrb_root *root, const struct nrb_setting *setting,
	char *value /* [NRB_SETTING_LEN] */);

/** Whether a text is a value that this setting could have. */
bool nrb_setting_valid(const struct nrb_setting *setting, const char *value);

/** A value in the one way that we write it: decimal, "y" for a switch that is on. Returns 0, or
 * -EINVAL for what nrb_setting_valid refuses; silent. */
int nrb_setting_canonical(const struct nrb_setting *setting, const char *text,
	char *value /* [NRB_SETTING_LEN] */);

/** Whether held is what a write of target passes on its way: twins go to "0%" by "1%". A kill may
 * leave it so. */
bool nrb_setting_passes(
	const struct nrb_setting *setting, const char *target, const char *held);

/** Whether a failed write or read is the kernel's no to this setting or this value; anything else
 * is our failure. */
bool nrb_setting_is_refused(int rc);

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
