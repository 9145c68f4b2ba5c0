/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counters on kswapd's tracepoint. Source: perf_event_open(2), include/trace/events/vmscan.h. */
#include "nrb/swaptrace.h"

#include "nrb/kswapd.h"
#include "nrb/sample.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* RECLAIM_WB_ANON: not the dirty file pages that kswapd writes too, as seen on 5.10 */
static const char anon_only[] = "reclaim_flags & 1";

/* Where tracefs is mounted, by itself or by debugfs. */
static const char *const mounts[] = { "sys/kernel/tracing", "sys/kernel/debug/tracing",
	NULL };
/* renamed in 5.19 */
static const char *const events[] = { "mm_vmscan_write_folio", "mm_vmscan_writepage",
	NULL };

/* The event's number in this kernel. Returns 0 or -EOPNOTSUPP. */
static int find_event(const struct nrb_root *root, int64_t *id)
{
	char path[96];

	for (int m = 0; mounts[m] != NULL; m++) {
		for (int e = 0; events[e] != NULL; e++) {
			snprintf(path, sizeof(path), "%s/events/vmscan/%s/id", mounts[m],
				events[e]);
			if (nrb_fsroot_read_i64(root, path, id) == 0) {
				return 0;
			}
		}
	}
	return -EOPNOTSUPP;
}

/* Returns a descriptor or a negative errno. */
static int count_events_of(pid_t pid, int64_t id)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_TRACEPOINT,
		.size = sizeof(attr),
		.config = (uint64_t)id,
	};
	int fd = (int)syscall(
		SYS_perf_event_open, &attr, pid, -1, -1, PERF_FLAG_FD_CLOEXEC);
	int rc;

	if (fd < 0) {
		return -errno;
	}
	if (ioctl(fd, PERF_EVENT_IOC_SET_FILTER, anon_only) < 0) {
		rc = -errno;
		close(fd);
		return rc;
	}
	return fd;
}

void nrb_swaptrace_open(struct nrb_swaptrace *trace, const struct nrb_root *root,
	const struct nrb_idset *nodes)
{
	int64_t id;
	int pid;

	*trace = (struct nrb_swaptrace){ 0 };
	/* another root's pids and numbers are not this kernel's */
	if (!root->live || find_event(root, &id) < 0) {
		return;
	}
	nrb_for_each_id(node, nodes) {
		int fd =
			trace->n < NRB_MAX_NODES && nrb_kswapd_find(root, node, &pid) == 0
				? count_events_of(pid, id)
				: -1;

		if (fd >= 0) {
			trace->of[trace->n].node = node;
			trace->of[trace->n++].fd = fd;
		}
	}
}

int64_t nrb_swaptrace_count(const struct nrb_swaptrace *trace, int node)
{
	uint64_t count;

	for (int i = 0; i < trace->n; i++) {
		if (trace->of[i].node == node &&
			read(trace->of[i].fd, &count, sizeof(count)) == sizeof(count)) {
			return (int64_t)count;
		}
	}
	return NRB_ABSENT;
}

void nrb_swaptrace_close(struct nrb_swaptrace *trace)
{
	for (int i = 0; i < trace->n; i++) {
		close(trace->of[i].fd);
	}
	trace->n = 0;
}
