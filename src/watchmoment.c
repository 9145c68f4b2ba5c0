/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's counts of a moment, by key: one pass over each text. */
#include "nrb/watchmoment.h"

#include "nrb/clock.h"
#include "nrb/counters.h"
#include "nrb/countkeys.h"
#include "nrb/diag.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NODES "sys/devices/system/node/"

/* How old watermarks may be. */
static const uint64_t max_zones_age_ns = 29900000000;

/* What no node has. */
static const int64_t max_pages = (int64_t)1 << 40;

/* clang-format off */
const struct nrb_watch_info nrb_watch_table[NRB_N_WATCH] = {
	[NRB_WATCH_OVER_LOW]      = { "free_above_low_bytes", NULL, "free memory above the low watermarks of all zones; negative below them" },
	[NRB_WATCH_FREE]          = { "free_bytes", "nr_free_pages", "free memory" },
	[NRB_WATCH_LOW]           = { "low_bytes", NULL, "the low watermarks of all zones, summed up" },
	[NRB_WATCH_FILE]          = { "file_bytes", "nr_file_pages", "page cache with shared memory and swap cache (FilePages)" },
	[NRB_WATCH_ACTIVE_FILE]   = { "active_file_bytes", "nr_active_file", "file pages on the active list" },
	[NRB_WATCH_INACTIVE_FILE] = { "inactive_file_bytes", "nr_inactive_file", "file pages on the inactive list" },
	[NRB_WATCH_DIRTY]         = { "dirty_bytes", "nr_dirty", "file pages not written yet" },
	[NRB_WATCH_NUMA_HIT]      = { "numa_hit", "numa_hit", "allocations served here, as they were meant to be" },
	[NRB_WATCH_NUMA_MISS]     = { "numa_miss", "numa_miss", "allocations served here that were meant for another node" },
	[NRB_WATCH_NUMA_FOREIGN]  = { "numa_foreign", "numa_foreign", "allocations meant for here that another node served" },
	[NRB_WATCH_NUMA_LOCAL]    = { "numa_local", "numa_local", "allocations served here for a CPU of this node" },
	[NRB_WATCH_NUMA_OTHER]    = { "numa_other", "numa_other", "allocations served here for a CPU of another node" },
	[NRB_WATCH_PGSTEAL_KSWAPD] = { "pgsteal_kswapd", "pgsteal_kswapd", "pages that kswapd freed (of a node: 7.1 and later)" },
	[NRB_WATCH_PGSTEAL_DIRECT] = { "pgsteal_direct", "pgsteal_direct", "pages that allocating tasks freed, by node reclaim and by direct reclaim (of a node: 7.1 and later, and there at the limit of a cgroup too)" },
	[NRB_WATCH_REFAULT_FILE]  = { "refault_file", "workingset_refault_file|workingset_refault", "file pages read again soon after they were evicted" },
	[NRB_WATCH_REFAULT_ANON]  = { "refault_anon", "workingset_refault_anon", "anonymous pages swapped in soon after they were evicted (5.9 and later)" },
	[NRB_WATCH_PGDEMOTE]      = { "pgdemote", "pgdemote_*", "pages that reclaim moved to a slower node (5.15 and later)" },
	[NRB_WATCH_ZONE_RECLAIM_SUCCESS] = { "zone_reclaim_success", "zone_reclaim_success", "node reclaims that freed enough (6.12 and later)" },
	[NRB_WATCH_ZONE_RECLAIM_FAILED]  = { "zone_reclaim_failed", "zone_reclaim_failed", "node reclaims that freed too little" },
	[NRB_WATCH_ALLOCSTALL]    = { "allocstall", "allocstall_*|allocstall", "entries into direct reclaim; node reclaim is none" },
	[NRB_WATCH_NUMA_PAGES_MIGRATED] = { "numa_pages_migrated", "numa_pages_migrated", "pages that NUMA balancing moved" },
	[NRB_WATCH_PSWPIN]        = { "pswpin", "pswpin", "pages swapped in" },
	[NRB_WATCH_PSWPOUT]       = { "pswpout", "pswpout", "pages written to swap" },
	[NRB_WATCH_PRESSURE_SOME] = { "pressure_some_us", NULL, "microseconds in which some task stood still for memory (PSI; node reclaim: 5.14 and later)" },
	[NRB_WATCH_PRESSURE_FULL] = { "pressure_full_us", NULL, "microseconds in which all of them did" },
};
/* clang-format on */

static void pages_to_bytes(struct nrb_watch_values *values)
{
	for (int id = 0; id < NRB_WATCH_N_GAUGES; id++) {
		int64_t *v = &values->v[id];

		if (*v != NRB_ABSENT) {
			*v = *v <= max_pages ? *v * nrb_zones_page_bytes() : NRB_ABSENT;
		}
	}
}

static const char *keys_of(int id)
{
	return nrb_watch_table[id].keys;
}

static void parse_vmstat(const char *text, struct nrb_watch_values *values)
{
	nrb_countkeys_read(text, NRB_N_WATCH, keys_of, values->v);
	pages_to_bytes(values);
}

