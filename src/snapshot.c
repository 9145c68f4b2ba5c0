/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counters before and after, into the sample. */
#include "nrb/snapshot.h"

#include "nrb/diag.h"
#include "nrb/pagesample.h"
#include "nrb/placement.h"
#include "nrb/source.h"
#include "nrb/zones.h"

#include <errno.h>
#include <stdlib.h>

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

int64_t nrb_snapshot_oom_kills(const struct nrb_cell *cell)
{
	struct nrb_counters counters;

	return nrb_counters_read(cell->root, &counters) < 0 ? NRB_ABSENT
							    : counters.v[NRB_OOM_KILL];
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
	entry->writeback_before_bytes = before->writeback_bytes;
	entry->writeback_after_bytes = after->writeback_bytes;
	entry->shmem_before_bytes = before->shmem_bytes;
	entry->shmem_after_bytes = after->shmem_bytes;
	entry->anon_before_bytes = before->anon_bytes;
	entry->anon_after_bytes = after->anon_bytes;
	entry->slab_before_bytes = before->slab_reclaimable_bytes;
	entry->slab_after_bytes = after->slab_reclaimable_bytes;
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
	int64_t asked = cell->shared->sample.fill_asked_bytes;
	int rc;

	if (!nrb_source_exists(cell) || asked == NRB_ABSENT) {
		return 0; /* also where other scenarios of the run have a file */
	}
	rc = nrb_source_cached(cell, asked, bytes);
	return rc < 0 ? nrb_fail(rc, "cannot see what is cached of the cache file") : 0;
}

/* Where pages of another process are. */
struct look {
	pid_t pid;
	size_t step; /* one page of so many */
	struct nrb_rng rng;
	int64_t pages[NRB_MAX_NODES], absent, located;
};

/* Pages from mem on, an address of that process: it is not followed here. */
static int look_at(struct look *look, uintptr_t mem, size_t pages)
{
	const size_t page = (size_t)nrb_zones_page_bytes();
	size_t n = nrb_pagesample_size(pages, look->step);
	uint32_t *numbers = NULL;
	int rc;

	look->located += (int64_t)n;
	if (look->step == 1) {
		return nrb_placement_count(look->pid, (const void *)mem, pages * page,
			page, look->pages, NRB_MAX_NODES, &look->absent, NULL);
	}
	numbers = calloc(n + 1, sizeof(*numbers));
	if (numbers == NULL) {
		return nrb_fail(-ENOMEM, "no memory for the place of %zu pages", n);
	}
	nrb_pagesample_draw(&look->rng, pages, look->step, numbers);
	rc = nrb_placement_count_some(look->pid, (const void *)mem, page, numbers, n,
		look->pages, NRB_MAX_NODES, &look->absent, NULL);
	free(numbers);
	return rc;
}

int nrb_snapshot_locate(struct nrb_cell *cell, pid_t pid)
{
	const struct nrb_shared *shared = cell->shared;
	const struct nrb_sample *sample = &shared->sample;
	int64_t units = sample->alloc_bytes / sample->alloc_page_bytes, from, to;
	size_t unit_pages = (size_t)(sample->alloc_page_bytes / nrb_zones_page_bytes());
	struct look look = {
		.pid = pid,
		.step = nrb_pagesample_step((size_t)nrb_cell_written(shared) * unit_pages,
			(size_t)cell->sizes.locate_pages),
		.rng = nrb_rng_init((uint64_t)sample->seed),
	};

	for (int i = 0; i < cell->arm.threads; i++) {
		int rc;

		nrb_cell_share(i, cell->arm.threads, units, &from, &to);
		rc = look_at(&look,
			(uintptr_t)(sample->alloc_address +
				    from * sample->alloc_page_bytes),
			(size_t)shared->thread_pages[i] * unit_pages);
		if (rc == -ESRCH) { /* as others of ours, it is the first to be killed */
			nrb_cell_note(cell, "it died before its pages could be counted");
			return 0;
		}
		if (rc < 0) {
			return rc;
		}
	}
	nrb_cell_note_pages(
		cell, look.pages, look.absent, look.located, nrb_cell_written(shared));
	return 0;
}

/* Rounded down in each zone, as the kernel does it. */
static int64_t share_of_zones(const struct nrb_zones *zones, int node, int64_t ratio)
{
	int64_t pages = 0;

	for (int i = 0; i < zones->n; i++) {
		if (zones->zones[i].node == node) {
			pages += zones->zones[i].managed_pages * ratio / 100;
		}
	}
	return pages * nrb_zones_page_bytes();
}

void nrb_snapshot_thresholds(struct nrb_cell *cell)
{
	struct nrb_sample *sample = &cell->shared->sample;
	struct nrb_zones zones = { 0 };
	int64_t ratio;

	if (nrb_zones_read(&zones, cell->root) < 0) {
		return;
	}
	if (nrb_fsroot_read_percent(
		    cell->root, "proc/sys/vm/min_unmapped_ratio", &ratio) == 0) {
		sample->min_unmapped_bytes =
			share_of_zones(&zones, cell->arm.node, ratio);
	}
	if (nrb_fsroot_read_percent(cell->root, "proc/sys/vm/min_slab_ratio", &ratio) ==
		0) {
		sample->min_slab_bytes = share_of_zones(&zones, cell->arm.node, ratio);
	}
	nrb_zones_finish(&zones);
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
