/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The measured loop: dependent loads along a chain. Its own library with pinned compiler flags,
 * so that it is the same machine code in every build. */
#ifndef NRB_CHASE_H
#define NRB_CHASE_H

#include <stddef.h>

/** Loads per unrolled turn; walks are rounded up to it. */
enum { NRB_CHASE_UNROLL = 64 };

/** Follow n loads (a multiple of NRB_CHASE_UNROLL) from start; returns where it got to. */
void *nrb_chase_run(void *start, size_t n);

#endif
