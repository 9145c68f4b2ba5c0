/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `watch`: a moment every interval, and what lies between two of them. */
#include "nrb/watch.h"

#include "nrb/clock.h"
#include "nrb/diag.h"
#include "nrb/reclaimtrace.h"
#include "nrb/watchcalls.h"
#include "nrb/watchjson.h"
#include "nrb/watchmetrics.h"
#include "nrb/watchmoment.h"
#include "nrb/watchout.h"
#include "nrb/watchtext.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ONLINE_CPUS "sys/devices/system/cpu/online"

/* Lines from one heading of two to the next, for a terminal of 24; and how often what is traced is taken out of the
 * kernel's buffers, which would be full. */
enum { LINES_PER_HEADING = 22, TRACE_NS = 100000000, CPUS_NS = 1000000000 };

struct watch {
	const struct nrb_watch_options *options;
	struct nrb_watch_reader reader;
	struct nrb_watch_moment moments[2];
	struct nrb_watch_tick tick;     /* the last */
	struct nrb_reclaimtrace *trace; /* NULL: not asked for */
	struct nrb_watch_calls
		calls[2]; /* of the last tick, and since: which is at current */
	int current;
	int64_t lost;     /* by the last tick */
	uint64_t cpus_ns; /* when it was looked which CPUs are online */
	int untraced_cpu; /* that was said; 0: none */
	struct nrb_watch_out out;
	int lines_to_heading;
	bool said_frozen;
};

/* -- showing a tick -- */

static bool is_view(const struct watch *watch, int *columns, int *rows)
{
	if (watch->options->form != NRB_WATCH_TEXT ||
		!nrb_screen_can_redraw(&watch->options->screen)) {
		return false;
	}
	nrb_screen_size(watch->out.fd, columns, rows);
	return *columns >= NRB_WATCH_VIEW_COLUMNS && *rows >= NRB_WATCH_VIEW_ROWS;
}

static void print_lines(struct watch *watch, FILE *to)
{
	const struct nrb_screen *screen = &watch->options->screen;

	if (watch->lines_to_heading <= 0) {
		nrb_watchtext_heading(screen, to);
		watch->lines_to_heading = LINES_PER_HEADING;
	}
	watch->lines_to_heading -= nrb_watchtext_lines(&watch->tick, screen, to);
}

static int print_json(const struct watch *watch, FILE *to)
{
	struct nrb_json *json = nrb_watchjson_make(&watch->tick);
	int rc = nrb_json_print(json, 0, to);

	nrb_json_free(json);
	return rc;
}

static int print(struct watch *watch, int rows, FILE *to)
{
	switch (watch->options->form) {
	case NRB_WATCH_JSON:
		return print_json(watch, to);
	case NRB_WATCH_METRICS:
		nrb_watchmetrics_print(&watch->tick, to);
		fputs("# EOF\n", to);
		return 0;
	default:
		if (rows > 0) {
			nrb_watchtext_view(
				&watch->tick, &watch->options->screen, rows, to);
		} else {
			print_lines(watch, to);
		}
		return 0;
	}
}

static int show(struct watch *watch)
{
	int columns = 0, rows = 0, rc;
	bool view = is_view(watch, &columns, &rows);
	char *text = NULL;
	size_t len = 0;
	FILE *to = open_memstream(&text, &len);

	if (to == NULL) {
		return nrb_fail(-errno, "no memory to print");
	}
	rc = print(watch, view ? rows : 0, to);
	if (fclose(to) != 0 && rc == 0) {
		rc = -ENOMEM;
	}
	if (rc < 0) {
		rc = nrb_fail(rc, "no memory to print");
	} else {
		rc = view ? nrb_watchout_draw(&watch->out, text, columns, rows)
			  : nrb_watchout_write(&watch->out, text, len);
	}
	free(text);
	return rc;
}

/* -- calls of node reclaim -- */

static int open_trace(struct watch *watch)
{
	const struct nrb_root *root = watch->options->root;
	struct nrb_idset cpus;
	char why[256] = "";
	int rc;

	if (!root->live) {
		return nrb_refuse(NRB_EXIT_NOT_HERE, NULL,
			"--trace: a recorded machine reclaims nothing");
	}
	rc = nrb_fsroot_read_list(root, ONLINE_CPUS, &cpus);
	if (rc < 0) {
		return nrb_fail(rc, "cannot read which CPUs are online");
	}
	rc = nrb_reclaimtrace_open(&watch->trace, root, &cpus, &cpus, why, sizeof(why));
	if (rc < 0) {
		return nrb_refuse(NRB_EXIT_NOT_HERE,
			"without it the counts are there all the same", "--trace: %s",
			why);
	}
	rc = nrb_reclaimtrace_start(watch->trace);
	return rc < 0 ? nrb_fail(rc, "--trace: cannot begin") : 0;
}

static void take_call(void *arg, const struct nrb_reclaimcall *call)
{
	struct watch *watch = arg;
	struct nrb_watch_calls *calls = &watch->calls[watch->current];

	if (nrb_watchcalls_add(
		    calls, call->node, (int64_t)call->ns, call->reclaimed_pages) < 0) {
		calls->lost++;
	}
}

/* CPUs come and go while it is watched. */
static void follow_cpus(struct watch *watch)
{
	uint64_t now_ns = nrb_clock_ns();
	struct nrb_idset cpus;
	int cpu = 0, rc;

	if (now_ns - watch->cpus_ns < CPUS_NS ||
		nrb_fsroot_read_list(watch->options->root, ONLINE_CPUS, &cpus) < 0) {
		return;
	}
	watch->cpus_ns = now_ns;
	rc = nrb_reclaimtrace_follow(watch->trace, &cpus, &cpu);
	if (rc < 0 && cpu != watch->untraced_cpu) {
		nrb_warn("--trace: calls on CPU %d are not seen: %s", cpu, strerror(-rc));
		watch->untraced_cpu = cpu;
	}
}

