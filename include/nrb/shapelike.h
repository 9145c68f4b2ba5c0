/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The nodes of a guest after those of a machine. */
#ifndef NRB_SHAPELIKE_H
#define NRB_SHAPELIKE_H

#include "nrb/shape.h"

/**
 * Take nodes, distances and, where they are known, latencies and bandwidths as they are; CPUs and memory
 * scaled down to what is asked for. What could not be kept is said in the shape's cuts.
 * Returns 0 or a negative errno, with a message: more nodes than a guest can have, or none that a guest
 * could run on.
 */
int nrb_shapelike_make(struct nrb_shape *shape, const struct nrb_shape_asked *asked,
	const struct nrb_topology *topology);

#endif
