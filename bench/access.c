/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Steps that walk memory and time it. */
#include "nrb/steps.h"

#include "nrb/chain.h"
#include "nrb/chase.h"
#include "nrb/diag.h"
#include "nrb/placement.h"
#include "nrb/walk.h"
#include "nrb/zones.h"

#include <errno.h>
#include <stdlib.h>

/* Loads in all: enough that a slice is far longer than a clock reading, also where the chain
 * fits in a cache. */
enum { MIN_LOADS = 1 << 20 };

/* Walk the given pages of an arena (NULL: all) and keep the walk as node's (absent: all). */
static int walk_pages(struct nrb_cell *cell, const struct nrb_arena *arena,
	const uint32_t *pages, size_t n_pages, int64_t node)
{
	struct nrb_sample *sample = &cell->shared->sample;
	const volatile int32_t *stop = nrb_cell_stop(cell);
	struct nrb_rng rng = nrb_rng_init((uint64_t)sample->seed ^ (uint64_t)node);
	const struct nrb_chain_lines lines = {
		.pages = pages,
		.n_pages = n_pages,
		.line_bytes = (size_t)cell->line_bytes,
		.max_lines = (size_t)(cell->sizes.chain_bytes / cell->line_bytes),
	};
	struct nrb_chain chain;
	struct nrb_walk *walk;
	int rc;

	if (sample->n_walks == NRB_MAX_WALKS) {
		return 0; /* over 15 nodes hold parts: the rest is in the walk over all */
	}
	rc = nrb_chain_build(&chain, arena, &lines, &rng, stop, &cell->shared->progress);
	if (rc == -EINVAL || rc == -ECANCELED) {
		return 0; /* under two lines: nothing to walk; or the phase is cut */
	}
	if (rc < 0) {
		return nrb_fail(rc, "cannot build the chain over %zu pages", n_pages);
	}
	walk = &sample->walks[sample->n_walks];
	rc = nrb_walk_measure(&chain,
		cell->sizes.walk_loads > 0 ? cell->sizes.walk_loads : MIN_LOADS, stop,
		&cell->shared->progress, walk);
	if (rc == -ECANCELED) {
		return 0; /* the deadline came before the first slice ended; the phase is cut */
	}
	walk->node = node;
	walk->page_bytes = (int64_t)arena->page_bytes;
	rc = nrb_arena_huge_bytes(cell->root, arena, &walk->huge_bytes);
	if (rc < 0) {
		walk->huge_bytes = NRB_ABSENT;
	}
	sample->n_walks++;
	return 0;
}

/* The located base pages of the arena that node holds; NRB_ABSENT: all that are present. */
static size_t pages_on(const struct nrb_cell *cell, int64_t node, uint32_t *pages)
{
	size_t found = 0;

	for (size_t i = 0; i < cell->n_located; i++) {
		if (cell->node_of[i] >= 0 &&
			(node == NRB_ABSENT || cell->node_of[i] == node)) {
			pages[found++] =
				cell->located != NULL ? cell->located[i] : (uint32_t)i;
		}
	}
	return found;
}

int nrb_step_access(struct nrb_cell *cell)
{
	struct nrb_sample *sample = &cell->shared->sample;
	uint32_t *pages = malloc(cell->n_located * sizeof(*pages));
	size_t all, some;
	int rc;

	if (pages == NULL) {
		return nrb_fail(-ENOMEM, "no memory for the list of pages");
	}
	all = pages_on(cell, NRB_ABSENT, pages);
	rc = walk_pages(cell, &cell->arena, pages, all, NRB_ABSENT);
	for (int64_t i = 0; i < sample->n_nodes && rc == 0 && *nrb_cell_stop(cell) == 0;
		i++) {
		some = pages_on(cell, sample->nodes[i].node, pages);
		if (some > 0 && some < all) {
			rc = walk_pages(
				cell, &cell->arena, pages, some, sample->nodes[i].node);
		} else if (some == all && sample->n_walks > 0) {
			/* all lie there: one walk is both */
			sample->walks[sample->n_walks] = sample->walks[0];
			sample->walks[sample->n_walks++].node = sample->nodes[i].node;
		}
	}
	free(pages);
	return rc;
}

/* Larger than the last-level cache by enough that hits in it do not show, within half of what the
 * node has free. */
static int64_t bound_bytes(const struct nrb_cell *cell, const struct nrb_zone_sums *sums)
{
	int64_t want = 4 * cell->cache_bytes,
		room = sums->free_pages * nrb_zones_page_bytes() / 2;

	if (want < 64 << 20) {
		want = 64 << 20;
	}
	return (want < room ? want : room) & ~((int64_t)(2 << 20) - 1);
}

static int walk_bound(struct nrb_cell *cell, enum nrb_page_size page_size, int64_t len)
{
	struct nrb_sample *sample = &cell->shared->sample;
	int64_t pages[NRB_MAX_NODES] = { 0 }, absent = 0;
	struct nrb_idset node;
	int rc;

	nrb_idset_clear(&node);
	nrb_idset_add(&node, cell->arm.node);
	rc = nrb_arena_map(&cell->arena, (size_t)len, page_size);
	if (rc == 0) {
		rc = nrb_placement_bind_range(
			cell->arena.mem, cell->arena.len, NRB_POLICY_BIND, &node);
	}
	if (rc < 0) {
		return rc;
	}
	for (size_t at = 0; at < cell->arena.len; at += 4096) {
		*(volatile char *)(cell->arena.mem + at) = 1;
	}
	rc = nrb_placement_count(0, cell->arena.mem, cell->arena.len, 4096, pages,
		NRB_MAX_NODES, &absent, NULL);
	if (rc < 0) {
		return rc;
	}
	if (pages[cell->arm.node] != len / 4096) {
		nrb_refuse(NRB_EXIT_FAILED, NULL,
			"asked for %lld pages on node %d, got %lld there",
			(long long)len / 4096, cell->arm.node,
			(long long)pages[cell->arm.node]);
		return -EOPNOTSUPP;
	}
	nrb_sample_node(sample, cell->arm.node)->pages = pages[cell->arm.node];
	rc = walk_pages(cell, &cell->arena, NULL, cell->arena.len / 4096, NRB_ABSENT);
	nrb_arena_unmap(&cell->arena);
	return rc;
}

int nrb_step_access_bound(struct nrb_cell *cell)
{
	struct nrb_zone_sums sums;
	int64_t len;
	int rc = nrb_zones_read_sum(cell->root, cell->arm.node, &sums);

	if (rc < 0) {
		return rc;
	}
	len = bound_bytes(cell, &sums);
	if (len == 0) {
		nrb_refuse(NRB_EXIT_FAILED, NULL, "node %d has under 4 MiB free",
			cell->arm.node);
		return -EOPNOTSUPP;
	}
	cell->shared->sample.alloc_bytes = len;
	rc = walk_bound(cell, NRB_PAGE_4K, len);
	return rc == 0 ? walk_bound(cell, NRB_PAGE_THP, len) : rc;
}
