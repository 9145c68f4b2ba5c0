/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The soak: take what is left above the node's low watermark, in mode 0.
 * Without it the first pages of every mode land on the node whatever the mode does (6.1, mode 0:
 * 4 to 36 % "local" without, 0.00 % with).
 */
#include "nrb/steps.h"

#include "nrb/diag.h"
#include "nrb/kswapdlook.h"
#include "nrb/placement.h"
#include "nrb/zones.h"

#include <errno.h>
#include <stdlib.h>

enum {
	BATCH_PAGES = 64,
	BATCHES_ELSEWHERE = 4, /* in a row: the node is at its low watermark */
	MAX_SOAKS = 5,         /* kswapd woke each time: the node does not come to rest */
	SLACK_BYTES = 64 << 20,
	LOOK_EVERY = 16, /* batches between two looks at the watermarks: 4 MiB */
};

static int64_t page_bytes(void)
{
	return nrb_zones_page_bytes();
}

/* How much a node that was filled can take before it is at LOW. What lay in per-CPU lists while it was
 * filled comes back to it meanwhile: 38 MiB of a node of 512 MiB (6.1), more after a cell that reclaimed
 * (7.3). */
static int64_t limit_bytes(const struct nrb_cell *cell, const struct nrb_zone_sums *sums)
{
	return (sums->high_pages - sums->low_pages + sums->pcp_pages) * page_bytes() +
	       cell->sizes.headroom_bytes + SLACK_BYTES;
}

static int map_soak(struct nrb_cell *cell)
{
	struct nrb_zone_sums sums;
	struct nrb_idset node;
	int rc;

	if (cell->soak.mem != NULL) {
		return 0;
	}
	nrb_idset_clear(&node);
	nrb_idset_add(&node, cell->arm.node);
	rc = nrb_zones_read_sum(cell->root, cell->arm.node, &sums);
	if (rc < 0) {
		return rc;
	}
	rc = nrb_arena_map(
		&cell->soak, (size_t)(limit_bytes(cell, &sums) * MAX_SOAKS), NRB_PAGE_4K);
	if (rc < 0) {
		return rc;
	}
	return nrb_placement_bind_range(
		cell->soak.mem, cell->soak.len, NRB_POLICY_PREFERRED, &node);
}

/* Write one batch; *local out: its pages on the target. Everything is counted per node. */
static int soak_batch(struct nrb_cell *cell, size_t at, int64_t *local)
{
	struct nrb_sample *sample = &cell->shared->sample;
	int64_t pages[NRB_MAX_NODES] = { 0 }, absent = 0;
	char *mem = cell->soak.mem + at * (size_t)page_bytes();
	int rc;

	for (int i = 0; i < BATCH_PAGES; i++) {
		*(volatile char *)(mem + i * page_bytes()) = 1;
	}
	rc = nrb_placement_count(0, mem, (size_t)(BATCH_PAGES * page_bytes()),
		(size_t)page_bytes(), pages, NRB_MAX_NODES, &absent, NULL);
	if (rc < 0) {
		return rc;
	}
	for (int node = 0; node < NRB_MAX_NODES; node++) {
		struct nrb_node_sample *entry;

		if (pages[node] == 0) {
			continue;
		}
		entry = nrb_sample_node(sample, node);
		if (entry != NULL) {
			entry->soak_pages =
				pages[node] + nrb_units_or_0(entry->soak_pages);
		}
	}
	sample->soak_pages += BATCH_PAGES;
	*local = pages[cell->arm.node];
	return 0;
}

/* With every node below its low watermark nothing ever lands "wholly elsewhere". */
static int is_everything_full(const struct nrb_cell *cell, bool *full)
{
	struct nrb_zones zones = { 0 };
	int rc = nrb_zones_read(&zones, cell->root);

	if (rc < 0) {
		return rc;
	}
	*full = true;
	for (int i = 0; i < cell->topology->n_nodes && *full; i++) {
		struct nrb_zone_sums sums =
			nrb_zones_sum(&zones, cell->topology->nodes[i].node);

		*full = sums.free_pages <= sums.low_pages;
	}
	nrb_zones_finish(&zones);
	return 0;
}

/* With every node full kswapd wakes once the last of them is at LOW, and lifts the target off it
 * again: the target's being there is the end. */
static int is_target_at_low(const struct nrb_cell *cell, bool *at_low)
{
	struct nrb_zone_sums sums;
	int rc = nrb_zones_read_sum(cell->root, cell->arm.node, &sums);

	*at_low = rc == 0 && sums.free_pages <= sums.low_pages;
	return rc;
}

/* Whether the soak is over after a batch of which `local` pages landed on the target. */
static int is_soaked(
	const struct nrb_cell *cell, int batch, int64_t local, int *elsewhere, bool *done)
{
	*elsewhere = local == 0 ? *elsewhere + 1 : 0;
	*done = *elsewhere >= (cell->arm.fill_all ? 1 : BATCHES_ELSEWHERE);
	if (*done || local == 0) {
		return 0;
	}
	if (cell->arm.fill_all) {
		return is_target_at_low(cell, done);
	}
	return batch % LOOK_EVERY == 0 ? is_everything_full(cell, done) : 0;
}

