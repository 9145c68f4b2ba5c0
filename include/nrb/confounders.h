/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Everything on a machine that changes what a run measures: recorded, not changed.
 * One const table: name, path, how to read it, why it matters.
 */
#ifndef NRB_CONFOUNDERS_H
#define NRB_CONFOUNDERS_H

#include "nrb/fsroot.h"
#include "nrb/json.h"

enum nrb_confounder_kind {
	NRB_CONFOUNDER_TEXT,   /* the file's first line */
	NRB_CONFOUNDER_CHOICE, /* the word in [brackets] */
	NRB_CONFOUNDER_SIZE,   /* number of lines after the first (swap devices) */
	NRB_CONFOUNDER_CGROUP, /* a file of our cgroup: the least of its and its parents' */
	NRB_CONFOUNDER_ARGUMENT, /* of the kernel's command line; path is how it begins */
};

struct nrb_confounder {
	const char *name; /* "vm.min_free_kbytes", "lru_gen.enabled" */
	const char *path;
	enum nrb_confounder_kind kind;
	const char *why; /* it matters, one clause */
	/* the value that disturbs: "=V|W" one of these, "!V" any but this; NULL: none does */
	const char *disturbs;
	const char *way_out; /* one clause; NULL where disturbs is */
};

extern const struct nrb_confounder nrb_confounder_table[]; /* ends with name NULL */

/** The row of that name, which there must be. */
const struct nrb_confounder *nrb_confounder_find(const char *name);

/** Read one as text into buf. Returns 0 or a negative errno, silent (-ENOENT: not here). */
int nrb_confounder_read(const struct nrb_root *root,
	const struct nrb_confounder *confounder, char *buf, size_t len);

/** Whether a value as read is one that disturbs a run. */
bool nrb_confounder_disturbs(const struct nrb_confounder *confounder, const char *value);

/** All that are readable, as an object name -> text; the caller owns it. Among them
 * the number of swap devices, limits of our own cgroup (version 2), tuned's profile. */
struct nrb_json *nrb_confounders_json(const struct nrb_root *root);

/** MGLRU as found: "on" (bit 0 of lru_gen/enabled), "off", or "" where the kernel has none. */
const char *nrb_confounders_lru_gen(const struct nrb_root *root);

/** The caller's cgroup (version 2) below its mount, "" in its root. Returns 0, -ENOENT (in none) or
 * another negative errno; silent. Source: cgroups(7), the line "0::/PATH". */
int nrb_confounders_own_cgroup(const struct nrb_root *root, char *path, size_t len);

/** Whether any swap is in use now (more than the head line in /proc/swaps). */
bool nrb_confounders_has_swap(const struct nrb_root *root);

#endif
