/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A cgroup of our own whose cpuset lacks a node, for the arm that shows what a cpuset overrides.
 * The parent makes and removes it, the child moves itself in and out.
 */
#ifndef NRB_CPUSETGROUP_H
#define NRB_CPUSETGROUP_H

#include "nrb/fsroot.h"
#include "nrb/idset.h"

#include <stddef.h>

/**
 * Make /sys/fs/cgroup/numa-reclaim-bench (cgroup v2), or take what a killed run left of it, with
 * cpuset.mems = mems.
 * why  out, in words, for -EOPNOTSUPP: no cgroup v2, its root hands no cpuset to its children
 *      (nothing is changed there: that would be the machine's setting), it is read-only, or the
 *      kernel does not give the group these nodes
 * The root of cgroup v2 is 0555: making and removing takes CAP_DAC_OVERRIDE even from root.
 * Returns 0, -EOPNOTSUPP, or a negative errno; silent.
 */
int nrb_cpusetgroup_make(const struct nrb_root *root, const struct nrb_idset *mems,
	char *why, size_t why_len);

/**
 * Move the calling process, all its threads, into it; where it was is kept in home, for the way out.
 * The kernel moves all its present pages off the nodes that the group lacks, and not back on the way
 * out (seen on 6.1 and 7.3); 6.1 makes it run on any CPU again. mbind(2) to such a node is -EINVAL in it.
 * Returns 0 or a negative errno, with a message. Source: cgroups(7).
 */
int nrb_cpusetgroup_enter(const struct nrb_root *root, char *home, size_t home_len);
int nrb_cpusetgroup_leave(const struct nrb_root *root, const char *home);

/** Remove it if it is there; waits up to 2 s for who was killed in it to leave. Silent; for putback
 * too. */
void nrb_cpusetgroup_remove(const struct nrb_root *root);

#endif
