/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who writes pages to swap: an own tracefs instance that counts what kswapd writes.
 * /proc/vmstat's pswpout does not tell kswapd from node reclaim. Events are counted, never read.
 */
#ifndef NRB_SWAPTRACE_H
#define NRB_SWAPTRACE_H

#include "nrb/fsroot.h"

#include <stdint.h>
#include <sys/types.h>

/** Make the instance and count page writes of process pid from now on (mm_vmscan_write_folio,
 * mm_vmscan_writepage before 5.19). The kernel takes 1.4 MiB for each CPU on its node until we have
 * made the buffers small: begin before the fill. Returns 0, -EOPNOTSUPP (no tracefs, no such event) or a
 * negative errno; silent. */
int nrb_swaptrace_begin(const struct nrb_root *root, pid_t pid);

/** Pages written by it since (entries and overrun of every CPU's buffer). 6.12 and later swap folios
 * whole, which count once, and count zero pages, which they do not write: there it may differ from
 * pswpout either way. Absent where it cannot be read. */
int64_t nrb_swaptrace_count(const struct nrb_root *root);

/** Remove the instance if it is there. Silent; for putback too. */
void nrb_swaptrace_end(const struct nrb_root *root);

#endif
