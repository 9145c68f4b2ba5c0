/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All processes of the PID namespace that /proc shows. */
#ifndef NRB_PIDS_H
#define NRB_PIDS_H

#include "nrb/fsroot.h"

#include <stddef.h>
#include <sys/types.h>

/* All zero: none. */
struct nrb_pids {
	pid_t *pid; /* ascending: threads of the kernel are among the first */
	size_t n;
};

/** List them. What is in pids is the caller's to free with nrb_pids_free, also after a failure.
 * Returns 0 or a negative errno, silent. Source: proc(5). */
int nrb_pids_list(const struct nrb_root *root, struct nrb_pids *pids);

void nrb_pids_free(struct nrb_pids *pids);

#endif
