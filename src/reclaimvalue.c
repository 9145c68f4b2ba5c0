/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls of node reclaim, of a part of the time to the whole. */
#include "nrb/reclaimvalue.h"

#include <math.h>

static double number(int64_t value)
{
	return value != NRB_ABSENT ? (double)value : NAN;
}

/* Of a stalled cell, what was recorded is all. */
static double allocated_ns(const struct nrb_sample *s)
{
	return number(
		s->alloc_wall_ns != NRB_ABSENT ? s->alloc_wall_ns : s->reclaim_traced_ns);
}

/* Recording begins a little before the allocation, and ends a little after it. */
static double traced_ns(const struct nrb_sample *s)
{
	return s->reclaim_traced_ns > 0
		       ? fmin(number(s->reclaim_traced_ns), allocated_ns(s))
		       : NAN;
}

double nrb_reclaimvalue_calls(const struct nrb_sample *s)
{
	return number(s->reclaim_calls) * allocated_ns(s) / traced_ns(s);
}

double nrb_reclaimvalue_stalled(const struct nrb_sample *s)
{
	double share =
		(double)s->reclaim_hist.sum_ns / (traced_ns(s) * number(s->threads));

	return share > 1 ? 1 : share; /* NAN stays */
}
