/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Limits on what a run may do to the machine. */
#include "nrb/pressure.h"

#include "nrb/clock.h"
#include "nrb/counters.h"
#include "nrb/diag.h"

#include <errno.h>

enum {
	MAX_FULL_PERCENT = 10,
	MIN_SETTLE_US = 200000, /* shorter, a single stall would be a tenth of it */
	MAX_SWAP_IN = 1000,     /* pages a second */
	MAX_BAD_LOOKS = 3,      /* seconds running */
};

void nrb_pressure_begin_settle(struct nrb_pressure *pressure, const struct nrb_root *root)
{
	int64_t some;

	if (nrb_counters_read_psi(root, &some, &pressure->full_us) < 0) {
		pressure->full_us = NRB_ABSENT;
	}
	pressure->since_ns = nrb_clock_ns();
}

int nrb_pressure_end_settle(struct nrb_pressure *pressure, const struct nrb_root *root)
{
	int64_t some, full, us = (int64_t)(nrb_clock_ns() - pressure->since_ns) / 1000;

	if (pressure->since_ns == 0 || pressure->full_us == NRB_ABSENT ||
		us < MIN_SETTLE_US || nrb_counters_read_psi(root, &some, &full) < 0) {
		return 0;
	}
	if ((full - pressure->full_us) * 100 <= us * MAX_FULL_PERCENT) {
		return 0;
	}
	nrb_refuse(NRB_EXIT_FAILED, "run it when the machine has memory to spare",
		"every task stood still for memory in %lld %% of the settle phase, limit %d %%",
		(long long)((full - pressure->full_us) * 100 / us), MAX_FULL_PERCENT);
	return -EBUSY;
}

int nrb_pressure_look_swap(struct nrb_pressure *pressure, const struct nrb_root *root,
	int64_t own_major_faults)
{
	uint64_t now = nrb_clock_ns();
	int64_t ms = (int64_t)(now - pressure->look_ns) / 1000000, foreign;
	struct nrb_counters counters;
	bool first = pressure->look_ns == 0;

	if (!first && ms < 1000) {
		return 0;
	}
	if (nrb_counters_read(root, &counters) < 0 ||
		counters.v[NRB_PSWPIN] == NRB_ABSENT) {
		return 0; /* a kernel without swap */
	}
	foreign = counters.v[NRB_PSWPIN] - pressure->pswpin -
		  (own_major_faults - pressure->own_major_faults);
	pressure->bad_looks =
		!first && foreign * 1000 > MAX_SWAP_IN * ms ? pressure->bad_looks + 1 : 0;
	pressure->look_ns = now;
	pressure->pswpin = counters.v[NRB_PSWPIN];
	pressure->own_major_faults = own_major_faults;
	if (pressure->bad_looks < MAX_BAD_LOOKS) {
		return 0;
	}
	nrb_refuse(NRB_EXIT_FAILED,
		"this run, or something else, asks too much of its memory",
		"the machine swaps in over %d pages a second", MAX_SWAP_IN);
	return -EBUSY;
}
