/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Steps that bring a node to where every cell starts: full of our file, quiet. */
#include "nrb/steps.h"

#include "nrb/diag.h"
#include "nrb/kswapdlook.h"
#include "nrb/pagecache.h"
#include "nrb/placement.h"
#include "nrb/rise.h"
#include "nrb/servedset.h"
#include "nrb/source.h"
#include "nrb/topologynodes.h"
#include "nrb/zones.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

enum {
	LEAST_CACHED = 85, /* per cent of a fill */
	SHORT_PART = 16,   /* of a fill, or so many bytes, may be missing */
	SHORT_BYTES = 32 << 20,
	MAX_FURTHER = 8,
	FULL_PART = 20, /* of a node: less room than that, and it is full */
};

static int drop_served(const struct nrb_cell *cell)
{
	int64_t left;
	int rc = nrb_source_drop(cell, &left);

	if (rc == 0 && cell->served != NULL && left > cell->served->bytes / 100) {
		nrb_refuse(NRB_EXIT_FAILED, "is another process reading or writing them?",
			"%lld MiB of the served files stay in cache when it is dropped",
			(long long)left >> 20);
		rc = -EOPNOTSUPP;
	}
	return rc;
}

int nrb_step_evict(struct nrb_cell *cell)
{
	struct stat file;
	int64_t left = 0;
	int rc = drop_served(cell);

	if (rc < 0 || cell->file < 0) {
		return rc;
	}
	/* a child that died while it served left it otherwise */
	(void)posix_fadvise(cell->file, 0, 0, POSIX_FADV_NORMAL);
	/* all of it: cells of other scenarios may have used more than this one will, or it none */
	if (fstat(cell->file, &file) < 0) {
		return nrb_fail(-errno, "cannot see how long the cache file is");
	}
	/* a cell that was ended left what it wrote dirty: GiBs, perhaps. In parts it is progress; one
	 * fsync(2) of it all would outlast the deadline of this phase, and of the next cell's. */
	rc = nrb_pagecache_write_back(cell->file, 0, file.st_size,
		&cell->shared->progress, nrb_cell_stop(cell));
	if (rc == 0) {
		rc = nrb_pagecache_evict(cell->file, file.st_size, &left);
	}
	if (rc < 0) {
		return rc;
	}
	/* what is left was not dropped but is ours: the fill would count it as its own */
	if (left > file.st_size / 100) {
		nrb_refuse(NRB_EXIT_FAILED, "is another process reading it?",
			"%lld MiB of the cache file stay in cache after eviction",
			(long long)left >> 20);
		return -EOPNOTSUPP;
	}
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
		(sample->fill_cached_bytes >= asked / 100 * LEAST_CACHED &&
			sample->fill_node_bytes >= asked / 100 * 80 &&
			(nrb_cell_has_lru_gen(cell) ||
				sample->fill_inactive_bytes >=
					sample->fill_node_bytes / 100 * 80))) {
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

static bool has_ballast(const struct nrb_cell *cell)
{
	return cell->sizes.slack_bytes > 0;
}

/* Beside a ballast that is no node full of cache, but one whose room others took meanwhile. */
static int check_room(const struct nrb_cell *cell, int64_t room)
{
	int64_t want = cell->sizes.fill_bytes;

	if (!has_ballast(cell) || room >= want / 2) {
		return 0;
	}
	nrb_refuse(NRB_EXIT_DISTURBED, "something else allocates on it",
		"of %lld MiB that the ballast left free on node %d only %lld MiB are free still",
		(long long)want >> 20, cell->arm.node, (long long)room >> 20);
	return -ESTALE;
}

static int64_t node_part(const struct nrb_zone_sums *sums)
{
	return sums->managed_pages * nrb_zones_page_bytes() / FULL_PART;
}

/* What --fill and the target's part of the file, or of the user's files, allow, whatever the node has. */
static int64_t most_of_target(const struct nrb_cell *cell)
{
	const struct nrb_sizes *sizes = &cell->sizes;
	int64_t most = sizes->fill_bytes > 0 ? sizes->fill_bytes + sizes->slack_bytes
					     : INT64_MAX;
	int64_t source =
		sizes->file_bytes > 0 ? sizes->file_bytes : nrb_source_bytes(cell);

	return most > source ? source : most;
}

/* A node that is full already leaves a fill too small to be seen among what others do there: their
 * cache is the fill. */
static bool is_full_already(const struct nrb_cell *cell, const struct nrb_zone_sums *sums)
{
	return !has_ballast(cell) &&
	       cell->fill_len <
		       most_of_target(cell) / NRB_REREAD_BLOCK * NRB_REREAD_BLOCK &&
	       cell->fill_len < node_part(sums);
}

/* What fits on a node: never so much that the fill recycles its own start. */
static int64_t room_of(
	const struct nrb_cell *cell, const struct nrb_zone_sums *sums, int64_t most)
{
	int64_t room =
		sums->spare_pages * nrb_zones_page_bytes() - cell->sizes.headroom_bytes;

	if (room > most) {
		room = most;
	}
	return room < 0 ? 0 : room / NRB_REREAD_BLOCK * NRB_REREAD_BLOCK;
}

int nrb_fill_room(const struct nrb_cell *cell, int64_t *bytes)
{
	struct nrb_zone_sums sums;
	int rc = nrb_zones_read_sum(cell->root, cell->arm.node, &sums);

	if (rc == 0) {
		*bytes = room_of(cell, &sums, most_of_target(cell));
	}
	return rc;
}

int nrb_fill_check(const struct nrb_cell *cell, int64_t room)
{
	int64_t most = most_of_target(cell), least;
	struct nrb_zone_sums sums;
	int rc = check_room(cell, room);

	if (rc == 0) {
		rc = nrb_zones_read_sum(cell->root, cell->arm.node, &sums);
	}
	if (rc < 0 || has_ballast(cell)) {
		return rc;
	}
	least = node_part(&sums) < most ? node_part(&sums) : most;
	if (room >= least / NRB_REREAD_BLOCK * NRB_REREAD_BLOCK) {
		return 0;
	}
	nrb_refuse(NRB_EXIT_NOT_HERE,
		"clean and fileserver take what is there; this scenario needs its own",
		"node %d is full of others' memory: %lld MiB could be had of it",
		cell->arm.node, (long long)room >> 20);
	return -EOPNOTSUPP;
}

/* The reader's policy places page cache; PREFERRED would spill below LOW. The target's part is at the
 * start. */
static int read_bound(struct nrb_cell *cell, int node, int64_t from, int64_t len)
{
	struct nrb_idset nodes;
	int rc, undone;

	nrb_idset_clear(&nodes);
	nrb_idset_add(&nodes, node);
	rc = nrb_placement_set_policy(NRB_POLICY_BIND, &nodes);
	if (rc < 0) {
		return rc;
	}
	rc = node == cell->arm.node
		     ? nrb_source_fill(cell, len)
		     : nrb_pagecache_fill(cell->file, from, len, &cell->shared->progress,
			       nrb_cell_stop(cell));
	undone = nrb_placement_set_policy(NRB_POLICY_DEFAULT, NULL);
	return rc < 0 ? rc : undone;
}

/* Fill one node but the target from the part of the file that begins at from. */
static int fill_other(struct nrb_cell *cell, int node, int64_t from)
{
	const int64_t part = cell->sizes.other_bytes;
	struct nrb_zone_sums sums;
	int64_t left;
	int rc = nrb_zones_read_sum(cell->root, node, &sums);

	if (rc == 0) {
		rc = read_bound(cell, node, from, room_of(cell, &sums, part));
	}
	if (rc == 0) {
		rc = nrb_zones_read_sum(cell->root, node, &sums);
	}
	if (rc < 0) {
		return rc;
	}
	left = room_of(cell, &sums, INT64_MAX);
	if (left > cell->sizes.headroom_bytes) {
		nrb_cell_note(cell, "node %d is not full: %lld MiB more would fit", node,
			(long long)left >> 20);
	}
	return 0;
}

int nrb_fill_others(struct nrb_cell *cell)
{
	int64_t from = cell->sizes.file_bytes;
	struct nrb_idset nodes;
	int rc = 0;

	if (!cell->arm.fill_all || cell->file < 0) {
		return 0;
	}
	nrb_topology_memory_nodes(cell->topology, &nodes);
	nrb_for_each_id(node, &nodes) {
		if (node == cell->arm.node) {
			continue;
		}
		rc = rc == 0 ? fill_other(cell, node, from) : rc;
		from += cell->sizes.other_bytes;
	}
	return rc;
}

/* What may be missing of a fill: the soak takes it, whose pages are no cache. */
static int64_t most_missing(int64_t fill_bytes)
{
	return fill_bytes / SHORT_PART > SHORT_BYTES ? fill_bytes / SHORT_PART
						     : SHORT_BYTES;
}

/* Free pages that the filling CPU kept are none of the node's, and taken first: for what is as free behind
 * them as before the fill goes on (6.1: as much as the low watermark for each CPU). Not where a kswapd made
 * that room: it may be of others' cache, or of the fill's own start, and would never end. */
static int fill_further(struct nrb_cell *cell, int64_t stolen)
{
	int64_t most = most_of_target(cell), room = 0, now = 0;
	int rc = 0;

	for (int i = 0; i < MAX_FURTHER && rc == 0 && *nrb_cell_stop(cell) == 0; i++) {
		rc = nrb_fill_room(cell, &room);
		if (rc == 0) {
			rc = nrb_kswapdlook_stole(cell, &now);
		}
		room = room < most - cell->fill_len ? room : most - cell->fill_len;
		if (rc < 0 || room <= most_missing(cell->fill_len) || now != stolen ||
			!nrb_kswapdlook_is_asleep(cell)) {
			return rc;
		}
		cell->fill_len += room / NRB_REREAD_BLOCK * NRB_REREAD_BLOCK;
		cell->shared->sample.fill_asked_bytes = cell->fill_len;
		rc = read_bound(cell, cell->arm.node, 0, cell->fill_len);
	}
	return rc;
}

static int fill_target(struct nrb_cell *cell)
{
	struct nrb_sample *sample = &cell->shared->sample;
	struct nrb_node_memory before, after;
	struct nrb_zone_sums sums;
	int64_t stolen = 0;
	int rc = nrb_zones_read_sum(cell->root, cell->arm.node, &sums);

	if (rc < 0) {
		return rc;
	}
	cell->fill_len = room_of(cell, &sums, most_of_target(cell));
	sample->fill_asked_bytes = cell->fill_len;
	cell->full = is_full_already(cell, &sums);
	if (cell->full) {
		nrb_cell_note(cell,
			"the node was full already: the fill is other programs' cache");
	}
	rc = check_room(cell, cell->fill_len);
	if (rc == 0) {
		rc = nrb_kswapdlook_stole(cell, &stolen);
	}
	if (rc == 0) {
		rc = nrb_rise_look(cell, &before);
	}
	if (rc == 0) {
		rc = read_bound(cell, cell->arm.node, 0, cell->fill_len);
	}
	if (rc == 0 && !cell->full) {
		rc = fill_further(cell, stolen);
	}
	return rc == 0 ? nrb_rise_note(cell, &before, &after) : rc;
}

/* A kswapd that the fill woke takes of it until it sleeps: what is gone by then is no part of the rise. */
static int await_kswapd(struct nrb_cell *cell)
{
	struct nrb_sample *sample = &cell->shared->sample;
	int64_t cached = 0;
	int rc = nrb_step_settle(cell);

	if (rc == 0) {
		rc = nrb_source_cached(cell, cell->fill_len, &cached);
	}
	if (rc == 0 && cached < sample->fill_cached_bytes) {
		sample->fill_node_bytes -= sample->fill_cached_bytes - cached;
		sample->fill_inactive_bytes -= sample->fill_cached_bytes - cached;
		sample->fill_cached_bytes = cached;
	}
	return rc;
}

static bool is_short(const struct nrb_cell *cell)
{
	const struct nrb_sample *sample = &cell->shared->sample;
	int64_t asked = sample->fill_asked_bytes, cached = sample->fill_cached_bytes;

	return *nrb_cell_stop(cell) == 0 && (asked - cached > most_missing(asked) ||
						    cached < asked / 100 * LEAST_CACHED);
}

/* On memory in pieces, as requests leave it, kswapd wakes for the large folios of a fill and takes part of
 * it (7.3, in a guest of 512 MiB nodes: a tenth in every third cell of a file server, a fifth in one of 13).
 * Once it sleeps, what is missing is read. */
static int fill_again(struct nrb_cell *cell)
{
	struct nrb_node_memory before, after;
	int rc = nrb_step_settle(cell);

	if (rc == 0) {
		rc = nrb_rise_look(cell, &before);
	}
	if (rc == 0) {
		rc = read_bound(cell, cell->arm.node, 0, cell->fill_len);
	}
	return rc == 0 ? nrb_rise_note(cell, &before, &after) : rc;
}

int nrb_step_fill_once(struct nrb_cell *cell)
{
	int rc = nrb_fill_others(cell);

	if (rc == 0) {
		rc = fill_target(cell);
	}
	if (rc == 0 && !cell->full && !nrb_kswapdlook_is_asleep(cell)) {
		rc = await_kswapd(cell);
	}
	if (rc == 0 && !cell->full && is_short(cell)) {
		rc = fill_again(cell);
	}
	return rc == 0 && !cell->full ? judge_fill(cell) : rc;
}

static void sleep_ms(long ms)
{
	struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

	nanosleep(&t, NULL);
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
			nrb_kswapdlook_is_asleep(cell)) {
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
