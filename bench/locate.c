/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The step that looks where the allocation landed. */
#include "nrb/steps.h"

#include "nrb/diag.h"
#include "nrb/pagesample.h"
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

static int no_memory(size_t pages)
{
	return nrb_fail(-ENOMEM, "no memory for the place of %zu pages", pages);
}

/* Which pages are looked at. */
static int choose(struct nrb_cell *cell, size_t pages)
{
	size_t step = nrb_pagesample_step(pages, (size_t)cell->sizes.locate_pages);
	struct nrb_rng rng = nrb_rng_init((uint64_t)cell->shared->sample.seed);

	cell->n_located = nrb_pagesample_size(pages, step);
	cell->node_of = malloc(cell->n_located * sizeof(*cell->node_of));
	if (cell->node_of == NULL) {
		return no_memory(cell->n_located);
	}
	if (step == 1) {
		return 0;
	}
	cell->located = malloc(cell->n_located * sizeof(*cell->located));
	if (cell->located == NULL) {
		return no_memory(cell->n_located);
	}
	nrb_pagesample_draw(&rng, pages, step, cell->located);
	return 0;
}

int nrb_step_locate(struct nrb_cell *cell)
{
	struct nrb_sample *sample = &cell->shared->sample;
	const struct nrb_arena *arena = &cell->arena;
	int64_t pages[NRB_MAX_NODES] = { 0 }, absent = 0;
	const size_t page = (size_t)nrb_zones_page_bytes();
	int rc = choose(cell, arena->len / page);

	if (rc == 0) {
		rc = nrb_placement_count_some(0, arena->mem, page, cell->located,
			cell->n_located, pages, NRB_MAX_NODES, &absent, cell->node_of);
	}
	if (rc < 0) {
		return rc;
	}
	nrb_cell_note_pages(cell, pages, absent, (int64_t)cell->n_located,
		(int64_t)(arena->len / arena->page_bytes));
	if (cell->located == NULL) {
		cross_check(
			cell); /* its time grows with the range, which a sample is to avoid */
	}
	if (nrb_arena_huge_bytes(cell->root, arena, &sample->alloc_huge_bytes) < 0) {
		sample->alloc_huge_bytes = NRB_ABSENT;
	}
	return 0;
}
