/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parent's handle on the settings: nothing is written that is not journaled before. */
#include "nrb/guard.h"

#include "nrb/diag.h"
#include "nrb/guardproc.h"
#include "nrb/journal.h"
#include "nrb/leftover.h"
#include "nrb/moment.h"
#include "nrb/placement.h"
#include "nrb/process.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
	GUARD_OOM = -1000,
	LOOKER_MS = 200, /* a look from outside holds the lock for less */
};

struct nrb_guard {
	struct nrb_guardproc proc; /* what the guard process shares */
	pid_t proc_pid;
	int proc_fd;                /* pidfd; -1: none */
	struct nrb_journal now;     /* as published to the guard process */
	struct nrb_journal on_disk; /* as last written; n_entries 0: no journal yet */
};

static void destroy(struct nrb_guard *guard)
{
	const int fds[] = { guard->proc_fd, guard->proc.good_bye, guard->proc.dir,
		guard->proc.lock };

	for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++) {
		if (fds[i] >= 0) {
			close(fds[i]);
		}
	}
	if (guard->proc.page != NULL) {
		munmap(guard->proc.page, sizeof(*guard->proc.page));
	}
	free(guard);
	munlockall(); /* see protect() */
	(void)nrb_placement_set_policy(NRB_POLICY_DEFAULT, NULL);
}

