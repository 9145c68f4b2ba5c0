/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A reader at a steady rate: the same load whatever the machine does meanwhile. */
#ifndef NRB_STEADYREAD_H
#define NRB_STEADYREAD_H

#include <stdint.h>

struct nrb_steadyread {
	int fd;
	int64_t from, len; /* of the file, multiples of NRB_REREAD_BLOCK */
	int64_t ns;        /* over which it is spread */
	uint64_t seed;     /* of the order */
	volatile int32_t stop;
	volatile int64_t bytes; /* out: read so far */
};

/**
 * Read each block of NRB_REREAD_BLOCK of a part of a file once, in an order drawn by the seed, evenly
 * over ns; one that comes late is not waited for. Ends early at stop. The calling thread's CPU and
 * policy decide the node of what was not cached. Returns 0 or a negative errno, with a message.
 */
int nrb_steadyread_run(struct nrb_steadyread *reader);

#endif
