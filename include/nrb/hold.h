/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory that a holder keeps on the node: taken, checked and used again.
 * For a variant's hold, in the holder process; what it keeps from one request to the next hangs
 * on the cell's hold_state.
 */
#ifndef NRB_HOLD_H
#define NRB_HOLD_H

#include "nrb/cell.h"

#include <stddef.h>

struct nrb_held {
	char *mem;  /* page-aligned */
	size_t len; /* of it, from its start, touched so far: what is to be there */
	size_t map_len;
};

/* All three add bytes to the phase's progress, end early at its stop word with what they have, and
 * return 0 or a negative errno, with a message; after a failure nothing is held. */

/**
 * Take private anonymous memory on the cell's node (MPOL_BIND, small pages), filled with words drawn
 * from seed, which neither zram, zswap nor KSM can make smaller.
 */
int nrb_held_take_anon(
	struct nrb_held *held, struct nrb_cell *cell, int64_t bytes, uint64_t seed);

/** Take shared anonymous memory likewise, which to the kernel is a file of tmpfs. It is mapped. */
int nrb_held_take_shmem(
	struct nrb_held *held, struct nrb_cell *cell, int64_t bytes, uint64_t seed);

/** Map the first bytes of the cache file and read a word of each page. */
int nrb_held_map_file(struct nrb_held *held, struct nrb_cell *cell, int64_t bytes);

/**
 * Note as hold_bytes what of n ranges is present on the cell's node, in all.
 * Returns 0; -ESTALE, with a message, if that is under least_percent of them; or another negative
 * errno.
 */
int nrb_held_check(
	struct nrb_cell *cell, const struct nrb_held *held, int n, int least_percent);

/**
 * Read a word of each page again, in address order, each timed into return_hist; adds to
 * return_pages, return_ns and return_major_faults (of this thread, by getrusage(2)) and pages to
 * the phase's progress; ends early at its stop word.
 */
void nrb_held_return(struct nrb_cell *cell, const struct nrb_held *held);

/** Let it go; a zeroed one is left alone. */
void nrb_held_finish(struct nrb_held *held);

#endif
