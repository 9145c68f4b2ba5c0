/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The machine's nodes, by hwloc (included by topology.c alone). Ids are OS numbers. */
#ifndef NRB_TOPOLOGY_H
#define NRB_TOPOLOGY_H

#include "nrb/fsroot.h"
#include "nrb/idset.h"
#include "nrb/sample.h"

struct nrb_topology_node {
	int node;
	int64_t memory_bytes;  /* 0: memoryless */
	struct nrb_idset cpus; /* online CPUs; empty: CPU-less (CXL, PMEM, HBM) */
	int64_t latency_ns; /* hwloc memory attribute, local access; absent: firmware */
	int64_t bandwidth_mib_s; /* gives none (no HMAT) */
	int package;             /* that holds it, from 0; -1: none, or several */
};

/* From a node's CPUs to a node's memory; absent: not known. */
struct nrb_topology_path {
	int64_t latency_ns;
	int64_t bandwidth_mib_s;
};

struct nrb_topology {
	int n_nodes; /* by rising OS number; with or without memory */
	struct nrb_topology_node *nodes;
	int *distances; /* n_nodes x n_nodes by position, row = from; NULL: unknown */
	struct nrb_topology_path *paths; /* likewise, by hwloc's memory attributes */
	char *xml;                       /* hwloc's export, for the record */
	struct nrb_idset allowed_cpus;   /* those our cgroup may use */
	struct nrb_idset allowed_nodes;  /* those it may take memory of */
	char library[32];                /* hwloc's version */
};

/**
 * Discover the nodes: of the live machine by hwloc's own discovery, of a recorded one from
 * its topology.xml, which a child process reads first (nrb_trial). Memory-less nodes and nodes
 * without CPUs are included, also those that hwloc leaves out but sysfs has.
 * Returns 0 or a negative errno, with a message.
 */
int nrb_topology_read(struct nrb_topology *topology, const struct nrb_root *root);
void nrb_topology_finish(struct nrb_topology *topology);

/**
 * Read what lstopo(1) or hwloc's export wrote of a machine: all that is known of its nodes is in there. A
 * node without CPUs of its own has those that hwloc counts as its own, of a node nearby; one without
 * memory has neither distances nor paths.
 * Returns 0 or a negative errno, with a message.
 */
int nrb_topology_read_xml(struct nrb_topology *topology, const char *path);

/** The entry of an OS node, or NULL. */
const struct nrb_topology_node *nrb_topology_node(
	const struct nrb_topology *topology, int node);

/** Distance from one OS node to another as ACPI's SLIT has it (local 10); 0: unknown. */
int nrb_topology_distance(const struct nrb_topology *topology, int from, int to);

/** The CPUs of a node that this process may run on; empty where there are none. */
void nrb_topology_usable_cpus(
	const struct nrb_topology *topology, int node, struct nrb_idset *cpus);

#endif
