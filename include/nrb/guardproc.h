/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guard process: outlives the parent by as long as restoring takes. */
#ifndef NRB_GUARDPROC_H
#define NRB_GUARDPROC_H

#include "nrb/fsroot.h"
#include "nrb/journal.h"

#include <stdatomic.h>

/* Shared between parent (writes) and guard process (reads, once the parent is dead). The parent
 * fills the copy that is not in use and then switches: a kill at any moment leaves a whole one. */
struct nrb_guardproc_page {
	_Atomic int in_use;
	struct nrb_journal copies[2];
};

/* What the guard process works with; every other descriptor is closed in it. */
struct nrb_guardproc {
	const struct nrb_root *root;
	struct nrb_guardproc_page *page;
	int dir;      /* NRB_RUN_DIR */
	int lock;     /* shared with the parent, held to the end */
	int good_bye; /* eventfd: the parent restored by itself */
};

/** Make a state the one that the guard process would act on. */
void nrb_guardproc_publish(
	struct nrb_guardproc_page *page, const struct nrb_journal *journal);

/**
 * Fork a guard process: own session, deaf to INT, TERM, HUP and the like, locked in memory where
 * that is allowed; inherits CPUs and oom_score_adj. It waits for the caller's end, by pidfd; an end
 * without good-bye means: settings back, processes killed, journal removed, lock released.
 * pid, fd  out, its pid and a pidfd, readable when it died
 * Returns 0 or a negative errno, with a message.
 * Source: pidfd_open(2).
 */
int nrb_guardproc_start(const struct nrb_guardproc *guardproc, pid_t *pid, int *fd);

/** Clear up after one that died by itself; closes fd. */
void nrb_guardproc_reap(pid_t pid, int fd);

/** Say good-bye to it and wait for its end, a second at most, then kill it; closes fd. */
void nrb_guardproc_stop(const struct nrb_guardproc *guardproc, pid_t pid, int fd);

#endif
