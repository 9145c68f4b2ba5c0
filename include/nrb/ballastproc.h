/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The process that holds the ballast of a run, from before its first cell to its end. */
#ifndef NRB_BALLASTPROC_H
#define NRB_BALLASTPROC_H

#include "nrb/fsroot.h"
#include "nrb/guard.h"
#include "nrb/plan.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct nrb_ballast_words;

struct nrb_ballastproc {
	/* given, and borrowed */
	const struct nrb_root *root;
	const struct nrb_plan *plan;
	const struct nrb_topology *topology;
	struct nrb_guard *guard;
	int signal_fd; /* readable: stop */
	/* its own */
	pid_t pid; /* 0: there is none */
	int fd;    /* pidfd; readable: it died; -1 */
	struct nrb_ballast_words *words;
};

/**
 * Fork it, where the plan has a ballast, and wait until it holds all of them, node by node. It is
 * registered with the guard, locks what it takes, keeps no capability, and dies with the caller.
 * signal  out, 0 or the signal that ended the wait
 * Returns 0; -EINTR for a signal; -EOWNERDEAD if it died, -ETIME if it does not get on, or what
 * nrb_ballast_take returns, each with a message. nrb_ballastproc_kill and _finish are due all the same.
 */
int nrb_ballastproc_start(struct nrb_ballastproc *proc, int *signal);

/** Whether it lives, or there is none. Returns 0 or -EOWNERDEAD, with a message that ends the run:
 * the nodes are no longer what the plan says. */
int nrb_ballastproc_check(const struct nrb_ballastproc *proc);

/** Bytes that it holds on a node; absent where the plan has no ballast. */
int64_t nrb_ballastproc_held(const struct nrb_ballastproc *proc, int node);

/** Kill it. Does not wait: giving back hundreds of GiB takes the kernel seconds, and settings come
 * first. */
void nrb_ballastproc_kill(struct nrb_ballastproc *proc);

/** Wait until it is gone, within a bound; a zeroed one is left alone. Returns 0 or -ETIMEDOUT, with a
 * message. */
int nrb_ballastproc_finish(struct nrb_ballastproc *proc);

#endif
