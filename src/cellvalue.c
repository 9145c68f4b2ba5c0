/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What reports take from one cell. */
#include "nrb/cellvalue.h"

#include <math.h>

enum { BASE_PAGE = 4096 };

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

static double node_kept_ratio(const struct nrb_sample *s)
{
	const struct nrb_node_sample *node = target(s);

	return node != NULL ? ratio(node->file_after_bytes, node->file_before_bytes)
			    : NAN;
}

static double node_cache_bytes(const struct nrb_sample *s)
{
	const struct nrb_node_sample *node = target(s);

	return node != NULL ? number(node->file_before_bytes) : NAN;
}

/* Absent pages stay in the whole: they were written, and are not local. */
static double local_ratio(const struct nrb_sample *s)
{
	const struct nrb_node_sample *node = target(s);
	bool located = false;

	for (int64_t i = 0; i < s->n_nodes; i++) {
		located = located || s->nodes[i].pages != NRB_ABSENT;
	}
	if (!located) {
		return NAN;
	}
	return ratio(node != NULL && node->pages != NRB_ABSENT ? node->pages : 0,
		s->alloc_pages);
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

static int64_t page_bytes(const struct nrb_sample *s)
{
	return s->alloc_page_bytes != NRB_ABSENT ? s->alloc_page_bytes : BASE_PAGE;
}

/* Pages that were asked to be huge, but are not, would tell of small ones under a false name. */
static double access_huge_ns(const struct nrb_sample *s)
{
	for (int64_t i = 0; i < s->n_walks; i++) {
		const struct nrb_walk *walk = &s->walks[i];

		if (walk->page_bytes > BASE_PAGE && walk->huge_bytes < walk->page_bytes) {
			return NAN;
		}
		if (walk->page_bytes > BASE_PAGE) {
			return access_ns(s, ALL, walk->page_bytes);
		}
	}
	return NAN;
}

static double reread_rate(const struct nrb_sample *s)
{
	return s->reread_bytes != NRB_ABSENT && s->reread_ns > 0
		       ? (double)s->reread_bytes * 1e9 / (double)s->reread_ns
		       : NAN;
}

static double refault_file(const struct nrb_sample *s)
{
	return number(s->counters.v[NRB_REFAULT_FILE]) +
	       number(s->counters_after.v[NRB_REFAULT_FILE]);
}

double nrb_cellvalue(const struct nrb_sample *s, enum nrb_cellvalue value)
{
	switch (value) {
	case NRB_VALUE_LOCAL_RATIO:
		return local_ratio(s);
	case NRB_VALUE_PAGES_ABSENT:
		return number(s->pages_absent);
	case NRB_VALUE_ACCESS_NS:
		return access_ns(s, ALL, page_bytes(s));
	case NRB_VALUE_ACCESS_LOCAL_NS:
		return access_ns(s, LOCAL, page_bytes(s));
	case NRB_VALUE_ACCESS_REMOTE_NS:
		return access_ns(s, REMOTE, page_bytes(s));
	case NRB_VALUE_ACCESS_HUGE_NS:
		return access_huge_ns(s);
	case NRB_VALUE_CACHE_KEPT_RATIO:
		return ratio(s->cache_after_bytes, s->cache_before_bytes);
	case NRB_VALUE_CACHE_BYTES:
		return number(s->cache_before_bytes);
	case NRB_VALUE_NODE_KEPT_RATIO:
		return node_kept_ratio(s);
	case NRB_VALUE_NODE_CACHE_BYTES:
		return node_cache_bytes(s);
	case NRB_VALUE_REREAD_RATE:
		return reread_rate(s);
	case NRB_VALUE_REREAD_DISK_RATIO:
		return ratio(s->reread_disk_bytes, s->reread_bytes);
	case NRB_VALUE_HEADROOM_MIN_BYTES:
		return number(s->headroom_min_bytes);
	case NRB_VALUE_ZONE_RECLAIM_SUCCESS:
		return number(s->counters.v[NRB_ZONE_RECLAIM_SUCCESS]);
	case NRB_VALUE_ZONE_RECLAIM_FAILED:
		return number(s->counters.v[NRB_ZONE_RECLAIM_FAILED]);
	case NRB_VALUE_PGSTEAL_DIRECT:
		return number(s->counters.v[NRB_PGSTEAL_DIRECT]);
	case NRB_VALUE_PGSTEAL_KSWAPD:
		return number(s->counters.v[NRB_PGSTEAL_KSWAPD]);
	case NRB_VALUE_ALLOCSTALL:
		return number(s->counters.v[NRB_ALLOCSTALL]);
	case NRB_VALUE_PSWPOUT:
		return number(s->counters.v[NRB_PSWPOUT]);
	case NRB_VALUE_REFAULT_FILE:
		return refault_file(s);
	case NRB_N_VALUES:
		break;
	}
	return NAN;
}
