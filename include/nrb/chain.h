/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One random cycle of pointers through the cache lines of an arena, built in place.
 * Sattolo's shuffle makes the successor map one single cycle, never several, so that a walk
 * visits every line before it comes back (a plain shuffle's walk may see a few of them).
 */
#ifndef NRB_CHAIN_H
#define NRB_CHAIN_H

#include "nrb/arena.h"
#include "nrb/rng.h"

#include <stddef.h>
#include <stdint.h>

struct nrb_chain {
	void **start;
	size_t lines; /* cycle length, counted when it was built */
};

/* The lines that take part. */
struct nrb_chain_lines {
	const uint32_t
		*pages; /* numbers in the arena, in units of 4096 bytes, each written
				  before; NULL: all of 0..n_pages-1 */
	size_t n_pages;
	size_t line_bytes; /* between lines, a power of two from sizeof(void *) to 4096 */
	size_t max_lines; /* at most so many, spread evenly over all the pages, at a random place
			     in each page; 0: every line. Fewer than n_pages skips pages evenly */
};

/**
 * Thread a random cycle through the lines of some pages.
 * Writes one pointer into each line used and needs no memory beside them; then counts the lines of
 * the cycle.
 * stop      ends it when it becomes non-zero, within 64 Ki lines
 * progress  rises with the lines laid, linked and counted
 * Returns 0, -EINVAL (fewer than 2 lines), -EIO (not one cycle: a page is listed twice), -ECANCELED
 * (stopped; there is no chain).
 */
int nrb_chain_build(struct nrb_chain *chain, const struct nrb_arena *arena,
	const struct nrb_chain_lines *lines, struct nrb_rng *rng,
	const volatile int32_t *stop, volatile int64_t *progress);

#endif
