/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What every process of ours but parent and guard does first. */
#ifndef NRB_PROCESS_H
#define NRB_PROCESS_H

#include "nrb/fsroot.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/**
 * In a freshly forked child: oom_score_adj 1000 before it allocates, SIGKILL when the parent dies
 * (PR_SET_PDEATHSIG, then a getppid(2) check against the race), default signal mask and handlers, but a
 * terminal's signals ignored: they are the parent's to answer.
 * Returns 0 or a negative errno, with a message; the child must not go on then.
 */
int nrb_process_begin_child(const struct nrb_root *root, pid_t parent);

/** Set the caller's oom_score_adj. Returns 0 or a negative errno, silent. */
int nrb_process_set_oom(const struct nrb_root *root, int value);

/** Start time of a process in clock ticks since boot (field 22 of stat), which tells a pid from
 * its next use. Returns 0, -ENOENT, -EINVAL. */
int nrb_process_start_time(const struct nrb_root *root, pid_t pid, int64_t *ticks);

/** Whether a process is gone, or a zombie. */
bool nrb_process_is_dead(const struct nrb_root *root, pid_t pid);

/** This boot's id; "" for a recorded machine that has none. Returns 0 or a negative errno. */
int nrb_process_boot_id(const struct nrb_root *root, char *buf, size_t len);

/** Bytes that the caller may lock in memory: RLIMIT_MEMLOCK, or INT64_MAX with CAP_IPC_LOCK.
 * Source: mlock(2). */
int64_t nrb_process_may_lock(void);

/**
 * Give up every capability but some, for good, and set no_new_privs. By two system calls: a library
 * would add no more than names.
 * keep   stay effective and permitted, none is inheritable or ambient; ends with -1
 * bound  stay in the bounding set, for programs that user 0 is to start; ends with -1
 * Returns 0 or a negative errno, with a message. Source: capset(2), prctl(2), capabilities(7).
 */
int nrb_process_drop_capabilities(const int *keep, const int *bound);

#endif
