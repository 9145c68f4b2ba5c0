/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A tick as JSON: what is so now, what was counted in the interval, and that per second. */
#include "nrb/watchjson.h"

#include "nrb/watchcalls.h"

#include <math.h>
#include <stdio.h>
#include <time.h>

static void set_calls(struct nrb_json *object, const struct nrb_watch_tick *tick, int i)
{
	const struct nrb_watch_calls_of *of =
		nrb_watchcalls_of(tick->calls, tick->after->nodes[i].node);
	struct nrb_json *calls = nrb_json_object();

	nrb_json_set_int(calls, "calls", of != NULL ? (int64_t)of->stalls->n : 0);
	nrb_json_set_int(calls, "futile", of != NULL ? of->futile : 0);
	nrb_json_set_int(calls, "pages", of != NULL ? of->pages : 0);
	if (of != NULL) {
		const struct nrb_histogram *h = of->stalls;

		nrb_json_set_int(calls, "stall_sum_ns", (int64_t)h->sum_ns);
		nrb_json_set_int(calls, "stall_p50_ns",
			llround(nrb_histogram_quantile_ns(h, 0.5)));
		nrb_json_set_int(calls, "stall_p99_ns",
			llround(nrb_histogram_quantile_ns(h, 0.99)));
		nrb_json_set_int(calls, "stall_max_ns", (int64_t)h->max_ns);
	}
	nrb_json_set(object, "node_reclaim", calls);
}

static void set_values(struct nrb_json *object, const struct nrb_watch_tick *tick, int i)
{
	struct nrb_json *counts = nrb_json_object(), *per_s = nrb_json_object();
	int end = i < 0 ? NRB_N_WATCH : NRB_WATCH_N_OF_NODE;

	for (int id = 0; id < NRB_WATCH_N_GAUGES; id++) {
		nrb_json_set_known(object, nrb_watch_table[id].name,
			nrb_watchmoment_now(tick, i, (enum nrb_watch_id)id));
	}
	for (int id = NRB_WATCH_N_GAUGES; id < end; id++) {
		const char *name = nrb_watch_table[id].name;

		nrb_json_set_known(counts, name,
			nrb_watchmoment_count(tick, i, (enum nrb_watch_id)id));
		nrb_json_set_number(per_s, name,
			nrb_watchmoment_per_s(tick, i, (enum nrb_watch_id)id));
	}
	nrb_json_set(object, "counts", counts);
	nrb_json_set(object, "per_s", per_s);
}

static struct nrb_json *node_of(const struct nrb_watch_tick *tick, int i)
{
	struct nrb_json *object = nrb_json_object();

	nrb_json_set_int(object, "node", tick->after->nodes[i].node);
	set_values(object, tick, i);
	if (tick->calls != NULL) {
		set_calls(object, tick, i);
	}
	return object;
}

/* "2026-11-30T17:24:01.250Z" */
static void set_time(struct nrb_json *object, int64_t realtime_ns)
{
	time_t seconds = (time_t)(realtime_ns / 1000000000);
	char day[32], utc[64];
	struct tm tm;

	if (gmtime_r(&seconds, &tm) != NULL &&
		strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &tm) > 0) {
		snprintf(utc, sizeof(utc), "%s.%03dZ", day,
			(int)(realtime_ns / 1000000 % 1000));
		nrb_json_set_str(object, "utc", utc);
	}
}

struct nrb_json *nrb_watchjson_make(const struct nrb_watch_tick *tick)
{
	struct nrb_json *object = nrb_json_object(), *nodes = nrb_json_array(),
			*machine = nrb_json_object();

	nrb_json_set_str(object, "type", "tick");
	set_time(object, tick->after->realtime_ns);
	nrb_json_set_int(object, "monotonic_ns", (int64_t)tick->after->monotonic_ns);
	nrb_json_set_int(object, "interval_ns", (int64_t)tick->interval_ns);
	nrb_json_set_known(object, "mode", tick->after->mode);
	nrb_json_set_bool(object, "numa_frozen", tick->after->numa_frozen);
	for (int i = 0; i < tick->after->n_nodes; i++) {
		nrb_json_append(nodes, node_of(tick, i));
	}
	nrb_json_set(object, "nodes", nodes);
	set_values(machine, tick, -1);
	if (tick->calls != NULL) {
		nrb_json_set_int(machine, "lost_calls", tick->calls->lost);
	}
	nrb_json_set(object, "machine", machine);
	return object;
}