static void read_trace(struct watch *watch)
{
	if (watch->trace != NULL) {
		follow_cpus(watch);
		nrb_reclaimtrace_read(watch->trace, take_call, watch);
	}
}

/* What was taken belongs to the tick; what comes from now on to the next. */
static void end_calls(struct watch *watch)
{
	struct nrb_watch_calls *calls = &watch->calls[watch->current];
	int64_t lost;

	if (watch->trace == NULL) {
		return;
	}
	read_trace(watch);
	lost = nrb_reclaimtrace_lost(watch->trace);
	calls->lost += lost - watch->lost;
	watch->lost = lost;
	watch->tick.calls = calls;
	watch->current = !watch->current;
	nrb_watchcalls_clear(&watch->calls[watch->current]);
}

static int close_trace(struct watch *watch)
{
	int rc = nrb_reclaimtrace_close(watch->trace);

	return rc < 0 ? nrb_fail(rc, "cannot remove the instance of tracefs; "
				     "`numa-reclaim-bench restore` does")
		      : 0;
}

/* -- the loop -- */

static int look(struct watch *watch, struct nrb_watch_moment *moment)
{
	int rc = nrb_watchmoment_read(&watch->reader, moment);

	if (rc == 0 && moment->numa_frozen && !watch->said_frozen) {
		nrb_warn("vm.numa_stat is 0: allocations are not counted");
	}
	watch->said_frozen = moment->numa_frozen;
	return rc;
}

/* To the next multiple of the interval: one that was missed is not made up for. */
static uint64_t next_after(uint64_t due_ns, uint64_t interval_ns)
{
	uint64_t now = nrb_clock_ns();

	due_ns += interval_ns;
	return due_ns > now ? due_ns : now + interval_ns - (now - due_ns) % interval_ns;
}

/* Until the next look at the trace, or the tick. */
static uint64_t wait_until(const struct watch *watch, uint64_t due_ns)
{
	uint64_t next_ns = nrb_clock_ns() + TRACE_NS;

	return watch->trace != NULL && next_ns < due_ns ? next_ns : due_ns;
}

static int wait_for(struct watch *watch, uint64_t due_ns)
{
	uint64_t until_ns;
	int rc = 0;

	do {
		until_ns = wait_until(watch, due_ns);
		while (rc == 0 && nrb_watchout_wait(&watch->out, until_ns) > 0) {
			rc = watch->out.drawn ? show(watch) : 0;
		}
		read_trace(watch);
	} while (rc == 0 && until_ns < due_ns && watch->out.interrupt.signal == 0);
	return rc;
}

static int watch_all(struct watch *watch)
{
	const struct nrb_watch_options *options = watch->options;
	uint64_t interval_ns = (uint64_t)options->interval_ms * 1000000;
	uint64_t due_ns = nrb_clock_ns() + interval_ns;
	int rc = look(watch, &watch->moments[0]);

	for (int64_t n = 0; rc == 0 && (options->count == 0 || n < options->count); n++) {
		struct nrb_watch_moment *now = &watch->moments[(n + 1) % 2];

		rc = wait_for(watch, due_ns);
		if (rc < 0 || watch->out.interrupt.signal != 0) {
			break;
		}
		due_ns = next_after(due_ns, interval_ns);
		rc = look(watch, now);
		if (rc == 0) {
			watch->tick = nrb_watchmoment_tick(&watch->moments[n % 2], now);
			end_calls(watch);
			rc = show(watch);
		}
	}
	return rc;
}

static int watch_once(struct watch *watch)
{
	int rc = look(watch, &watch->moments[0]);

	if (rc == 0) {
		watch->tick =
			nrb_watchmoment_tick(&watch->moments[0], &watch->moments[0]);
		rc = show(watch);
	}
	return rc;
}

static int watch_traced(struct watch *watch)
{
	int rc = watch->options->trace ? open_trace(watch) : 0, end;

	if (rc == 0) {
		rc = watch->options->interval_ms == 0 ? watch_once(watch)
						      : watch_all(watch);
	}
	end = close_trace(watch);
	return rc < 0 ? rc : end;
}

static int run(struct watch *watch, int *signal)
{
	int rc = nrb_watchout_begin(&watch->out, watch->options->fd);
	bool is_end;

	if (rc < 0) {
		return rc;
	}
	rc = watch_traced(watch);
	*signal = watch->out.interrupt.signal;
	/* who watches without an end in sight ends it by Ctrl-C */
	is_end = *signal == SIGINT && watch->options->count == 0;
	*signal = is_end ? 0 : *signal;
	nrb_watchout_end(&watch->out);
	if (rc < 0 && nrb_diag_message()[0] == '\0') {
		rc = nrb_fail(rc, "cannot write to stdout");
	}
	return rc;
}

int nrb_watch(const struct nrb_watch_options *options, int *signal)
{
	struct watch *watch = calloc(1, sizeof(*watch)); /* large for a stack */
	int rc;

	*signal = 0;
	if (watch == NULL) {
		return nrb_fail(-ENOMEM, "no memory to watch");
	}
	watch->options = options;
	nrb_watchmoment_begin(&watch->reader, options->root);
	rc = run(watch, signal);
	nrb_watchmoment_end(&watch->reader);
	nrb_watchcalls_finish(&watch->calls[0]);
	nrb_watchcalls_finish(&watch->calls[1]);
	free(watch);
	return rc;
}
