/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Steps that allocate under the mode, and look where it landed. */
#include "nrb/steps.h"

#include "nrb/diag.h"
#include "nrb/placement.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

/* MPOL_LOCAL and not the default policy: an explicit one is left alone by NUMA balancing. The
 * range's and not the thread's, so that it holds to the end of the cell: pages that balancing has
 * marked for a hint fault are absent to move_pages(2) (seen on 6.1), and may be moved. A target
 * without CPUs is never local, so it is preferred. */
static int set_policy(const struct nrb_cell *cell)
{
	const struct nrb_arena *arena = &cell->arena;
	struct nrb_idset node;

	if (cell->arm.cpu_node == cell->arm.node) {
		return nrb_placement_bind_range(
			arena->mem, arena->len, NRB_POLICY_LOCAL, NULL);
	}
	nrb_idset_clear(&node);
	nrb_idset_add(&node, cell->arm.node);
	return nrb_placement_bind_range(
		arena->mem, arena->len, NRB_POLICY_PREFERRED, &node);
}

int nrb_step_allocate(struct nrb_cell *cell)
{
	static const volatile int32_t never =
		0; /* the parent ends a stall, and only that */
	struct nrb_sample *sample = &cell->shared->sample;
	uint64_t start;
	int rc;

	rc = set_policy(cell);
	if (rc < 0) {
		return rc;
	}
	start = nrb_clock_ns();
	nrb_arena_touch(&cell->arena, 0, cell->arena.len / cell->arena.page_bytes,
		&cell->clock, &sample->alloc_hist, &cell->shared->progress, &never);
	sample->alloc_wall_ns = (int64_t)(nrb_clock_ns() - start);
	return 0;
}

int nrb_step_locate(struct nrb_cell *cell)
{
	struct nrb_sample *sample = &cell->shared->sample;
	int64_t pages[NRB_MAX_NODES] = { 0 }, absent = 0, by_maps[NRB_MAX_NODES] = { 0 };
	size_t n = cell->arena.len / cell->arena.page_bytes;
	int rc;

	cell->node_of = malloc(n * sizeof(*cell->node_of));
	if (cell->node_of == NULL) {
		return nrb_fail(-ENOMEM, "no memory for the place of %zu pages", n);
	}
	rc = nrb_placement_count(0, cell->arena.mem, cell->arena.len,
		cell->arena.page_bytes, pages, NRB_MAX_NODES, &absent, cell->node_of);
	if (rc < 0) {
		return rc;
	}
	nrb_cell_note_pages(cell, pages, absent, (int64_t)n);
	rc = nrb_placement_numa_maps(cell->root, getpid(), cell->arena.mem,
		cell->arena.len, by_maps, NRB_MAX_NODES);
	if (rc == 0) {
		sample->pages_numa_maps = 0;
		for (int node = 0; node < NRB_MAX_NODES; node++) {
			sample->pages_numa_maps += by_maps[node];
		}
	}
	/* a kernel without /proc/PID/numa_maps lacks the cross-check, not the result */
	return 0;
}
