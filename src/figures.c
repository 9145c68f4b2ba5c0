/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of figures, and how each is computed and written. */
#include "nrb/figures.h"

#include "nrb/units.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Below so many values a percentile is the luck of ten. */
enum { MIN_FOR_P99 = 1000, MIN_FOR_P999 = 10000 };

static double cells(const struct nrb_arm_cells *arm)
{
	return (double)arm->cells;
}

static double cells_ok(const struct nrb_arm_cells *arm)
{
	return (double)arm->with[NRB_STATUS_OK];
}

static double quantile_of(const struct nrb_histogram *h, double q, uint64_t least)
{
	return h != NULL && h->n >= least ? nrb_histogram_quantile_ns(h, q) : NAN;
}

static double quantile(const struct nrb_arm_cells *arm, double q, uint64_t least)
{
	return quantile_of(nrb_group_tally(arm)->alloc, q, least);
}

static double victim_p50(const struct nrb_arm_cells *arm)
{
	return quantile_of(nrb_group_tally(arm)->victim, 0.5, 1);
}

static double victim_p99(const struct nrb_arm_cells *arm)
{
	return quantile_of(nrb_group_tally(arm)->victim, 0.99, MIN_FOR_P99);
}

static double alloc_mean(const struct nrb_arm_cells *arm)
{
	const struct nrb_histogram *alloc = nrb_group_tally(arm)->alloc;

	return alloc != NULL ? nrb_histogram_mean_ns(alloc) : NAN;
}

static double alloc_p50(const struct nrb_arm_cells *arm)
{
	return quantile(arm, 0.5, 1);
}

static double alloc_p99(const struct nrb_arm_cells *arm)
{
	return quantile(arm, 0.99, MIN_FOR_P99);
}

static double alloc_p999(const struct nrb_arm_cells *arm)
{
	return quantile(arm, 0.999, MIN_FOR_P999);
}

static double alloc_max(const struct nrb_arm_cells *arm)
{
	const struct nrb_histogram *alloc = nrb_group_tally(arm)->alloc;

	return alloc != NULL ? (double)alloc->max_ns : NAN;
}

/* Of the time that all first touches took: what the slowest thousandth of them took. */
static double alloc_slowest(const struct nrb_arm_cells *arm)
{
	const struct nrb_histogram *alloc = nrb_group_tally(arm)->alloc;

	return alloc != NULL && alloc->n >= MIN_FOR_P999
		       ? nrb_histogram_tail_share(alloc, 0.001)
		       : NAN;
}

static double request_p50(const struct nrb_arm_cells *arm)
{
	return quantile_of(nrb_group_tally(arm)->serve, 0.5, 1);
}

static double request_p99(const struct nrb_arm_cells *arm)
{
	return quantile_of(nrb_group_tally(arm)->serve, 0.99, MIN_FOR_P99);
}

static double request_p999(const struct nrb_arm_cells *arm)
{
	return quantile_of(nrb_group_tally(arm)->serve, 0.999, MIN_FOR_P999);
}

static double stall_p50(const struct nrb_arm_cells *arm)
{
	return quantile_of(nrb_group_tally(arm)->reclaim, 0.5, 1);
}

static double stall_p99(const struct nrb_arm_cells *arm)
{
	return quantile_of(nrb_group_tally(arm)->reclaim, 0.99, MIN_FOR_P99);
}

static double stall_max(const struct nrb_arm_cells *arm)
{
	const struct nrb_histogram *reclaim = nrb_group_tally(arm)->reclaim;

	return reclaim != NULL ? (double)reclaim->max_ns : NAN;
}

