/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What `watch` reads at one moment, and what lies between two. Files stay open from one moment to the next,
 * and no more is read than is shown: a look must cost next to nothing.
 */
#ifndef NRB_WATCHMOMENT_H
#define NRB_WATCHMOMENT_H

#include "nrb/fsroot.h"
#include "nrb/livefile.h"
#include "nrb/sample.h"
#include "nrb/zones.h"

/* Rows of nrb_watch_table: first what is so now, in bytes, then what has been counted since boot. */
enum nrb_watch_id {
	NRB_WATCH_OVER_LOW,
	NRB_WATCH_FREE,
	NRB_WATCH_LOW,
	NRB_WATCH_FILE,
	NRB_WATCH_ACTIVE_FILE,
	NRB_WATCH_INACTIVE_FILE,
	NRB_WATCH_DIRTY,
	NRB_WATCH_N_GAUGES,
	NRB_WATCH_NUMA_HIT = NRB_WATCH_N_GAUGES,
	NRB_WATCH_NUMA_MISS,
	NRB_WATCH_NUMA_FOREIGN,
	NRB_WATCH_NUMA_LOCAL,
	NRB_WATCH_NUMA_OTHER,
	NRB_WATCH_PGSTEAL_KSWAPD,
	NRB_WATCH_PGSTEAL_DIRECT,
	NRB_WATCH_REFAULT_FILE,
	NRB_WATCH_REFAULT_ANON,
	NRB_WATCH_PGDEMOTE,
	NRB_WATCH_N_OF_NODE, /* from here on of the whole machine alone */
	NRB_WATCH_ZONE_RECLAIM_SUCCESS = NRB_WATCH_N_OF_NODE,
	NRB_WATCH_ZONE_RECLAIM_FAILED,
	NRB_WATCH_ALLOCSTALL,
	NRB_WATCH_NUMA_PAGES_MIGRATED,
	NRB_WATCH_PSWPIN,
	NRB_WATCH_PSWPOUT,
	NRB_WATCH_PRESSURE_SOME, /* microseconds */
	NRB_WATCH_PRESSURE_FULL,
	NRB_N_WATCH,
};

struct nrb_watch_info {
	const char *name; /* in JSON, metrics and `list` */
	const char *
		keys; /* in vmstat, as nrb_countkeys_read takes them; NULL: from elsewhere */
	const char *help;
};

extern const struct nrb_watch_info nrb_watch_table[NRB_N_WATCH];

/* What is not there, or does not count now, is NRB_ABSENT. */
struct nrb_watch_values {
	int64_t v[NRB_N_WATCH];
};

struct nrb_watch_node {
	int node;
	struct nrb_watch_values values;
};

struct nrb_watch_moment {
	uint64_t monotonic_ns; /* CLOCK_MONOTONIC, as in a record */
	int64_t realtime_ns;   /* CLOCK_REALTIME */
	int64_t mode;          /* vm.zone_reclaim_mode; absent: this kernel has none */
	bool numa_frozen; /* vm.numa_stat is 0: numa_* count nothing and are absent */
	struct nrb_watch_values machine;
	int n_nodes; /* online and with memory, by rising number */
	struct nrb_watch_node nodes[NRB_MAX_NODES];
};

struct nrb_watch_reader {
	const struct nrb_root *root;
	struct nrb_livefile vmstat, pressure, mode, numa_stat, list;
	struct nrb_livetext text;
	struct nrb_zones zones; /* of zones_ns: up to 30 seconds old */
	uint64_t zones_ns;
	int n_files;
	struct {
		int node;
		struct nrb_livefile vmstat;
	} files[NRB_MAX_NODES]; /* of every node that was ever there */
};

/** Begin to read below root, which the caller keeps open. Opens nothing yet. */
void nrb_watchmoment_begin(struct nrb_watch_reader *reader, const struct nrb_root *root);

/**
 * Read all of it. A node that is not there any more is left out; watermarks that cannot be read again, which is
 * said, stay as they were.
 * Returns 0 or a negative errno, with a message: no /proc/vmstat, or no list of nodes (a kernel without
 * NUMA: NRB_EXIT_NOT_HERE).
 */
int nrb_watchmoment_read(
	struct nrb_watch_reader *reader, struct nrb_watch_moment *moment);

/** Close and free all. */
void nrb_watchmoment_end(struct nrb_watch_reader *reader);

struct nrb_watch_calls;

/* From one moment to the next. */
struct nrb_watch_tick {
	const struct nrb_watch_moment *before, *after;
	uint64_t interval_ns;                /* measured */
	const struct nrb_watch_calls *calls; /* watchcalls.h; NULL: not traced */
};

struct nrb_watch_tick nrb_watchmoment_tick(
	const struct nrb_watch_moment *before, const struct nrb_watch_moment *after);

/** What was counted meanwhile of the node at position i of after, or for -1 of the machine. Absent where it is
 * unknown at either end (a node that came), or where the count went back (counts that began anew). */
int64_t nrb_watchmoment_count(
	const struct nrb_watch_tick *tick, int i, enum nrb_watch_id id);

/** The same per second of the time that passed; NAN where absent. */
double nrb_watchmoment_per_s(
	const struct nrb_watch_tick *tick, int i, enum nrb_watch_id id);

/** What is so at the end: a gauge, or a count since boot. */
int64_t nrb_watchmoment_now(
	const struct nrb_watch_tick *tick, int i, enum nrb_watch_id id);

/** The pages on the lists of file pages at the end, in bytes: the cache without shared memory. Or absent. */
int64_t nrb_watchmoment_cache(const struct nrb_watch_tick *tick, int i);

#endif
