/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tables of a cell's fields: the record, its schema, `list` and the man page follow them. */
#include "nrb/sample.h"

#include <errno.h>
#include <string.h>

/* clang-format off */
static const char *const status_names[NRB_N_STATUSES] = {
	[NRB_STATUS_OK]          = "ok",
	[NRB_STATUS_WARM_UP]     = "warm-up",
	[NRB_STATUS_STALLED]     = "stalled",
	[NRB_STATUS_KILLED]      = "killed",
	[NRB_STATUS_UNSUPPORTED] = "unsupported",
	[NRB_STATUS_DISTURBED]   = "disturbed",
};

static const char *const phase_names[NRB_N_PHASES] = {
	[NRB_PHASE_START]    = "start",
	[NRB_PHASE_EVICT]    = "evict",
	[NRB_PHASE_DRAIN]    = "drain",
	[NRB_PHASE_FILL]     = "fill",
	[NRB_PHASE_SHAPE]    = "shape",
	[NRB_PHASE_SETTLE]   = "settle",
	[NRB_PHASE_SOAK]     = "soak",
	[NRB_PHASE_APPLY]    = "apply",
	[NRB_PHASE_ALLOCATE] = "allocate",
	[NRB_PHASE_COUNT]    = "count",
	[NRB_PHASE_LOCATE]   = "locate",
	[NRB_PHASE_ACCESS]   = "access",
	[NRB_PHASE_REREAD]   = "reread",
	[NRB_PHASE_RETURN]   = "return",
	[NRB_PHASE_DONE]     = "done",
};

const struct nrb_counter_info nrb_counter_table[NRB_N_COUNTERS] = {
	[NRB_ZONE_RECLAIM_SUCCESS]     = { "zone_reclaim_success", "zone_reclaim_success",
		"node reclaims that freed enough (6.12 and later)" },
	[NRB_ZONE_RECLAIM_FAILED]      = { "zone_reclaim_failed", "zone_reclaim_failed",
		"node reclaims that freed too little" },
	[NRB_PGSCAN_DIRECT]            = { "pgscan_direct", "pgscan_direct",
		"pages that allocating tasks looked at to free them" },
	[NRB_PGSTEAL_DIRECT]           = { "pgsteal_direct", "pgsteal_direct",
		"pages that allocating tasks freed, by node reclaim and by direct reclaim" },
	[NRB_PGSCAN_KSWAPD]            = { "pgscan_kswapd", "pgscan_kswapd",
		"pages that kswapd looked at to free them" },
	[NRB_PGSTEAL_KSWAPD]           = { "pgsteal_kswapd", "pgsteal_kswapd",
		"pages that kswapd freed" },
	[NRB_ALLOCSTALL]               = { "allocstall", "allocstall_*|allocstall",
		"entries into direct reclaim, summed over zones; node reclaim is none" },
	[NRB_PSWPIN]                   = { "pswpin", "pswpin",
		"pages swapped in" },
	[NRB_PSWPOUT]                  = { "pswpout", "pswpout",
		"pages written to swap" },
	[NRB_ZSWPOUT]                  = { "zswpout", "zswpout",
		"pages that zswap took in their stead (kernels that count them)" },
	[NRB_PGMAJFAULT]               = { "pgmajfault", "pgmajfault",
		"faults that had to read from disk or swap" },
	[NRB_REFAULT_FILE]             = { "refault_file",
		"workingset_refault_file|workingset_refault",
		"file pages read again soon after they were evicted" },
	[NRB_REFAULT_ANON]             = { "refault_anon", "workingset_refault_anon",
		"anonymous pages swapped in soon after they were evicted (5.9 and later)" },
	[NRB_SLABS_SCANNED]            = { "slabs_scanned", "slabs_scanned",
		"kernel objects that shrinkers looked at" },
	[NRB_VMSCAN_WRITE]             = { "vmscan_write", "nr_vmscan_write",
		"pages that reclaim wrote out" },
	[NRB_VMSCAN_IMMEDIATE_RECLAIM] = { "vmscan_immediate_reclaim",
		"nr_vmscan_immediate_reclaim",
		"pages marked to be freed as soon as their writing ends" },
	[NRB_PAGEOUTRUN]               = { "pageoutrun", "pageoutrun",
		"times that kswapd went to work" },
	[NRB_NUMA_HIT]                 = { "numa_hit", "numa_hit",
		"allocations served by the node they were meant for" },
	[NRB_NUMA_MISS]                = { "numa_miss", "numa_miss",
		"allocations served by a node they were not meant for" },
	[NRB_NUMA_FOREIGN]             = { "numa_foreign", "numa_foreign",
		"allocations meant for a node that another served" },
	[NRB_NUMA_PAGES_MIGRATED]      = { "numa_pages_migrated", "numa_pages_migrated",
		"pages that NUMA balancing moved" },
	[NRB_PGDEMOTE]                 = { "pgdemote", "pgdemote_*",
		"pages that reclaim moved to a slower node (5.15 and later)" },
	[NRB_THP_FAULT_ALLOC]          = { "thp_fault_alloc", "thp_fault_alloc",
		"huge pages given to faults" },
	[NRB_DROP_PAGECACHE]           = { "drop_pagecache", "drop_pagecache",
		"times that someone dropped the page cache by hand" },
	[NRB_OOM_KILL]                 = { "oom_kill", "oom_kill",
		"processes killed for want of memory" },
	[NRB_PGSTEAL_ANON]             = { "pgsteal_anon", "pgsteal_anon",
		"anonymous and shared-memory pages freed, by whomever (5.8 and later)" },
	[NRB_PGSTEAL_FILE]             = { "pgsteal_file", "pgsteal_file",
		"file pages freed, by whomever (5.8 and later)" },
	[NRB_DIRTIED]                  = { "dirtied", "nr_dirtied",
		"file pages made dirty" },
	[NRB_WRITTEN]                  = { "written", "nr_written",
		"pages written to disk, to swap too" },
	[NRB_THP_FAULT_FALLBACK]       = { "thp_fault_fallback", "thp_fault_fallback",
		"faults that were to have a huge page and got small ones" },
};

