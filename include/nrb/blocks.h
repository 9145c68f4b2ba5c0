/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The cells of a run: a warm-up, then every arm once in each shuffled block. */
#ifndef NRB_BLOCKS_H
#define NRB_BLOCKS_H

#include "nrb/blockcell.h"

/* On hardware the warm-up re-reads so many bytes; later cells as much as half a deadline takes. */
enum { NRB_FIRST_REREAD_BYTES = 256 << 20 };

/**
 * Run the plan's warm-up, decide the number of blocks by what it took, and run them; of a plan by
 * scenario as many as there turns out to be time for, and what is left out is named. Each cell is
 * appended to the record and synced as it ends. The knob is at rest between cells and after the
 * last. Returns 0, -EINTR for a signal, -ESTALE for a foreign setting, -ENODATA where no cell
 * measured anything, or another negative errno, with a message.
 */
int nrb_blocks_run(struct nrb_blocks *blocks);

#endif
