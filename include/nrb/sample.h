/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One cell: what was asked and what was got, in base units, nothing derived.
 * Made once by the measuring child in shared memory, stored once, read as itself. Whoever adds
 * a field adds its row in sample.c; the record, its schema, `list` and the man page check
 * follow from the tables.
 */
#ifndef NRB_SAMPLE_H
#define NRB_SAMPLE_H

#include "nrb/histogram.h"
#include "nrb/units.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum nrb_status {
	NRB_STATUS_OK,
	NRB_STATUS_WARM_UP,     /* the cell before block 1; in no figure */
	NRB_STATUS_STALLED,     /* the allocation made no progress: a finding */
	NRB_STATUS_KILLED,      /* the child died; measurements absent */
	NRB_STATUS_UNSUPPORTED, /* the cell could not be set up; measurements absent */
	NRB_STATUS_DISTURBED, /* someone or something else interfered; shown, never used */
	NRB_N_STATUSES,
};

/** "ok", "warm-up", ...; and back: -EINVAL for another word. */
const char *nrb_status_name(enum nrb_status status);
int nrb_status_parse(const char *name, enum nrb_status *status);

enum nrb_phase { /* in the order of a cell; names by nrb_phase_name */
	NRB_PHASE_START,
	NRB_PHASE_EVICT,
	NRB_PHASE_DRAIN, /* the parent has CPUs give back free pages that they keep */
	NRB_PHASE_FILL,
	NRB_PHASE_SHAPE, /* what was filled is made what the scenario says */
	NRB_PHASE_SETTLE,
	NRB_PHASE_SOAK,
	NRB_PHASE_APPLY, /* the parent applies the mode and reads counters */
	NRB_PHASE_ALLOCATE,
	NRB_PHASE_COUNT, /* the parent reads counters */
	NRB_PHASE_LOCATE,
	NRB_PHASE_ACCESS,
	NRB_PHASE_REREAD,
	NRB_PHASE_RETURN, /* whose memory the node held uses it again */
	NRB_PHASE_DONE,
	NRB_N_PHASES,
};

const char *nrb_phase_name(enum nrb_phase phase);

/* Counters kept from /proc/vmstat; rows of nrb_counter_table. */
enum nrb_counter {
	NRB_ZONE_RECLAIM_SUCCESS,
	NRB_ZONE_RECLAIM_FAILED,
	NRB_PGSCAN_DIRECT,
	NRB_PGSTEAL_DIRECT,
	NRB_PGSCAN_KSWAPD,
	NRB_PGSTEAL_KSWAPD,
	NRB_ALLOCSTALL,
	NRB_PSWPIN,
	NRB_PSWPOUT,
	NRB_ZSWPOUT,
	NRB_PGMAJFAULT,
	NRB_REFAULT_FILE,
	NRB_REFAULT_ANON,
	NRB_SLABS_SCANNED,
	NRB_VMSCAN_WRITE,
	NRB_VMSCAN_IMMEDIATE_RECLAIM,
	NRB_PAGEOUTRUN,
	NRB_NUMA_HIT,
	NRB_NUMA_MISS,
	NRB_NUMA_FOREIGN,
	NRB_NUMA_PAGES_MIGRATED,
	NRB_PGDEMOTE,
	NRB_THP_FAULT_ALLOC,
	NRB_DROP_PAGECACHE,
	NRB_OOM_KILL,
	NRB_PGSTEAL_ANON,
	NRB_PGSTEAL_FILE,
	NRB_DIRTIED,
	NRB_WRITTEN,
	NRB_THP_FAULT_FALLBACK,
	NRB_N_COUNTERS,
};

struct nrb_counters {
	int64_t v[NRB_N_COUNTERS];
};

struct nrb_counter_info {
	const char *name; /* in the record and in `list` */
	const char *
		keys; /* in /proc/vmstat: one, or several to be summed; "a*" matches a prefix;
			     "a|b": b where the kernel has no a */
	const char *help;
};

extern const struct nrb_counter_info nrb_counter_table[NRB_N_COUNTERS];

