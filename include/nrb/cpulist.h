/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What freed pages do for a watermark: a CPU keeps those that it frees in a list of its own, which the
 * zone does not count as free, until the list is full and gives a batch back. The same 32 pages make room
 * or none, then. Blocks of order 4 to 8 go back at once.
 */
#ifndef NRB_CPULIST_H
#define NRB_CPULIST_H

#include "nrb/vmstate.h"

/**
 * How many of so many single pages, freed one after the other on a CPU, a zone (position in
 * state->zones) then counts as free, at least. All of them where the list is not told. Pure.
 * cpu  -1: any; the fullest list counts
 * Source: free_unref_page_commit() and nr_pcp_high() in mm/page_alloc.c (6.1), free_frozen_page_commit()
 * (7.3): below its high watermark a zone's lists are cut to high_min (6.7 and later).
 */
int64_t nrb_cpulist_given_back(
	const struct nrb_vmstate *state, int zone, int cpu, int64_t pages);

#endif
