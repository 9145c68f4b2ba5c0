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
};

struct nrb_topology {
	int n_nodes; /* by rising OS number; with or without memory */
	struct nrb_topology_node *nodes;
	int *distances; /* n_nodes x n_nodes by position, row = from; NULL: unknown */
	char *xml;      /* hwloc's export, for the record */
	struct nrb_idset allowed_cpus;  /* those our cgroup may use */
	struct nrb_idset allowed_nodes; /* those it may take memory of */
	char library[32];               /* hwloc's version */
};

/**
 * Discover the nodes: of the live machine by hwloc's own discovery, of a recorded one from
 * its topology.xml, which a child process reads first (nrb_trial). Memory-less nodes and nodes
 * without CPUs are included, also those that hwloc leaves out but sysfs has.
 * Returns 0 or a negative errno, with a message.
 */
int nrb_topology_read(struct nrb_topology *topology, const struct nrb_root *root);
void nrb_topology_finish(struct nrb_topology *topology);

/** The entry of an OS node, or NULL. */
const struct nrb_topology_node *nrb_topology_node(
	const struct nrb_topology *topology, int node);

/** Distance from one OS node to another as ACPI's SLIT has it (local 10); 0: unknown. */
int nrb_topology_distance(const struct nrb_topology *topology, int from, int to);

/** The CPUs of a node that this process may run on; empty where there are none. */
void nrb_topology_usable_cpus(
	const struct nrb_topology *topology, int node, struct nrb_idset *cpus);

/**
 * The nearest other node that has memory, and CPUs that this process may run on; -1: there is none.
 * Of several at one distance the first that memory falls back to: the next higher number, and behind
 * the highest the lowest. Source: find_next_best_node() in mm/page_alloc.c.
 */
int nrb_topology_neighbour(const struct nrb_topology *topology, int node);

/** Nodes that have memory; nodes that have CPUs. */
void nrb_topology_memory_nodes(
	const struct nrb_topology *topology, struct nrb_idset *nodes);
void nrb_topology_cpu_nodes(const struct nrb_topology *topology, struct nrb_idset *nodes);

#endif
