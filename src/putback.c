/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Putting settings back, killing what is left, and saying how it went. */
#include "nrb/putback.h"

#include "nrb/cpusetgroup.h"
#include "nrb/diag.h"
#include "nrb/moment.h"
#include "nrb/process.h"
#include "nrb/traceinstance.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static void put_back(const struct nrb_root *root, const struct nrb_journal_entry *entry,
	struct nrb_restored *result)
{
	const struct nrb_setting *setting = entry->setting;
	int rc;

	memset(result, 0, sizeof(*result));
	result->setting = setting;
	memcpy(result->found, entry->found, sizeof(result->found));
	memcpy(result->ours, entry->confirmed, sizeof(result->ours));
	rc = nrb_setting_read(root, setting, result->held);
	if (rc < 0) {
		result->held[0] = '\0';
		result->outcome = NRB_RESTORED_FAILED;
		result->error = rc;
		return;
	}
	memcpy(result->read_back, result->held, sizeof(result->read_back));
	if (nrb_setting_same(setting, result->held, entry->found)) {
		result->outcome = NRB_RESTORED_OK;
		return;
	}
	if (!nrb_journal_is_ours(entry, result->held)) {
		result->outcome = NRB_RESTORED_FOREIGN;
		return;
	}
	rc = nrb_setting_write(root, setting, entry->found);
	if (nrb_setting_read(root, setting, result->read_back) < 0) {
		result->read_back[0] = '\0';
	} else if (nrb_setting_same(setting, result->read_back, entry->found)) {
		rc = 0; /* whatever the write said */
	}
	result->outcome = rc == 0 ? NRB_RESTORED_OK : NRB_RESTORED_FAILED;
	result->error = rc;
}

static bool is_knob(const struct nrb_journal_entry *entry)
{
	return strcmp(entry->setting->name, "vm.zone_reclaim_mode") == 0;
}

int nrb_putback_settings(const struct nrb_root *root, const struct nrb_journal *journal,
	struct nrb_restored *results)
{
	/* the knob first: whoever waits in node reclaim goes on, turning swap off may take long */
	for (int i = 0; i < journal->n_entries; i++) {
		if (is_knob(&journal->entries[i])) {
			put_back(root, &journal->entries[i], &results[i]);
		}
	}
	for (int i = journal->n_entries - 1; i >= 0; i--) {
		if (!is_knob(&journal->entries[i])) {
			put_back(root, &journal->entries[i], &results[i]);
		}
	}
	return journal->n_entries;
}

const char *nrb_putback_outcome(const struct nrb_restored *restored)
{
	static const char *const words[] = {
		[NRB_RESTORED_OK] = "restored",
		[NRB_RESTORED_FOREIGN] = "left alone",
		[NRB_RESTORED_FAILED] = "failed",
	};

	return words[restored->outcome];
}

bool nrb_putback_is_done(const struct nrb_restored *results, int n)
{
	for (int i = 0; i < n; i++) {
		if (results[i].outcome == NRB_RESTORED_FAILED) {
			return false;
		}
	}
	return true;
}

static int say_failed(const struct nrb_root *root, const struct nrb_restored *result)
{
	char command[256], way_out[300];

	snprintf(way_out, sizeof(way_out), "type: %s",
		nrb_setting_command(
			command, sizeof(command), root, result->setting, result->found));
	return nrb_refuse(NRB_EXIT_NOT_RESTORED, way_out,
		"%s was not put back to %s, it holds %s: %s", result->setting->name,
		result->found,
		result->read_back[0] != '\0' ? result->read_back : "what cannot be read",
		strerror(-result->error));
}

int nrb_putback_conclude(
	const struct nrb_root *root, const struct nrb_restored *results, int n)
{
	int rc = 0;

	for (int i = 0; i < n; i++) {
		if (results[i].outcome == NRB_RESTORED_FAILED) {
			rc = say_failed(root, &results[i]);
		}
	}
	for (int i = 0; i < n; i++) {
		if (results[i].outcome == NRB_RESTORED_FOREIGN) {
			nrb_refuse(NRB_EXIT_DISTURBED, NULL,
				"someone else set %s to %s where ours was %s: left alone, found was %s",
				results[i].setting->name, results[i].held,
				results[i].ours, results[i].found);
			rc = rc < 0 ? rc : -ESTALE;
		}
	}
	return rc;
}

/* The pid may be used again at any moment, but a pidfd stays with who had the pid when it was
 * opened; who still has the start time of ours had the pid all along. */
static bool kill_same(
	const struct nrb_root *root, const struct nrb_journal_process *process)
{
	int fd = (int)syscall(SYS_pidfd_open, process->pid, 0);
	int64_t start_time = 0;
	bool killed;

	if (fd < 0) {
		return false;
	}
	killed = nrb_process_start_time(root, process->pid, &start_time) == 0 &&
		 start_time == process->start_time &&
		 syscall(SYS_pidfd_send_signal, fd, SIGKILL, NULL, 0) == 0;
	close(fd);
	return killed;
}

int nrb_putback_kill(const struct nrb_root *root, const struct nrb_journal *journal)
{
	int n = 0;

	for (int i = 0; i < journal->n_processes; i++) {
		if (journal->processes[i].start_time > 0) {
			n += kill_same(root, &journal->processes[i]);
		}
	}
	return n;
}

void nrb_putback_clear(const struct nrb_root *root)
{
	nrb_cpusetgroup_remove(root);
	(void)nrb_traceinstance_clear(root);
}

int nrb_putback_all(const struct nrb_root *root, int dir,
	const struct nrb_journal *journal, struct nrb_restored *results, int *n)
{
	int conclusion, rc = 0;

	nrb_moment_pass("before-restore");
	*n = nrb_putback_settings(root, journal, results);
	nrb_moment_pass("after-restore");
	nrb_putback_kill(root, journal);
	nrb_putback_clear(root);
	if (nrb_putback_is_done(results, *n)) {
		rc = nrb_journal_remove(dir);
	}
	conclusion = nrb_putback_conclude(root, results, *n);
	if (rc < 0) {
		nrb_fail(rc, "cannot remove the journal");
	}
	return conclusion < 0 ? conclusion : rc;
}