static int create(struct nrb_guard **guard, const struct nrb_root *root)
{
	struct nrb_guard *made = calloc(1, sizeof(*made));
	void *page;
	int rc;

	if (made == NULL) {
		return nrb_fail(-ENOMEM, "cannot make the guard");
	}
	made->proc.root = root;
	made->proc.dir = made->proc.lock = made->proc_fd = -1;
	made->proc.good_bye = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	page = mmap(NULL, sizeof(*made->proc.page), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	made->proc.page = page != MAP_FAILED ? page : NULL;
	if (made->proc.good_bye < 0 || made->proc.page == NULL) {
		rc = nrb_fail(-errno, "cannot make what guard and parent share");
		destroy(made);
		return rc;
	}
	*guard = made;
	return 0;
}

static int identify(const struct nrb_root *root, struct nrb_journal *journal)
{
	int rc = nrb_process_boot_id(root, journal->boot_id, sizeof(journal->boot_id));

	if (rc < 0) {
		return nrb_fail(rc, "cannot read the boot id");
	}
	journal->pid = getpid();
	rc = nrb_process_start_time(root, journal->pid, &journal->start_time);
	if (rc == -ENOENT && !root->live) {
		rc = 0; /* a recorded machine does not list us */
	}
	return rc < 0 ? nrb_fail(rc, "cannot read our own start time") : 0;
}

/* The parent holds what must come back: it is the last to be killed, and needs no memory. */
static int protect(const struct nrb_root *root, const struct nrb_place *place)
{
	int rc = nrb_process_set_oom(root, GUARD_OOM);

	if (rc < 0 && (root->live || rc != -ENOENT)) {
		nrb_warn("cannot set oom_score_adj to %d: %s", GUARD_OOM, strerror(-rc));
	}
	mlockall(MCL_CURRENT);
	return nrb_placement_keep_to(place);
}

int nrb_guard_begin(struct nrb_guard **guard, const struct nrb_root *root,
	const struct nrb_place *place)
{
	struct nrb_guard *made = NULL;
	int rc = create(&made, root);

	*guard = NULL;
	if (made == NULL) {
		return rc;
	}
	rc = nrb_leftover_lock(root, LOOKER_MS, &made->proc.dir, &made->proc.lock);
	if (rc == 0) {
		rc = identify(root, &made->now);
	}
	if (rc == 0) {
		rc = nrb_leftover_refuse(made->proc.dir, made->now.boot_id);
	}
	if (rc == 0) {
		rc = protect(root, place);
	}
	if (rc == 0) {
		nrb_guardproc_publish(made->proc.page, &made->now);
		rc = nrb_guardproc_start(&made->proc, &made->proc_pid, &made->proc_fd);
	}
	if (rc < 0) {
		destroy(made);
		return rc;
	}
	*guard = made;
	return 0;
}

static bool is_readable(int fd)
{
	struct pollfd pollfd = { .fd = fd, .events = POLLIN };

	return poll(&pollfd, 1, 0) > 0;
}

int nrb_guard_fd(const struct nrb_guard *guard)
{
	return guard->proc_fd;
}

int nrb_guard_renew(struct nrb_guard *guard)
{
	if (guard->proc_fd >= 0 && !is_readable(guard->proc_fd)) {
		return 0;
	}
	if (guard->proc_fd >= 0) {
		nrb_warn("the guard process (pid %d) died: starting a new one",
			(int)guard->proc_pid);
		nrb_guardproc_reap(guard->proc_pid, guard->proc_fd);
		guard->proc_fd = -1;
	}
	return nrb_guardproc_start(&guard->proc, &guard->proc_pid, &guard->proc_fd);
}

static int write_journal(struct nrb_guard *guard, const struct nrb_journal *journal)
{
	int rc = nrb_journal_write(guard->proc.dir, journal);

	if (rc == 0) {
		guard->on_disk = *journal;
	}
	return rc;
}

static void publish(struct nrb_guard *guard, const struct nrb_journal *journal)
{
	guard->now = *journal;
	nrb_guardproc_publish(guard->proc.page, &guard->now);
}

static const char *rest_of(const struct nrb_journal_entry *entry)
{
	return entry->setting->rest != NULL ? entry->setting->rest : entry->found;
}

static bool is_way_back(const struct nrb_journal_entry *entry, const char *value)
{
	return nrb_setting_same(entry->setting, value, rest_of(entry)) ||
	       nrb_setting_same(entry->setting, value, entry->found);
}

/* Whether `restore` would put this value back, by what stands in the journal now. */
static bool is_on_disk(
	struct nrb_guard *guard, const struct nrb_setting *setting, const char *value)
{
	const struct nrb_journal_entry *entry =
		nrb_journal_find(&guard->on_disk, setting);

	return entry != NULL && (nrb_setting_same(setting, entry->found, value) ||
					nrb_journal_is_ours(entry, value));
}

static int refuse_foreign(const struct nrb_journal_entry *entry, const char *held)
{
	nrb_refuse(NRB_EXIT_DISTURBED, "find out who: tuned, sysctl, another run?",
		"someone else set %s to %s where ours was %s: left alone",
		entry->setting->name, held, entry->confirmed);
	return -ESTALE;
}

static int read_setting(
	const struct nrb_root *root, const struct nrb_setting *setting, char *value)
{
	int rc = nrb_setting_read(root, setting, value);

	return rc < 0 ? nrb_fail(rc, "cannot read %s", setting->name) : 0;
}

static int check_ours(struct nrb_guard *guard, const struct nrb_journal_entry *entry)
{
	char held[NRB_SETTING_LEN];
	int rc = read_setting(guard->proc.root, entry->setting, held);

	if (rc == 0 && !nrb_journal_is_ours(entry, held)) {
		rc = refuse_foreign(entry, held);
	}
	return rc;
}

/* A value to set, and what becomes of a kernel's refusal: said, or handed to who can do without. */
struct wish {
	const struct nrb_setting *setting;
	const char *value;
	char *why; /* NULL: said */
	size_t why_len;
};

static int NRB_PRINTF(3, 4)
	fail_wish(const struct wish *wish, int rc, const char *fmt, ...)
{
	char text[256];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (wish->why == NULL || !nrb_setting_is_refused(rc)) {
		return nrb_fail(rc, "%s", text);
	}
	snprintf(wish->why, wish->why_len, "%s: %s", text, strerror(-rc));
	return -EOPNOTSUPP;
}

/* The setting's entry in next, made at its first use. */
static int use(struct nrb_guard *guard, struct nrb_journal *next, const struct wish *wish,
	struct nrb_journal_entry **entry)
{
	const struct nrb_setting *setting = wish->setting;
	char held[NRB_SETTING_LEN];
	int rc;

	*entry = nrb_journal_find(next, setting);
	if (*entry != NULL) {
		return check_ours(guard, *entry);
	}
	assert(next->n_entries < NRB_JOURNAL_MAX_SETTINGS);
	rc = nrb_setting_read(guard->proc.root, setting, held);
	if (rc == -ENOENT && wish->why != NULL) {
		snprintf(
			wish->why, wish->why_len, "this kernel has no %s", setting->name);
		return -EOPNOTSUPP;
	}
	if (rc < 0) {
		return fail_wish(wish, rc, "cannot read %s", setting->name);
	}
	if (!nrb_setting_valid(setting, held)) {
		return fail_wish(wish, -EINVAL,
			"%s holds %s, which could not be put back", setting->name, held);
	}
	*entry = &next->entries[next->n_entries++];
	(*entry)->setting = setting;
	strcpy((*entry)->found, held);
	strcpy((*entry)->confirmed, held);
	strcpy((*entry)->intended, held);
	return 0;
}

/* Say what is about to be written, to the journal and to the guard process. */
static int announce(struct nrb_guard *guard, struct nrb_journal *next,
	struct nrb_journal_entry *entry, const char *value)
{
	int rc = 0;

	snprintf(entry->intended, sizeof(entry->intended), "%s", value);
	if (!is_way_back(entry, value) || !is_on_disk(guard, entry->setting, value)) {
		nrb_moment_pass("before-journal");
		rc = write_journal(guard, next);
	}
	if (rc == 0) {
		publish(guard, next);
		nrb_moment_pass("after-journal");
	}
	return rc;
}

/* After the read-back. The journal is made to cover the way back, so that this needs no file,
 * which a full disk would refuse. */
static int confirm(struct nrb_guard *guard, struct nrb_journal *next,
	struct nrb_journal_entry *entry, const char *value)
{
	int rc;

	snprintf(entry->confirmed, sizeof(entry->confirmed), "%s", value);
	snprintf(entry->intended, sizeof(entry->intended), "%s", rest_of(entry));
	publish(guard, next);
	if (is_way_back(entry, value)) {
		nrb_moment_pass("after-confirm");
		return 0;
	}
	rc = write_journal(guard, next);
	nrb_moment_pass("after-confirm");
	return rc;
}

static int write_setting(struct nrb_guard *guard, const struct nrb_journal_entry *entry,
	const struct wish *wish)
{
	const char *name = wish->setting->name;
	int rc = nrb_setting_write(guard->proc.root, wish->setting, wish->value);

	nrb_moment_pass("after-write");
	if (rc == -EBADMSG) {
		int ours = check_ours(guard, entry);

		return ours < 0 ? ours
				: fail_wish(wish, rc, "%s does not take %s", name,
					  wish->value);
	}
	return rc < 0 ? fail_wish(wish, rc, "cannot set %s to %s", name, wish->value) : 0;
}

/* What the kernel made of it, to the letter: of a switch, "y" would pass for another's part of it. */
static void find_held(struct nrb_guard *guard, const struct wish *wish, char *held)
{
	if (nrb_setting_read(guard->proc.root, wish->setting, held) < 0 ||
		!nrb_setting_same(wish->setting, held, wish->value)) {
		snprintf(held, NRB_SETTING_LEN, "%s", wish->value);
	}
}

static int fulfil(struct nrb_guard *guard, const struct wish *wish)
{
	const char *value = wish->value;
	char held[NRB_SETTING_LEN];
	struct nrb_journal next = guard->now;
	struct nrb_journal_entry *entry;
	int rc;

	assert(wish->setting != NULL && wish->setting->kind == NRB_SETTING_VALUE);
	if (!nrb_setting_valid(wish->setting, value)) {
		return nrb_fail(-EINVAL, "%s cannot be %s", wish->setting->name, value);
	}
	rc = use(guard, &next, wish, &entry);
	if (rc < 0) {
		return rc;
	}
	/* the way back does not wait for a guard process that cannot be had */
	rc = nrb_guard_renew(guard);
	if (rc < 0 && !is_way_back(entry, value)) {
		return rc;
	}
	rc = announce(guard, &next, entry, value);
	if (rc == 0) {
		rc = write_setting(guard, entry, wish);
	}
	if (rc < 0) {
		return rc;
	}
	find_held(guard, wish, held);
	return confirm(guard, &next, entry, held);
}

int nrb_guard_set(struct nrb_guard *guard, const char *name, const char *value)
{
	const struct wish wish = { .setting = nrb_setting_find(name), .value = value };

	return fulfil(guard, &wish);
}

int nrb_guard_try(struct nrb_guard *guard, const char *name, const char *value, char *why,
	size_t why_len)
{
	const struct wish wish = { .setting = nrb_setting_find(name),
		.value = value,
		.why = why,
		.why_len = why_len };

	return fulfil(guard, &wish);
}

int nrb_guard_check(struct nrb_guard *guard)
{
	char held[NRB_SETTING_LEN];
	int rc = 0;

	for (int i = 0; i < guard->now.n_entries && rc == 0; i++) {
		const struct nrb_journal_entry *entry = &guard->now.entries[i];

		rc = read_setting(guard->proc.root, entry->setting, held);
		if (rc == 0 &&
			!nrb_setting_same(entry->setting, held, entry->confirmed)) {
			rc = refuse_foreign(entry, held);
		}
	}
	return rc;
}

bool nrb_guard_is_foreign(struct nrb_guard *guard, const char *name)
{
	const struct nrb_journal_entry *entry =
		nrb_journal_find(&guard->now, nrb_setting_find(name));
	char held[NRB_SETTING_LEN];

	return entry != NULL &&
	       nrb_setting_read(guard->proc.root, entry->setting, held) == 0 &&
	       !nrb_journal_is_ours(entry, held);
}

const struct nrb_root *nrb_guard_root(const struct nrb_guard *guard)
{
	return guard->proc.root;
}

const char *nrb_guard_found(const struct nrb_guard *guard, const char *name)
{
	const struct nrb_journal_entry *entry = nrb_journal_find(
		(struct nrb_journal *)&guard->now, nrb_setting_find(name));

	return entry != NULL ? entry->found : NULL;
}

int nrb_guard_add_process(struct nrb_guard *guard, pid_t pid)
{
	struct nrb_journal next = guard->now;
	struct nrb_journal_process *process = &next.processes[next.n_processes];
	const struct nrb_root *root = guard->proc.root;
	int rc;

	if (next.n_processes == NRB_JOURNAL_MAX_PROCESSES) {
		return nrb_fail(-ENOSPC, "over %d processes", NRB_JOURNAL_MAX_PROCESSES);
	}
	*process = (struct nrb_journal_process){ .pid = pid };
	rc = nrb_process_start_time(root, pid, &process->start_time);
	if (rc < 0 && (root->live || rc != -ENOENT)) {
		return nrb_fail(rc, "cannot read the start time of process %d", (int)pid);
	}
	next.n_processes++;
	publish(guard, &next);
	return 0;
}

void nrb_guard_forget_process(struct nrb_guard *guard, pid_t pid)
{
	struct nrb_journal next = guard->now;
	int n = 0;

	for (int i = 0; i < next.n_processes; i++) {
		if (next.processes[i].pid != pid) {
			next.processes[n++] = next.processes[i];
		}
	}
	next.n_processes = n;
	publish(guard, &next);
}

int nrb_guard_end(struct nrb_guard *guard, struct nrb_restored *results, int *n)
{
	struct nrb_restored own[NRB_JOURNAL_MAX_SETTINGS];
	int own_n = 0, rc;

	results = results != NULL ? results : own;
	n = n != NULL ? n : &own_n;
	*n = 0;
	if (guard == NULL) {
		return 0;
	}
	rc = nrb_putback_all(guard->proc.root, guard->proc.dir, &guard->now, results, n);
	if (guard->proc_fd >= 0) {
		nrb_guardproc_stop(&guard->proc, guard->proc_pid, guard->proc_fd);
		guard->proc_fd = -1;
	}
	destroy(guard);
	return rc;
}

void nrb_guard_leave(struct nrb_guard *guard)
{
	if (guard != NULL) {
		destroy(guard);
	}
}
