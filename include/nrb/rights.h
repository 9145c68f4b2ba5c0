/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What of root a run keeps while it measures. */
#ifndef NRB_RIGHTS_H
#define NRB_RIGHTS_H

#include "nrb/plan.h"

enum { NRB_MAX_RIGHTS = 6 };

/**
 * The capabilities that the plan's cells need, for nrb_process_drop_capabilities: to lock memory, to
 * move and see pages of children, and only where an arm asks for it to turn swap off and on (or what
 * else needs_admin), to make a group in the root of cgroup v2, whose mode 0555 holds for root too, and to
 * see what is cached of the user's files.
 * keep  out, ends with -1
 */
void nrb_rights_of(const struct nrb_plan *plan, int keep[NRB_MAX_RIGHTS]);

#endif
