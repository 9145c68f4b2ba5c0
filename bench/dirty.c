/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Scenario dirty: the node is full of file cache that was written and not written back yet. */
#include "nrb/counters.h"
#include "nrb/diag.h"
#include "nrb/pagecache.h"
#include "nrb/placement.h"
#include "nrb/rise.h"
#include "nrb/scenarios.h"
#include "nrb/steps.h"
#include "nrb/writer.h"

#include <errno.h>

enum {
	CLEAN_PERCENT = 10, /* of the fill, where it is not all dirty */
	LEAST_DIRTY = 70,   /* per cent of it, before the allocation */
};

/* What is read of a fill is its first part, what is written the rest. */
struct mix {
	int clean_percent;
	bool clean_first; /* the older pages are the first to be reclaimed */
};

static int64_t whole_blocks(int64_t bytes)
{
	return bytes / NRB_REREAD_BLOCK * NRB_REREAD_BLOCK;
}

static int read_clean(struct nrb_cell *cell, int64_t clean)
{
	return nrb_pagecache_fill(
		cell->file, 0, clean, &cell->shared->progress, nrb_cell_stop(cell));
}

/*
 * Write from byte `from` on as far as byte end, or till no more than keep fits on the node. On ext4 a
 * written block of 4 KiB takes a buffer_head of 104 bytes beside; without leaving room for them the
 * fill ends below the low watermark, kswapd wakes, and with it the flushers. What they do not take the
 * next round does.
 */
static int write_dirty(struct nrb_cell *cell, int64_t from, int64_t end, int64_t keep)
{
	int64_t n, room;
	int rc;

	do {
		rc = nrb_fill_room(cell, &room);
		if (rc < 0) {
			return rc;
		}
		room -= keep;
		n = room < end - from ? room : end - from;
		n = n > 0 ? whole_blocks(n - n / 32) : 0;
		rc = nrb_pagecache_write(cell->file, from, n, NULL,
			&cell->shared->progress, nrb_cell_stop(cell));
		from += n;
	} while (rc == 0 && n >= 16LL * NRB_REREAD_BLOCK && *nrb_cell_stop(cell) == 0);
	cell->fill_len = from;
	return rc < 0 ? nrb_fail(rc, "cannot write the cache file") : 0;
}

static int bring(struct nrb_cell *cell, const struct mix *mix, int64_t room)
{
	int64_t clean = whole_blocks(room / 100 * mix->clean_percent);
	struct nrb_idset node;
	int rc, undone;

	nrb_idset_clear(&node);
	nrb_idset_add(&node, cell->arm.node);
	rc = nrb_placement_set_policy(NRB_POLICY_BIND, &node);
	if (rc == 0 && mix->clean_first) {
		rc = read_clean(cell, clean);
	}
	if (rc == 0) {
		rc = write_dirty(cell, clean, room, mix->clean_first ? 0 : clean);
	}
	if (rc == 0 && !mix->clean_first) {
		rc = read_clean(cell, clean);
	}
	undone = nrb_placement_set_policy(NRB_POLICY_DEFAULT, NULL);
	return rc < 0 ? rc : undone;
}

/* Nobody but reclaim is to write it back: what is not dirty was, or is somebody else's. */
static int judge(const struct nrb_cell *cell, const struct mix *mix, int64_t dirty)
{
	const struct nrb_sample *sample = &cell->shared->sample;
	int64_t asked = sample->fill_asked_bytes;

	if (*nrb_cell_stop(cell) != 0 ||
		(sample->fill_node_bytes >= asked / 100 * 80 &&
			dirty >= asked / 100 * (100 - mix->clean_percent) / 100 * 80)) {
		return 0;
	}
	nrb_refuse(NRB_EXIT_FAILED, NULL,
		"the fill of node %d is not dirty cache there: of %lld MiB asked the node's "
		"cache rose by %lld MiB, its dirty part by %lld MiB",
		cell->arm.node, (long long)asked >> 20,
		(long long)sample->fill_node_bytes >> 20, (long long)dirty >> 20);
	return -EOPNOTSUPP;
}

static int fill(struct nrb_cell *cell, const struct mix *mix)
{
	struct nrb_node_memory before, after;
	int64_t room;
	int rc = nrb_fill_others(cell);

	if (rc == 0) {
		rc = nrb_fill_room(cell, &room);
	}
	if (rc == 0) {
		rc = nrb_fill_check(cell, room);
	}
	if (rc == 0) {
		rc = nrb_rise_look(cell, &before);
	}
	if (rc == 0) {
		rc = bring(cell, mix, room);
		cell->shared->sample.fill_asked_bytes = cell->fill_len;
	}
	if (rc == 0) {
		rc = nrb_rise_note(cell, &before, &after);
	}
	return rc == 0 ? judge(cell, mix, after.dirty_bytes - before.dirty_bytes) : rc;
}

static int fill_clean_first(struct nrb_cell *cell)
{
	return fill(cell, &(struct mix){ CLEAN_PERCENT, true });
}

static int fill_dirty_first(struct nrb_cell *cell)
{
	return fill(cell, &(struct mix){ CLEAN_PERCENT, false });
}

static int fill_dirty(struct nrb_cell *cell)
{
	return fill(cell, &(struct mix){ 0, false });
}

