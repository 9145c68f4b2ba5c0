/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The step that looks where the allocation landed. */
#include "nrb/steps.h"

#include "nrb/diag.h"
#include "nrb/placement.h"
#include "nrb/zones.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

/* A kernel without /proc/PID/numa_maps lacks the cross-check, not the result. */
static void cross_check(struct nrb_cell *cell)
{
	struct nrb_sample *sample = &cell->shared->sample;
	int64_t pages[NRB_MAX_NODES] = { 0 };

	if (nrb_placement_numa_maps(cell->root, getpid(), cell->arena.mem,
		    cell->arena.len, pages, NRB_MAX_NODES) < 0) {
		return;
	}
	sample->pages_numa_maps = 0;
	for (int node = 0; node < NRB_MAX_NODES; node++) {
		sample->pages_numa_maps += pages[node];
	}
}

int nrb_step_locate(struct nrb_cell *cell)
{
	struct nrb_sample *sample = &cell->shared->sample;
	const struct nrb_arena *arena = &cell->arena;
	int64_t pages[NRB_MAX_NODES] = { 0 }, absent = 0;
	const size_t page = (size_t)nrb_zones_page_bytes(), n = arena->len / page;
	int rc;

	cell->node_of = malloc(n * sizeof(*cell->node_of));
	if (cell->node_of == NULL) {
		return nrb_fail(-ENOMEM, "no memory for the place of %zu pages", n);
	}
	rc = nrb_placement_count(0, arena->mem, arena->len, page, pages, NRB_MAX_NODES,
		&absent, cell->node_of);
	if (rc < 0) {
		return rc;
	}
	nrb_cell_note_pages(
		cell, pages, absent, (int64_t)(arena->len / arena->page_bytes));
	cross_check(cell);
	if (nrb_arena_huge_bytes(cell->root, arena, &sample->alloc_huge_bytes) < 0) {
		sample->alloc_huge_bytes = NRB_ABSENT;
	}
	return 0;
}
