/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When a run asks too much of the machine: the limits that stop it. */
#ifndef NRB_PRESSURE_H
#define NRB_PRESSURE_H

#include "nrb/fsroot.h"

#include <stdint.h>

struct nrb_pressure {
	/* PSI, over the settle phase before a cell */
	int64_t full_us;
	uint64_t since_ns;
	/* swap-in that is not ours */
	int64_t pswpin, own_major_faults;
	uint64_t look_ns;
	int bad_looks;
};

/** Begin to judge PSI memory "full" (start of a settle phase). */
void nrb_pressure_begin_settle(
	struct nrb_pressure *pressure, const struct nrb_root *root);

/** End of it: 0, or -EBUSY with a message where tasks stood still over 10 % of the time. */
int nrb_pressure_end_settle(struct nrb_pressure *pressure, const struct nrb_root *root);

/**
 * A look, as often as wanted; judged once a second.
 * own_major_faults  of our own processes since the run began
 * Returns 0, or -EBUSY with a message after 3 seconds running with over 1,000 pages a second
 * swapped in beyond them.
 */
int nrb_pressure_look_swap(struct nrb_pressure *pressure, const struct nrb_root *root,
	int64_t own_major_faults);

#endif