/* What the flushers are writing already is not what the mode meets. */
static int check_dirty(const struct nrb_cell *cell)
{
	struct nrb_node_memory now;
	int rc = nrb_counters_read_node(cell->root, cell->arm.node, &now);
	int64_t percent = cell->fill_len / 100;

	if (rc < 0 || (now.writeback_bytes <= percent &&
			      now.dirty_bytes >= LEAST_DIRTY * percent)) {
		return rc;
	}
	nrb_refuse(NRB_EXIT_DISTURBED, "something else woke them or kswapd",
		"the flushers wrote before anything was allocated: %lld MiB of %lld MiB were "
		"dirty still",
		(long long)now.dirty_bytes >> 20, (long long)cell->fill_len >> 20);
	return -ESTALE;
}

static int allocate(struct nrb_cell *cell)
{
	int rc = check_dirty(cell);

	return rc < 0 ? rc : nrb_step_allocate(cell);
}

static int allocate_beside_writer(struct nrb_cell *cell)
{
	int rc = check_dirty(cell);

	return rc < 0 ? rc : nrb_writer_allocate(cell);
}

static int write_back(struct nrb_cell *cell, int64_t from, int64_t len)
{
	return nrb_pagecache_write_back(
		cell->file, from, len, &cell->shared->progress, nrb_cell_stop(cell));
}

/* What the cell dirtied it writes back, or the next one's eviction would have to wait for it. */
static int reread_and_write_back(struct nrb_cell *cell)
{
	const struct nrb_sizes *sizes = &cell->sizes;
	int rc = nrb_step_reread(cell);

	if (rc == 0) {
		rc = write_back(cell, 0, cell->fill_len);
	}
	return rc == 0 ? write_back(cell, sizes->beside_from, sizes->beside_bytes) : rc;
}

/* clang-format off */
#define STEPS(fill_step, allocate_step) { \
	NRB_STEPS_EMPTY, \
	{ NRB_PHASE_FILL, fill_step }, \
	NRB_STEPS_MEASURE(nrb_step_soak, allocate_step), \
	{ NRB_PHASE_REREAD, reread_and_write_back }, \
	{ NRB_PHASE_DONE, NULL }, \
}
/* clang-format on */

static const struct nrb_step clean_first_steps[] = STEPS(fill_clean_first, allocate);
static const struct nrb_step dirty_first_steps[] = STEPS(fill_dirty_first, allocate);
static const struct nrb_step full_steps[] = STEPS(fill_dirty, allocate);
static const struct nrb_step writer_steps[] =
	STEPS(nrb_step_fill_once, nrb_writer_allocate);
static const struct nrb_step writer_full_steps[] =
	STEPS(fill_dirty, allocate_beside_writer);

/* Dirty pages stay dirty until reclaim wakes the flushers: nobody is slowed, nothing is old. On ext4 a
 * written block of 4 KiB takes a buffer head beside, and these fragment a zone: its watermarks would be
 * boosted, whoever takes a page of it next would wake kswapd, and that the flushers (6.1: in 5 cells of
 * 21, at the end of a soak; in none of 28 without a boost). */
static const struct nrb_value held_back[] = {
	{ .name = "vm.dirty", .value = "100%" },
	{ .name = "vm.dirty_background", .value = "99%" },
	{ .name = "vm.dirty_expire_centisecs", .value = "360000" },
	{ .name = "vm.dirty_writeback_centisecs", .value = "0" },
	{ .name = "vm.watermark_boost_factor", .value = "0", .if_there = true },
	{ 0 },
};

static const struct nrb_variant variants[] = {
	{ .name = "clean-first",
		.shows = "the older tenth is clean: mode 1 takes that and stops",
		.settings = held_back,
		.steps = clean_first_steps },
	{ .name = "dirty-first",
		.shows =
			"the older pages are dirty: every mode meets them and wakes the flushers",
		.settings = held_back,
		.steps = dirty_first_steps },
	{ .name = "full",
		.shows = "nothing is clean: whether a mode tries at all",
		.settings = held_back,
		.steps = full_steps },
	{ .name = "writer",
		.shows =
			"clean cache and a process that writes beside, as the settings are: its "
			"speed, and what its pages take of other nodes",
		.needs = NRB_NEEDS_BESIDE,
		.steps = writer_steps,
		.hold = nrb_writer_hold },
	{ .name = "writer-full",
		.shows =
			"the same beside dirty cache that reclaim alone has written back",
		.needs = NRB_NEEDS_BESIDE,
		.settings = held_back,
		.steps = writer_full_steps,
		.hold = nrb_writer_hold },
	{ 0 },
};

const struct nrb_scenario nrb_scenario_dirty = {
	.name = "dirty",
	.holds = "file cache that was written and is not on disk yet",
	.shows = "what bit 2 does for dirty cache: 2 and 3 against 1",
	.question = "does it write out dirty pages, and slow who writes them",
	.limits = "held back by settings of the flushers that no server has",
	.needs = NRB_NEEDS_MODES | NRB_NEEDS_FILE | NRB_NEEDS_SPACE | NRB_NEEDS_SPILL |
		 NRB_NEEDS_LOOKS,
	.alloc_percent = 30,
	.cost = 14,
	.variants = variants,
};
