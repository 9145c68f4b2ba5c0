/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a cell's pages were found, of all of them or of a sample: numbers derived from it; NAN where it
 * does not tell. Part of cellvalue. */
#ifndef NRB_LOCATEVALUE_H
#define NRB_LOCATEVALUE_H

#include "nrb/sample.h"

/** Bytes that were written. */
double nrb_locatevalue_written_bytes(const struct nrb_sample *s);

/** Pages on the target node / all pages, by those that were looked at. */
double nrb_locatevalue_local_ratio(const struct nrb_sample *s);

/** How far that may be off (nrb_stats_share_error); 0 where all pages were looked at. */
double nrb_locatevalue_error(const struct nrb_sample *s);

/** Base pages written and not present any more, by those that were looked at. */
double nrb_locatevalue_absent(const struct nrb_sample *s);

#endif