/* Any count or size up to 2^60, but where a range is given. */
#define FIELD(type, field, text, ...) { #field, offsetof(struct type, field), text, __VA_ARGS__ }
#define COUNT       0, (int64_t)1 << 60
#define ANY         (NRB_ABSENT + 1), INT64_MAX
#define MODE        0, 7
#define FLAG        0, 1
#define NODE_NUMBER 0, NRB_MAX_NODE_NUMBER

#define SAMPLE(field, text)           FIELD(nrb_sample, field, text, COUNT)
#define SAMPLE_IN(field, range, text) FIELD(nrb_sample, field, text, range)
const struct nrb_field nrb_sample_fields[] = {
	SAMPLE(cell, "number of the cell, from 0 in the order run"),
	SAMPLE(block, "block that it belongs to, from 1; 0 for the warm-up"),
	SAMPLE_IN(node, NODE_NUMBER, "node under test: filled, and meant to serve the allocation"),
	SAMPLE_IN(cpu_node, NODE_NUMBER, "node of the CPU that allocates"),
	SAMPLE(cpu, "that CPU"),
	SAMPLE_IN(mode, MODE, "vm.zone_reclaim_mode during the allocation; absent where it has no part, or where the kernel has none"),
	SAMPLE_IN(control, FLAG, "1 in a cell that runs the reference once more, as a control (--aa); absent in others"),
	SAMPLE(threads, "threads that allocate"),
	SAMPLE_IN(seed, ANY, "of this cell's random orders"),
	SAMPLE_IN(not_steady, FLAG, "1 where the first quarter of the cell's walk took other times than its last half, by more than that half's noise; else 0; absent without a walk of 8 slices"),
	SAMPLE(start_ns, "CLOCK_MONOTONIC at the start of the cell"),
	SAMPLE(wall_ns, "time that the cell took"),
	SAMPLE(fill_asked_bytes, "length of file that the node was to be filled with"),
	SAMPLE(fill_cached_bytes, "of these, in the page cache after the fill"),
	SAMPLE_IN(fill_node_bytes, ANY, "rise of the node's FilePages by the fill"),
	SAMPLE_IN(fill_active_bytes, ANY, "rise of the node's Active(file) by the fill"),
	SAMPLE_IN(fill_inactive_bytes, ANY, "rise of the node's Inactive(file) by the fill"),
	SAMPLE(settle_rounds, "looks until kswapd slept and free memory stood still"),
	SAMPLE(hold_asked_bytes, "memory or mapped file that another process should hold on the node"),
	SAMPLE(hold_bytes, "of these, held on the node when the soak was over"),
	SAMPLE(soak_pages, "pages written in mode 0 to use up what was still free"),
	SAMPLE(soak_rounds, "times that it settled and soaked"),
	SAMPLE(trim_asked_bytes, "asked of nodeN/reclaim before the allocation"),
	SAMPLE_IN(trim_freed_bytes, ANY, "rise of the node's free memory by it"),
	SAMPLE(trim_ns, "nanoseconds that it took, beside the allocation's own time"),
	SAMPLE(min_unmapped_bytes, "file pages of the node up to which node reclaim does not run: vm.min_unmapped_ratio"),
	SAMPLE(min_slab_bytes, "and its reclaimable slab up to there: vm.min_slab_ratio"),
	SAMPLE(alloc_bytes, "length of the allocation"),
	SAMPLE(alloc_page_bytes, "bytes that one timed touch covers: 4 KiB, or 2 MiB where huge pages were asked for"),
	SAMPLE(alloc_pid, "process that allocated"),
	SAMPLE(alloc_address, "start of the allocation, as in /proc/PID/numa_maps"),
	SAMPLE(alloc_pages, "pages of alloc_page_bytes written; fileserver writes them again and again: alloc_hist counts every touch"),
	SAMPLE(pages_located, "base pages whose node was asked for: all that were written, or a sample of them; absent: all"),
	SAMPLE(pages_absent, "of these, not present then"),
	SAMPLE(pages_numa_maps, "pages of the allocation by /proc/PID/numa_maps, as a check"),
	SAMPLE(cache_before_bytes, "of the file, in the page cache before the mode was applied"),
	SAMPLE(cache_after_bytes, "of the file, in the page cache after the allocation"),
	SAMPLE_IN(headroom_min_bytes, ANY, "lowest free memory above the min watermarks seen on the node"),
	SAMPLE(alloc_wall_ns, "time that the allocation took"),
	SAMPLE(alloc_huge_bytes, "of it, backed by huge pages in the end"),
	SAMPLE(alloc_failure_lines, "lines of the kernel with 'page allocation failure' in its log meanwhile; absent where it could not be read, or was overwritten"),
	SAMPLE(swapout_kswapd_pages, "of the pages swapped out, those that kswapd wrote; absent without tracefs or perf counters"),
	SAMPLE(reclaim_traced_ns, "of the allocation's time, that in which calls of node reclaim were recorded: less than all of it where they were many; these fields are absent without root, tracefs or, before 5.2, its tracepoints"),
	SAMPLE(reclaim_calls, "calls of node reclaim recorded of the threads that allocate"),
	SAMPLE(reclaim_futile_calls, "of these, those that freed nothing"),
	SAMPLE(reclaim_pages, "base pages that they freed"),
	SAMPLE(reclaim_other_calls, "calls recorded of anybody else on the CPUs of the nodes under test"),
	SAMPLE(reclaim_other_ns, "time that these took"),
	SAMPLE(reclaim_lost_calls, "calls of all that there was no room to record"),
	SAMPLE(writer_bytes, "written by the writer beside, from when the mode was applied"),
	SAMPLE(writer_ns, "time that it wrote"),
	SAMPLE(writer_max_ns, "its longest single write"),
	SAMPLE(beside_read_bytes, "read from a part of the file of its own, beside or before the allocation, in the same mode"),
	SAMPLE_IN(victim_node, NODE_NUMBER, "node of a neighbour, who works there meanwhile"),
	SAMPLE(victim_bytes, "its working set, taken there before the soak"),
	SAMPLE(victim_lost_bytes, "of these, not there any more after the allocation"),
	SAMPLE(victim_loads, "dependent loads in its working set, timed"),
	SAMPLE(victim_load_ns, "time that they took"),
	SAMPLE(victim_pages, "pages of new memory that it touched, in bursts"),
	SAMPLE(victim_remote_pages, "of these, on other nodes than its own"),
	SAMPLE(victim_absent_pages, "of these, not present when they were located"),
	SAMPLE(bursts, "bursts of datagrams sent over loopback"),
	SAMPLE(burst_sent_bytes, "data sent in them"),
	SAMPLE(burst_received_bytes, "of these, received; the others were dropped"),
	SAMPLE(zone_gap_ns, "longest time between two looks at the zones"),
	SAMPLE(serve_set_bytes, "set of objects that readers asked for beside the allocation"),
	SAMPLE(serve_readers, "threads that asked for them"),
	SAMPLE(serve_requests, "objects that were read whole"),
	SAMPLE(serve_misses, "of these, not cached whole when they were asked for; absent where the file system does not tell"),
	SAMPLE(serve_bytes, "bytes of all requests"),
	SAMPLE(serve_disk_bytes, "read from disk for them"),
	SAMPLE(serve_ns, "from the first request to the end of the last"),
	SAMPLE(reread_bytes, "read again from the file"),
	SAMPLE(reread_disk_bytes, "of these, read from disk"),
	SAMPLE(reread_ns, "time that it took"),
	SAMPLE(return_pages, "pages of the other process that it touched again"),
	SAMPLE(return_ns, "time that it took"),
	SAMPLE(return_major_faults, "of these touches, those that read from disk or swap"),
	SAMPLE(psi_some_us, "time in which some task waited for memory during the allocation"),
	SAMPLE(psi_full_us, "time in which all tasks waited for memory during the allocation"),
	SAMPLE(minor_faults, "page faults of the child without I/O, whole cell"),
	SAMPLE(major_faults, "page faults of the child with I/O, whole cell"),
	SAMPLE(user_us, "CPU time of the child in user mode, whole cell"),
	SAMPLE(system_us, "CPU time of the child in the kernel, whole cell"),
	SAMPLE(voluntary_switches, "times that the child waited, whole cell"),
	SAMPLE(involuntary_switches, "times that the child was preempted, whole cell"),
	{ NULL, 0, NULL, 0, 0 },
};

