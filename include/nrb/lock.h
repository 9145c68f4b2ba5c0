/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One run at a time: the directory in /run and the lock in it.
 * flock(2): the lock belongs to the open file, which parent and guard process share by fork, so
 * it holds until both have closed it. Nobody unlocks.
 */
#ifndef NRB_LOCK_H
#define NRB_LOCK_H

#include "nrb/fsroot.h"

/* Where lock and journal live, below the root; made 0700. */
#define NRB_RUN_DIR "run/numa-reclaim-bench"

/**
 * Open NRB_RUN_DIR; with create, make it where it is missing. Follows no symbolic link and
 * refuses a directory that is not the caller's own or that others may write to.
 * dir  out, a descriptor, the caller's; -1 on failure
 * Returns 0 or a negative errno, with a message; without create -ENOENT and -EACCES are silent.
 */
int nrb_lock_open_dir(const struct nrb_root *root, bool create, int *dir);

/** Take the lock, trying for wait_ms. *lock is a descriptor, the caller's; -1 on failure.
 * Returns 0, -EBUSY (silent), or another negative errno, with a message. */
int nrb_lock_take(int dir, int wait_ms, int *lock);

/** Whether someone holds the lock now. Takes it shared for an instant, so that two lookers do
 * not see each other; nrb_lock_take outwaits that. */
bool nrb_lock_is_held(int dir);

#endif
