/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two tracepoints, read from each CPU's buffer and paired by thread. */
#include "nrb/reclaimtrace.h"

#include "nrb/traceinstance.h"
#include "nrb/tracepage.h"
#include "nrb/units.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EVENTS "events/vmscan/mm_vmscan_node_reclaim_"
#define BEGIN  EVENTS "begin"
#define END    EVENTS "end"

enum {
	/* of all CPUs; a node has one call under way at a time, so that many busy CPUs have no more calls
	 * together than one */
	BUSY_KIB = 4 << 10, /* 75,000 calls */
	QUIET_KIB = 64,
	OTHER_KIB = 8,  /* of CPUs that are not asked */
	MAX_BEGUN = 64, /* calls under way; more than one a node there are not */
};

/* A CPU's buffer, and the next event of it. */
struct cpu {
	int cpu, fd;
	unsigned char *bytes; /* a page */
	struct nrb_tracepage page;
	struct nrb_traceevent next; /* data NULL: none */
};

struct begun {
	pid_t tid; /* 0: free */
	int node, order;
	uint64_t ns;
};

struct nrb_reclaimtrace {
	struct nrb_traceinstance instance;
	struct nrb_tracepage_layout layout;
	int begin_id, end_id;
	struct nrb_tracefield type, pid, node, order, reclaimed;
	struct begun begun[MAX_BEGUN];
	int n_cpus;
	struct cpu cpus[];
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

static int set_kib(const struct nrb_reclaimtrace *trace, const char *path, int kib)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", kib);
	return set(trace, path, text);
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
	return rc < 0 ? rc : set_kib(trace, "buffer_size_kb", OTHER_KIB);
}

static int busy_kib(int n_busy)
{
	int kib = n_busy > 0 ? BUSY_KIB / n_busy : 0;

	return kib < QUIET_KIB ? QUIET_KIB : kib;
}

static int open_cpu(struct nrb_reclaimtrace *trace, int number, int kib)
{
	struct cpu *cpu = &trace->cpus[trace->n_cpus];
	char path[64];
	int rc;

	snprintf(path, sizeof(path), "per_cpu/cpu%d/buffer_size_kb", number);
	rc = set_kib(trace, path, kib);
	if (rc < 0) {
		return rc;
	}
	snprintf(path, sizeof(path), "per_cpu/cpu%d/trace_pipe_raw", number);
	rc = nrb_fsroot_open_file(
		&trace->instance.files, path, O_RDONLY | O_NONBLOCK, &cpu->fd);
	if (rc < 0) {
		return rc;
	}
	trace->n_cpus++;
	cpu->cpu = number;
	cpu->bytes = malloc(trace->layout.bytes);
	return cpu->bytes == NULL ? -ENOMEM : 0;
}

static int open_cpus(struct nrb_reclaimtrace *trace, const struct nrb_idset *cpus,
	const struct nrb_idset *busy)
{
	int kib = busy_kib(busy != NULL ? nrb_idset_count(busy) : 0);

	nrb_for_each_id(cpu, cpus) {
		int rc = open_cpu(trace, cpu,
			busy != NULL && nrb_idset_has(busy, cpu) ? kib : QUIET_KIB);

		if (rc < 0) {
			return rc;
		}
	}
	return 0;
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
	struct nrb_reclaimtrace *made = calloc(
		1, sizeof(*made) + (size_t)nrb_idset_count(cpus) * sizeof(made->cpus[0]));
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

/* Returns false if there is none. */
static bool next_page(const struct nrb_reclaimtrace *trace, struct cpu *cpu)
{
	ssize_t n;

	do {
		n = read(cpu->fd, cpu->bytes, trace->layout.bytes);
	} while (n < 0 && errno == EINTR);
	return n > 0 && nrb_tracepage_begin(
				&cpu->page, &trace->layout, cpu->bytes, (size_t)n) == 0;
}

static void next_event(const struct nrb_reclaimtrace *trace, struct cpu *cpu)
{
	while (!nrb_tracepage_next(&cpu->page, &cpu->next)) {
		if (!next_page(trace, cpu)) {
			cpu->next.data = NULL;
			return;
		}
	}
}

/* A thread may move between its begin and its end: buffers are read as one, by time. */
static struct cpu *earliest(struct nrb_reclaimtrace *trace)
{
	struct cpu *found = NULL;

	for (int i = 0; i < trace->n_cpus; i++) {
		struct cpu *cpu = &trace->cpus[i];

		if (cpu->next.data != NULL &&
			(found == NULL || cpu->next.ns < found->next.ns)) {
			found = cpu;
		}
	}
	return found;
}

static struct begun *find_begun(struct nrb_reclaimtrace *trace, pid_t tid)
{
	for (int i = 0; i < MAX_BEGUN; i++) {
		if (trace->begun[i].tid == tid) {
			return &trace->begun[i];
		}
	}
	return NULL;
}

static int64_t get(const struct nrb_tracefield *field, const struct nrb_traceevent *event)
{
	int64_t value = 0;

	(void)nrb_tracefield_get(field, event->data, event->len, &value);
	return value;
}

/* One whose end was dropped makes place for its next, or for anybody's. */
static void begin(
	struct nrb_reclaimtrace *trace, const struct nrb_traceevent *event, pid_t tid)
{
	struct begun *slot = find_begun(trace, tid);

	if (slot == NULL) {
		slot = find_begun(trace, 0);
	}
	if (slot == NULL) {
		slot = &trace->begun[tid % MAX_BEGUN];
	}
	*slot = (struct begun){ .tid = tid,
		.node = (int)get(&trace->node, event),
		.order = (int)get(&trace->order, event),
		.ns = event->ns };
}

/* Returns false for an end without a begin. */
static bool end(struct nrb_reclaimtrace *trace, const struct nrb_traceevent *event,
	pid_t tid, struct nrb_reclaimcall *call)
{
	struct begun *slot = find_begun(trace, tid);

	if (slot == NULL || event->ns < slot->ns) {
		return false;
	}
	*call = (struct nrb_reclaimcall){ .tid = tid,
		.node = slot->node,
		.order = slot->order,
		.reclaimed_pages = get(&trace->reclaimed, event),
		.start_ns = slot->ns,
		.ns = event->ns - slot->ns };
	slot->tid = 0;
	return true;
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
		begin(trace, event, tid);
	}
	return type == trace->end_id && end(trace, event, tid, call);
}