#define NODE(field, text)           FIELD(nrb_node_sample, field, text, COUNT)
#define NODE_IN(field, range, text) FIELD(nrb_node_sample, field, text, range)
const struct nrb_field nrb_node_fields[] = {
	NODE_IN(node, NODE_NUMBER, "number of the node"),
	NODE(pages, "of pages_located, found here"),
	NODE(soak_pages, "pages of the soak found here"),
	NODE(free_before_bytes, "MemFree before the mode was applied"),
	NODE(free_after_bytes, "MemFree after the allocation"),
	NODE(file_before_bytes, "FilePages before the mode was applied"),
	NODE(file_after_bytes, "FilePages after the allocation"),
	NODE(active_file_before_bytes, "Active(file) before the mode was applied"),
	NODE(active_file_after_bytes, "Active(file) after the allocation"),
	NODE(inactive_file_before_bytes, "Inactive(file) before the mode was applied"),
	NODE(inactive_file_after_bytes, "Inactive(file) after the allocation"),
	NODE(dirty_before_bytes, "Dirty before the mode was applied"),
	NODE(dirty_after_bytes, "Dirty after the allocation"),
	NODE(mapped_before_bytes, "Mapped before the mode was applied"),
	NODE(mapped_after_bytes, "Mapped after the allocation"),
	NODE(writeback_before_bytes, "Writeback before the mode was applied"),
	NODE(writeback_after_bytes, "Writeback after the allocation"),
	NODE(shmem_before_bytes, "Shmem before the mode was applied"),
	NODE(shmem_after_bytes, "Shmem after the allocation"),
	NODE(anon_before_bytes, "AnonPages before the mode was applied"),
	NODE(anon_after_bytes, "AnonPages after the allocation"),
	NODE(slab_before_bytes, "SReclaimable before the mode was applied"),
	NODE(slab_after_bytes, "SReclaimable after the allocation"),
	NODE(ballast_bytes, "locked here by the run itself, so that a part of the node is all that cells find"),
	NODE_IN(numa_hit, ANY, "allocations meant for this node and served by it"),
	NODE_IN(numa_miss, ANY, "allocations meant for another node, but served by this one"),
	NODE_IN(numa_foreign, ANY, "allocations meant for this node, but served by another"),
	{ NULL, 0, NULL, 0, 0 },
};

