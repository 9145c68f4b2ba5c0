/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A sample of the pages of a range: one, drawn at random, of each part of so many pages.
 * The share of the sample that has a property is the range's within nrb_stats_share_error: parts that
 * are alike within make it better, none makes it worse (Hoeffding 1963, of sums of independent
 * variables that need not be distributed alike). The last part may be shorter and counts as one.
 */
#ifndef NRB_PAGESAMPLE_H
#define NRB_PAGESAMPLE_H

#include "nrb/rng.h"

#include <stddef.h>
#include <stdint.h>

/* 25 ms to ask for, 1 GiB of lines to walk, and shares within half a point. */
enum { NRB_PAGESAMPLE_MOST = 256 << 10 };

/** Pages of each part for a sample of at most `most` pages, and more than half of that; 1: all are
 * looked at. most 0: all. */
size_t nrb_pagesample_step(size_t pages, size_t most);

/** How many are drawn. */
static inline size_t nrb_pagesample_size(size_t pages, size_t step)
{
	return (pages + step - 1) / step;
}

/** Draw them: numbers, ascending, none twice; room for nrb_pagesample_size. Returns that. */
size_t nrb_pagesample_draw(
	struct nrb_rng *rng, size_t pages, size_t step, uint32_t *numbers);

#endif
