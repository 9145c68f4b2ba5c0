/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What reports take of where a cell's pages were found. */
#include "nrb/locatevalue.h"

#include "nrb/stats.h"

#include <math.h>

enum { BASE_PAGE = 4096 };

double nrb_locatevalue_written_bytes(const struct nrb_sample *s)
{
	int64_t page =
		s->alloc_page_bytes != NRB_ABSENT ? s->alloc_page_bytes : BASE_PAGE;

	return s->alloc_pages != NRB_ABSENT ? (double)s->alloc_pages * (double)page : NAN;
}

static bool is_located(const struct nrb_sample *s)
{
	bool located = false;

	for (int64_t i = 0; i < s->n_nodes; i++) {
		located = located || s->nodes[i].pages != NRB_ABSENT;
	}
	return located && nrb_locatevalue_written_bytes(s) > 0;
}

/* Base pages that were looked at. Records of before there were samples do not say: all. */
static double looked_at(const struct nrb_sample *s)
{
	return s->pages_located != NRB_ABSENT
		       ? (double)s->pages_located
		       : nrb_locatevalue_written_bytes(s) / BASE_PAGE;
}

static bool is_sampled(const struct nrb_sample *s)
{
	return looked_at(s) < nrb_locatevalue_written_bytes(s) / BASE_PAGE;
}

/* Pages are counted in base pages, touches in alloc_page_bytes. Absent pages stay in the whole:
 * they were written, and are not local. */
double nrb_locatevalue_local_ratio(const struct nrb_sample *s)
{
	const struct nrb_node_sample *node =
		s->node != NRB_ABSENT ? nrb_sample_find_node(s, (int)s->node) : NULL;

	if (!is_located(s)) {
		return NAN;
	}
	return node != NULL && node->pages != NRB_ABSENT
		       ? (double)node->pages / looked_at(s)
		       : 0;
}

double nrb_locatevalue_error(const struct nrb_sample *s)
{
	if (!is_located(s)) {
		return NAN;
	}
	return is_sampled(s) ? nrb_stats_share_error(looked_at(s)) : 0;
}

double nrb_locatevalue_absent(const struct nrb_sample *s)
{
	double pages = s->pages_absent != NRB_ABSENT ? (double)s->pages_absent : NAN;

	return is_sampled(s) ? round(pages / looked_at(s) *
				       nrb_locatevalue_written_bytes(s) / BASE_PAGE)
			     : pages;
}
