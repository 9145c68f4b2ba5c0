/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What of root each process of ours keeps: one table, of process and capability, with the reason.
 * Settings of /proc/sys and /sys are written by who is user 0, for which no capability is needed, and
 * user 0 may kill user 0. Man page 8, PRIVILEGES, says the same.
 */
#ifndef NRB_RIGHTS_H
#define NRB_RIGHTS_H

#include "nrb/fsroot.h"

/* Processes of a run, then commands by themselves, then programs that are started. */
enum nrb_role {
	NRB_ROLE_PARENT, /* once everything is open */
	NRB_ROLE_GUARD,
	NRB_ROLE_CHILD,
	NRB_ROLE_HOLDER, /* also the process that writes beside a child */
	NRB_ROLE_BALLAST,
	NRB_ROLE_BALLAST_HELD, /* once all is taken */
	NRB_ROLE_WRITER,       /* of the cache file */
	NRB_ROLE_RESTORE,
	NRB_ROLE_CHECK,
	NRB_ROLE_WATCH,
	NRB_ROLE_READER, /* report, compare, export, list */
	NRB_ROLE_REHEARSE,
	NRB_ROLE_SCRIPT, /* build-guest, fetch-kernel */
	NRB_ROLE_QEMU,
	NRB_N_ROLES
};

/* What of a run asks for rights that others do without. */
enum nrb_rights_need {
	NRB_RIGHTS_ADMIN = 1, /* a setting with needs_admin is written */
	NRB_RIGHTS_CPUSET = 2,
	NRB_RIGHTS_SERVED = 4, /* --file */
	NRB_RIGHTS_RING = 8,   /* explain --verify --gfp kernel */
};

enum { NRB_MAX_RIGHTS = 8 };

/** A row of the table, for the tests: whose it is, bits of 1 << enum nrb_role; a need, or 0: always. */
struct nrb_right {
	int cap;
	const char *name, *why;
	unsigned int roles, need;
};

/** The table; its last row has no name. */
extern const struct nrb_right nrb_right_table[];

/** As a manual says it: "parent". */
const char *nrb_role_name(enum nrb_role role);

/** Say what this run needs, before its first process starts: all of them inherit that. */
void nrb_rights_declare(unsigned int needs);

/** The capabilities that a process keeps. keep  out, ends with -1 */
void nrb_rights_of(enum nrb_role role, unsigned int needs, int keep[NRB_MAX_RIGHTS]);

/**
 * Give up for good what the table does not name for this process and the needs declared: effective,
 * permitted, inheritable and ambient capabilities, and the whole bounding set, unless programs are to
 * be started with some of them; and set no_new_privs. Under a root that is not live nothing is done.
 * Returns 0 or a negative errno, with a message.
 */
int nrb_rights_limit(const struct nrb_root *root, enum nrb_role role);

#endif
