/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A topology for the record and for `check`. */
#ifndef NRB_TOPOLOGYJSON_H
#define NRB_TOPOLOGYJSON_H

#include "nrb/json.h"
#include "nrb/topology.h"

/** For the record and `check --json`: nodes, CPUs, distances, attributes, hwloc version; with
 * xml also hwloc's export. The caller owns it. */
struct nrb_json *nrb_topology_json(const struct nrb_topology *topology, bool xml);

#endif