int64_t nrb_reclaimtrace_read(struct nrb_reclaimtrace *trace,
	void (*each)(void *arg, const struct nrb_reclaimcall *call), void *arg)
{
	struct nrb_reclaimcall call;
	struct cpu *cpu;
	int64_t n = 0;

	for (int i = 0; i < trace->n_cpus; i++) {
		next_event(trace, &trace->cpus[i]);
	}
	for (cpu = earliest(trace); cpu != NULL; cpu = earliest(trace)) {
		if (take(trace, &cpu->next, &call)) {
			n++;
			each(arg, &call);
		}
		next_event(trace, cpu);
	}
	return n;
}

int64_t nrb_reclaimtrace_read_unended(struct nrb_reclaimtrace *trace, uint64_t now_ns,
	void (*each)(void *arg, const struct nrb_reclaimcall *call), void *arg)
{
	int64_t n = 0;

	for (int i = 0; i < MAX_BEGUN; i++) {
		const struct begun *begun = &trace->begun[i];

		if (begun->tid != 0 && begun->ns < now_ns) {
			const struct nrb_reclaimcall call = { .tid = begun->tid,
				.node = begun->node,
				.order = begun->order,
				.reclaimed_pages = NRB_ABSENT,
				.start_ns = begun->ns,
				.ns = now_ns - begun->ns };

			n++;
			each(arg, &call);
		}
	}
	memset(trace->begun, 0, sizeof(trace->begun));
	return n;
}

/* Events that a CPU's buffer had no room for, ever. */
static int64_t dropped(const struct nrb_reclaimtrace *trace, const struct cpu *cpu)
{
	static const char word[] = "dropped events:";
	int64_t n = 0;
	char path[64], *text;
	const char *at;

	snprintf(path, sizeof(path), "per_cpu/cpu%d/stats", cpu->cpu);
	if (nrb_fsroot_read_all(&trace->instance.files, path, &text) < 0) {
		return 0;
	}
	at = strstr(text, word);
	if (at != NULL) {
		n = strtoll(at + strlen(word), NULL, 10);
	}
	free(text);
	return n;
}

int64_t nrb_reclaimtrace_lost(const struct nrb_reclaimtrace *trace)
{
	int64_t events = 0;

	for (int i = 0; i < trace->n_cpus; i++) {
		events += dropped(trace, &trace->cpus[i]);
	}
	return (events + 1) / 2;
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
	memset(trace->begun, 0, sizeof(trace->begun));
	rc = set(trace, END "/enable", "1");
	return rc < 0 ? rc : set(trace, BEGIN "/enable", "1");
}

void nrb_reclaimtrace_stop(struct nrb_reclaimtrace *trace)
{
	(void)set(trace, BEGIN "/enable", "0");
	(void)set(trace, END "/enable", "0");
}

static void close_cpus(struct nrb_reclaimtrace *trace)
{
	for (int i = 0; i < trace->n_cpus; i++) {
		close(trace->cpus[i].fd);
		free(trace->cpus[i].bytes);
	}
	trace->n_cpus = 0;
}

int nrb_reclaimtrace_close(struct nrb_reclaimtrace *trace)
{
	int rc;

	if (trace == NULL) {
		return 0;
	}
	close_cpus(trace);
	rc = nrb_traceinstance_remove(&trace->instance);
	free(trace);
	return rc;
}
