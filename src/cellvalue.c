/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What reports take from one cell. */
#include "nrb/cellvalue.h"

#include "nrb/locatevalue.h"
#include "nrb/reclaimvalue.h"
#include "nrb/zonevalue.h"

#include <math.h>
#include <stddef.h>

enum { BASE_PAGE = 4096, MIN_CACHE = 1 << 20 };

#define MOSTLY_HUGE 0.95

static double number(int64_t value)
{
	return value != NRB_ABSENT ? (double)value : NAN;
}

static double ratio(int64_t part, int64_t whole)
{
	return part != NRB_ABSENT && whole > 0 ? (double)part / (double)whole : NAN;
}

static const struct nrb_node_sample *target(const struct nrb_sample *s)
{
	return s->node != NRB_ABSENT ? nrb_sample_find_node(s, (int)s->node) : NULL;
}

/* FilePages counts tmpfs, shared memory and swap cache, too. Records that have Shmem have been made
 * of nodes full of these; in others FilePages it is, as ever. */
static int64_t file_cache(int64_t file, int64_t shmem, int64_t active, int64_t inactive)
{
	return shmem == NRB_ABSENT || active == NRB_ABSENT || inactive == NRB_ABSENT
		       ? file
		       : active + inactive;
}

/* The node was looked at after the trim; what that took is part of what an arm costs. */
static int64_t node_cache(const struct nrb_sample *s)
{
	const struct nrb_node_sample *n = target(s);
	int64_t cache = n != NULL
				? file_cache(n->file_before_bytes, n->shmem_before_bytes,
					  n->active_file_before_bytes,
					  n->inactive_file_before_bytes)
				: NRB_ABSENT;

	return cache != NRB_ABSENT && s->trim_freed_bytes > 0
		       ? cache + s->trim_freed_bytes
		       : cache;
}

static double node_cache_bytes(const struct nrb_sample *s)
{
	return number(node_cache(s));
}

static int64_t node_cache_after(const struct nrb_sample *s)
{
	const struct nrb_node_sample *n = target(s);

	return n != NULL
		       ? file_cache(n->file_after_bytes, n->shmem_after_bytes,
				 n->active_file_after_bytes, n->inactive_file_after_bytes)
		       : NRB_ABSENT;
}

/* Of next to nothing there is no share to be kept. */
static double node_kept_ratio(const struct nrb_sample *s)
{
	return node_cache(s) < MIN_CACHE ? NAN
					 : ratio(node_cache_after(s), node_cache(s));
}

static double node_lost_bytes(const struct nrb_sample *s)
{
	return number(node_cache(s)) - number(node_cache_after(s));
}

static double cache_lost_bytes(const struct nrb_sample *s)
{
	return number(s->cache_before_bytes) - number(s->cache_after_bytes);
}

static int64_t page_bytes(const struct nrb_sample *s)
{
	return s->alloc_page_bytes != NRB_ABSENT ? s->alloc_page_bytes : BASE_PAGE;
}

/* Also where the allocation stalled: all of it, not what was written until then. */
static double alloc_pages(const struct nrb_sample *s)
{
	return (s->alloc_bytes != NRB_ABSENT ? (double)s->alloc_bytes
					     : nrb_locatevalue_written_bytes(s)) /
	       BASE_PAGE;
}

static double freed_ratio(const struct nrb_sample *s)
{
	double pages = alloc_pages(s);

	return pages > 0 ? number(s->counters.v[NRB_PGSTEAL_DIRECT]) / pages : NAN;
}

/* Of direct reclaim the counter of pages says nothing apart, and the other counts none. */
static double pages_per_reclaim(const struct nrb_sample *s)
{
	int64_t calls = s->counters.v[NRB_ZONE_RECLAIM_SUCCESS];

	return calls > 0 && s->counters.v[NRB_ALLOCSTALL] == 0
		       ? number(s->counters.v[NRB_PGSTEAL_DIRECT]) / (double)calls
		       : NAN;
}

static double ballast_bytes(const struct nrb_sample *s)
{
	const struct nrb_node_sample *n = target(s);

	return n != NULL ? number(n->ballast_bytes) : NAN;
}

