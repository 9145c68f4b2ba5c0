/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The end of a process of ours, without a wait that may never end. */
#ifndef NRB_REAP_H
#define NRB_REAP_H

#include <sys/resource.h>
#include <sys/types.h>

/* A killed process is gone within milliseconds, or it hangs in the kernel for as long as that
 * likes: settings must not wait for it. */
enum { NRB_REAP_LIMIT_MS = 3000 };

/**
 * Wait for a child that was killed, or is dead, at most limit_ms.
 * status, usage  out, as of wait4(2); NULL if not wanted
 * Returns 0; -ETIMEDOUT, with a message that names it, if it is still there: the caller then leaves
 * it registered with the guard.
 */
int nrb_reap(pid_t pid, int limit_ms, int *status, struct rusage *usage);

#endif
