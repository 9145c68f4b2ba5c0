/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The nodes over time, while a cell allocates. */
#ifndef NRB_LOOKS_H
#define NRB_LOOKS_H

#include "nrb/cell.h"

#include <stdint.h>

struct nrb_looks {
	uint64_t since_ns;
	int stride; /* of so many calls one looks: doubled each time the sample is full */
	int calls;
};

/** Begin with time 0 now, and look. Nothing here where the arm does not need looks. */
void nrb_looks_begin(struct nrb_looks *looks, struct nrb_cell *cell);

/** Look at every node with memory, if it is time; called ten times a second. When the sample is
 * full, every second look is dropped, so that what is kept spans the whole time evenly.
 * Source: each node's meminfo; takes no lock of the kernel's. */
void nrb_looks_take(struct nrb_looks *looks, struct nrb_cell *cell);

/** The last look, whether or not it is time: how the nodes are in the end. */
void nrb_looks_end(struct nrb_looks *looks, struct nrb_cell *cell);

#endif
