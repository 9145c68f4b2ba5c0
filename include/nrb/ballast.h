/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ballast: memory that takes up what is free on a node, so that a part of a large node behaves like
 * a small one that is full.
 * In the calling process, and held until that ends. Only free memory is taken: no watermark is
 * reached, kswapd sleeps on, and nobody's cache goes.
 */
#ifndef NRB_BALLAST_H
#define NRB_BALLAST_H

#include "nrb/fsroot.h"
#include "nrb/idset.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct nrb_ballast {
	/* given */
	int node;
	int64_t room_bytes; /* spare (nrb_zones_spare) that is left, in the node's highest zone */
	struct nrb_idset
		cpus; /* a thread for each of them takes its part; empty: one thread, anywhere */
	volatile int64_t *progress; /* bytes taken, also those that are given back */
	/* out */
	char *mem;
	size_t len; /* held: on the node, written, locked; 0: nothing was to be taken */
	int64_t below_bytes; /* of what is spare then, in lower zones than the highest */
	/* its own */
	void *map;
	size_t map_len;
};

/**
 * Take it: a placeholder for the room first, then, locked, all else that is spare, then give the
 * placeholder back. Pages are huge where the kernel gives such without reclaim or compaction.
 * Returns 0 or a negative errno, with a message: -EPERM, -ENOMEM, -EAGAIN as mlock2(2); -EXDEV
 * where not all of it lies on the node. What was taken then goes with nrb_ballast_drop.
 * Source: mbind(2), mlock2(2), madvise(2); numa(7) for what is where.
 */
int nrb_ballast_take(const struct nrb_root *root, struct nrb_ballast *ballast);

/** Give it back; a zeroed one is left alone. */
void nrb_ballast_drop(struct nrb_ballast *ballast);

/**
 * Have threads write to each page of a range, in stripes.
 * progress  rises by the bytes of each stripe
 * Returns 0 or a negative errno, silent. Source: MADV_POPULATE_WRITE (5.14; by hand before).
 */
int nrb_ballast_populate(
	char *mem, size_t len, int n_threads, volatile int64_t *progress);

#endif