/* -- a moment -- */

static void name_file(struct nrb_livefile *file, const char *path)
{
	*file = (struct nrb_livefile){ 0 };
	snprintf(file->path, sizeof(file->path), "%s", path);
}

void nrb_watchmoment_begin(struct nrb_watch_reader *reader, const struct nrb_root *root)
{
	*reader = (struct nrb_watch_reader){ .root = root };
	name_file(&reader->vmstat, "proc/vmstat");
	name_file(&reader->pressure, "proc/pressure/memory");
	name_file(&reader->mode, "proc/sys/vm/zone_reclaim_mode");
	name_file(&reader->numa_stat, "proc/sys/vm/numa_stat");
	name_file(&reader->list, NODES "has_memory");
}

static int64_t read_number(struct nrb_watch_reader *reader, struct nrb_livefile *file)
{
	int64_t value;

	if (nrb_livefile_read(file, reader->root, &reader->text) < 0) {
		return NRB_ABSENT;
	}
	reader->text.bytes[strcspn(reader->text.bytes, "\n")] = '\0';
	return nrb_units_parse_i64(reader->text.bytes, 0, INT32_MAX, &value) == 0
		       ? value
		       : NRB_ABSENT;
}

static void note_pressure(const struct nrb_watch_reader *reader, const char *line,
	struct nrb_watch_values *values, enum nrb_watch_id id)
{
	int64_t us;

	if (nrb_counters_psi_total(reader->text.bytes, line, &us) == 0) {
		values->v[id] = us;
	}
}

static void read_pressure(
	struct nrb_watch_reader *reader, struct nrb_watch_values *values)
{
	if (nrb_livefile_read(&reader->pressure, reader->root, &reader->text) == 0) {
		note_pressure(reader, "some", values, NRB_WATCH_PRESSURE_SOME);
		note_pressure(reader, "full", values, NRB_WATCH_PRESSURE_FULL);
	}
}

static void set_low(struct nrb_watch_values *values, int64_t pages)
{
	int64_t bytes = pages * nrb_zones_page_bytes(), free = values->v[NRB_WATCH_FREE];

	values->v[NRB_WATCH_LOW] = bytes;
	values->v[NRB_WATCH_OVER_LOW] = free != NRB_ABSENT ? free - bytes : NRB_ABSENT;
}

static void sum_low(struct nrb_watch_moment *moment, const struct nrb_zones *zones)
{
	int64_t all = 0;

	for (int i = 0; i < moment->n_nodes; i++) {
		struct nrb_zone_sums sums = nrb_zones_sum(zones, moment->nodes[i].node);

		if (sums.n > 0) {
			set_low(&moment->nodes[i].values, sums.low_pages);
			all += sums.low_pages;
		}
	}
	set_low(&moment->machine, all);
}

/* The watermarks seldom move, and zoneinfo costs the kernel more than all else that is read here: a line for
 * each counter of each zone, and several for each CPU. */
static int read_zones(struct nrb_watch_reader *reader, uint64_t now_ns)
{
	struct nrb_zones zones;
	int rc;

	if (reader->zones.n > 0 && now_ns - reader->zones_ns < max_zones_age_ns) {
		return 0;
	}
	reader->zones_ns = now_ns;
	rc = nrb_zones_read(&zones, reader->root);
	if (rc < 0 && reader->zones.n > 0) {
		nrb_diag_reset(); /* said, but no failure: the old ones hold for another while */
		return 0;
	}
	nrb_zones_finish(&reader->zones);
	reader->zones = zones;
	return rc;
}

/* The file of a node, new where it was not seen before; NULL: too many. */
static struct nrb_livefile *file_of(struct nrb_watch_reader *reader, int node)
{
	char path[NRB_LIVEFILE_PATH_LEN];
	int i = 0;

	while (i < reader->n_files && reader->files[i].node != node) {
		i++;
	}
	if (i == NRB_MAX_NODES) {
		return NULL;
	}
	if (i == reader->n_files) {
		snprintf(path, sizeof(path), NODES "node%d/vmstat", node);
		name_file(&reader->files[i].vmstat, path);
		reader->files[i].node = node;
		reader->n_files++;
	}
	return &reader->files[i].vmstat;
}

static void read_node(
	struct nrb_watch_reader *reader, int node, struct nrb_watch_moment *moment)
{
	struct nrb_livefile *file = file_of(reader, node);
	struct nrb_watch_node *into = &moment->nodes[moment->n_nodes];

	if (file == NULL || moment->n_nodes == NRB_MAX_NODES ||
		nrb_livefile_read(file, reader->root, &reader->text) < 0) {
		return;
	}
	into->node = node;
	parse_vmstat(reader->text.bytes, &into->values);
	moment->n_nodes++;
}

