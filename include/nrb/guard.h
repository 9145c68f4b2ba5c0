/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Settings come back, whatever happens.
 * A lock, a journal written before every write, and a guard process that outlives the parent by
 * as long as restoring takes. Restoring is worth more than any feature of this program.
 */
#ifndef NRB_GUARD_H
#define NRB_GUARD_H

#include "nrb/fsroot.h"
#include "nrb/placement.h"
#include "nrb/putback.h"

#include <sys/types.h>

struct nrb_guard;

/**
 * Take the lock, refuse a leftover journal of this boot (one of another boot is said and removed),
 * and start the guard process. Writes no setting.
 * root        borrowed until nrb_guard_end
 * place       where parent and guard should be, out of the measurement's way
 * Sets the caller's oom_score_adj to -1000 and locks its memory where it may.
 * Returns 0 or a negative errno, with a message; exit code NRB_EXIT_BUSY for lock and journal.
 */
int nrb_guard_begin(struct nrb_guard **guard, const struct nrb_root *root,
	const struct nrb_place *place);

/**
 * Set a setting: journal (temp, fsync, rename, fsync of the directory), then write, then read back.
 * A first use reads and journals the value found. Going to the resting value (settings.h) or back
 * to the value found writes no file first. Starts a new guard process if it died.
 * Returns 0 or a negative errno, with a message: -ESTALE, exit code NRB_EXIT_DISTURBED, if the
 * setting holds neither what we confirmed nor what we intended (both values are named, the
 * foreign one is left alone).
 */
int nrb_guard_set(struct nrb_guard *guard, const char *name, const char *value);

/** As nrb_guard_set, for what a kernel may lack or refuse: then -EOPNOTSUPP, silent, why in words in
 * why; the setting holds what it held. */
int nrb_guard_try(struct nrb_guard *guard, const char *name, const char *value, char *why,
	size_t why_len);

/** Check that every setting still holds what we last confirmed. Returns 0, -ESTALE as above. */
int nrb_guard_check(struct nrb_guard *guard);

/** Whether a setting that we have set holds someone else's value now. False where it cannot be read;
 * silent. */
bool nrb_guard_is_foreign(struct nrb_guard *guard, const char *name);

/** The machine that it guards. Borrowed. */
const struct nrb_root *nrb_guard_root(const struct nrb_guard *guard);

/** The value found at first use; NULL for a setting never used. Borrowed. */
const char *nrb_guard_found(const struct nrb_guard *guard, const char *name);

/** Have the guard kill this process once settings are back, should the parent die. Forget it
 * when it was reaped. Returns 0 or a negative errno, with a message (-ENOSPC, -ENOENT: no such
 * process; under a root that is not live a process that it does not list is not killed). */
int nrb_guard_add_process(struct nrb_guard *guard, pid_t pid);
void nrb_guard_forget_process(struct nrb_guard *guard, pid_t pid);

/** pidfd of the guard process, for the parent's poll: readable when it died. */
int nrb_guard_fd(const struct nrb_guard *guard);

/** Start a new guard process if the old one died. Returns 0 or a negative errno, with a message. */
int nrb_guard_renew(struct nrb_guard *guard);

/**
 * Put every setting back, read back, kill the processes that were added and not forgotten, remove
 * the journal (kept only after a failure), say good-bye to the guard process, release the lock,
 * free.
 * results, n   out, array of NRB_JOURNAL_MAX_SETTINGS; NULL if not wanted
 * Returns 0 or a negative errno, with a message: NRB_EXIT_NOT_RESTORED, with the exact command to
 * type, or NRB_EXIT_DISTURBED for a foreign value. NULL is left alone (0).
 */
int nrb_guard_end(struct nrb_guard *guard, struct nrb_restored *results, int *n);

/** In a forked child that is neither parent nor guard: close what is the guard's, free the handle
 * and have the default memory policy again. The lock stays with parent and guard. NULL is left
 * alone. */
void nrb_guard_leave(struct nrb_guard *guard);

#endif
