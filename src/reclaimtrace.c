/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two tracepoints, read from each CPU's buffer and paired by thread. */
#include "nrb/reclaimtrace.h"

#include "nrb/clock.h"
#include "nrb/tracebuffers.h"
#include "nrb/traceinstance.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of CPUs that are not asked. */
#define OTHER_KIB "8"

#define EVENTS "events/vmscan/mm_vmscan_node_reclaim_"
#define BEGIN  EVENTS "begin"
#define END    EVENTS "end"

enum {
	/* of all CPUs; a node has one call under way at a time, so that many busy CPUs have no more calls
	 * together than one */
	BUSY_KIB = 4 << 10, /* 75,000 calls */
	QUIET_KIB = 64,
};

struct nrb_reclaimtrace {
	struct nrb_traceinstance instance;
	struct nrb_tracepage_layout layout;
	int begin_id, end_id;
	struct nrb_tracefield type, pid, node, order, reclaimed;
	struct nrb_reclaimpairs pairs;
	int kib; /* of a busy CPU, and of one that comes */
	struct nrb_tracebuffers buffers;
};

static int read_field(const char *format, const char *name, struct nrb_tracefield *field)
{
	return nrb_traceformat_field(format, name, field);
}

static int learn_begin(struct nrb_reclaimtrace *trace, const char *format)
{
	int rc = nrb_traceformat_id(format, &trace->begin_id);

	if (rc == 0) {
		rc = read_field(format, "common_type", &trace->type);
	}
	if (rc == 0) {
		rc = read_field(format, "common_pid", &trace->pid);
	}
	if (rc == 0) {
		rc = read_field(format, "nid", &trace->node);
	}
	return rc < 0 ? rc : read_field(format, "order", &trace->order);
}

/* The common fields stand where they stand in every event. */
static int learn_end(struct nrb_reclaimtrace *trace, const char *format)
{
	int rc = nrb_traceformat_id(format, &trace->end_id);

	return rc < 0 ? rc : read_field(format, "nr_reclaimed", &trace->reclaimed);
}

static int learn_page(struct nrb_reclaimtrace *trace, const char *header)
{
	return nrb_tracepage_parse_layout(header, &trace->layout);
}

/* Text of a file of the instance, to who learns from it. */
static int learn(struct nrb_reclaimtrace *trace, const char *path,
	int (*from)(struct nrb_reclaimtrace *trace, const char *text))
{
	char *text;
	int rc = nrb_fsroot_read_all(&trace->instance.files, path, &text);

	if (rc == 0) {
		rc = from(trace, text);
		free(text);
	}
	return rc;
}

static int learn_formats(struct nrb_reclaimtrace *trace)
{
	int rc = learn(trace, BEGIN "/format", learn_begin);

	if (rc == 0) {
		rc = learn(trace, END "/format", learn_end);
	}
	return rc < 0 ? rc : learn(trace, "events/header_page", learn_page);
}

static int set(const struct nrb_reclaimtrace *trace, const char *path, const char *value)
{
	return nrb_fsroot_write_str(&trace->instance.files, path, value);
}

/*
 * Events stay on and are only marked as not to be recorded: then neither start nor stop patches code, and
 * outside them an event costs the test of a mark. A kernel keeps a mark ("soft mode") for an event that
 * another is to switch on; these others happen where a process is killed for memory.
 */
static int set_marks(const struct nrb_reclaimtrace *trace)
{
	int rc = set(trace, "events/oom/mark_victim/trigger",
		"enable_event:vmscan:mm_vmscan_node_reclaim_begin");

	return rc < 0 ? rc
		      : set(trace, "events/oom/wake_reaper/trigger",
				"enable_event:vmscan:mm_vmscan_node_reclaim_end");
}

/* Events before sizes: a kernel before 6.7 that is told a size first leaves its main buffer, which is not
 * ours, at a page for good. */
static int set_up(struct nrb_reclaimtrace *trace)
{
	int rc = set(trace, "trace_clock", "mono");

	if (rc == 0) {
		/* what is full drops what comes: what was begun is not overwritten before its end */
		rc = set(trace, "options/overwrite", "0");
	}
	if (rc == 0) {
		rc = set_marks(trace);
	}
	if (rc == 0) {
		nrb_reclaimtrace_stop(trace);
		rc = set(trace, "tracing_on", "1");
	}
	return rc < 0 ? rc : set(trace, "buffer_size_kb", OTHER_KIB);
}

static int busy_kib(int n_busy)
{
	int kib = n_busy > 0 ? BUSY_KIB / n_busy : 0;

	return kib < QUIET_KIB ? QUIET_KIB : kib;
}

static int open_cpus(struct nrb_reclaimtrace *trace, const struct nrb_idset *cpus,
	const struct nrb_idset *busy)
{
	int rc = 0;

	trace->buffers = (struct nrb_tracebuffers){ .files = &trace->instance.files,
		.layout = &trace->layout };
	trace->kib = busy_kib(busy != NULL ? nrb_idset_count(busy) : 0);
	nrb_for_each_id(cpu, cpus) {
		if (rc == 0) {
			rc = nrb_tracebuffers_open(&trace->buffers, cpu,
				busy != NULL && nrb_idset_has(busy, cpu) ? trace->kib
									 : QUIET_KIB);
		}
	}
	return rc;
}

int nrb_reclaimtrace_follow(
	struct nrb_reclaimtrace *trace, const struct nrb_idset *cpus, int *cpu)
{
	int rc = 0;

