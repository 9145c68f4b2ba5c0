/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Dependent loads and nothing else. */
#include "nrb/chase.h"

void *nrb_chase_run(void *start, size_t n)
{
	void *p = start;

	for (; n >= NRB_CHASE_UNROLL; n -= NRB_CHASE_UNROLL) {
		/* volatile: each load is made, none is merged with the next */
#pragma GCC unroll 64
		for (int i = 0; i < NRB_CHASE_UNROLL; i++) {
			p = *(void *volatile *)p;
		}
	}
	return p;
}
