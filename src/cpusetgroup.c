/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The cgroup of our own, by the files of cgroup v2. */
#include "nrb/cpusetgroup.h"

#include "nrb/confounders.h"
#include "nrb/diag.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MOUNT "sys/fs/cgroup"
#define NAME  "numa-reclaim-bench"
#define GROUP MOUNT "/" NAME

enum { MEMS_LEN = 256, PATH_LEN = 1024, LEAVE_TRIES = 100, LEAVE_MS = 20 };

/* Whether a word is among those of a line. */
static bool has_word(char *line, const char *word)
{
	char *rest = NULL;

	for (char *at = strtok_r(line, " \n", &rest); at != NULL;
		at = strtok_r(NULL, " \n", &rest)) {
		if (strcmp(at, word) == 0) {
			return true;
		}
	}
	return false;
}

static int check_root(const struct nrb_root *root, char *why, size_t why_len)
{
	char *text;
	bool is_handed;
	int rc = nrb_fsroot_read_all(root, MOUNT "/cgroup.subtree_control", &text);

	if (rc == -ENOENT) {
		snprintf(why, why_len, "no cgroup v2 at /" MOUNT);
		return -EOPNOTSUPP;
	}
	if (rc < 0) {
		return rc;
	}
	is_handed = has_word(text, "cpuset");
	free(text);
	if (!is_handed) {
		snprintf(why, why_len,
			"/" MOUNT "/cgroup.subtree_control does not name cpuset");
		return -EOPNOTSUPP;
	}
	return 0;
}

/* What this machine has not to give is no failure of ours. */
static int say_why(int rc, char *why, size_t why_len)
{
	if (rc != -EROFS && rc != -EINVAL && rc != -EBADMSG) {
		return rc;
	}
	snprintf(why, why_len, "%s",
		rc == -EROFS ? "/" MOUNT " is mounted read-only"
			     : "/" GROUP " was not given the nodes that it was to have");
	return -EOPNOTSUPP;
}

static int set_mems(const struct nrb_root *root, const struct nrb_idset *mems)
{
	char wanted[MEMS_LEN], effective[MEMS_LEN] = "";
	int rc;

	nrb_idset_format(mems, wanted, sizeof(wanted));
	rc = nrb_fsroot_write_str(root, GROUP "/cpuset.mems", wanted);
	if (rc == 0) {
		rc = nrb_fsroot_read_str(root, GROUP "/cpuset.mems.effective", effective,
			sizeof(effective));
	}
	/* nodes that the kernel will not give are left out there without an error */
	return rc == 0 && strcmp(wanted, effective) != 0 ? -EBADMSG : rc;
}

static int make_directory(const struct nrb_root *root)
{
	int mount, rc = nrb_fsroot_open_file(root, MOUNT, O_PATH | O_DIRECTORY, &mount);

	if (rc < 0) {
		return rc;
	}
	/* there already: of a killed run, whose child takes its time to die */
	rc = mkdirat(mount, NAME, 0755) < 0 && errno != EEXIST ? -errno : 0;
	close(mount);
	return rc;
}

int nrb_cpusetgroup_make(const struct nrb_root *root, const struct nrb_idset *mems,
	char *why, size_t why_len)
{
	int rc = check_root(root, why, why_len);

	if (rc < 0) {
		return rc;
	}
	rc = make_directory(root);
	if (rc < 0) {
		return say_why(rc, why, why_len);
	}
	rc = set_mems(root, mems);
	if (rc < 0) {
		nrb_cpusetgroup_remove(root);
	}
	return say_why(rc, why, why_len);
}

int nrb_cpusetgroup_enter(const struct nrb_root *root, char *home, size_t home_len)
{
	int rc = nrb_confounders_own_cgroup(root, home, home_len);

	if (rc < 0) {
		return nrb_fail(rc, "cannot tell the own cgroup");
	}
	/* 0 is the writer */
	rc = nrb_fsroot_write_str(root, GROUP "/cgroup.procs", "0");
	return rc < 0 ? nrb_fail(rc, "cannot enter /" GROUP) : 0;
}

int nrb_cpusetgroup_leave(const struct nrb_root *root, const char *home)
{
	char path[PATH_LEN];
	int rc;

	snprintf(path, sizeof(path), MOUNT "/%s/cgroup.procs", home);
	rc = nrb_fsroot_write_str(root, path, "0");
	return rc < 0 ? nrb_fail(rc, "cannot go back to cgroup /%s", home) : 0;
}

void nrb_cpusetgroup_remove(const struct nrb_root *root)
{
	int mount;

	if (nrb_fsroot_open_file(root, MOUNT, O_PATH | O_DIRECTORY, &mount) < 0) {
		return;
	}
	for (int i = 0; i < LEAVE_TRIES; i++) {
		if (unlinkat(mount, NAME, AT_REMOVEDIR) == 0 || errno != EBUSY) {
			break;
		}
		poll(NULL, 0, LEAVE_MS);
	}
	close(mount);
}
