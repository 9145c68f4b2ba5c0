/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The nodes of a guest: all alike, or after those of another machine. */
#ifndef NRB_SHAPE_H
#define NRB_SHAPE_H

#include "nrb/topology.h"
#include "nrb/words.h"

#include <stdbool.h>
#include <stdint.h>

/* A run needs so much of a node: a kernel and its initramfs take 150 MiB of one before anything runs. */
#define NRB_SHAPE_MIN_BYTES (256LL << 20)

/* What is asked of this machine: its own nodes. */
#define NRB_SHAPE_OWN "own"

enum { NRB_SHAPE_MAX_NODES = 64 };

struct nrb_shape_asked {
	const char *like; /* hwloc's XML of a machine, a directory recorded of one, or
	                     NRB_SHAPE_OWN; NULL: not asked for */
	/* any of these: made, unless like another's; repeated: as one of a record was */
	bool nodes_given, distance_given, repeated;
	int nodes;
	int64_t node_bytes; /* of the largest node, where they are not alike */
	int cpus_per_node;  /* at most, where they are not alike */
	int distance;       /* between nodes; like another's: where that is not known */
};

struct nrb_shape_node {
	int like; /* number of the node that it is like; its own where there is none */
	int cpus; /* 0: CPU-less */
	int64_t bytes; /* 0: memoryless */
	int initiator; /* the node whose CPUs are nearest to its memory: itself if it has some */
};

/* Nodes are numbered from 0, those with CPUs before those without: a kernel takes the firmware's nodes
 * by its table of CPUs first (acpi_numa_init() in drivers/acpi/numa/srat.c, 7.3). */
struct nrb_shape {
	int n;
	struct nrb_shape_node nodes[NRB_SHAPE_MAX_NODES];
	int distances[NRB_SHAPE_MAX_NODES][NRB_SHAPE_MAX_NODES]; /* row = from */
	struct nrb_topology_path paths[NRB_SHAPE_MAX_NODES][NRB_SHAPE_MAX_NODES];
	int sockets, dies; /* of a socket; each die is a node's CPUs */
	const char
		*like; /* as asked for; NRB_SHAPE_OWN also where it was not; NULL: made */
	struct nrb_words
		cuts; /* a sentence for each way in which it is not as what it is like */
};

/** Make nodes that are alike. */
void nrb_shape_make(struct nrb_shape *shape, const struct nrb_shape_asked *asked);

/** Memory and CPUs of all nodes; those of the largest. */
int64_t nrb_shape_bytes(const struct nrb_shape *shape);
int nrb_shape_cpus(const struct nrb_shape *shape);
int64_t nrb_shape_most_bytes(const struct nrb_shape *shape);
int nrb_shape_most_cpus(const struct nrb_shape *shape);

/** The one distance between any two nodes; 0: there are several. */
int nrb_shape_one_distance(const struct nrb_shape *shape);

/** Refuse nodes of an option that the guest has not. Returns 0 or a negative errno, with a message
 * (NRB_EXIT_USAGE). */
int nrb_shape_check_nodes(
	const struct nrb_shape *shape, const struct nrb_idset *nodes, const char *option);

void nrb_shape_finish(struct nrb_shape *shape);

#endif
