/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an earlier run left: its lock, if it lives, or its journal, if it was killed together
 * with its guard.
 */
#ifndef NRB_LEFTOVER_H
#define NRB_LEFTOVER_H

#include "nrb/fsroot.h"
#include "nrb/putback.h"

/**
 * Open NRB_RUN_DIR (made if missing) and take the lock, trying for wait_ms.
 * dir, lock  out, descriptors, the caller's also on failure; -1 if there is none
 * Returns 0 or a negative errno, with a message; NRB_EXIT_BUSY for a live run.
 */
int nrb_leftover_lock(const struct nrb_root *root, int wait_ms, int *dir, int *lock);

/** With the lock held: refuse the journal of a killed run (NRB_EXIT_BUSY); one of another boot is
 * said and removed. Returns 0 or a negative errno, with a message. */
int nrb_leftover_refuse(int dir, const char *boot_id);

/**
 * What `restore` does: wait up to 5 s for the lock, then put back what a leftover journal says,
 * kill the processes it names that are still ours (pid and start time), remove it. Idempotent.
 * Without a journal it only clears what a guard could not (nrb_putback_clear), and a journal's temp.
 * A journal that is damaged or names what is not in the table of settings writes nothing.
 * results, n  out, array of NRB_JOURNAL_MAX_SETTINGS; n 0: nothing to do
 * Returns 0 or a negative errno, with a message; exit codes as nrb_putback_conclude, NRB_EXIT_BUSY
 * for a live run, NRB_EXIT_NOT_RESTORED for a journal that cannot be used.
 */
int nrb_leftover_restore(
	const struct nrb_root *root, struct nrb_restored *results, int *n);

/* What a look from outside finds, for `check`. */
enum nrb_leftover_state {
	NRB_LEFTOVER_NONE,
	NRB_LEFTOVER_LIVE, /* a live run holds the lock */
	NRB_LEFTOVER_JOURNAL, /* a journal of a killed run of this boot, or a damaged one: `restore` */
	NRB_LEFTOVER_STALE, /* a journal of another boot: the next run removes it */
};

/** Look without changing anything; works unprivileged as far as it may read (then
 * NRB_LEFTOVER_NONE when it may not). Returns 0 or a negative errno, with a message. */
int nrb_leftover_look(const struct nrb_root *root, enum nrb_leftover_state *state);

#endif