static int read_nodes(struct nrb_watch_reader *reader, struct nrb_watch_moment *moment)
{
	struct nrb_idset nodes;
	int rc = nrb_livefile_read(&reader->list, reader->root, &reader->text);

	if (rc == -ENOENT) {
		return nrb_refuse(NRB_EXIT_NOT_HERE, NULL,
			"this kernel has no NUMA nodes: no /%s", reader->list.path);
	}
	if (rc < 0) {
		return nrb_fail(rc, "cannot read /%s", reader->list.path);
	}
	rc = nrb_idset_parse(reader->text.bytes, &nodes);
	if (rc < 0) {
		return nrb_fail(rc, "/%s is no list", reader->list.path);
	}
	nrb_for_each_id(node, &nodes) {
		read_node(reader, node, moment);
	}
	return 0;
}

/* A count that stands still is no count. */
static void freeze(struct nrb_watch_values *values)
{
	for (int id = NRB_WATCH_NUMA_HIT; id <= NRB_WATCH_NUMA_OTHER; id++) {
		values->v[id] = NRB_ABSENT;
	}
}

static void read_frozen(struct nrb_watch_reader *reader, struct nrb_watch_moment *moment)
{
	moment->numa_frozen = read_number(reader, &reader->numa_stat) == 0;
	if (!moment->numa_frozen) {
		return;
	}
	freeze(&moment->machine);
	for (int i = 0; i < moment->n_nodes; i++) {
		freeze(&moment->nodes[i].values);
	}
}

int nrb_watchmoment_read(struct nrb_watch_reader *reader, struct nrb_watch_moment *moment)
{
	struct timespec now;
	int rc;

	clock_gettime(CLOCK_REALTIME, &now);
	moment->realtime_ns = (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
	moment->monotonic_ns = nrb_clock_ns();
	moment->n_nodes = 0;
	rc = nrb_livefile_read(&reader->vmstat, reader->root, &reader->text);
	if (rc < 0) {
		return nrb_fail(rc, "cannot read /%s", reader->vmstat.path);
	}
	parse_vmstat(reader->text.bytes, &moment->machine);
	rc = read_nodes(reader, moment);
	if (rc == 0) {
		rc = read_zones(reader, moment->monotonic_ns);
	}
	if (rc < 0) {
		return rc;
	}
	sum_low(moment, &reader->zones);
	read_pressure(reader, &moment->machine);
	read_frozen(reader, moment);
	moment->mode = read_number(reader, &reader->mode);
	return 0;
}

void nrb_watchmoment_end(struct nrb_watch_reader *reader)
{
	struct nrb_livefile *files[] = { &reader->vmstat, &reader->pressure,
		&reader->mode, &reader->numa_stat, &reader->list };

	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		nrb_livefile_close(files[i]);
	}
	for (int i = 0; i < reader->n_files; i++) {
		nrb_livefile_close(&reader->files[i].vmstat);
	}
	nrb_livetext_finish(&reader->text);
	nrb_zones_finish(&reader->zones);
}

/* -- between two -- */

struct nrb_watch_tick nrb_watchmoment_tick(
	const struct nrb_watch_moment *before, const struct nrb_watch_moment *after)
{
	return (struct nrb_watch_tick){ .before = before,
		.after = after,
		.interval_ns = after->monotonic_ns - before->monotonic_ns };
}

static const struct nrb_watch_values *values_at(
	const struct nrb_watch_moment *moment, int i)
{
	return i < 0 ? &moment->machine : &moment->nodes[i].values;
}

/* Where the node at position i of after was before; -1: nowhere. */
static int position_before(const struct nrb_watch_tick *tick, int i)
{
	for (int k = 0; k < tick->before->n_nodes; k++) {
		if (tick->before->nodes[k].node == tick->after->nodes[i].node) {
			return k;
		}
	}
	return -1;
}

int64_t nrb_watchmoment_count(
	const struct nrb_watch_tick *tick, int i, enum nrb_watch_id id)
{
	int k = i < 0 ? -1 : position_before(tick, i);
	int64_t from, to;

	if (i >= 0 && k < 0) {
		return NRB_ABSENT;
	}
	from = values_at(tick->before, k)->v[id];
	to = values_at(tick->after, i)->v[id];
	return from == NRB_ABSENT || to == NRB_ABSENT || to < from ? NRB_ABSENT
								   : to - from;
}

double nrb_watchmoment_per_s(
	const struct nrb_watch_tick *tick, int i, enum nrb_watch_id id)
{
	int64_t count = nrb_watchmoment_count(tick, i, id);

	return count == NRB_ABSENT || tick->interval_ns == 0
		       ? NAN
		       : (double)count * 1e9 / (double)tick->interval_ns;
}

int64_t nrb_watchmoment_now(
	const struct nrb_watch_tick *tick, int i, enum nrb_watch_id id)
{
	return values_at(tick->after, i)->v[id];
}

int64_t nrb_watchmoment_cache(const struct nrb_watch_tick *tick, int i)
{
	int64_t active = nrb_watchmoment_now(tick, i, NRB_WATCH_ACTIVE_FILE);
	int64_t inactive = nrb_watchmoment_now(tick, i, NRB_WATCH_INACTIVE_FILE);

	return active == NRB_ABSENT || inactive == NRB_ABSENT ? NRB_ABSENT
							      : active + inactive;
}
