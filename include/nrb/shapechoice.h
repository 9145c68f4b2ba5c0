/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which nodes a guest gets. */
#ifndef NRB_SHAPECHOICE_H
#define NRB_SHAPECHOICE_H

#include "nrb/shape.h"

/**
 * Choose by what is asked for: like a machine; else made; else like this one, where it has two nodes with
 * memory, and made where it has not.
 * Returns 0 or a negative errno, with a message. nrb_shape_finish() either way.
 */
int nrb_shapechoice_make(struct nrb_shape *shape, const struct nrb_shape_asked *asked);

#endif
