/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A process that writes a file beside an allocation: on CPUs of the same node, with the default
 * memory policy, to a part of the cache file that nothing else uses and that is not cached.
 */
#ifndef NRB_WRITER_H
#define NRB_WRITER_H

#include "nrb/cell.h"

/** A variant's hold: BEGIN starts the writing, END waits until all is written, at most 10 s, and
 * notes writer_bytes, writer_ns and writer_max_ns. Returns as a step does. */
int nrb_writer_hold(struct nrb_cell *cell, enum nrb_hold what, int64_t value);

/** The step nrb_step_allocate with the writer beside it; ends when both have. */
int nrb_writer_allocate(struct nrb_cell *cell);

#endif
