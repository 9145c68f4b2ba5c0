/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Steps that bring a node to where every cell starts: full of our file, quiet. */
#include "nrb/steps.h"

#include "nrb/counters.h"
#include "nrb/diag.h"
#include "nrb/kswapd.h"
#include "nrb/pagecache.h"
#include "nrb/placement.h"
#include "nrb/zones.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

int nrb_step_evict(struct nrb_cell *cell)
{
	int64_t left;
	int rc = nrb_pagecache_evict(cell->file, cell->sizes.file_bytes, &left);

	if (rc < 0) {
		return rc;
	}
	/* what is left was not dropped but is ours: the fill would count it as its own */
	if (left > cell->sizes.file_bytes / 100) {
		nrb_refuse(NRB_EXIT_FAILED, "is another process reading it?",
			"%lld MiB of the cache file stay in cache after eviction",
			(long long)left >> 20);
		return -EOPNOTSUPP;
	}
	return 0;
}

/* The node's memory before and after, so that the sample holds what the fill brought. */
static int note_rise(struct nrb_cell *cell, const struct nrb_node_memory *before)
{
	struct nrb_sample *sample = &cell->shared->sample;
	struct nrb_node_memory after;
	int rc;

	rc = nrb_pagecache_cached_bytes(
		cell->file, cell->fill_len, &sample->fill_cached_bytes);
	if (rc < 0) {
		return nrb_fail(rc, "cannot see what is cached of the cache file");
	}
	rc = nrb_counters_read_node(cell->root, cell->arm.node, &after);
	if (rc < 0) {
		return nrb_fail(rc, "cannot read node %d's meminfo", cell->arm.node);
	}
	sample->fill_node_bytes = after.file_bytes - before->file_bytes;
	sample->fill_active_bytes = after.active_file_bytes - before->active_file_bytes;
	sample->fill_inactive_bytes =
		after.inactive_file_bytes - before->inactive_file_bytes;
	return 0;
}

/* Clean cache on the node is what every figure stands on: verified, not hoped for. Whole fills of
 * 5.10 to 7.3 had at least 95 % of the file cached, 98 % of it on the node and all of that inactive;
 * a fill of 7.3 that recycles a tenth of itself still passes. */
static int judge_fill(const struct nrb_cell *cell)
{
	const struct nrb_sample *sample = &cell->shared->sample;
	int64_t asked = sample->fill_asked_bytes;

	if (asked == 0 || *nrb_cell_stop(cell) != 0 ||
		(sample->fill_cached_bytes >= asked / 100 * 85 &&
			sample->fill_node_bytes >= asked / 100 * 80 &&
			sample->fill_inactive_bytes >=
				sample->fill_node_bytes / 100 * 80)) {
		return 0;
	}
	nrb_refuse(NRB_EXIT_FAILED, NULL,
		"the fill of node %d is not clean cache there: of %lld MiB asked %lld MiB are "
		"cached, the node's cache rose by %lld MiB, its inactive part by %lld MiB",
		cell->arm.node, (long long)asked >> 20,
		(long long)sample->fill_cached_bytes >> 20,
		(long long)sample->fill_node_bytes >> 20,
		(long long)sample->fill_inactive_bytes >> 20);
	return -EOPNOTSUPP;
}

/* A node that is full already leaves a fill too small to be seen among what others do there: their
 * cache is the fill. */
static bool is_full_already(const struct nrb_cell *cell, const struct nrb_zone_sums *sums)
{
	int64_t want = cell->sizes.fill_bytes > 0 ? cell->sizes.fill_bytes
						  : cell->sizes.file_bytes;

	return cell->fill_len < want / NRB_REREAD_BLOCK * NRB_REREAD_BLOCK &&
	       cell->fill_len < sums->managed_pages * nrb_zones_page_bytes() / 20;
}

