/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How long each call of node reclaim stalled who allocates in a cell. To record a call takes its caller
 * a fraction of a microsecond. Where many are short, as those that free nothing under MGLRU, all of them
 * would add a fifth to what is measured: then it is done for a fiftieth of the time.
 */
#ifndef NRB_RECLAIMSTALLS_H
#define NRB_RECLAIMSTALLS_H

#include "nrb/cell.h"
#include "nrb/reclaimtrace.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All zero: nothing is recorded. */
struct nrb_reclaimstalls {
	struct nrb_reclaimtrace *trace; /* NULL: it cannot be had */
	int timer;                      /* timerfd(2): the end of a window */
	struct nrb_cell *cell; /* under way; NULL: none is, or none is recorded */
	bool on;               /* it is recorded now */
	bool many;             /* short calls in the window before */
	uint64_t resume_ns;    /* not before that is the next window */
	int window_ms;         /* of that window */
	uint64_t since_ns;     /* that it is */
	int64_t short_calls;   /* in it */
	int64_t lost;          /* calls, before the cell */
};

/**
 * Make ready for cells on these nodes, on whose CPUs up to so many threads allocate. Before memory is
 * filled: what it needs is taken here.
 * why  out, in words, where it cannot be had: the cells are then without
 * Returns 0 or a negative errno, silent.
 */
int nrb_reclaimstalls_open(struct nrb_reclaimstalls *stalls, const struct nrb_root *root,
	const struct nrb_topology *topology, const struct nrb_idset *nodes, int threads,
	char *why, size_t why_len);

/** End it; a file of it that a child has open leaves removing it to nrb_putback_clear. */
void nrb_reclaimstalls_close(struct nrb_reclaimstalls *stalls);

/** The allocation begins: recording too. Where it cannot the sample stays without. */
void nrb_reclaimstalls_begin(struct nrb_reclaimstalls *stalls, struct nrb_cell *cell);

/** Readable when nrb_reclaimstalls_tick is due; -1: never. */
int nrb_reclaimstalls_fd(const struct nrb_reclaimstalls *stalls);
void nrb_reclaimstalls_tick(struct nrb_reclaimstalls *stalls);

/** Ten times a second from begin to end; else nothing. */
void nrb_reclaimstalls_look(struct nrb_reclaimstalls *stalls);

/** The allocation has ended, or stalled: a call that has not ended counts with the time so far. Again is
 * nothing. */
void nrb_reclaimstalls_end(struct nrb_reclaimstalls *stalls);

#endif
