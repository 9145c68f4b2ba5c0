/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel knows of our processes: when they die, with what, and by which right. */
#include "nrb/process.h"

#include "nrb/diag.h"
#include "nrb/settings.h"

#include <errno.h>
#include <inttypes.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { STAT_LEN = 1024, CHILD_OOM = 1000 };

int nrb_process_set_oom(const struct nrb_root *root, int value)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", value);
	return nrb_setting_write(root, nrb_setting_find("self.oom_score_adj"), text);
}

static void reset_signals(void)
{
	static const int terminal[] = { SIGINT, SIGHUP, SIGTSTP, SIGTTIN, SIGTTOU };
	sigset_t none;

	for (int sig = 1; sig < NSIG; sig++) {
		/* KILL, STOP and libc's own refuse, and keep theirs */
		(void)signal(sig, SIG_DFL);
	}
	/* what a terminal sends to all of us is the parent's to answer */
	for (size_t i = 0; i < sizeof(terminal) / sizeof(terminal[0]); i++) {
		(void)signal(terminal[i], SIG_IGN);
	}
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

int nrb_process_begin_child(const struct nrb_root *root, pid_t parent)
{
	int rc = nrb_process_set_oom(root, CHILD_OOM);

	/* a recorded machine need not have the file */
	if (rc < 0 && (root->live || rc != -ENOENT)) {
		return nrb_fail(rc, "cannot set oom_score_adj to %d", CHILD_OOM);
	}
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0) {
		return nrb_fail(-errno, "cannot ask to die with the parent");
	}
	if (getppid() != parent) {
		return nrb_fail(-ESRCH, "parent %d", (int)parent);
	}
	reset_signals();
	return 0;
}

/* The name in field 2 may hold blanks and parentheses: count from its last ')'. */
static const char *stat_field(const char *stat, int field)
{
	const char *at = strrchr(stat, ')');

	for (int i = 2; at != NULL && i < field; i++) {
		at = strchr(at + 1, ' ');
	}
	return at;
}

static int read_stat(const struct nrb_root *root, pid_t pid, char *stat /* [STAT_LEN] */)
{
	char path[64];
	int rc;

	snprintf(path, sizeof(path), "proc/%d/stat", (int)pid);
	rc = nrb_fsroot_read_str(root, path, stat, STAT_LEN);
	return rc == -ESRCH ? -ENOENT : rc;
}

int nrb_process_start_time(const struct nrb_root *root, pid_t pid, int64_t *ticks)
{
	char stat[STAT_LEN];
	const char *at;
	int rc = read_stat(root, pid, stat);

	if (rc < 0) {
		return rc;
	}
	at = stat_field(stat, 22);
	return at != NULL && sscanf(at, " %" SCNd64, ticks) == 1 && *ticks > 0 ? 0
									       : -EINVAL;
}

bool nrb_process_is_dead(const struct nrb_root *root, pid_t pid)
{
	char stat[STAT_LEN];
	const char *at;
	int rc = read_stat(root, pid, stat);

	at = rc == 0 ? stat_field(stat, 3) : NULL;
	return rc == -ENOENT || (at != NULL && (at[1] == 'Z' || at[1] == 'X'));
}

int nrb_process_boot_id(const struct nrb_root *root, char *buf, size_t len)
{
	int rc = nrb_fsroot_read_str(root, "proc/sys/kernel/random/boot_id", buf, len);

	if (rc == -ENOENT && !root->live) {
		buf[0] = '\0';
		return 0;
	}
	return rc;
}

static bool is_kept(const int *keep, int cap)
{
	while (*keep >= 0 && *keep != cap) {
		keep++;
	}
	return *keep == cap;
}

/* -EPERM is no gap: who may not lower the bounding set has no_new_privs, by which an execve(2)
 * gains nothing from it. */
static int drop_bounding(const int *keep)
{
	for (int cap = 0; prctl(PR_CAPBSET_READ, cap) >= 0; cap++) {
		if (!is_kept(keep, cap) && prctl(PR_CAPBSET_DROP, cap) < 0 &&
			errno != EPERM) {
			return -errno;
		}
	}
	return 0;
}

static int set_capabilities(const int *keep)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { 0 };

	if (syscall(SYS_capget, &head, data) < 0) {
		return -errno;
	}
	for (int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
		uint32_t mask = 0;

		for (const int *cap = keep; *cap >= 0; cap++) {
			mask |= *cap / 32 == i ? 1u << (*cap % 32) : 0;
		}
		data[i].permitted &= mask;
		data[i].effective = data[i].permitted;
		data[i].inheritable = 0;
	}
	return syscall(SYS_capset, &head, data) < 0 ? -errno : 0;
}

int64_t nrb_process_may_lock(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { 0 };
	struct rlimit limit;

	if (syscall(SYS_capget, &head, data) == 0 &&
		(data[CAP_TO_INDEX(CAP_IPC_LOCK)].effective &
			CAP_TO_MASK(CAP_IPC_LOCK))) {
		return INT64_MAX;
	}
	return getrlimit(RLIMIT_MEMLOCK, &limit) < 0 || limit.rlim_cur > INT64_MAX
		       ? INT64_MAX
		       : (int64_t)limit.rlim_cur;
}

int nrb_process_drop_capabilities(const int *keep, const int *bound)
{
	int rc;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) {
		return nrb_fail(-errno, "cannot set no_new_privs");
	}
	rc = drop_bounding(bound);
	if (rc == 0 && prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0) {
		rc = -errno;
	}
	if (rc == 0) {
		rc = set_capabilities(keep);
	}
	return rc < 0 ? nrb_fail(rc, "cannot drop capabilities") : 0;
}
