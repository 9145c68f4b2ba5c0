/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What time stamps cost, how fine they are, and what of a timed touch is the probe's own: without these
 * nobody can tell a time of a few nanoseconds, or a tail, from the clock's.
 */
#ifndef NRB_STAMP_H
#define NRB_STAMP_H

#include "nrb/clock.h"

#include <stddef.h>
#include <stdint.h>

struct nrb_stamp {
	int64_t cost_ps;  /* of one, the median of back-to-back runs of them */
	int64_t step_ps;  /* granularity */
	int64_t bias_ns;  /* recorded for a touch of a page that is there: the median */
	int64_t floor_ns; /* the same: all but one in 10,000 are recorded as less */
};

/** Measure them, for a few milliseconds. Takes 32 KiB of memory meanwhile. Returns 0 or a negative errno,
 * with a message. */
int nrb_stamp_measure(struct nrb_stamp *stamp, const struct nrb_clock *clock);

/**
 * The granularity that differences between successive stamps show, in ticks: where some are 0, a reading is
 * faster than the clock, and it is the smallest other one; else all are multiples of it. 0: all are 0.
 */
uint64_t nrb_stamp_step(const uint64_t *differences, size_t n);

#endif