/* A kernel allows 1024 nodes; no machine known has over 256 with memory. */
enum {
	NRB_MAX_NODES = 256,
	NRB_MAX_NODE_NUMBER = 1023,
	NRB_MAX_WALKS = 16,
	NRB_MAX_SLICES = 16,
	NRB_MAX_LOOKS = 256,
	NRB_MAX_ZONES = 6, /* of a node: a kernel has no more kinds */
};

struct nrb_node_sample {
	int64_t node;
	int64_t pages;      /* of pages_located, found here by move_pages(2) */
	int64_t soak_pages; /* of the soak; in no figure */
	/* just before the mode was applied (after the soak), and after the allocation */
	int64_t free_before_bytes, free_after_bytes;
	int64_t file_before_bytes, file_after_bytes;
	int64_t active_file_before_bytes, active_file_after_bytes;
	int64_t inactive_file_before_bytes, inactive_file_after_bytes;
	int64_t dirty_before_bytes, dirty_after_bytes;
	int64_t mapped_before_bytes, mapped_after_bytes;
	int64_t writeback_before_bytes, writeback_after_bytes;
	int64_t shmem_before_bytes, shmem_after_bytes;
	int64_t anon_before_bytes, anon_after_bytes;
	int64_t slab_before_bytes, slab_after_bytes; /* reclaimable */
	int64_t ballast_bytes;                       /* locked by the run itself */
	int64_t numa_hit, numa_miss,
		numa_foreign; /* allocation events during the allocation */
};

/* One dependent-load walk over one random cycle. */
struct nrb_walk {
	int64_t node;       /* whose lines; NRB_ABSENT: all that was allocated */
	int64_t page_bytes; /* as asked: 4096 or 2097152 */
	int64_t huge_bytes; /* of the range, backed by huge pages when walked */
	int64_t lines;      /* cycle length, counted */
	int64_t loads;      /* in all slices */
	int64_t ns;         /* in all slices */
	int64_t n_slices;
	int64_t slice_loads; /* each slice, but for the last, which may be shorter */
	int64_t slice_ns[NRB_MAX_SLICES];
};

/* One look at one node while it allocated, by a scenario that tells a story over time. */
struct nrb_look {
	int64_t t_ns; /* since the mode was applied */
	int64_t node;
	int64_t free_bytes, file_bytes, dirty_bytes, writeback_bytes;
};

/* Free memory of a zone of the target over time, by a scenario that looks often. */
struct nrb_zone_sample {
	char name[16]; /* as in /proc/zoneinfo */
	/* at the first look, without what a boost adds */
	int64_t managed_bytes, min_bytes, low_bytes, high_bytes;
	int64_t samples; /* looks */
	int64_t free_lowest_bytes;
	int64_t below_low, below_min;   /* of the looks */
	struct nrb_histogram free_hist; /* of free memory, one value per look, in KiB */
};

enum { NRB_WORD_LEN = 32, NRB_SET_LEN = 256, NRB_NOTE_LEN = 512 };

struct nrb_sample {
	/* what was asked: the cell's place in the run and its factors, as used */
	int64_t cell;  /* 0.. in the order run */
	int64_t block; /* 1..; 0 for the warm-up */
	char scenario[NRB_WORD_LEN];
	char variant[NRB_WORD_LEN];
	int64_t node, cpu_node, cpu;
	int64_t mode; /* absent: the scenario has none */
	int64_t control; /* 1: the reference once more, to be told from it; absent in others */
	char lru_gen[NRB_WORD_LEN];
	char policy[NRB_WORD_LEN];
	char page_size[NRB_WORD_LEN];
	int64_t threads;
	char set[NRB_SET_LEN];
	char fill_on[NRB_WORD_LEN];
	char swap[NRB_WORD_LEN];
	char trim[NRB_WORD_LEN];
	int64_t seed; /* of this cell: chain, re-read order */