/* Why a soak cannot go on from page at. */
static int judge_soak(const struct nrb_cell *cell, size_t at, size_t limit)
{
	size_t last = cell->soak.len / (size_t)page_bytes() - BATCH_PAGES;
	size_t mib = (at * (size_t)page_bytes()) >> 20;

	if (*nrb_cell_stop(cell) != 0) {
		nrb_refuse(NRB_EXIT_FAILED, NULL,
			"the soak did not end in time: %zu MiB soaked", mib);
		return -EOPNOTSUPP;
	}
	if (at >= limit || at >= last) {
		nrb_refuse(NRB_EXIT_FAILED, "give a larger --fill, or none",
			"node %d was not filled: %zu MiB more still land on it",
			cell->arm.node, mib);
		return -EOPNOTSUPP;
	}
	return 0;
}

/* Soak once, from page *at of the soak arena on. */
static int soak_once(struct nrb_cell *cell, size_t *at)
{
	size_t limit = *at + cell->soak.len / (size_t)page_bytes() / MAX_SOAKS;
	int elsewhere = 0, rc = 0;
	bool done = false;

	for (int batch = 1; rc == 0 && !done; batch++) {
		int64_t local = 0;

		rc = judge_soak(cell, *at, limit);
		if (rc == 0) {
			rc = soak_batch(cell, *at, &local);
		}
		if (rc == 0) {
			*at += BATCH_PAGES;
			cell->shared->progress += BATCH_PAGES;
			rc = is_soaked(cell, batch, local, &elsewhere, &done);
		}
	}
	return rc;
}

/* Fragmentation raises a node's marks for a while (watermark_boost); not seen where the kernel does not print
 * it (5.10). */
static bool is_boosted(const struct nrb_cell *cell)
{
	struct nrb_zone_sums sums;

	return nrb_zones_read_sum(cell->root, cell->arm.node, &sums) == 0 &&
	       sums.boost_pages > 0;
}

/* raised: soaks at which the marks were */
static int refuse_awake(const struct nrb_cell *cell, int raised)
{
	if (raised == MAX_SOAKS) {
		nrb_refuse(NRB_EXIT_DISTURBED,
			"fragmentation does: --set vm.watermark_boost_factor=0 prevents that",
			"the watermarks of node %d were raised in %d soaks",
			cell->arm.node, MAX_SOAKS);
	} else {
		nrb_refuse(NRB_EXIT_DISTURBED, "something else allocates on it",
			"kswapd of node %d woke in %d of %d soaks", cell->arm.node,
			MAX_SOAKS - raised, MAX_SOAKS);
	}
	return -ESTALE;
}

/* One soak; *rest: kswapd slept through it, and has nothing to do. *raised grows if the marks were. */
static int soak_and_look(struct nrb_cell *cell, size_t *at, bool *rest, int *raised)
{
	int64_t before = 0, after = 0;
	bool first = is_boosted(cell), still;
	int rc = nrb_kswapdlook_stole(cell, &before);

	if (rc == 0) {
		rc = soak_once(cell, at);
	}
	still = is_boosted(cell);
	*raised += first || still;
	if (rc == 0) {
		rc = nrb_kswapdlook_stole(cell, &after);
	}
	*rest = before == after && !still && nrb_kswapdlook_is_asleep(cell);
	return rc;
}

/* Raised marks end a soak above LOW, and what it has left there lands on the node once they fall (6.1, nodes
 * of 192 MiB: 8 % of an allocation in mode 0, in one cell of 400). kswapd lowers them, and pages that no
 * other node may give wake it. */
static int wake_kswapd(struct nrb_cell *cell, size_t *at)
{
	struct nrb_idset node;
	int64_t local;
	int rc;

	nrb_idset_clear(&node);
	nrb_idset_add(&node, cell->arm.node);
	rc = nrb_placement_bind_range(cell->soak.mem + *at * (size_t)page_bytes(),
		(size_t)(BATCH_PAGES * page_bytes()), NRB_POLICY_BIND, &node);
	if (rc == 0) {
		rc = soak_batch(cell, *at, &local);
		*at += BATCH_PAGES;
	}
	return rc;
}

/* Soak until kswapd sleeps through it. */
static int soak_in_peace(struct nrb_cell *cell)
{
	struct nrb_sample *sample = &cell->shared->sample;
	bool rest = false;
	size_t at = 0;
	int raised = 0, rc = 0;

	for (sample->soak_rounds = 1; rc == 0; sample->soak_rounds++) {
		rc = soak_and_look(cell, &at, &rest, &raised);
		if (rc < 0 || rest) {
			return rc;
		}
		if (sample->soak_rounds == MAX_SOAKS) {
			return refuse_awake(cell, raised);
		}
		if (is_boosted(cell)) {
			rc = wake_kswapd(cell, &at);
		}
		if (rc == 0) {
			rc = nrb_step_settle(cell);
		}
	}
	return rc;
}

/* There a kswapd that wakes is the machine's way of life, and is let finish. */
static int soak_all_full(struct nrb_cell *cell)
{
	size_t at = 0;
	int rc = soak_once(cell, &at);

	cell->shared->sample.soak_rounds = 1;
	return rc == 0 && !nrb_kswapdlook_is_asleep(cell) ? nrb_step_settle(cell) : rc;
}

int nrb_step_soak(struct nrb_cell *cell)
{
	int rc = map_soak(cell);

	cell->shared->sample.soak_pages = 0;
	if (rc < 0) {
		return rc;
	}
	return cell->arm.fill_all ? soak_all_full(cell) : soak_in_peace(cell);
}