static double alloc_huge_ratio(const struct nrb_sample *s)
{
	double written = nrb_locatevalue_written_bytes(s);

	return written > 0 ? number(s->alloc_huge_bytes) / written : NAN;
}

/* What all nodes but the target lost between two fields of a node. */
static double others_lost(const struct nrb_sample *s, size_t before, size_t after)
{
	double lost = NAN;

	for (int64_t i = 0; i < s->n_nodes; i++) {
		const char *node = (const char *)&s->nodes[i];
		double difference = number(*(const int64_t *)(node + before)) -
				    number(*(const int64_t *)(node + after));

		if (s->nodes[i].node != s->node && !isnan(difference)) {
			lost = (isnan(lost) ? 0 : lost) + difference;
		}
	}
	return lost;
}

static double others_free_lost(const struct nrb_sample *s)
{
	return others_lost(s, offsetof(struct nrb_node_sample, free_before_bytes),
		offsetof(struct nrb_node_sample, free_after_bytes));
}

static double others_cache_gained(const struct nrb_sample *s)
{
	return 0 - others_lost(s, offsetof(struct nrb_node_sample, file_before_bytes),
			   offsetof(struct nrb_node_sample, file_after_bytes));
}

/* What is not on disk yet. */
static double dirty(const struct nrb_look *look)
{
	return number(look->dirty_bytes) + number(look->writeback_bytes);
}

static double dirty_first(const struct nrb_sample *s)
{
	for (int64_t i = 0; i < s->n_looks; i++) {
		if (s->looks[i].node == s->node) {
			return dirty(&s->looks[i]);
		}
	}
	return NAN;
}

static double dirty_last(const struct nrb_sample *s)
{
	for (int64_t i = s->n_looks - 1; i >= 0; i--) {
		if (s->looks[i].node == s->node) {
			return dirty(&s->looks[i]);
		}
	}
	return NAN;
}

/* The looks of one point in time follow each other. */
static double others_dirty_highest(const struct nrb_sample *s)
{
	double highest = NAN, now = 0;

	for (int64_t i = 0; i < s->n_looks; i++) {
		const struct nrb_look *look = &s->looks[i];

		now += look->node != s->node ? dirty(look) : 0;
		if (i + 1 == s->n_looks || look[1].t_ns != look->t_ns) {
			highest = fmax(highest, now);
			now = 0;
		}
	}
	return highest;
}

enum whose { ALL, LOCAL, REMOTE };

static bool is_whose(
	const struct nrb_sample *s, const struct nrb_walk *walk, enum whose whose)
{
	if (walk->node == NRB_ABSENT) {
		return whose == ALL;
	}
	return whose == (walk->node == s->node ? LOCAL : REMOTE);
}

/* ns per load over the walks of pages of one size: all that was allocated, the target's part,
 * or the other nodes' parts together. */
static double access_ns(const struct nrb_sample *s, enum whose whose, int64_t page_bytes)
{
	double ns = 0, loads = 0;

	for (int64_t i = 0; i < s->n_walks; i++) {
		const struct nrb_walk *walk = &s->walks[i];

		if (walk->page_bytes == page_bytes && is_whose(s, walk, whose) &&
			walk->ns != NRB_ABSENT && walk->loads > 0) {
			ns += (double)walk->ns;
			loads += (double)walk->loads;
		}
	}
	return loads > 0 ? ns / loads : NAN;
}

static double access_all_ns(const struct nrb_sample *s)
{
	return access_ns(s, ALL, page_bytes(s));
}

static double access_local_ns(const struct nrb_sample *s)
{
	return access_ns(s, LOCAL, page_bytes(s));
}

static double access_remote_ns(const struct nrb_sample *s)
{
	return access_ns(s, REMOTE, page_bytes(s));
}

/* Pages that were asked to be huge, but are not, would tell of small ones under a false name. */
static double access_huge_ns(const struct nrb_sample *s)
{
	for (int64_t i = 0; i < s->n_walks; i++) {
		const struct nrb_walk *walk = &s->walks[i];

		if (walk->page_bytes > BASE_PAGE &&
			(walk->huge_bytes < walk->page_bytes ||
				(double)walk->huge_bytes <
					MOSTLY_HUGE * number(s->alloc_bytes))) {
			return NAN;
		}
		if (walk->page_bytes > BASE_PAGE) {
			return access_ns(s, ALL, walk->page_bytes);
		}
	}
	return NAN;
}