	/* how it went */
	int64_t not_steady; /* 1: it took other times at first than in the end; 0; absent */
	char changed
		[NRB_SET_LEN]; /* settings that were others than at the end of the cell before; "" */
	enum nrb_status status;
	char note[NRB_NOTE_LEN]; /* why it is not ok, or what else to know; may be "" */
	bool cut[NRB_N_PHASES];  /* ended by its deadline with what it had */
	int64_t phase_ns[NRB_N_PHASES];
	int64_t start_ns; /* CLOCK_MONOTONIC */
	int64_t wall_ns;

	/* fill: asked and got */
	int64_t fill_asked_bytes;  /* the file's size for this cell */
	int64_t fill_cached_bytes; /* of the file in cache after the fill */
	int64_t fill_node_bytes;   /* rise of the node's FilePages */
	int64_t fill_active_bytes,
		fill_inactive_bytes; /* rise of the node's (file) lists */
	int64_t settle_rounds; /* looks until kswapd slept and free memory was steady */
	int64_t hold_asked_bytes; /* that another process should hold on the node, or map */
	int64_t hold_bytes;       /* that it held there when the soak was over */
	int64_t soak_pages;
	int64_t soak_rounds;

	/* between the soak and the allocation */
	int64_t trim_asked_bytes; /* of nodeN/reclaim */
	int64_t trim_freed_bytes; /* rise of the node's free memory by it */
	int64_t trim_ns;          /* that it took, beside the allocation's own time */
	int64_t min_unmapped_bytes; /* the node's threshold for node reclaim, in file pages */
	int64_t min_slab_bytes;     /* and in reclaimable slab */

	/* allocate and locate */
	int64_t alloc_bytes;
	int64_t alloc_page_bytes;
	int64_t alloc_pid;
	int64_t alloc_address; /* start of the range, as in /proc/PID/numa_maps */
	/* of alloc_page_bytes, written; the histogram's n, but where they are used anew */
	int64_t alloc_pages;
	int64_t pages_located; /* base pages looked at: all written, or a sample of them */
	int64_t pages_absent;  /* of them, not present then */
	int64_t pages_numa_maps;    /* cross-check: pages of the range by numa_maps */
	int64_t cache_before_bytes; /* of the file, just before the mode was applied */
	int64_t cache_after_bytes;  /* of the file, after the allocation */
	int64_t headroom_min_bytes; /* lowest free above min seen on the node; may be negative */
	int64_t alloc_wall_ns;
	int64_t alloc_huge_bytes; /* of it, backed by huge pages in the end */
	int64_t alloc_failure_lines; /* in the kernel's log meanwhile; absent: it was not read */
	int64_t swapout_kswapd_pages; /* of pswpout, written by kswapd; absent: not known */

	/* calls of node reclaim in the allocation, by its tracepoints; absent: they cannot be had */
	int64_t reclaim_traced_ns;    /* of it, the time in which calls were recorded */
	int64_t reclaim_calls;        /* of the threads that allocate: reclaim_hist's n */
	int64_t reclaim_futile_calls; /* of these, those that freed nothing */
	int64_t reclaim_pages;        /* that they freed */
	int64_t reclaim_other_calls, reclaim_other_ns; /* of everybody else there */
	int64_t reclaim_lost_calls; /* of all, not recorded for want of room */

	/* what a writer beside got done, from the mode to the end of the allocation or longer */
	int64_t writer_bytes, writer_ns;
	int64_t writer_max_ns;     /* its longest write(2) */
	int64_t beside_read_bytes; /* of the file's part for it, read beside the allocation */

	/* the neighbour, from the mode to the end of the allocation */
	int64_t victim_node;
	int64_t victim_bytes;      /* of its working set */
	int64_t victim_lost_bytes; /* of these, not on its node any more at the end */
	int64_t victim_loads, victim_load_ns;
	int64_t victim_pages; /* first-touched in bursts: the histogram's n */
	int64_t victim_remote_pages,
		victim_absent_pages; /* of these, on other nodes; nowhere */

	/* a load like a network's beside */
	int64_t bursts;
	int64_t burst_sent_bytes, burst_received_bytes; /* of data in datagrams */
	int64_t zone_gap_ns; /* longest time between two looks at zones */

