/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counters before and after, into the sample. */
#include "nrb/snapshot.h"

#include "nrb/diag.h"
#include "nrb/pagecache.h"
#include "nrb/placement.h"
#include "nrb/zones.h"

#include <errno.h>

int nrb_snapshot_take(struct nrb_snapshot *snapshot, const struct nrb_cell *cell)
{
	int rc;

	/* without it (before 4.7) counters lag by up to vm.stat_interval */
	(void)nrb_counters_refresh(cell->root);
	rc = nrb_counters_read(cell->root, &snapshot->counters);
	if (rc < 0) {
		return rc;
	}
	for (int i = 0; i < cell->topology->n_nodes; i++) {
		int node = cell->topology->nodes[i].node;

		rc = nrb_counters_read_node(cell->root, node, &snapshot->nodes[i]);
		if (rc < 0) {
			return nrb_fail(rc, "cannot read node %d's meminfo", node);
		}
	}
	if (nrb_counters_read_psi(
		    cell->root, &snapshot->psi_some_us, &snapshot->psi_full_us) < 0) {
		snapshot->psi_some_us = NRB_ABSENT;
		snapshot->psi_full_us = NRB_ABSENT;
	}
	snapshot->taken = true;
	return 0;
}

static int64_t difference(int64_t before, int64_t after)
{
	return before == NRB_ABSENT || after == NRB_ABSENT ? NRB_ABSENT : after - before;
}

static void note_node(struct nrb_node_sample *entry, const struct nrb_node_memory *before,
	const struct nrb_node_memory *after)
{
	entry->free_before_bytes = before->free_bytes;
	entry->free_after_bytes = after->free_bytes;
	entry->file_before_bytes = before->file_bytes;
	entry->file_after_bytes = after->file_bytes;
	entry->active_file_before_bytes = before->active_file_bytes;
	entry->active_file_after_bytes = after->active_file_bytes;
	entry->inactive_file_before_bytes = before->inactive_file_bytes;
	entry->inactive_file_after_bytes = after->inactive_file_bytes;
	entry->dirty_before_bytes = before->dirty_bytes;
	entry->dirty_after_bytes = after->dirty_bytes;
	entry->mapped_before_bytes = before->mapped_bytes;
	entry->mapped_after_bytes = after->mapped_bytes;
	entry->numa_hit = difference(before->numa_hit, after->numa_hit);
	entry->numa_miss = difference(before->numa_miss, after->numa_miss);
	entry->numa_foreign = difference(before->numa_foreign, after->numa_foreign);
}

void nrb_snapshot_note(const struct nrb_snapshot *before,
	const struct nrb_snapshot *after, struct nrb_cell *cell)
{
	struct nrb_sample *sample = &cell->shared->sample;

	nrb_counters_delta(&before->counters, &after->counters, &sample->counters);
	sample->psi_some_us = difference(before->psi_some_us, after->psi_some_us);
	sample->psi_full_us = difference(before->psi_full_us, after->psi_full_us);
	for (int i = 0; i < cell->topology->n_nodes; i++) {
		struct nrb_node_sample *entry =
			nrb_sample_node(sample, cell->topology->nodes[i].node);

		if (entry != NULL) {
			note_node(entry, &before->nodes[i], &after->nodes[i]);
		}
	}
}

void nrb_snapshot_note_rest(const struct nrb_snapshot *after, struct nrb_cell *cell)
{
	struct nrb_counters now;

	if (!after->taken) {
		return;
	}
	(void)nrb_counters_refresh(cell->root);
	if (nrb_counters_read(cell->root, &now) == 0) {
		nrb_counters_delta(
			&after->counters, &now, &cell->shared->sample.counters_after);
	}
}

int nrb_snapshot_cache(const struct nrb_cell *cell, int64_t *bytes)
{
	int rc;

	if (cell->file < 0) {
		return 0;
	}
	rc = nrb_pagecache_cached_bytes(
		cell->file, cell->shared->sample.fill_asked_bytes, bytes);
	return rc < 0 ? nrb_fail(rc, "cannot see what is cached of the cache file") : 0;
}

int nrb_snapshot_locate(struct nrb_cell *cell, pid_t pid, int64_t written)
{
	struct nrb_sample *sample = &cell->shared->sample;
	int64_t pages[NRB_MAX_NODES] = { 0 }, absent = 0;
	int rc;

	/* signed arithmetic on an address of another process: it is not followed here */
	rc = nrb_placement_count(pid, (const void *)(uintptr_t)sample->alloc_address,
		(size_t)(written * sample->alloc_page_bytes),
		(size_t)sample->alloc_page_bytes, pages, NRB_MAX_NODES, &absent, NULL);
	if (rc < 0) {
		return rc;
	}
	nrb_cell_note_pages(cell, pages, absent, written);
	return 0;
}

int64_t nrb_snapshot_min_bytes(const struct nrb_cell *cell)
{
	struct nrb_zone_sums sums;

	return nrb_zones_read_sum(cell->root, cell->arm.node, &sums) < 0
		       ? NRB_ABSENT
		       : sums.min_pages * nrb_zones_page_bytes();
}

void nrb_snapshot_headroom(struct nrb_cell *cell, int64_t min_bytes)
{
	struct nrb_sample *sample = &cell->shared->sample;
	struct nrb_node_memory memory;
	int64_t bytes;

	if (min_bytes == NRB_ABSENT ||
		nrb_counters_read_node(cell->root, cell->arm.node, &memory) < 0 ||
		memory.free_bytes == NRB_ABSENT) {
		return;
	}
	bytes = memory.free_bytes - min_bytes;
	if (sample->headroom_min_bytes == NRB_ABSENT ||
		bytes < sample->headroom_min_bytes) {
		sample->headroom_min_bytes = bytes;
	}
}