	nrb_for_each_id(number, cpus) {
		if (rc == 0 && !nrb_tracebuffers_has(&trace->buffers, number)) {
			*cpu = number;
			rc = nrb_tracebuffers_open(&trace->buffers, number, trace->kib);
		}
	}
	return rc;
}

static int explain(int rc, char *why, size_t why_len)
{
	snprintf(why, why_len, "%s: %s",
		rc == -ENOENT ? "this kernel does not trace node reclaim"
			      : "node reclaim cannot be traced",
		strerror(-rc));
	return rc;
}

int nrb_reclaimtrace_open(struct nrb_reclaimtrace **trace, const struct nrb_root *root,
	const struct nrb_idset *cpus, const struct nrb_idset *busy, char *why,
	size_t why_len)
{
	struct nrb_reclaimtrace *made = calloc(1, sizeof(*made));
	int rc;

	*trace = NULL;
	if (made == NULL) {
		return explain(-ENOMEM, why, why_len);
	}
	rc = nrb_traceinstance_make(&made->instance, root, why, why_len);
	if (rc < 0) {
		free(made);
		return rc;
	}
	rc = learn_formats(made);
	if (rc == 0) {
		rc = set_up(made);
	}
	if (rc == 0) {
		rc = open_cpus(made, cpus, busy);
	}
	if (rc < 0) {
		(void)nrb_reclaimtrace_close(made);
		return explain(rc, why, why_len);
	}
	*trace = made;
	return 0;
}

static int64_t get(const struct nrb_tracefield *field, const struct nrb_traceevent *event)
{
	int64_t value = 0;

	(void)nrb_tracefield_get(field, event->data, event->len, &value);
	return value;
}

static bool take(struct nrb_reclaimtrace *trace, const struct nrb_traceevent *event,
	struct nrb_reclaimcall *call)
{
	pid_t tid = (pid_t)get(&trace->pid, event);
	int64_t type = get(&trace->type, event);

	if (tid <= 0) { /* whoever is idle reclaims nothing */
		return false;
	}
	if (type == trace->begin_id) {
		const struct nrb_reclaimcall begun = { .tid = tid,
			.node = (int)get(&trace->node, event),
			.order = (int)get(&trace->order, event),
			.start_ns = event->ns };

		nrb_reclaimpairs_begin(&trace->pairs, &begun);
	}
	return type == trace->end_id &&
	       nrb_reclaimpairs_end(&trace->pairs, tid, event->ns,
		       get(&trace->reclaimed, event), call);
}

/*
 * No further than what was there when it began: who fills buffers as fast as they are read holds up nobody.
 * A buffer that was full stays so until it is read, from which on events come in again. So what was recorded
 * up to the begin of a reading lies before a gap, and what is recorded after the look at it behind; in between
 * there may be several.
 */
int64_t nrb_reclaimtrace_read(struct nrb_reclaimtrace *trace,
	void (*each)(void *arg, const struct nrb_reclaimcall *call), void *arg)
{
	struct nrb_tracebuffers *buffers = &trace->buffers;
	uint64_t until_ns = nrb_clock_ns();
	const struct nrb_traceevent *event;
	struct nrb_reclaimcall call;
	int64_t n = 0;

	nrb_tracebuffers_gather(buffers);
	while ((event = nrb_tracebuffers_first(buffers)) != NULL &&
		event->ns <= until_ns) {
		if (take(trace, event, &call)) {
			n++;
			each(arg, &call);
		}
		nrb_tracebuffers_pass(buffers);
	}
	if (nrb_tracebuffers_had_gap(buffers)) {
		nrb_reclaimpairs_gap(&trace->pairs, nrb_clock_ns());
	}
	return n;
}

int64_t nrb_reclaimtrace_read_unended(struct nrb_reclaimtrace *trace, uint64_t now_ns,
	void (*each)(void *arg, const struct nrb_reclaimcall *call), void *arg)
{
	return nrb_reclaimpairs_unended(&trace->pairs, now_ns, each, arg);
}

/* Each such call has two events, and each of the two was dropped or stands alone. */
int64_t nrb_reclaimtrace_lost(const struct nrb_reclaimtrace *trace)
{
	return (trace->pairs.odd + nrb_tracebuffers_dropped(&trace->buffers) + 1) / 2;
}

static void forget(void *arg, const struct nrb_reclaimcall *call)
{
	(void)arg;
	(void)call;
}

/* The end first, and last: no begin without it. */
int nrb_reclaimtrace_start(struct nrb_reclaimtrace *trace)
{
	int rc;

	(void)nrb_reclaimtrace_read(trace, forget, NULL);
	nrb_reclaimpairs_clear(&trace->pairs);
	rc = set(trace, END "/enable", "1");
	return rc < 0 ? rc : set(trace, BEGIN "/enable", "1");
}

void nrb_reclaimtrace_stop(struct nrb_reclaimtrace *trace)
{
	(void)set(trace, BEGIN "/enable", "0");
	(void)set(trace, END "/enable", "0");
}

int nrb_reclaimtrace_close(struct nrb_reclaimtrace *trace)
{
	int rc;

	if (trace == NULL) {
		return 0;
	}
	nrb_tracebuffers_close(&trace->buffers);
	rc = nrb_traceinstance_remove(&trace->instance);
	free(trace);
	return rc;
}