	/* what readers beside were served of a set of objects, from the mode on */
	int64_t serve_set_bytes, serve_readers;
	int64_t serve_requests, serve_misses; /* absent: not known which were cached */
	int64_t serve_bytes, serve_disk_bytes, serve_ns;

	/* re-read */
	int64_t reread_bytes, reread_disk_bytes, reread_ns;

	/* the owner of what the node held touches all of it again */
	int64_t return_pages, return_ns;
	int64_t return_major_faults; /* read back from disk or swap */

	/* pressure and the child's own use, whole cell */
	int64_t psi_some_us, psi_full_us; /* during the allocation */
	int64_t minor_faults, major_faults, user_us, system_us;
	int64_t voluntary_switches, involuntary_switches;

	struct nrb_counters counters;       /* during the allocation */
	struct nrb_counters counters_after; /* from there to the end of the cell */

	int64_t n_nodes;
	struct nrb_node_sample nodes[NRB_MAX_NODES];
	int64_t n_walks;
	struct nrb_walk walks[NRB_MAX_WALKS];
	int64_t n_looks;
	struct nrb_look looks[NRB_MAX_LOOKS];
	struct nrb_histogram
		alloc_hist; /* one value per fault; on huge pages one per 2 MiB */
	struct nrb_histogram reread_hist;  /* one value per read */
	struct nrb_histogram return_hist;  /* one value per page */
	struct nrb_histogram serve_hist;   /* one value per request */
	struct nrb_histogram victim_hist;  /* one value per page of its bursts */
	struct nrb_histogram reclaim_hist; /* one value per call */
	int64_t n_zones;
	struct nrb_zone_sample
		zones[NRB_MAX_ZONES]; /* the last: large, and made when added */
};

/* Tables of the int64_t fields: offset into the struct, and what it is. The unit is the
 * name's ending. Strings, status, arrays and histograms are record.c's. */
struct nrb_field {
	const char *name;
	size_t offset;
	const char *help;
	int64_t min, max; /* of a present value: readers refuse others */
};

extern const struct nrb_field
	nrb_sample_fields[]; /* struct nrb_sample; ends with name NULL */
extern const struct nrb_field nrb_node_fields[]; /* struct nrb_node_sample */
extern const struct nrb_field nrb_walk_fields[]; /* struct nrb_walk, slices apart */
extern const struct nrb_field nrb_look_fields[]; /* struct nrb_look */
extern const struct nrb_field nrb_zone_fields[]; /* struct nrb_zone_sample */

/* Table of the string fields of struct nrb_sample. */
struct nrb_string_field {
	const char *name;
	size_t offset, len;
	const char *help;
};

extern const struct nrb_string_field nrb_sample_strings[]; /* ends with name NULL */

static inline int64_t *nrb_field_at(void *base, const struct nrb_field *field)
{
	return (int64_t *)((char *)base + field->offset);
}

static inline int64_t nrb_field_get(const void *base, const struct nrb_field *field)
{
	return *(const int64_t *)((const char *)base + field->offset);
}

/** Make every integer absent, every string empty, no nodes, no walks; status ok. */
void nrb_sample_init(struct nrb_sample *sample);

/** A look's entry at the end; NULL when full. Every field but t_ns and node is absent. */
struct nrb_look *nrb_sample_look(struct nrb_sample *sample, int64_t t_ns, int node);

/** The entry of a zone, added if it is not there, all absent and nothing in its histogram; NULL when
 * full, or for too long a name. */
struct nrb_zone_sample *nrb_sample_zone(struct nrb_sample *sample, const char *name);

/** Drop the measurements and keep what was asked, timings of phases, status and note
 * (killed and unsupported have no measurements). */
void nrb_sample_drop_measured(struct nrb_sample *sample);

/** The entry of node, added if it is not there; NULL when full. */
struct nrb_node_sample *nrb_sample_node(struct nrb_sample *sample, int node);

/** The entry of node, or NULL. */
const struct nrb_node_sample *nrb_sample_find_node(
	const struct nrb_sample *sample, int node);

#endif
