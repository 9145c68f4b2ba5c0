/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tracefs instance of our own. Source: Documentation/trace/ftrace.rst, events.rst. */
#include "nrb/swaptrace.h"

#include "nrb/idset.h"
#include "nrb/units.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define INSTANCE "instances/numa-reclaim-bench"

enum {
	PATH_LEN = 192,
	WRITES_ANON = 1, /* RECLAIM_WB_ANON of include/trace/events/vmscan.h */
};

/* Mounted by itself, or found where debugfs mounts it. */
static const char *const mounts[] = { "sys/kernel/tracing", "sys/kernel/debug/tracing",
	NULL };
/* renamed in 5.19 */
static const char *const events[] = { "mm_vmscan_write_folio", "mm_vmscan_writepage",
	NULL };

static bool is_there(const struct nrb_root *root, const char *path)
{
	int fd;

	if (nrb_fsroot_open_file(root, path, O_PATH, &fd) < 0) {
		return false;
	}
	close(fd);
	return true;
}

/* The mount and event of this kernel, or false. */
static bool find_event(
	const struct nrb_root *root, const char **mount, const char **event)
{
	char path[PATH_LEN];

	for (int m = 0; mounts[m] != NULL; m++) {
		for (int e = 0; events[e] != NULL; e++) {
			snprintf(path, sizeof(path), "%s/events/vmscan/%s", mounts[m],
				events[e]);
			if (is_there(root, path)) {
				*mount = mounts[m];
				*event = events[e];
				return true;
			}
		}
	}
	return false;
}

static int write_event(const struct nrb_root *root, const char *mount, const char *event,
	const char *file, const char *text)
{
	char path[PATH_LEN];

	snprintf(path, sizeof(path), "%s/" INSTANCE "/events/vmscan/%s/%s", mount, event,
		file);
	return nrb_fsroot_write_str(root, path, text);
}

static int set_up(
	const struct nrb_root *root, const char *mount, const char *event, pid_t pid)
{
	char path[PATH_LEN], filter[64];
	int rc;

	/* events are counted, not kept: give back most of 1.4 MiB for each CPU */
	snprintf(path, sizeof(path), "%s/" INSTANCE "/buffer_size_kb", mount);
	rc = nrb_fsroot_write_str(root, path, "4");
	/* not the dirty file pages that kswapd writes too: seen on 5.10 */
	snprintf(filter, sizeof(filter), "common_pid == %d && reclaim_flags & %d",
		(int)pid, WRITES_ANON);
	if (rc == 0) {
		rc = write_event(root, mount, event, "filter", filter);
	}
	if (rc == 0) {
		rc = write_event(root, mount, event, "enable", "1");
	}
	return rc;
}

int nrb_swaptrace_begin(const struct nrb_root *root, pid_t pid)
{
	const char *mount, *event;
	char path[PATH_LEN];
	int rc;

	if (!find_event(root, &mount, &event)) {
		return -EOPNOTSUPP;
	}
	nrb_swaptrace_end(root); /* of a killed run */
	snprintf(path, sizeof(path), "%s/" INSTANCE, mount);
	if (mkdirat(root->fd, path, 0700) < 0) {
		return -errno;
	}
	rc = set_up(root, mount, event, pid);
	if (rc < 0) {
		nrb_swaptrace_end(root);
	}
	return rc;
}

static void add_events(void *sum, const char *key, int64_t value)
{
	/* overrun: pushed out by later ones, which happened no less */
	if (strcmp(key, "entries") == 0 || strcmp(key, "overrun") == 0) {
		*(int64_t *)sum += value;
	}
}

/* The sum over a mount's CPUs; absent without an instance there. */
static int64_t count_below(const struct nrb_root *root, const char *mount)
{
	char path[PATH_LEN];
	struct nrb_idset cpus;
	int64_t sum = 0;

	snprintf(path, sizeof(path), "%s/" INSTANCE "/per_cpu", mount);
	if (nrb_fsroot_list_ids(root, path, "cpu", &cpus) < 0) {
		return NRB_ABSENT;
	}
	nrb_for_each_id(cpu, &cpus) {
		snprintf(path, sizeof(path), "%s/" INSTANCE "/per_cpu/cpu%d/stats", mount,
			cpu);
		if (nrb_fsroot_read_pairs(root, path, add_events, &sum) < 0) {
			return NRB_ABSENT;
		}
	}
	return sum;
}

int64_t nrb_swaptrace_count(const struct nrb_root *root)
{
	int64_t count = NRB_ABSENT;

	for (int m = 0; mounts[m] != NULL && count == NRB_ABSENT; m++) {
		count = count_below(root, mounts[m]);
	}
	return count;
}

void nrb_swaptrace_end(const struct nrb_root *root)
{
	char path[PATH_LEN];

	for (int m = 0; mounts[m] != NULL; m++) {
		snprintf(path, sizeof(path), "%s/" INSTANCE, mounts[m]);
		(void)unlinkat(root->fd, path, AT_REMOVEDIR);
	}
}