static double victim_free_lost(const struct nrb_sample *s)
{
	const struct nrb_node_sample *n =
		s->victim_node != NRB_ABSENT
			? nrb_sample_find_node(s, (int)s->victim_node)
			: NULL;

	return n != NULL ? number(n->free_before_bytes) - number(n->free_after_bytes)
			 : NAN;
}

/* What was read once, ours and others', gives way to what is served. After the soak there is no more,
 * but what a trim freed. */
static double node_room(const struct nrb_sample *s)
{
	const struct nrb_node_sample *n = target(s);
	double freed = fmax(0, number(s->trim_freed_bytes));

	return n != NULL ? number(n->inactive_file_before_bytes) + freed : NAN;
}

static double all_room(const struct nrb_sample *s)
{
	double room = node_room(s) - alloc_pages(s) * BASE_PAGE;

	for (int64_t i = 0; i < s->n_nodes; i++) {
		const struct nrb_node_sample *n = &s->nodes[i];

		if (n->node != s->node) {
			room += number(n->free_before_bytes) +
				number(n->inactive_file_before_bytes);
		}
	}
	return room;
}

static double alloc_mean(const struct nrb_sample *s)
{
	return nrb_histogram_mean_ns(&s->alloc_hist);
}

static double alloc_p50(const struct nrb_sample *s)
{
	return nrb_histogram_quantile_ns(&s->alloc_hist, 0.5);
}

static double alloc_p99(const struct nrb_sample *s)
{
	return nrb_histogram_quantile_ns(&s->alloc_hist, 0.99);
}

/* Of ten values above a quantile, and no fewer, it can be told. */
static double alloc_p999(const struct nrb_sample *s)
{
	return s->alloc_hist.n >= 10000 ? nrb_histogram_quantile_ns(&s->alloc_hist, 0.999)
					: NAN;
}

static double request_p99(const struct nrb_sample *s)
{
	return nrb_histogram_quantile_ns(&s->serve_hist, 0.99);
}

static double hit_ratio(const struct nrb_sample *s)
{
	return 1 - ratio(s->serve_misses, s->serve_requests);
}

/* With zswap on, pages go there first: which of them are written later counts again. */
static double swapped_out(const struct nrb_sample *s)
{
	int64_t zswapped = s->counters.v[NRB_ZSWPOUT];

	return number(s->counters.v[NRB_PSWPOUT]) +
	       (zswapped != NRB_ABSENT ? (double)zswapped : 0);
}

static double pswpin(const struct nrb_sample *s)
{
	return number(s->counters.v[NRB_PSWPIN]) +
	       number(s->counters_after.v[NRB_PSWPIN]);
}

static double refault_file(const struct nrb_sample *s)
{
	return number(s->counters.v[NRB_REFAULT_FILE]) +
	       number(s->counters_after.v[NRB_REFAULT_FILE]);
}

/* How many requests there were in the same time differs between modes. */
static double served_refaults(const struct nrb_sample *s)
{
	return 1000 * ratio(s->counters.v[NRB_REFAULT_FILE], s->serve_requests);
}

/* clang-format off */
#define AT(field)           offsetof(struct nrb_sample, field)
#define FIELD(field)        { AT(field), 0, 1, NULL }
#define COUNTER(counter)    { AT(counters.v[counter]), 0, 1, NULL }
#define RATIO(part, whole)  { AT(part), AT(whole), 1, NULL }
#define PER_S(bytes, ns)    { AT(bytes), AT(ns), 1e9, NULL }
#define COMPUTED(function)  { 0, 0, 1, function }

