/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Orders for block after block, in which nothing always comes first, and each comes right before each
 * other equally often: what a cell leaves behind then falls on all. Drawn by a seed, the same on every
 * machine.
 */
#ifndef NRB_BALANCE_H
#define NRB_BALANCE_H

#include "nrb/rng.h"

#include <stdint.h>

enum {
	NRB_BALANCE_SQUARE =
		5, /* up to so many: by Williams squares, else by a choice of shuffles */
	NRB_BALANCE_MOST =
		64, /* above, a pair meets once in as many blocks: just shuffled */
};

struct nrb_balance {
	int n;
	uint64_t seed;
	int64_t blocks; /* drawn so far */
	struct nrb_rng rng;
	/* of a square: what its numbers stand for, and in which order its rows are used */
	int labels[NRB_BALANCE_SQUARE], rows[2 * NRB_BALANCE_SQUARE];
	/* of shuffles: how often b came right after a ([a * n + b]), and each first; NULL and unused for
	 * others */
	int *follows, *firsts;
};

/** Start anew for n things. Returns 0 or -ENOMEM, silent; nrb_balance_finish is due all the same. */
int nrb_balance_begin(struct nrb_balance *balance, int n, uint64_t seed);
void nrb_balance_finish(struct nrb_balance *balance);

/** The next block's order of 0..n-1 into order[n]. */
void nrb_balance_next(struct nrb_balance *balance, int *order);

#endif
