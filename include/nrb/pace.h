/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How fast this machine does what every cell does: tried on a small scale, so that a plan can say how long it takes. */
#ifndef NRB_PACE_H
#define NRB_PACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { NRB_PACE_WHY_LEN = 128 };

/* All zero: nothing was tried. */
struct nrb_pace {
	int64_t bytes; /* of a file, and of memory, on which each was timed; 0: it was not, see why */
	int64_t write_ns; /* the file written and synced; 0: it is a hole */
	int64_t evict_ns, fill_ns;
	int64_t touch_ns, locate_ns,
		chain_ns; /* first touch, move_pages(2), building a chain of all lines */
	double load_ns;   /* one dependent load of that chain */
	char why[NRB_PACE_WHY_LEN]; /* why nothing could be timed */
};

/**
 * Time all that on 64 MiB of a nameless file in dir and of memory, about a second. Nothing of it stays, and no
 * setting is touched; a disk that would have less than a tenth free is not written to.
 * line_bytes  between the chain's lines
 * Never fails: where there is nothing to tell, pace->why says so.
 */
void nrb_pace_try(struct nrb_pace *pace, const char *dir, bool sparse, size_t line_bytes);

#endif
