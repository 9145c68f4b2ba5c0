/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The settings of an arm beside its mode, through the guard: before a cell's fill, and back. */
#ifndef NRB_ARMSETTINGS_H
#define NRB_ARMSETTINGS_H

#include "nrb/cell.h"
#include "nrb/guard.h"

/**
 * Set what the arm runs with: its variant's settings, MGLRU, --set, swap; in this order.
 * swap  the swap device, "" where there is none
 * Returns 0; -EOPNOTSUPP, why in *why, where this kernel lacks a setting or does not take the value
 * (what was set before it is undone); or a negative errno, with a message, as nrb_guard_set.
 */
int nrb_armsettings_apply(struct nrb_guard *guard, const struct nrb_arm *arm,
	const char *swap, char *why, size_t why_len);

/** Put what the arm set back to what was found, the last first; what holds someone else's value is
 * left alone, silently: nrb_guard_check tells. Returns 0 or a negative errno, with
 * a message, as nrb_guard_set; goes on after a failure and returns the first. */
int nrb_armsettings_undo(struct nrb_guard *guard, const struct nrb_arm *arm);

#endif