#define WALK(field, text)           FIELD(nrb_walk, field, text, COUNT)
#define WALK_IN(field, range, text) FIELD(nrb_walk, field, text, range)
const struct nrb_field nrb_walk_fields[] = {
	WALK_IN(node, NODE_NUMBER, "node whose lines were walked; absent: all that was allocated"),
	WALK(page_bytes, "size of page that was asked for"),
	WALK(huge_bytes, "of the range, backed by huge pages when it was walked"),
	WALK(lines, "length of the cycle of cache lines, counted"),
	WALK(loads, "dependent loads timed"),
	WALK(ns, "time that they took"),
	WALK(slice_loads, "loads of each slice; the last may have fewer"),
	{ NULL, 0, NULL, 0, 0 },
};

#define LOOK(field, text)           FIELD(nrb_look, field, text, COUNT)
#define LOOK_IN(field, range, text) FIELD(nrb_look, field, text, range)
const struct nrb_field nrb_look_fields[] = {
	LOOK(t_ns, "time since the mode was applied"),
	LOOK_IN(node, NODE_NUMBER, "number of the node"),
	LOOK(free_bytes, "its MemFree then"),
	LOOK(file_bytes, "its FilePages then"),
	LOOK(dirty_bytes, "its Dirty then"),
	LOOK(writeback_bytes, "its Writeback then"),
	{ NULL, 0, NULL, 0, 0 },
};

