/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The way back, the same for the parent, the guard process and `restore`.
 * Silent while it works: a guard that waits for a full pipe on stderr restores nothing.
 */
#ifndef NRB_PUTBACK_H
#define NRB_PUTBACK_H

#include "nrb/fsroot.h"
#include "nrb/journal.h"

/* What became of one setting. */
struct nrb_restored {
	const struct nrb_setting *setting;
	char found[NRB_SETTING_LEN];
	char ours[NRB_SETTING_LEN]; /* the last value that we confirmed */
	char held[NRB_SETTING_LEN]; /* before restoring; "" unreadable, as read_back */
	char read_back[NRB_SETTING_LEN];
	enum {
		NRB_RESTORED_OK,      /* reads back as found */
		NRB_RESTORED_FOREIGN, /* someone else's value stands there: left alone */
		NRB_RESTORED_FAILED,  /* could not be put back */
	} outcome;
	int error; /* negative errno, for NRB_RESTORED_FAILED */
};

/**
 * Put every setting of a journal back, the knob first, then the last used first, and read it back. One that holds what
 * was found is done, one that holds a value of ours is written, any other is left alone.
 * results  out, array of NRB_JOURNAL_MAX_SETTINGS, in the journal's order
 * Returns the number of results. Silent.
 */
int nrb_putback_settings(const struct nrb_root *root, const struct nrb_journal *journal,
	struct nrb_restored *results);

/** What became of it, in the record's words: "restored", "left alone", "failed". */
const char *nrb_putback_outcome(const struct nrb_restored *restored);

/** Whether all are back or foreign, so that the journal has done its work. */
bool nrb_putback_is_done(const struct nrb_restored *results, int n);

/** Say what failed (NRB_EXIT_NOT_RESTORED, with the command to type) and what is foreign
 * (NRB_EXIT_DISTURBED). Returns 0, -ESTALE if there is a foreign value, -ECANCELED if one failed. */
int nrb_putback_conclude(
	const struct nrb_root *root, const struct nrb_restored *results, int n);

/**
 * All of the way back for a caller that holds the lock: settings, processes, what was made in the
 * kernel, journal (in directory dir; kept if a setting failed), and then what there is to say.
 * results, n  out, array of NRB_JOURNAL_MAX_SETTINGS
 * Returns 0 or a negative errno, with a message, as nrb_putback_conclude.
 */
int nrb_putback_all(const struct nrb_root *root, int dir,
	const struct nrb_journal *journal, struct nrb_restored *results, int *n);

/** Kill the journal's processes that are still the same (pid and start time, by pidfd, so that a
 * pid used again is never hit). Returns how many. Silent. */
int nrb_putback_kill(const struct nrb_root *root, const struct nrb_journal *journal);

/** Remove what a run makes in the kernel beside settings: its cgroup, its instance of tracefs. After
 * the kill, for who is in the cgroup, or has a file of the instance open, holds it. Silent, also where there is none. */
void nrb_putback_clear(const struct nrb_root *root);

#endif
