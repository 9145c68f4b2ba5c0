/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A tick as metrics. */
#include "nrb/watchmetrics.h"

#include "nrb/watchcalls.h"

#include <inttypes.h>
#include <string.h>

#define PREFIX "numa_reclaim_bench_watch_"

enum { MACHINE = -1, NAME_LEN = 96 };

static void begin(FILE *out, const char *name, const char *type, const char *help)
{
	fprintf(out, "# HELP " PREFIX "%s %s\n# TYPE " PREFIX "%s %s\n", name, help, name,
		type);
}

/* -- gauges and counters -- */

/* "node_free_bytes", "node_numa_hit_total", "pressure_some_seconds_total" */
static void make_name(char *buf, enum nrb_watch_id id, bool of_node)
{
	const char *name = nrb_watch_table[id].name;
	bool is_us = id == NRB_WATCH_PRESSURE_SOME || id == NRB_WATCH_PRESSURE_FULL;
	int len = (int)strlen(name) - (is_us ? (int)strlen("_us") : 0);

	snprintf(buf, NAME_LEN, "%s%.*s%s%s", of_node ? "node_" : "", len, name,
		is_us ? "_seconds" : "", id < NRB_WATCH_N_GAUGES ? "" : "_total");
}

static void print_value(FILE *out, enum nrb_watch_id id, int64_t value)
{
	if (id == NRB_WATCH_PRESSURE_SOME || id == NRB_WATCH_PRESSURE_FULL) {
		fprintf(out, " %" PRId64 ".%06d\n", value / 1000000,
			(int)(value % 1000000));
	} else {
		fprintf(out, " %" PRId64 "\n", value);
	}
}

static void begin_value(FILE *out, enum nrb_watch_id id, const char *name)
{
	bool is_us = id == NRB_WATCH_PRESSURE_SOME || id == NRB_WATCH_PRESSURE_FULL;

	begin(out, name, id < NRB_WATCH_N_GAUGES ? "gauge" : "counter",
		nrb_watch_table[id].help + (is_us ? strlen("micro") : 0));
}

static void print_of_nodes(
	const struct nrb_watch_tick *tick, enum nrb_watch_id id, FILE *out)
{
	char name[NAME_LEN];
	bool begun = false;

	make_name(name, id, true);
	for (int i = 0; i < tick->after->n_nodes; i++) {
		int64_t value = nrb_watchmoment_now(tick, i, id);

		if (value == NRB_ABSENT) {
			continue;
		}
		if (!begun) {
			begin_value(out, id, name);
			begun = true;
		}
		fprintf(out, PREFIX "%s{node=\"%d\"}", name, tick->after->nodes[i].node);
		print_value(out, id, value);
	}
}

static void print_of_machine(
	const struct nrb_watch_tick *tick, enum nrb_watch_id id, FILE *out)
{
	int64_t value = nrb_watchmoment_now(tick, MACHINE, id);
	char name[NAME_LEN];

	if (value != NRB_ABSENT) {
		make_name(name, id, false);
		begin_value(out, id, name);
		fprintf(out, PREFIX "%s", name);
		print_value(out, id, value);
	}
}

/* -- calls of node reclaim -- */

static double calls_of(const struct nrb_watch_calls_of *of)
{
	return (double)of->stalls->n;
}

static double futile_of(const struct nrb_watch_calls_of *of)
{
	return (double)of->futile;
}

static double pages_of(const struct nrb_watch_calls_of *of)
{
	return (double)of->pages;
}

static double p50_of(const struct nrb_watch_calls_of *of)
{
	return nrb_histogram_quantile_ns(of->stalls, 0.5) / 1e9;
}

static double p99_of(const struct nrb_watch_calls_of *of)
{
	return nrb_histogram_quantile_ns(of->stalls, 0.99) / 1e9;
}

static double max_of(const struct nrb_watch_calls_of *of)
{
	return (double)of->stalls->max_ns / 1e9;
}

/* Of the interval: a summary would have to go on counting from one exposition to the next. */
static const struct {
	const char *name, *help;
	double (*value)(const struct nrb_watch_calls_of *of);
} of_calls[] = {
	{ "node_reclaim_calls", "calls of node reclaim in the interval", calls_of },
	{ "node_reclaim_futile_calls", "those of them that freed nothing", futile_of },
	{ "node_reclaim_pages", "pages that they freed", pages_of },
	{ "node_reclaim_stall_p50_seconds", "half of them took no longer", p50_of },
	{ "node_reclaim_stall_p99_seconds", "99 % of them took no longer", p99_of },
	{ "node_reclaim_stall_max_seconds", "the longest of them", max_of },
};

static void print_calls(const struct nrb_watch_tick *tick, FILE *out)
{
	const struct nrb_watch_calls *calls = tick->calls;

	for (size_t row = 0; row < sizeof(of_calls) / sizeof(*of_calls); row++) {
		bool begun = false;

		for (int i = 0; i < calls->n; i++) {
			if (calls->of[i].stalls->n == 0) {
				continue;
			}
			if (!begun) {
				begin(out, of_calls[row].name, "gauge",
					of_calls[row].help);
				begun = true;
			}
			fprintf(out, PREFIX "%s{node=\"%d\"} %.10g\n", of_calls[row].name,
				calls->of[i].node, of_calls[row].value(&calls->of[i]));
		}
	}
	begin(out, "lost_calls", "gauge",
		"calls in the interval that are missing, for want of room in a buffer");
	fprintf(out, PREFIX "lost_calls %" PRId64 "\n", calls->lost);
}

void nrb_watchmetrics_print(const struct nrb_watch_tick *tick, FILE *out)
{
	if (tick->after->mode != NRB_ABSENT) {
		begin(out, "zone_reclaim_mode", "gauge", "vm.zone_reclaim_mode");
		fprintf(out, PREFIX "zone_reclaim_mode %" PRId64 "\n", tick->after->mode);
	}
	for (int id = 0; id < NRB_WATCH_N_OF_NODE; id++) {
		print_of_nodes(tick, (enum nrb_watch_id)id, out);
	}
	for (int id = 0; id < NRB_N_WATCH; id++) {
		print_of_machine(tick, (enum nrb_watch_id)id, out);
	}
	if (tick->calls != NULL) {
		print_calls(tick, out);
	}
}
