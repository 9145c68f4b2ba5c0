/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The nodes of a guest as QEMU's words. */
#ifndef NRB_GUESTNODES_H
#define NRB_GUESTNODES_H

#include "nrb/shape.h"

/** Whether its firmware has a table of latencies and bandwidths (HMAT): -machine hmat=on. */
bool nrb_guestnodes_have_hmat(const struct nrb_shape *shape);

/** Add -smp, -m, and what each node and each pair of them takes. Source: qemu-system-x86_64(1). */
void nrb_guestnodes_words(const struct nrb_shape *shape, struct nrb_words *argv);

#endif
