/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A recorded topology.xml is another's: how large hwloc would make what it names. */
#ifndef NRB_TOPOLOGYXML_H
#define NRB_TOPOLOGYXML_H

#include <stdbool.h>

/** Whether numbers of CPUs and nodes, sets of them and matrices of distances stay within what a machine
 * has. hwloc keeps a set as bits up to the highest number, of each object. */
bool nrb_topologyxml_is_bounded(const char *text);

#endif
