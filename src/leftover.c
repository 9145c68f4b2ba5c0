/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Meeting an earlier run: waiting for it, refusing over it, cleaning up after it. */
#include "nrb/leftover.h"

#include "nrb/diag.h"
#include "nrb/journal.h"
#include "nrb/lock.h"
#include "nrb/process.h"
#include "nrb/traceinstance.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
	RESTORE_MS = 5000, /* a guard process at work needs less */
	WHY_LEN = 256,
};

static bool is_stale(const struct nrb_journal *journal, const char *boot_id)
{
	return strcmp(journal->boot_id, boot_id) != 0;
}

static int remove_stale(int dir, const struct nrb_journal *journal)
{
	int rc = nrb_journal_remove(dir);

	if (rc < 0) {
		return nrb_fail(rc, "cannot remove the journal of another boot");
	}
	nrb_warn(
		"removed the journal of a run (pid %d) of an earlier boot: booting reset "
		"every setting",
		(int)journal->pid);
	return 0;
}

/* In a container that shares /run, pids are others. A recorded machine lists none of ours. */
static bool is_pid_here(const struct nrb_root *root, const struct nrb_journal *journal)
{
	int64_t start_time;
	int rc = nrb_process_start_time(root, journal->pid, &start_time);

	return rc == 0 ? start_time == journal->start_time : !root->live;
}

static int refuse_busy(const struct nrb_root *root, int dir)
{
	struct nrb_journal other;
	char why[WHY_LEN];

	if (nrb_journal_read(dir, &other, why, sizeof(why)) < 0) {
		return nrb_refuse(
			NRB_EXIT_BUSY, "wait for its end", "another run holds the lock");
	}
	if (!is_pid_here(root, &other)) {
		return nrb_refuse(NRB_EXIT_BUSY, "wait for its end",
			"another run holds the lock, as pid %d of another container",
			(int)other.pid);
	}
	return nrb_refuse(NRB_EXIT_BUSY, "wait for its end",
		"another run (pid %d) holds the lock", (int)other.pid);
}

int nrb_leftover_lock(const struct nrb_root *root, int wait_ms, int *dir, int *lock)
{
	int rc = nrb_lock_open_dir(root, true, dir);

	*lock = -1;
	if (rc == 0) {
		rc = nrb_lock_take(*dir, wait_ms, lock);
	}
	return rc == -EBUSY ? refuse_busy(root, *dir) : rc;
}

int nrb_leftover_refuse(int dir, const char *boot_id)
{
	const char *way_out = "run: numa-reclaim-bench restore";
	struct nrb_journal old;
	char why[WHY_LEN];
	int rc = nrb_journal_read(dir, &old, why, sizeof(why));

	if (rc == -ENOENT) {
		return 0;
	}
	if (rc == 0 && is_stale(&old, boot_id)) {
		return remove_stale(dir, &old);
	}
	if (rc == -EBADMSG) {
		return nrb_refuse(NRB_EXIT_BUSY, way_out,
			"an earlier run was killed and its journal is damaged: %s", why);
	}
	if (rc < 0) {
		return nrb_fail(rc, "cannot look for the journal of an earlier run");
	}
	return nrb_refuse(NRB_EXIT_BUSY, way_out,
		"an earlier run (pid %d) was killed before it could put settings back",
		(int)old.pid);
}

static int refuse_unread(int rc, const char *why)
{
	if (rc != -EBADMSG) {
		return nrb_refuse(NRB_EXIT_NOT_RESTORED,
			"try again: numa-reclaim-bench restore",
			"nothing written: cannot read the journal /%s/%s: %s",
			NRB_RUN_DIR, NRB_JOURNAL_NAME, why);
	}
	return nrb_refuse(NRB_EXIT_NOT_RESTORED,
		"look at the settings that it names, then remove it",
		"nothing written: the journal /%s/%s is damaged: %s", NRB_RUN_DIR,
		NRB_JOURNAL_NAME, why);
}

/* No journal: what a guard could not remove in its time, and what was to become the first journal. */
static int clear(const struct nrb_root *root, int dir)
{
	int rc = nrb_journal_remove(dir);

	nrb_putback_clear(root);
	return rc < 0 ? nrb_fail(rc, "cannot remove a journal that was not finished") : 0;
}

static int restore_locked(
	const struct nrb_root *root, int dir, struct nrb_restored *results, int *n)
{
	char boot_id[NRB_BOOT_ID_LEN], why[WHY_LEN];
	struct nrb_journal journal;
	int rc = nrb_process_boot_id(root, boot_id, sizeof(boot_id));

	if (rc < 0) {
		return nrb_fail(rc, "cannot read the boot id");
	}
	rc = nrb_journal_read(dir, &journal, why, sizeof(why));
	if (rc == -ENOENT) {
		return clear(root, dir);
	}
	if (rc < 0) {
		return refuse_unread(rc, why);
	}
	if (is_stale(&journal, boot_id)) {
		return remove_stale(dir, &journal);
	}
	return nrb_putback_all(root, dir, &journal, results, n);
}

static void close_if_open(int fd)
{
	if (fd >= 0) {
		close(fd);
	}
}

int nrb_leftover_restore(
	const struct nrb_root *root, struct nrb_restored *results, int *n)
{
	int dir = -1, lock = -1, rc;

	*n = 0;
	rc = nrb_lock_open_dir(root, false, &dir);
	if (rc == -ENOENT) {
		(void)nrb_traceinstance_clear(root); /* of who needs no lock */
		return 0;
	}
	if (rc == -EACCES) {
		return nrb_fail(rc, "cannot look into /%s", NRB_RUN_DIR);
	}
	if (rc == 0) {
		rc = nrb_lock_take(dir, RESTORE_MS, &lock);
	}
	if (rc == -EBUSY) {
		rc = refuse_busy(root, dir);
	}
	if (rc == 0) {
		rc = restore_locked(root, dir, results, n);
		/* whatever the journal says: its name tells whose it is */
		(void)nrb_traceinstance_clear(root);
	}
	close_if_open(dir);
	close_if_open(lock);
	return rc;
}

static enum nrb_leftover_state look_in(const struct nrb_root *root, int dir)
{
	char boot_id[NRB_BOOT_ID_LEN], why[WHY_LEN];
	struct nrb_journal journal;
	int rc;

	if (nrb_lock_is_held(dir)) {
		return NRB_LEFTOVER_LIVE;
	}
	rc = nrb_journal_read(dir, &journal, why, sizeof(why));
	if (rc == -ENOENT || rc == -EACCES) {
		return NRB_LEFTOVER_NONE;
	}
	if (rc == 0 && nrb_process_boot_id(root, boot_id, sizeof(boot_id)) == 0 &&
		is_stale(&journal, boot_id)) {
		return NRB_LEFTOVER_STALE;
	}
	return NRB_LEFTOVER_JOURNAL;
}

int nrb_leftover_look(const struct nrb_root *root, enum nrb_leftover_state *state)
{
	int dir, rc = nrb_lock_open_dir(root, false, &dir);

	*state = NRB_LEFTOVER_NONE;
	if (rc < 0) {
		return rc == -ENOENT || rc == -EACCES ? 0 : rc;
	}
	*state = look_in(root, dir);
	close(dir);
	return 0;
}
