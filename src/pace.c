/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What every cell does, timed on a small scale. */
#include "nrb/pace.h"

#include "nrb/arena.h"
#include "nrb/cachefile.h"
#include "nrb/chain.h"
#include "nrb/clock.h"
#include "nrb/diag.h"
#include "nrb/pagecache.h"
#include "nrb/placement.h"
#include "nrb/topology.h"
#include "nrb/walk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SEED = 1, MIN_FREE_TENTHS = 1 };

static const int64_t try_bytes = 64LL << 20;

static int64_t since(uint64_t start_ns)
{
	return (int64_t)(nrb_clock_ns() - start_ns);
}

static int no(struct nrb_pace *pace, const char *why)
{
	snprintf(pace->why, sizeof(pace->why), "%s", why);
	return -1;
}

/* As the run itself would refuse it. */
static int check_dir(struct nrb_pace *pace, const char *dir, bool sparse)
{
	int64_t free_bytes, total_bytes;
	const char *fs_name;

	if (nrb_cachefile_check_dir(dir, &fs_name) < 0) {
		return no(pace, "its directory serves no run");
	}
	if (!sparse &&
		(nrb_cachefile_free_bytes(dir, &free_bytes, &total_bytes) < 0 ||
			free_bytes - try_bytes < total_bytes / 10 * MIN_FREE_TENTHS)) {
		return no(pace, "the disk has too little room to try");
	}
	return 0;
}

static int make_file(struct nrb_pace *pace, const char *dir, bool sparse, int *fd)
{
	volatile int64_t progress = 0;
	volatile int32_t stop = 0;
	uint64_t start_ns = nrb_clock_ns();

	if (sparse) {
		return nrb_cachefile_make_sparse(dir, try_bytes, SEED, fd);
	}
	if (nrb_cachefile_make(dir, try_bytes, SEED, &progress, &stop, fd) < 0) {
		return -1;
	}
	pace->write_ns = since(start_ns);
	return 0;
}

/* The file once in cache, and out of it again: both a cell does. */
static int time_cache(struct nrb_pace *pace, int fd)
{
	volatile int64_t progress = 0;
	volatile int32_t stop = 0;
	uint64_t start_ns;
	int64_t left;
	int rc = nrb_pagecache_evict(fd, try_bytes, &left);

	if (rc < 0) {
		return rc;
	}
	start_ns = nrb_clock_ns();
	rc = nrb_pagecache_fill(fd, 0, try_bytes, &progress, &stop);
	pace->fill_ns = since(start_ns);
	if (rc < 0) {
		return rc;
	}
	start_ns = nrb_clock_ns();
	rc = nrb_pagecache_evict(fd, try_bytes, &left);
	pace->evict_ns = since(start_ns);
	return rc;
}

static int time_touch(struct nrb_pace *pace, const struct nrb_arena *arena)
{
	struct nrb_clock clock = nrb_clock_init(false);
	volatile int64_t written = 0;
	volatile int32_t stop = 0;
	struct nrb_histogram *hist = calloc(1, sizeof(*hist));
	uint64_t start_ns = nrb_clock_ns();

	if (hist == NULL) {
		return -1;
	}
	nrb_arena_touch(
		arena, 0, arena->len / arena->page_bytes, &clock, hist, &written, &stop);
	pace->touch_ns = since(start_ns);
	free(hist);
	return 0;
}

static int time_locate(struct nrb_pace *pace, const struct nrb_arena *arena)
{
	int64_t *pages = calloc(NRB_MAX_NODES, sizeof(*pages)), absent = 0;
	uint64_t start_ns = nrb_clock_ns();
	int rc = -1;

	if (pages != NULL) {
		rc = nrb_placement_count(0, arena->mem, arena->len, arena->page_bytes,
			pages, NRB_MAX_NODES, &absent, NULL);
	}
	pace->locate_ns = since(start_ns);
	free(pages);
	return rc;
}

static int time_walk(
	struct nrb_pace *pace, const struct nrb_arena *arena, size_t line_bytes)
{
	const struct nrb_chain_lines lines = { .n_pages = arena->len / arena->page_bytes,
		.line_bytes = line_bytes };
	struct nrb_rng rng = nrb_rng_init(SEED);
	volatile int64_t progress = 0;
	volatile int32_t stop = 0;
	struct nrb_walk walk = { 0 };
	struct nrb_chain chain;
	uint64_t start_ns = nrb_clock_ns();
	int rc = nrb_chain_build(&chain, arena, &lines, &rng, &stop, &progress);

	pace->chain_ns = since(start_ns);
	if (rc == 0) {
		rc = nrb_walk_measure(&chain, 0, &stop, &progress, &walk);
		pace->load_ns = nrb_walk_ns(&walk);
	}
	return rc;
}

static int time_memory(struct nrb_pace *pace, size_t line_bytes)
{
	struct nrb_arena arena;
	int rc = nrb_arena_map(&arena, (size_t)try_bytes, NRB_PAGE_4K);

	if (rc == 0) {
		rc = time_touch(pace, &arena);
	}
	if (rc == 0) {
		rc = time_locate(pace, &arena);
	}
	if (rc == 0) {
		rc = time_walk(pace, &arena, line_bytes);
	}
	nrb_arena_unmap(&arena);
	return rc;
}

void nrb_pace_try(struct nrb_pace *pace, const char *dir, bool sparse, size_t line_bytes)
{
	int fd = -1, rc;

	*pace = (struct nrb_pace){ 0 };
	if (check_dir(pace, dir, sparse) < 0) {
		return;
	}
	nrb_diag_set_muted(true); /* it is told in the plan */
	rc = make_file(pace, dir, sparse, &fd);
	if (rc == 0) {
		rc = time_cache(pace, fd);
	}
	if (fd >= 0) {
		close(fd);
	}
	if (rc == 0) {
		rc = time_memory(pace, line_bytes);
	}
	if (rc < 0) {
		(void)no(pace, nrb_diag_message());
	} else {
		pace->bytes = try_bytes;
	}
	nrb_diag_set_muted(false);
	nrb_diag_reset();
}
