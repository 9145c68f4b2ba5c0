/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Looks at the free memory of the target's zones over time, hundreds a second, from a CPU of another
 * node where there is one, so that the looks take nothing of what they look at.
 */
#ifndef NRB_ZONEWATCH_H
#define NRB_ZONEWATCH_H

#include "nrb/cell.h"
#include "nrb/zones.h"

/** A variant's hold: from BEGIN to END looks at /proc/zoneinfo every look_ns of the cell's sizes, into
 * the sample's zones; notes zone_gap_ns. Returns as a step does. */
int nrb_zonewatch_hold(struct nrb_cell *cell, enum nrb_hold what, int64_t value);

/** Note one look at a node's zones; the first one brings their watermarks, without what a boost adds
 * to them. */
void nrb_zonewatch_note(
	struct nrb_sample *sample, const struct nrb_zones *zones, int node);

#endif
