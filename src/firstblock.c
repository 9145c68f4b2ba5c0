/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines on the first block, while the run goes on. */
#include "nrb/firstblock.h"

#include "nrb/armname.h"
#include "nrb/diag.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	NAME_LEN = 256,
	MOST_LINES = 16,
	MIN_CACHE = 1 << 20, /* bytes; of less there is no share to be kept */
};

int nrb_firstblock_begin(struct nrb_firstblock *first, const struct nrb_plan *plan)
{
	*first = (struct nrb_firstblock){ .plan = plan,
		.found = calloc((size_t)plan->n_arms, sizeof(*first->found)) };
	return first->found != NULL
		       ? 0
		       : nrb_fail(-ENOMEM, "no memory for what a block found");
}

void nrb_firstblock_finish(struct nrb_firstblock *first)
{
	free(first->found);
	*first = (struct nrb_firstblock){ 0 };
}

static void add(char *buf, size_t len, const char *fmt, ...) NRB_PRINTF(3, 4);

static void add(char *buf, size_t len, const char *fmt, ...)
{
	size_t used = strlen(buf);
	va_list args;

	if (used > 0) {
		used += (size_t)snprintf(buf + used, len - used, ", ");
	}
	if (used < len) {
		va_start(args, fmt);
		vsnprintf(buf + used, len - used, fmt, args);
		va_end(args);
	}
}

/* Pages that were swapped out before the look stay in the whole. */
static void add_local(char *buf, size_t len, const struct nrb_sample *sample)
{
	int64_t local = 0, all = sample->pages_absent > 0 ? sample->pages_absent : 0;

	for (int i = 0; i < sample->n_nodes; i++) {
		int64_t pages = sample->nodes[i].pages;

		all += pages > 0 ? pages : 0;
		if (sample->nodes[i].node == sample->node && pages > 0) {
			local = pages;
		}
	}
	if (all > 0) {
		add(buf, len, "%.1f %% local", 100 * (double)local / (double)all);
	}
}

static void add_cache(char *buf, size_t len, const struct nrb_sample *sample)
{
	if (sample->cache_before_bytes >= MIN_CACHE &&
		sample->cache_after_bytes != NRB_ABSENT) {
		add(buf, len, "%.1f %% of the cache kept",
			100 * (double)sample->cache_after_bytes /
				(double)sample->cache_before_bytes);
	}
}

/* A kernel may have but one of the two counts. */
static void add_reclaim(char *buf, size_t len, const struct nrb_sample *sample)
{
	int64_t ok = sample->counters.v[NRB_ZONE_RECLAIM_SUCCESS];
	int64_t failed = sample->counters.v[NRB_ZONE_RECLAIM_FAILED];

	if (ok != NRB_ABSENT) {
		add(buf, len, "node reclaim %" PRId64 " ok", ok);
	}
	if (failed != NRB_ABSENT) {
		add(buf, len,
			ok != NRB_ABSENT ? "%" PRId64 " failed"
					 : "node reclaim %" PRId64 " failed",
			failed);
	}
}

const char *nrb_firstblock_found(char *buf, size_t len, const struct nrb_sample *sample)
{
	buf[0] = '\0';
	if (sample->status != NRB_STATUS_OK) {
		add(buf, len, "%s", nrb_status_name(sample->status));
	}
	if (sample->status == NRB_STATUS_OK || sample->status == NRB_STATUS_STALLED) {
		add_local(buf, len, sample);
		add_cache(buf, len, sample);
		add_reclaim(buf, len, sample);
	}
	return buf;
}

void nrb_firstblock_note(struct nrb_firstblock *first, int arm, int64_t block,
	const struct nrb_sample *sample)
{
	if (block == 1 && (nrb_arm_needs(&first->plan->arms[arm]) & NRB_NEEDS_MODES)) {
		nrb_firstblock_found(
			first->found[arm], sizeof(first->found[arm]), sample);
	}
}

void nrb_firstblock_say(const struct nrb_firstblock *first)
{
	char name[NAME_LEN];
	int n = 0;

	for (int i = 0; i < first->plan->n_arms; i++) {
		if (first->found[i][0] == '\0') {
			continue;
		}
		if (n == 0) {
			nrb_note("after one block, which decides this; times take more:");
		}
		if (n++ < MOST_LINES) {
			nrb_note("  %s: %s",
				nrb_armname(first->plan, i, name, sizeof(name)),
				first->found[i]);
		}
	}
	if (n > MOST_LINES) {
		nrb_note("  ... and %d more, in the report", n - MOST_LINES);
	}
}