static const struct {
	size_t part, whole; /* whole 0: there is none */
	double scale;
	double (*compute)(const struct nrb_sample *s);
} values[NRB_N_VALUES] = {
	[NRB_VALUE_LOCAL_RATIO]             = COMPUTED(nrb_locatevalue_local_ratio),
	[NRB_VALUE_ALLOC_PAGES]             = COMPUTED(alloc_pages),
	[NRB_VALUE_ALLOC_MEAN_NS]           = COMPUTED(alloc_mean),
	[NRB_VALUE_ALLOC_P50_NS]            = COMPUTED(alloc_p50),
	[NRB_VALUE_ALLOC_P99_NS]            = COMPUTED(alloc_p99),
	[NRB_VALUE_ALLOC_P999_NS]           = COMPUTED(alloc_p999),
	[NRB_VALUE_PAGES_ABSENT]            = COMPUTED(nrb_locatevalue_absent),
	[NRB_VALUE_LOCAL_ERROR]             = COMPUTED(nrb_locatevalue_error),
	[NRB_VALUE_ACCESS_NS]               = COMPUTED(access_all_ns),
	[NRB_VALUE_ACCESS_LOCAL_NS]         = COMPUTED(access_local_ns),
	[NRB_VALUE_ACCESS_REMOTE_NS]        = COMPUTED(access_remote_ns),
	[NRB_VALUE_ACCESS_HUGE_NS]          = COMPUTED(access_huge_ns),
	[NRB_VALUE_CACHE_KEPT_RATIO]        = RATIO(cache_after_bytes, cache_before_bytes),
	[NRB_VALUE_CACHE_BYTES]             = FIELD(cache_before_bytes),
	[NRB_VALUE_NODE_KEPT_RATIO]         = COMPUTED(node_kept_ratio),
	[NRB_VALUE_NODE_CACHE_BYTES]        = COMPUTED(node_cache_bytes),
	[NRB_VALUE_CACHE_LOST_BYTES]        = COMPUTED(cache_lost_bytes),
	[NRB_VALUE_NODE_LOST_BYTES]         = COMPUTED(node_lost_bytes),
	[NRB_VALUE_REREAD_RATE]             = PER_S(reread_bytes, reread_ns),
	[NRB_VALUE_REREAD_DISK_RATIO]       = RATIO(reread_disk_bytes, reread_bytes),
	[NRB_VALUE_HEADROOM_MIN_BYTES]      = FIELD(headroom_min_bytes),
	[NRB_VALUE_ZONE_RECLAIM_SUCCESS]    = COUNTER(NRB_ZONE_RECLAIM_SUCCESS),
	[NRB_VALUE_ZONE_RECLAIM_FAILED]     = COUNTER(NRB_ZONE_RECLAIM_FAILED),
	[NRB_VALUE_PGSCAN_DIRECT]           = COUNTER(NRB_PGSCAN_DIRECT),
	[NRB_VALUE_PGSTEAL_DIRECT]          = COUNTER(NRB_PGSTEAL_DIRECT),
	[NRB_VALUE_FREED_RATIO]             = COMPUTED(freed_ratio),
	[NRB_VALUE_PAGES_PER_RECLAIM]       = COMPUTED(pages_per_reclaim),
	[NRB_VALUE_PGSTEAL_KSWAPD]          = COUNTER(NRB_PGSTEAL_KSWAPD),
	[NRB_VALUE_ALLOCSTALL]              = COUNTER(NRB_ALLOCSTALL),
	[NRB_VALUE_PSWPOUT]                 = COUNTER(NRB_PSWPOUT),
	[NRB_VALUE_PSWPIN]                  = COMPUTED(pswpin),
	[NRB_VALUE_ZSWPOUT]                 = COUNTER(NRB_ZSWPOUT),
	[NRB_VALUE_SWAPPED_OUT]             = COMPUTED(swapped_out),
	[NRB_VALUE_VMSCAN_WRITE]            = COUNTER(NRB_VMSCAN_WRITE),
	[NRB_VALUE_WRITTEN_PAGES]           = COUNTER(NRB_WRITTEN),
	[NRB_VALUE_REFAULT_FILE]            = COMPUTED(refault_file),
	[NRB_VALUE_SWAPOUT_KSWAPD_PAGES]    = FIELD(swapout_kswapd_pages),
	[NRB_VALUE_RETURN_NS]               = RATIO(return_ns, return_pages),
	[NRB_VALUE_RETURN_DISK_RATIO]       = RATIO(return_major_faults, return_pages),
	[NRB_VALUE_WRITER_RATE]             = PER_S(writer_bytes, writer_ns),
	[NRB_VALUE_WRITER_MAX_NS]           = FIELD(writer_max_ns),
	[NRB_VALUE_ALLOC_HUGE_RATIO]        = COMPUTED(alloc_huge_ratio),
	[NRB_VALUE_TRIM_FREED_BYTES]        = FIELD(trim_freed_bytes),
	[NRB_VALUE_TRIM_NS]                 = FIELD(trim_ns),
	[NRB_VALUE_OTHERS_FREE_LOST_BYTES]  = COMPUTED(others_free_lost),
	[NRB_VALUE_OTHERS_CACHE_GAINED_BYTES] = COMPUTED(others_cache_gained),
	[NRB_VALUE_DIRTY_FIRST_BYTES]       = COMPUTED(dirty_first),
	[NRB_VALUE_DIRTY_LAST_BYTES]        = COMPUTED(dirty_last),
	[NRB_VALUE_OTHERS_DIRTY_HIGHEST_BYTES] = COMPUTED(others_dirty_highest),
	[NRB_VALUE_BALLAST_BYTES]           = COMPUTED(ballast_bytes),
	[NRB_VALUE_HOLD_BYTES]              = FIELD(hold_bytes),
	[NRB_VALUE_VICTIM_ACCESS_NS]        = RATIO(victim_load_ns, victim_loads),
	[NRB_VALUE_VICTIM_REMOTE_RATIO]     = RATIO(victim_remote_pages, victim_pages),
	[NRB_VALUE_VICTIM_LOST_RATIO]       = RATIO(victim_lost_bytes, victim_bytes),
	[NRB_VALUE_VICTIM_FREE_LOST_BYTES]  = COMPUTED(victim_free_lost),
	[NRB_VALUE_HEADROOM_LOWEST_BYTES]   = COMPUTED(nrb_zonevalue_lowest),
	[NRB_VALUE_HEADROOM_P1_BYTES]       = COMPUTED(nrb_zonevalue_p1),
	[NRB_VALUE_HEADROOM_P50_BYTES]      = COMPUTED(nrb_zonevalue_p50),
	[NRB_VALUE_FREE_LOWEST_BYTES]       = COMPUTED(nrb_zonevalue_free_lowest),
	[NRB_VALUE_BELOW_LOW_RATIO]         = COMPUTED(nrb_zonevalue_below_low),
	[NRB_VALUE_BELOW_MIN_RATIO]         = COMPUTED(nrb_zonevalue_below_min),
	[NRB_VALUE_KSWAPD_RUNS]             = COUNTER(NRB_PAGEOUTRUN),
	[NRB_VALUE_ALLOC_FAILURE_LINES]     = FIELD(alloc_failure_lines),
	[NRB_VALUE_HIT_RATIO]               = COMPUTED(hit_ratio),
	[NRB_VALUE_SERVED_DISK_BYTES]       = FIELD(serve_disk_bytes),
	[NRB_VALUE_SERVED_DISK_RATIO]       = RATIO(serve_disk_bytes, serve_bytes),
	[NRB_VALUE_SERVED_REFAULTS]         = COMPUTED(served_refaults),
	[NRB_VALUE_REQUESTS_PER_S]          = PER_S(serve_requests, serve_ns),
	[NRB_VALUE_REQUEST_P99_NS]          = COMPUTED(request_p99),
	[NRB_VALUE_SERVE_SET_BYTES]         = FIELD(serve_set_bytes),
	[NRB_VALUE_NODE_ROOM_BYTES]         = COMPUTED(node_room),
	[NRB_VALUE_ALL_ROOM_BYTES]          = COMPUTED(all_room),
	[NRB_VALUE_RECLAIM_CALLS]           = COMPUTED(nrb_reclaimvalue_calls),
	[NRB_VALUE_RECLAIM_FUTILE_RATIO]    = RATIO(reclaim_futile_calls, reclaim_calls),
	[NRB_VALUE_RECLAIM_STALL_RATIO]     = COMPUTED(nrb_reclaimvalue_stalled),
};
/* clang-format on */

double nrb_cellvalue(const struct nrb_sample *s, enum nrb_cellvalue value)
{
	const char *base = (const char *)s;
	int64_t part;

	if (values[value].compute != NULL) {
		return values[value].compute(s);
	}
	part = *(const int64_t *)(base + values[value].part);
	if (values[value].whole == 0) {
		return number(part);
	}
	return ratio(part, *(const int64_t *)(base + values[value].whole)) *
	       values[value].scale;
}
