/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which files of a machine set vm.zone_reclaim_mode at boot: sysctl.d(5), and the active profile of
 * tuned. Reads only. */
#ifndef NRB_SYSCTLFILES_H
#define NRB_SYSCTLFILES_H

#include "nrb/fsroot.h"

#include <stdbool.h>

enum {
	NRB_SYSCTLFILES_MAX = 16,
	NRB_SYSCTLFILES_PATH = 320,
	NRB_SYSCTLFILES_VALUE = 32,
};

struct nrb_sysctlfile {
	char path[NRB_SYSCTLFILES_PATH];
	char value
		[NRB_SYSCTLFILES_VALUE]; /* of its last line that sets it, verbatim, cut */
};

struct nrb_sysctlfiles {
	int n; /* found; of more than NRB_SYSCTLFILES_MAX only these are kept */
	struct nrb_sysctlfile file[NRB_SYSCTLFILES_MAX];
	int unread; /* files and directories that are there and could not be read, or lead out of the root */
};

/** Add those of sysctl.d(5) and sysctl.conf(5), in the order in which they are read. A file that one of
 * the same name in a directory before it replaces is left out. */
void nrb_sysctlfiles_find(struct nrb_sysctlfiles *files, const struct nrb_root *root);

/** The names in /etc/tuned/active_profile, as a profile's include= takes them ("a,b"). Returns 0,
 * -ENOENT (no tuned, or none is active), -EINVAL (a name that no profile has). */
int nrb_sysctlfiles_active_profile(const struct nrb_root *root, char *buf, size_t len);

/** Add those of the active profile of tuned, with what it includes: by their section [sysctl]. */
void nrb_sysctlfiles_find_tuned(
	struct nrb_sysctlfiles *files, const struct nrb_root *root);

#endif