#define ZONE(field, text) FIELD(nrb_zone_sample, field, text, COUNT)
const struct nrb_field nrb_zone_fields[] = {
	ZONE(managed_bytes, "memory of the zone that the kernel hands out"),
	ZONE(min_bytes, "its min watermark, without a boost"),
	ZONE(low_bytes, "its low watermark, likewise"),
	ZONE(high_bytes, "its high watermark, likewise"),
	ZONE(samples, "looks at it"),
	ZONE(free_lowest_bytes, "least free memory seen"),
	ZONE(below_low, "looks that found less than low free"),
	ZONE(below_min, "looks that found less than min free"),
	{ NULL, 0, NULL, 0, 0 },
};

#define STRING(field, text) \
	{ #field, offsetof(struct nrb_sample, field), sizeof(((struct nrb_sample *)0)->field), text }
const struct nrb_string_field nrb_sample_strings[] = {
	STRING(scenario, "scenario that was run"),
	STRING(variant, "variant of the scenario"),
	STRING(lru_gen, "MGLRU: on, off, or empty where the kernel has none"),
	STRING(policy, "memory policy of the allocation"),
	STRING(page_size, "pages that were asked for: 4k or thp"),
	STRING(set, "other settings that the cell ran with, as name=value"),
	STRING(fill_on, "nodes that were filled: target or all"),
	STRING(swap, "whether swap was on"),
	STRING(trim, "whether the cache was trimmed before the allocation"),
	STRING(changed, "settings of others that the end of the cell found changed, with the old and the new value"),
	STRING(note, "why the cell is not ok, or what else to know of it"),
	{ NULL, 0, 0, NULL },
};
/* clang-format on */

const char *nrb_status_name(enum nrb_status status)
{
	return status_names[status];
}

int nrb_status_parse(const char *name, enum nrb_status *status)
{
	for (int i = 0; i < NRB_N_STATUSES; i++) {
		if (strcmp(name, status_names[i]) == 0) {
			*status = (enum nrb_status)i;
			return 0;
		}
	}
	return -EINVAL;
}

const char *nrb_phase_name(enum nrb_phase phase)
{
	return phase_names[phase];
}

static void make_absent(void *base, const struct nrb_field *fields)
{
	for (const struct nrb_field *f = fields; f->name != NULL; f++) {
		*nrb_field_at(base, f) = NRB_ABSENT;
	}
}

static void make_counters_absent(struct nrb_counters *counters)
{
	for (int i = 0; i < NRB_N_COUNTERS; i++) {
		counters->v[i] = NRB_ABSENT;
	}
}

void nrb_sample_init(struct nrb_sample *sample)
{
	/* zones begin empty, and are most of it */
	memset(sample, 0, offsetof(struct nrb_sample, zones));
	make_absent(sample, nrb_sample_fields);
	for (int i = 0; i < NRB_N_PHASES; i++) {
		sample->phase_ns[i] = NRB_ABSENT;
	}
	make_counters_absent(&sample->counters);
	make_counters_absent(&sample->counters_after);
}

void nrb_sample_drop_measured(struct nrb_sample *sample)
{
	/* The fields from here on were measured; the table holds those before it too. */
	const size_t first_measured = offsetof(struct nrb_sample, fill_asked_bytes);

	for (const struct nrb_field *f = nrb_sample_fields; f->name != NULL; f++) {
		if (f->offset >= first_measured) {
			*nrb_field_at(sample, f) = NRB_ABSENT;
		}
	}
	make_counters_absent(&sample->counters);
	make_counters_absent(&sample->counters_after);
	sample->n_nodes = 0;
	sample->n_walks = 0;
	sample->n_looks = 0;
	sample->n_zones = 0;
	memset(&sample->return_hist, 0, sizeof(sample->return_hist));
	memset(&sample->victim_hist, 0, sizeof(sample->victim_hist));
	memset(&sample->serve_hist, 0, sizeof(sample->serve_hist));
	memset(&sample->reclaim_hist, 0, sizeof(sample->reclaim_hist));
	memset(&sample->alloc_hist, 0, sizeof(sample->alloc_hist));
	memset(&sample->reread_hist, 0, sizeof(sample->reread_hist));
}

struct nrb_node_sample *nrb_sample_node(struct nrb_sample *sample, int node)
{
	struct nrb_node_sample *entry =
		(struct nrb_node_sample *)nrb_sample_find_node(sample, node);

	if (entry == NULL && sample->n_nodes < NRB_MAX_NODES) {
		entry = &sample->nodes[sample->n_nodes++];
		make_absent(entry, nrb_node_fields);
		entry->node = node;
	}
	return entry;
}

const struct nrb_node_sample *nrb_sample_find_node(
	const struct nrb_sample *sample, int node)
{
	for (int i = 0; i < sample->n_nodes; i++) {
		if (sample->nodes[i].node == node) {
			return &sample->nodes[i];
		}
	}
	return NULL;
}

struct nrb_look *nrb_sample_look(struct nrb_sample *sample, int64_t t_ns, int node)
{
	struct nrb_look *look;

	if (sample->n_looks == NRB_MAX_LOOKS) {
		return NULL;
	}
	look = &sample->looks[sample->n_looks++];
	make_absent(look, nrb_look_fields);
	look->t_ns = t_ns;
	look->node = node;
	return look;
}

struct nrb_zone_sample *nrb_sample_zone(struct nrb_sample *sample, const char *name)
{
	struct nrb_zone_sample *zone;

	for (int64_t i = 0; i < sample->n_zones; i++) {
		if (strcmp(sample->zones[i].name, name) == 0) {
			return &sample->zones[i];
		}
	}
	if (sample->n_zones == NRB_MAX_ZONES ||
		strlen(name) >= sizeof(sample->zones[0].name)) {
		return NULL;
	}
	zone = &sample->zones[sample->n_zones++];
	memset(zone, 0, sizeof(*zone));
	make_absent(zone, nrb_zone_fields);
	strcpy(zone->name, name);
	return zone;
}
