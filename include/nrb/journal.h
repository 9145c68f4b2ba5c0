/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What must be put back, and which processes must go, in a file that outlives us.
 * In /run, because settings and journal both die with a reboot.
 */
#ifndef NRB_JOURNAL_H
#define NRB_JOURNAL_H

#include "nrb/settings.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum {
	NRB_JOURNAL_MAX_SETTINGS = 24,
	NRB_JOURNAL_MAX_PROCESSES = 64,
	NRB_BOOT_ID_LEN = 64, /* with its NUL */
};

#define NRB_JOURNAL_NAME "state.json" /* in NRB_RUN_DIR */

struct nrb_journal_entry {
	const struct nrb_setting *setting;
	char found[NRB_SETTING_LEN];     /* before the run; what it goes back to */
	char confirmed[NRB_SETTING_LEN]; /* last read back after a write of ours */
	char intended[NRB_SETTING_LEN];  /* about to be written */
};

struct nrb_journal_process {
	pid_t pid;
	int64_t start_time; /* nrb_process_start_time; 0: unknown, never killed */
};

struct nrb_journal {
	char boot_id[NRB_BOOT_ID_LEN];
	pid_t pid; /* of the run */
	int64_t start_time;
	int n_entries;
	struct nrb_journal_entry entries[NRB_JOURNAL_MAX_SETTINGS]; /* by first use */
	int n_processes;
	struct nrb_journal_process processes[NRB_JOURNAL_MAX_PROCESSES];
};

/** The entry of a setting, or NULL. */
struct nrb_journal_entry *nrb_journal_find(
	struct nrb_journal *journal, const struct nrb_setting *setting);

/** Whether a value of this setting is ours: what we confirmed, what we intended, or what a write of
 * ours passes on its way (nrb_setting_passes). */
bool nrb_journal_is_ours(const struct nrb_journal_entry *entry, const char *value);

/**
 * Write the journal in directory dir: temp (O_EXCL), fsync, rename, fsync of the directory. The old
 * one stands until the new one is on disk whole. A stale temp is removed first.
 * Returns 0 or a negative errno, with a message.
 */
int nrb_journal_write(int dir, const struct nrb_journal *journal);

/**
 * Read it; every value in it is one that its setting could have, else it is refused whole.
 * why, why_len  out, a reason in words on failure; cut
 * Returns 0, -ENOENT (no journal), -EBADMSG (damaged, or not a regular file), or another negative
 * errno; silent.
 */
int nrb_journal_read(int dir, struct nrb_journal *journal, char *why, size_t why_len);

/** Remove it and a stale temp, then fsync the directory. Returns 0 (also if there was none) or a
 * negative errno, silent. */
int nrb_journal_remove(int dir);

#endif
