/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether kswapd worked, or does, while a cell is prepared. */
#ifndef NRB_KSWAPDLOOK_H
#define NRB_KSWAPDLOOK_H

#include "nrb/cell.h"

/** Whether the kswapd of a cell's target sleeps now; true where it is not known. */
bool nrb_kswapdlook_is_asleep(const struct nrb_cell *cell);

/** Pages that the kswapds of all nodes have freed since the machine was started. Returns 0 or a negative
 * errno, with a message. */
int nrb_kswapdlook_stole(const struct nrb_cell *cell, int64_t *pages);

#endif
