/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What headroom's looks at the zones of a node come to: of its zones but Movable and tiny ones, each
 * value of the zone where it is worst. NAN where no zone of those was looked at.
 */
#ifndef NRB_ZONEVALUE_H
#define NRB_ZONEVALUE_H

#include "nrb/sample.h"

/** Least free memory, and the least above the min watermark: bytes. */
double nrb_zonevalue_free_lowest(const struct nrb_sample *sample);
double nrb_zonevalue_lowest(const struct nrb_sample *sample);

/** What 1 of 100 and half of the looks did not exceed above min: bytes. */
double nrb_zonevalue_p1(const struct nrb_sample *sample);
double nrb_zonevalue_p50(const struct nrb_sample *sample);

/** Of the looks, those that found less than the low and the min watermark. */
double nrb_zonevalue_below_low(const struct nrb_sample *sample);
double nrb_zonevalue_below_min(const struct nrb_sample *sample);

#endif
