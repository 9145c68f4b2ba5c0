/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which process keeps which capability, and why. */
#include "nrb/rights.h"

#include "nrb/process.h"

#include <linux/capability.h>

#define R(role) (1u << NRB_ROLE_##role)

/* clang-format off */
const struct nrb_right nrb_right_table[] = {
	{ CAP_IPC_LOCK, "CAP_IPC_LOCK", "to lock memory: holders and ballasts, and a guard in place of one "
	  "that died; a check says whether one may",
	  R(PARENT) | R(HOLDER) | R(BALLAST) | R(CHECK), 0 },
	{ CAP_SYS_ADMIN, "CAP_SYS_ADMIN", "to write kernel.numa_balancing, and to turn swap off and on",
	  R(PARENT) | R(GUARD), NRB_RIGHTS_ADMIN },
	{ CAP_SYS_ADMIN, "CAP_SYS_ADMIN", "the same for what a killed run had changed",
	  R(RESTORE), 0 },
	{ CAP_DAC_OVERRIDE, "CAP_DAC_OVERRIDE", "to make and remove a group in the root of cgroup v2, of mode "
	  "0555, and to go back from it to a group that may be a user's",
	  R(PARENT) | R(GUARD) | R(CHILD), NRB_RIGHTS_CPUSET },
	{ CAP_DAC_OVERRIDE, "CAP_DAC_OVERRIDE", "the same for the group that a killed run had made",
	  R(RESTORE), 0 },
	{ CAP_DAC_OVERRIDE, "CAP_DAC_OVERRIDE", "to make a file in a directory that may be a user's, or to read "
	  "one there",
	  R(WRITER) | R(READER) | R(REHEARSE) | R(SCRIPT), 0 },
	{ CAP_DAC_READ_SEARCH, "CAP_DAC_READ_SEARCH", "to read what may be a user's",
	  R(CHECK) | R(QEMU), 0 },
	{ CAP_DAC_READ_SEARCH, "CAP_DAC_READ_SEARCH", "to hand it to QEMU",
	  R(REHEARSE) | R(SCRIPT), 0 },
	{ CAP_FOWNER, "CAP_FOWNER", "to see what is cached of files that are a user's",
	  R(PARENT) | R(CHILD), NRB_RIGHTS_SERVED },
	{ CAP_NET_RAW, "CAP_NET_RAW", "to have the kernel take memory of its own, for a packet ring",
	  R(CHECK), NRB_RIGHTS_RING },
	{ .name = 0 },
};
/* clang-format on */

static const char *const names[NRB_N_ROLES] = {
	[NRB_ROLE_PARENT] = "parent",
	[NRB_ROLE_GUARD] = "guard",
	[NRB_ROLE_CHILD] = "child",
	[NRB_ROLE_HOLDER] = "holder",
	[NRB_ROLE_BALLAST] = "ballast, taking",
	[NRB_ROLE_BALLAST_HELD] = "ballast",
	[NRB_ROLE_WRITER] = "writer",
	[NRB_ROLE_RESTORE] = "restore",
	[NRB_ROLE_CHECK] = "check",
	[NRB_ROLE_WATCH] = "watch",
	[NRB_ROLE_READER] = "report",
	[NRB_ROLE_REHEARSE] = "rehearse",
	[NRB_ROLE_SCRIPT] = "scripts",
	[NRB_ROLE_QEMU] = "QEMU",
};

static unsigned int declared;

const char *nrb_role_name(enum nrb_role role)
{
	return names[role];
}

void nrb_rights_declare(unsigned int needs)
{
	declared = needs;
}

void nrb_rights_of(enum nrb_role role, unsigned int needs, int keep[NRB_MAX_RIGHTS])
{
	int n = 0;

	for (const struct nrb_right *row = nrb_right_table; row->name != NULL; row++) {
		if ((row->roles & (1u << role)) &&
			(row->need == 0 || (row->need & needs))) {
			keep[n++] = row->cap;
		}
	}
	keep[n] = -1;
}

/* A program that user 0 starts gets no more than is in the bounding set. */
static bool starts_programs(enum nrb_role role)
{
	return role == NRB_ROLE_REHEARSE || role == NRB_ROLE_SCRIPT ||
	       role == NRB_ROLE_QEMU;
}

int nrb_rights_limit(const struct nrb_root *root, enum nrb_role role)
{
	static const int none[] = { -1 };
	int keep[NRB_MAX_RIGHTS];

	if (!root->live) {
		return 0;
	}
	nrb_rights_of(role, declared, keep);
	return nrb_process_drop_capabilities(keep, starts_programs(role) ? keep : none);
}