/* What fits: never so much that the fill recycles its own start. */
static int64_t fill_room(const struct nrb_cell *cell, const struct nrb_zone_sums *sums)
{
	int64_t room = (sums->free_pages - sums->high_pages) * nrb_zones_page_bytes() -
		       cell->sizes.headroom_bytes;

	if (cell->sizes.fill_bytes > 0 && room > cell->sizes.fill_bytes) {
		room = cell->sizes.fill_bytes;
	}
	if (room > cell->sizes.file_bytes) {
		room = cell->sizes.file_bytes;
	}
	return room < 0 ? 0 : room / NRB_REREAD_BLOCK * NRB_REREAD_BLOCK;
}

int nrb_step_fill_once(struct nrb_cell *cell)
{
	struct nrb_sample *sample = &cell->shared->sample;
	struct nrb_node_memory before;
	struct nrb_zone_sums sums;
	struct nrb_idset node;
	bool full;
	int rc;

	nrb_idset_clear(&node);
	nrb_idset_add(&node, cell->arm.node);
	rc = nrb_zones_read_sum(cell->root, cell->arm.node, &sums);
	if (rc < 0) {
		return rc;
	}
	cell->fill_len = fill_room(cell, &sums);
	sample->fill_asked_bytes = cell->fill_len;
	full = is_full_already(cell, &sums);
	if (full) {
		nrb_cell_note(cell,
			"the node was full already: the fill is other programs' cache");
	}
	rc = nrb_counters_read_node(cell->root, cell->arm.node, &before);
	if (rc < 0) {
		return nrb_fail(rc, "cannot read node %d's meminfo", cell->arm.node);
	}
	/* the reader's policy places page cache; PREFERRED would spill below LOW */
	rc = nrb_placement_set_policy(NRB_POLICY_BIND, &node);
	if (rc == 0) {
		rc = nrb_pagecache_fill(cell->file, cell->fill_len,
			&cell->shared->progress, nrb_cell_stop(cell));
	}
	if (rc == 0) {
		rc = nrb_placement_set_policy(NRB_POLICY_DEFAULT, NULL);
	}
	if (rc == 0) {
		rc = note_rise(cell, &before);
	}
	return rc == 0 && !full ? judge_fill(cell) : rc;
}

static void sleep_ms(long ms)
{
	struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

	nanosleep(&t, NULL);
}

static bool kswapd_is_asleep(const struct nrb_cell *cell)
{
	bool asleep = true;

	return cell->kswapd_pid < 0 ||
	       nrb_kswapd_is_asleep(cell->root, cell->kswapd_pid, &asleep) < 0 || asleep;
}

int nrb_step_settle(struct nrb_cell *cell)
{
	/* pcp drain and batched counters move free memory by a few MiB; a tenth of a per cent of
	 * the node or 1 MiB between looks is quiet */
	enum { QUIET_LOOKS = 3, LOOK_MS = 100 };
	struct nrb_zone_sums sums;
	int64_t last = NRB_ABSENT, limit;
	int quiet = 0, rc;

	if (cell->shared->sample.settle_rounds == NRB_ABSENT) {
		cell->shared->sample.settle_rounds = 0;
		if (cell->kswapd_pid < 0) {
			nrb_cell_note(
				cell, "kswapd of node %d was not found", cell->arm.node);
		}
	}
	while (quiet < QUIET_LOOKS && *nrb_cell_stop(cell) == 0) {
		rc = nrb_zones_read_sum(cell->root, cell->arm.node, &sums);
		if (rc < 0) {
			return rc;
		}
		limit = sums.managed_pages / 1000;
		if (limit < (1 << 20) / nrb_zones_page_bytes()) {
			limit = (1 << 20) / nrb_zones_page_bytes();
		}
		if (last != NRB_ABSENT && llabs(sums.free_pages - last) <= limit &&
			kswapd_is_asleep(cell)) {
			quiet++;
		} else {
			quiet = 0;
		}
		last = sums.free_pages;
		cell->shared->sample.settle_rounds++;
		cell->shared->progress++;
		sleep_ms(LOOK_MS);
	}
	return 0;
}
