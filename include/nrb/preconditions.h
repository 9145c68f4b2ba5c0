/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What forbids a run here and now, beyond what the plan finds. */
#ifndef NRB_PRECONDITIONS_H
#define NRB_PRECONDITIONS_H

#include "nrb/fsroot.h"
#include "nrb/plan.h"

/**
 * Refuse what cannot be done: not root, not the initial user namespace, a setting that cannot be
 * written, a kernel that panics where memory runs out, a directory whose file system does not serve (NRB_EXIT_NOT_HERE), or has no room, or
 * cannot be written (NRB_EXIT_FAILED), a run that lives or was killed (NRB_EXIT_BUSY). Changes
 * nothing.
 * Returns 0 or a negative errno, with a message and its exit code.
 */
int nrb_preconditions_check(const struct nrb_root *root,
	const struct nrb_run_options *options, const struct nrb_plan *plan);

#endif