/* clang-format off */
#define FACTOR(name, heading, format, help) \
	{ #name, heading, format, offsetof(struct nrb_key, name), -1, NULL, NULL, help }
#define OVER(over, name, heading, format, value, help) \
	{ name, heading, format, 0, value, over, NULL, help }
#define MEDIAN(...) OVER(nrb_group_median, __VA_ARGS__)
#define LOWEST(...) OVER(nrb_group_min, __VA_ARGS__)
#define HIGHEST(...) OVER(nrb_group_max, __VA_ARGS__)
#define SUM(...)    OVER(nrb_group_sum, __VA_ARGS__)
#define COMPUTED(name, heading, format, function, help) \
	{ name, heading, format, 0, -1, NULL, function, help }

const struct nrb_figure nrb_figure_table[NRB_N_FIGURES] = {
	[NRB_FIGURE_SCENARIO]  = FACTOR(scenario, "scenario", NRB_FORMAT_TEXT, "scenario that was run"),
	[NRB_FIGURE_VARIANT]   = FACTOR(variant, "variant", NRB_FORMAT_TEXT, "variant of the scenario"),
	[NRB_FIGURE_NODE]      = FACTOR(node, "node", NRB_FORMAT_INTEGER, "node under test"),
	[NRB_FIGURE_CPU_NODE]  = FACTOR(cpu_node, "cpu node", NRB_FORMAT_INTEGER,
		"node of the CPU that allocated"),
	[NRB_FIGURE_MODE]      = FACTOR(mode, "mode", NRB_FORMAT_INTEGER, "vm.zone_reclaim_mode"),
	[NRB_FIGURE_LRU_GEN]   = FACTOR(lru_gen, "MGLRU", NRB_FORMAT_TEXT, "multi-generational LRU"),
	[NRB_FIGURE_POLICY]    = FACTOR(policy, "policy", NRB_FORMAT_TEXT, "memory policy"),
	[NRB_FIGURE_PAGE_SIZE] = FACTOR(page_size, "pages", NRB_FORMAT_TEXT, "4k or thp"),
	[NRB_FIGURE_THREADS]   = FACTOR(threads, "threads", NRB_FORMAT_INTEGER, "threads that allocated"),
	[NRB_FIGURE_SET]       = FACTOR(set, "set", NRB_FORMAT_TEXT, "other settings"),
	[NRB_FIGURE_FILL_ON]   = FACTOR(fill_on, "fill on", NRB_FORMAT_TEXT, "nodes that were filled"),
	[NRB_FIGURE_SWAP]      = FACTOR(swap, "swap", NRB_FORMAT_TEXT, "whether swap was on"),
	[NRB_FIGURE_TRIM]      = FACTOR(trim, "trim", NRB_FORMAT_TEXT, "whether the cache was trimmed"),

	[NRB_FIGURE_CELLS]         = COMPUTED("cells", "cells", NRB_FORMAT_INTEGER, cells,
		"cells of all blocks"),
	[NRB_FIGURE_CELLS_OK]      = COMPUTED("cells_ok", "ok", NRB_FORMAT_INTEGER, cells_ok,
		"cells with status ok; with 0 the figures are those of the stalled ones"),
	[NRB_FIGURE_LOCAL_RATIO]   = MEDIAN("local_ratio", "local", NRB_FORMAT_RATIO,
		NRB_VALUE_LOCAL_RATIO, "pages on the node under test / pages written"),
	[NRB_FIGURE_PAGES_ABSENT]  = MEDIAN("pages_absent", "absent", NRB_FORMAT_COUNT,
		NRB_VALUE_PAGES_ABSENT, "pages written, but not present when they were located"),
	[NRB_FIGURE_ALLOC_MEAN]    = COMPUTED("alloc_mean_ns", "alloc mean", NRB_FORMAT_NS, alloc_mean,
		"first touch of a page (thp: of 2 MiB), mean over all cells"),
	[NRB_FIGURE_ALLOC_P50]     = COMPUTED("alloc_p50_ns", "alloc p50", NRB_FORMAT_NS, alloc_p50,
		"half of the first touches, one for each page (thp: for each 2 MiB), took no longer"),
	[NRB_FIGURE_ALLOC_P99]     = COMPUTED("alloc_p99_ns", "alloc p99", NRB_FORMAT_NS, alloc_p99,
		"99 of 100 first touches took no longer; absent for less than 1,000 of them"),
	[NRB_FIGURE_ALLOC_P999]    = COMPUTED("alloc_p999_ns", "alloc p99.9", NRB_FORMAT_NS, alloc_p999,
		"999 of 1000 first touches took no longer; absent for less than 10,000 of them"),
	[NRB_FIGURE_ALLOC_MAX]     = COMPUTED("alloc_max_ns", "alloc max", NRB_FORMAT_NS, alloc_max,
		"the slowest first touch of a page (thp: of 2 MiB)"),
	[NRB_FIGURE_ACCESS]        = MEDIAN("access_ns", "access", NRB_FORMAT_NS,
		NRB_VALUE_ACCESS_NS, "one dependent load, anywhere in the allocation"),
	[NRB_FIGURE_ACCESS_LOCAL]  = MEDIAN("access_local_ns", "local access", NRB_FORMAT_NS,
		NRB_VALUE_ACCESS_LOCAL_NS, "one dependent load on the node under test"),
	[NRB_FIGURE_ACCESS_REMOTE] = MEDIAN("access_remote_ns", "remote access", NRB_FORMAT_NS,
		NRB_VALUE_ACCESS_REMOTE_NS, "one dependent load on another node"),
	[NRB_FIGURE_CACHE_KEPT]    = MEDIAN("cache_kept_ratio", "cache kept", NRB_FORMAT_RATIO,
		NRB_VALUE_CACHE_KEPT_RATIO, "of the file: cached after the allocation / before the mode"),
	[NRB_FIGURE_NODE_CACHE]    = MEDIAN("node_cache_bytes", "node's cache", NRB_FORMAT_BYTES,
		NRB_VALUE_NODE_CACHE_BYTES, "file cache of the node, whoever's, before the mode"),
	[NRB_FIGURE_NODE_CACHE_KEPT] = MEDIAN("node_cache_kept_ratio", "node's cache kept",
		NRB_FORMAT_RATIO, NRB_VALUE_NODE_KEPT_RATIO,
		"of all file cache of the node: cached after the allocation / before the mode"),
	[NRB_FIGURE_REREAD_RATE]   = MEDIAN("reread_bytes_per_s", "re-read", NRB_FORMAT_RATE,
		NRB_VALUE_REREAD_RATE, "speed of reading the file again"),
	[NRB_FIGURE_REREAD_DISK]   = MEDIAN("reread_disk_ratio", "from disk", NRB_FORMAT_RATIO,
		NRB_VALUE_REREAD_DISK_RATIO, "of the file read again: bytes from disk / bytes"),
	[NRB_FIGURE_HEADROOM_MIN]  = LOWEST("headroom_min_bytes", "headroom", NRB_FORMAT_BYTES,
		NRB_VALUE_HEADROOM_MIN_BYTES,
		"lowest free memory above the min watermarks, of all cells"),
	[NRB_FIGURE_RECLAIM_SUCCESS] = MEDIAN("zone_reclaim_success", "reclaim ok", NRB_FORMAT_COUNT,
		NRB_VALUE_ZONE_RECLAIM_SUCCESS, "node reclaims that freed enough (6.12 and later)"),
	[NRB_FIGURE_RECLAIM_FAILED]  = MEDIAN("zone_reclaim_failed", "failed", NRB_FORMAT_COUNT,
		NRB_VALUE_ZONE_RECLAIM_FAILED, "node reclaims that freed too little"),
	[NRB_FIGURE_PGSTEAL_DIRECT]  = MEDIAN("pgsteal_direct", "freed", NRB_FORMAT_COUNT,
		NRB_VALUE_PGSTEAL_DIRECT, "pages that allocating tasks freed"),
	[NRB_FIGURE_PGSTEAL_KSWAPD]  = MEDIAN("pgsteal_kswapd", "kswapd freed", NRB_FORMAT_COUNT,
		NRB_VALUE_PGSTEAL_KSWAPD, "pages that kswapd freed"),
	[NRB_FIGURE_ALLOCSTALL]      = MEDIAN("allocstall", "stalls", NRB_FORMAT_COUNT,
		NRB_VALUE_ALLOCSTALL, "entries into direct reclaim"),
	[NRB_FIGURE_PSWPOUT]         = MEDIAN("pswpout", "swapped out", NRB_FORMAT_COUNT,
		NRB_VALUE_PSWPOUT, "pages written to swap"),
	[NRB_FIGURE_ZSWPOUT]         = MEDIAN("zswpout", "to zswap", NRB_FORMAT_COUNT,
		NRB_VALUE_ZSWPOUT, "pages that zswap took in their stead"),
	[NRB_FIGURE_REFAULT_FILE]    = MEDIAN("refault_file", "refaults", NRB_FORMAT_COUNT,
		NRB_VALUE_REFAULT_FILE, "file pages of the whole machine needed again soon after they were evicted"),
	[NRB_FIGURE_PGSCAN_DIRECT]   = MEDIAN("pgscan_direct", "scanned", NRB_FORMAT_COUNT,
		NRB_VALUE_PGSCAN_DIRECT, "pages that allocating tasks looked at to free them"),
	[NRB_FIGURE_VMSCAN_WRITE]    = MEDIAN("vmscan_write", "reclaim wrote", NRB_FORMAT_COUNT,
		NRB_VALUE_VMSCAN_WRITE, "pages that reclaim itself wrote out"),
	[NRB_FIGURE_WRITTEN_PAGES]   = MEDIAN("written_pages", "written", NRB_FORMAT_COUNT,
		NRB_VALUE_WRITTEN_PAGES, "pages written to disk, to swap too, by whomever"),
	[NRB_FIGURE_SWAPOUT_KSWAPD]  = MEDIAN("swapout_kswapd_pages", "by kswapd", NRB_FORMAT_COUNT,
		NRB_VALUE_SWAPOUT_KSWAPD_PAGES,
		"of pswpout, written by kswapd; the rest by those who allocate: by node reclaim "
		"alone where allocstall is 0"),
	[NRB_FIGURE_RETURN]          = MEDIAN("return_ns", "owner's return", NRB_FORMAT_NS,
		NRB_VALUE_RETURN_NS, "for the owner of what the node held, to touch a page again"),
	[NRB_FIGURE_RETURN_DISK]     = MEDIAN("return_disk_ratio", "read back", NRB_FORMAT_RATIO,
		NRB_VALUE_RETURN_DISK_RATIO, "of these touches, those that read from disk or swap"),
	[NRB_FIGURE_PSWPIN]          = MEDIAN("pswpin", "swapped in", NRB_FORMAT_COUNT,
		NRB_VALUE_PSWPIN, "pages read back from swap, up to the end of the owner's return"),
	[NRB_FIGURE_WRITER_RATE]     = MEDIAN("writer_bytes_per_s", "writer", NRB_FORMAT_RATE,
		NRB_VALUE_WRITER_RATE, "speed of the writer beside"),
	[NRB_FIGURE_WRITER_MAX]      = MEDIAN("writer_max_ns", "longest write", NRB_FORMAT_NS,
		NRB_VALUE_WRITER_MAX_NS, "its longest write"),
	[NRB_FIGURE_ALLOC_HUGE]      = MEDIAN("alloc_huge_ratio", "huge", NRB_FORMAT_RATIO,
		NRB_VALUE_ALLOC_HUGE_RATIO, "memory on huge pages in the end / memory written"),
	[NRB_FIGURE_TRIM_FREED]      = MEDIAN("trim_freed_bytes", "trim freed", NRB_FORMAT_BYTES,
		NRB_VALUE_TRIM_FREED_BYTES, "rise of the node's free memory by the trim"),
	[NRB_FIGURE_TRIM_NS]         = MEDIAN("trim_ns", "trim took", NRB_FORMAT_NS,
		NRB_VALUE_TRIM_NS, "time of the trim, before the allocation and none of its own"),
	[NRB_FIGURE_OTHERS_FREE_LOST]  = MEDIAN("others_free_lost_bytes", "others' free lost",
		NRB_FORMAT_BYTES, NRB_VALUE_OTHERS_FREE_LOST_BYTES,
		"fall of free memory on all other nodes, also by what of the allocation went there"),
	[NRB_FIGURE_OTHERS_CACHE_GAINED] = MEDIAN("others_cache_gained_bytes",
		"others' cache gained", NRB_FORMAT_BYTES, NRB_VALUE_OTHERS_CACHE_GAINED_BYTES,
		"rise of file cache on all other nodes"),
	[NRB_FIGURE_DIRTY_FIRST]     = MEDIAN("dirty_first_bytes", "dirty first", NRB_FORMAT_BYTES,
		NRB_VALUE_DIRTY_FIRST_BYTES,
		"dirty or being written, on the node, as the mode was set"),
	[NRB_FIGURE_DIRTY_LAST]      = MEDIAN("dirty_last_bytes", "last", NRB_FORMAT_BYTES,
		NRB_VALUE_DIRTY_LAST_BYTES, "the same when the allocation, and a writer beside, ended"),
	[NRB_FIGURE_OTHERS_DIRTY_HIGHEST] = MEDIAN("others_dirty_highest_bytes",
		"others' dirty", NRB_FORMAT_BYTES, NRB_VALUE_OTHERS_DIRTY_HIGHEST_BYTES,
		"the most of it on all other nodes, of ten looks a second in between"),
	[NRB_FIGURE_HOLD]            = MEDIAN("hold_bytes", "held", NRB_FORMAT_BYTES,
		NRB_VALUE_HOLD_BYTES, "what another process held on the node when the soak was over"),
	[NRB_FIGURE_ALLOC_SLOWEST]   = COMPUTED("alloc_slowest_ratio", "slowest 0.1 %",
		NRB_FORMAT_RATIO, alloc_slowest,
		"of the time of all first touches, what the slowest thousandth took; absent as p99.9"),
	[NRB_FIGURE_VICTIM_ACCESS]   = MEDIAN("victim_access_ns", "neighbour's access",
		NRB_FORMAT_NS, NRB_VALUE_VICTIM_ACCESS_NS,
		"one dependent load of a neighbour, in its working set"),
	[NRB_FIGURE_VICTIM_ALLOC_P50] = COMPUTED("victim_alloc_p50_ns", "its alloc p50",
		NRB_FORMAT_NS, victim_p50, "half of its first touches took no longer"),
	[NRB_FIGURE_VICTIM_ALLOC_P99] = COMPUTED("victim_alloc_p99_ns", "its alloc p99",
		NRB_FORMAT_NS, victim_p99,
		"99 of 100 of its first touches took no longer; absent for less than 1,000"),
	[NRB_FIGURE_VICTIM_REMOTE]   = MEDIAN("victim_remote_ratio", "neighbour's remote",
		NRB_FORMAT_RATIO, NRB_VALUE_VICTIM_REMOTE_RATIO,
		"of the neighbour's new pages, those on other nodes than its own"),
	[NRB_FIGURE_VICTIM_LOST]     = MEDIAN("victim_lost_ratio", "its memory lost",
		NRB_FORMAT_RATIO, NRB_VALUE_VICTIM_LOST_RATIO,
		"of its working set, not on its node any more at the end"),
	[NRB_FIGURE_VICTIM_FREE_LOST] = MEDIAN("victim_node_free_lost_bytes",
		"its node's free lost", NRB_FORMAT_BYTES, NRB_VALUE_VICTIM_FREE_LOST_BYTES,
		"fall of free memory on the neighbour's node"),
	[NRB_FIGURE_HEADROOM_LOWEST] = LOWEST("headroom_lowest_bytes", "lowest above min",
		NRB_FORMAT_BYTES, NRB_VALUE_HEADROOM_LOWEST_BYTES,
		"of the node's zones but Movable and those under a sixteenth, each figure of the "
		"one where it is worst: least free memory above min in hundreds of looks a second, "
		"of all cells; below zero under min"),
	[NRB_FIGURE_HEADROOM_P1]     = MEDIAN("headroom_p1_bytes", "above min p1",
		NRB_FORMAT_BYTES, NRB_VALUE_HEADROOM_P1_BYTES,
		"1 of 100 of these looks found no more above min"),
	[NRB_FIGURE_HEADROOM_P50]    = MEDIAN("headroom_p50_bytes", "above min p50",
		NRB_FORMAT_BYTES, NRB_VALUE_HEADROOM_P50_BYTES,
		"half of these looks found no more above min"),
	[NRB_FIGURE_FREE_LOWEST]     = LOWEST("free_lowest_bytes", "lowest free",
		NRB_FORMAT_BYTES, NRB_VALUE_FREE_LOWEST_BYTES,
		"least free memory of such a zone, of all cells"),
	[NRB_FIGURE_BELOW_LOW]       = MEDIAN("below_low_ratio", "below low", NRB_FORMAT_RATIO,
		NRB_VALUE_BELOW_LOW_RATIO, "of these looks, those that found less than low free"),
	[NRB_FIGURE_BELOW_MIN]       = MEDIAN("below_min_ratio", "below min", NRB_FORMAT_RATIO,
		NRB_VALUE_BELOW_MIN_RATIO, "of these looks, those that found less than min free"),
	[NRB_FIGURE_KSWAPD_RUNS]     = MEDIAN("kswapd_runs", "kswapd runs", NRB_FORMAT_COUNT,
		NRB_VALUE_KSWAPD_RUNS,
		"times that a kswapd went to work, of any node: pageoutrun in /proc/vmstat"),
	[NRB_FIGURE_ALLOC_FAILURES]  = SUM("alloc_failure_lines", "failure lines",
		NRB_FORMAT_COUNT, NRB_VALUE_ALLOC_FAILURE_LINES,
		"lines with 'page allocation failure' in the kernel's log, which has but some: those "
		"of all cells together"),
	[NRB_FIGURE_REQUESTS_PER_S]  = MEDIAN("requests_per_s", "requests/s", NRB_FORMAT_COUNT,
		NRB_VALUE_REQUESTS_PER_S, "objects served in a second, by all readers together"),
	[NRB_FIGURE_REQUESTS_LOWEST] = LOWEST("requests_per_s_lowest", "lowest requests/s",
		NRB_FORMAT_COUNT, NRB_VALUE_REQUESTS_PER_S, "the same in the block with the fewest"),
	[NRB_FIGURE_REQUESTS_HIGHEST] = HIGHEST("requests_per_s_highest", "highest requests/s",
		NRB_FORMAT_COUNT, NRB_VALUE_REQUESTS_PER_S, "the same in the block with the most"),
	[NRB_FIGURE_REQUEST_P50]     = COMPUTED("request_p50_ns", "request p50", NRB_FORMAT_NS,
		request_p50, "half of the requests took no longer"),
	[NRB_FIGURE_REQUEST_P99]     = COMPUTED("request_p99_ns", "request p99", NRB_FORMAT_NS,
		request_p99, "99 of 100 requests took no longer; absent for less than 1,000 of them"),
	[NRB_FIGURE_REQUEST_P999]    = COMPUTED("request_p999_ns", "request p99.9", NRB_FORMAT_NS,
		request_p999, "999 of 1000 requests took no longer; absent for less than 10,000 of them"),
	[NRB_FIGURE_HIT_RATIO]       = MEDIAN("hit_ratio", "hits", NRB_FORMAT_RATIO,
		NRB_VALUE_HIT_RATIO, "requests that the page cache served whole / requests"),
	[NRB_FIGURE_SERVED_DISK]     = MEDIAN("served_disk_bytes", "from disk", NRB_FORMAT_BYTES,
		NRB_VALUE_SERVED_DISK_BYTES, "read from disk for the requests of a cell"),
	[NRB_FIGURE_SERVED_DISK_RATIO] = MEDIAN("served_disk_ratio", "of it from disk",
		NRB_FORMAT_RATIO, NRB_VALUE_SERVED_DISK_RATIO,
		"read from disk for the requests of a cell / bytes of these requests"),
	[NRB_FIGURE_RECLAIM_CALLS]   = MEDIAN("reclaim_calls", "reclaim calls", NRB_FORMAT_COUNT,
		NRB_VALUE_RECLAIM_CALLS,
		"calls of node reclaim of those who allocate; where so many were short that they were "
		"recorded for a part of the time alone, as many more as the whole has"),
	[NRB_FIGURE_RECLAIM_FUTILE]  = MEDIAN("reclaim_futile_ratio", "in vain", NRB_FORMAT_RATIO,
		NRB_VALUE_RECLAIM_FUTILE_RATIO, "of these calls, those that freed nothing"),
	[NRB_FIGURE_RECLAIM_STALL_P50] = COMPUTED("reclaim_stall_p50_ns", "stall p50",
		NRB_FORMAT_NS, stall_p50, "half of these calls stalled their caller no longer"),
	[NRB_FIGURE_RECLAIM_STALL_P99] = COMPUTED("reclaim_stall_p99_ns", "stall p99",
		NRB_FORMAT_NS, stall_p99,
		"99 of 100 of these calls stalled their caller no longer; absent for less than 1,000"),
	[NRB_FIGURE_RECLAIM_STALL_MAX] = COMPUTED("reclaim_stall_max_ns", "longest stall",
		NRB_FORMAT_NS, stall_max, "the longest of the calls that were recorded"),
	[NRB_FIGURE_RECLAIM_STALL_RATIO] = MEDIAN("reclaim_stall_ratio", "time stalled",
		NRB_FORMAT_RATIO, NRB_VALUE_RECLAIM_STALL_RATIO,
		"of the time of those who allocate, what they were in node reclaim"),
	[NRB_FIGURE_LOCAL_ERROR]     = HIGHEST("local_error_ratio", "of a sample", NRB_FORMAT_RATIO,
		NRB_VALUE_LOCAL_ERROR,
		"how far local_ratio may be off, in 99 of 100 cells at least, where a sample of the pages was located; 0: all were"),
};
/* clang-format on */

static double factor(const struct nrb_figure *figure, const struct nrb_arm_cells *arm)
{
	int64_t value = *(const int64_t *)((const char *)&arm->key + figure->offset);

	return value != NRB_ABSENT ? (double)value : NAN;
}

double nrb_figure_number(enum nrb_figure_id id, const struct nrb_arm_cells *arm)
{
	const struct nrb_figure *figure = &nrb_figure_table[id];

	if (figure->format == NRB_FORMAT_TEXT) {
		return NAN;
	}
	if (id < NRB_N_FIGURE_FACTORS) {
		return factor(figure, arm);
	}
	if (figure->value >= 0) {
		return figure->over(arm, (enum nrb_cellvalue)figure->value);
	}
	return figure->compute(arm);
}

const char *nrb_figure_text(enum nrb_figure_id id, const struct nrb_arm_cells *arm)
{
	const struct nrb_figure *figure = &nrb_figure_table[id];

	return figure->format == NRB_FORMAT_TEXT
		       ? (const char *)&arm->key + figure->offset
		       : NULL;
}

static bool is_same(enum nrb_figure_id id, const struct nrb_arm_cells *a,
	const struct nrb_arm_cells *b)
{
	char one[NRB_FIGURE_LEN], two[NRB_FIGURE_LEN];

	return strcmp(nrb_figure_plain(one, id, a), nrb_figure_plain(two, id, b)) == 0;
}

unsigned int nrb_figure_differing(
	const struct nrb_arm_cells *a, const struct nrb_arm_cells *b)
{
	unsigned int differing = 0;

	for (int id = 0; id < NRB_N_FIGURE_FACTORS; id++) {
		differing |= is_same((enum nrb_figure_id)id, a, b) ? 0 : 1u << id;
	}
	return differing;
}

unsigned int nrb_figure_varying(struct nrb_arm_cells *const *arms, int n)
{
	unsigned int varying = 0;
	bool follows = true;

	for (int i = 0; i < n; i++) {
		follows = follows && arms[i]->key.cpu_node == arms[i]->key.node;
		varying |= nrb_figure_differing(arms[0], arms[i]);
	}
	return follows ? varying & ~(1u << NRB_FIGURE_CPU_NODE) : varying;
}

const char *nrb_figure_show_number(
	char *buf, enum nrb_figure_format format, double number, bool ascii)
{
	if (isnan(number)) {
		snprintf(buf, NRB_FIGURE_LEN, "-");
		return buf;
	}
	switch (format) {
	case NRB_FORMAT_TEXT:
	case NRB_FORMAT_INTEGER:
		snprintf(buf, NRB_FIGURE_LEN, "%.0f", number);
		return buf;
	case NRB_FORMAT_COUNT:
		return nrb_units_count(buf, (int64_t)llround(number));
	case NRB_FORMAT_RATIO:
		return nrb_units_ratio(buf, number);
	case NRB_FORMAT_NS:
		return nrb_units_ns(buf, number, ascii);
	case NRB_FORMAT_BYTES:
		return nrb_units_bytes(buf, (int64_t)llround(number));
	case NRB_FORMAT_RATE:
		return nrb_units_rate(buf, number);
	}
	return buf;
}

const char *nrb_figure_show(
	char *buf, enum nrb_figure_id id, const struct nrb_arm_cells *arm, bool ascii)
{
	const char *text = nrb_figure_text(id, arm);

	if (text != NULL) {
		snprintf(buf, NRB_FIGURE_LEN, "%s", text[0] != '\0' ? text : "-");
		return buf;
	}
	if (id == NRB_FIGURE_MODE && arm->key.mode == NRB_ABSENT) {
		snprintf(buf, NRB_FIGURE_LEN, "absent");
		return buf;
	}
	return nrb_figure_show_number(
		buf, nrb_figure_table[id].format, nrb_figure_number(id, arm), ascii);
}

/* A text that is empty (no setting, a variant without a name) says nothing. */
static bool has_word(enum nrb_figure_id id, const struct nrb_arm_cells *arm)
{
	const char *text = nrb_figure_text(id, arm);

	return id != NRB_FIGURE_MODE && (text == NULL || text[0] != '\0');
}

const char *nrb_figure_label(
	char *buf, size_t len, const struct nrb_arm_cells *arm, unsigned int mask)
{
	char value[NRB_FIGURE_LEN];
	size_t used = 0;

	buf[0] = '\0';
	for (int i = 0; i < NRB_N_FIGURE_FACTORS && used < len; i++) {
		enum nrb_figure_id id = (enum nrb_figure_id)i;

		if (mask & 1u << i && has_word(id, arm)) {
			used += (size_t)snprintf(buf + used, len - used, "%s%s %s",
				used > 0 ? ", " : "", nrb_figure_table[i].heading,
				nrb_figure_show(value, id, arm, true));
		}
	}
	return buf;
}

const char *nrb_figure_plain(
	char *buf, enum nrb_figure_id id, const struct nrb_arm_cells *arm)
{
	const char *text = nrb_figure_text(id, arm);
	double number = nrb_figure_number(id, arm);

	if (text != NULL) {
		snprintf(buf, NRB_FIGURE_LEN, "%s", text);
	} else if (isnan(number)) {
		buf[0] = '\0';
	} else {
		snprintf(buf, NRB_FIGURE_LEN, "%.15g", number);
	}
	return buf;
}
