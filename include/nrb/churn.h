/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Threads that take memory, use it and give it back, again and again, as a server's workers do. */
#ifndef NRB_CHURN_H
#define NRB_CHURN_H

#include "nrb/cell.h"

#include <stdbool.h>

/**
 * As worker `number` of arm.threads, go once through its share of the arena in slots of 1 MiB (of a page,
 * where that is larger): take each, timed as nrb_arena_touch does into thread_hist and counted in
 * thread_pages, and sum it up twice.
 */
void nrb_churn_fill(struct nrb_cell *cell, int number);

/**
 * Go round and round in what nrb_churn_fill took: give a slot back, take it again, counted in
 * thread_again, sum it up. In the end the share is whole. goes_on is asked before each slot.
 * Returns 0 or a negative errno, silent.
 */
int nrb_churn_again(struct nrb_cell *cell, int number, bool (*goes_on)(const void *arg),
	const void *arg);

#endif
