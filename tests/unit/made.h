/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Machines made of a few numbers, for tests of what a plan makes of them. */
#ifndef NRB_TEST_MADE_H
#define NRB_TEST_MADE_H

#include "nrb/machine.h"

#include <stdio.h>
#include <string.h>

enum { MAX = 6, MIB = 1 << 20, CPUS = 2 };

/* A node: CPUs 2N and 2N + 1, or none; its memory in one zone, or DMA32 besides. */
struct spec {
	int node;
	bool cpus, dma32;
	int64_t mib, free_mib, inactive_file_mib;
};

static struct {
	struct nrb_machine machine;
	struct nrb_topology_node nodes[MAX];
	struct nrb_zone zones[2 * MAX];
	struct nrb_node_memory memory[MAX];
} made;

static void add_zone(
	const struct spec *spec, const char *name, int64_t mib, int64_t free_mib)
{
	int64_t pages_per_mib = MIB / nrb_zones_page_bytes();

	made.zones[made.machine.zones.n] = (struct nrb_zone){
		.node = spec->node,
		.managed_pages = mib * pages_per_mib,
		.free_pages = free_mib * pages_per_mib,
		.high_pages = pages_per_mib, /* 1 MiB */
	};
	snprintf(made.zones[made.machine.zones.n++].name, 16, "%s", name);
}

static const struct nrb_machine *machine_of(
	int64_t found_mode, const struct spec *specs, int n)
{
	struct nrb_machine *machine = &made.machine;

	memset(&made, 0, sizeof(made));
	machine->topology.nodes = made.nodes;
	machine->topology.n_nodes = n;
	machine->zones.zones = made.zones;
	machine->memory = made.memory;
	machine->found_mode = found_mode;
	machine->min_unmapped_ratio = 1;
	snprintf(machine->kernel, sizeof(machine->kernel), "6.1.0");
	for (int i = 0; i < n; i++) {
		const struct spec *spec = &specs[i];

		made.nodes[i].node = spec->node;
		made.nodes[i].memory_bytes = spec->mib * MIB;
		made.memory[i].inactive_file_bytes = spec->inactive_file_mib * MIB;
		for (int k = 0; spec->cpus && k < CPUS; k++) {
			nrb_idset_add(&made.nodes[i].cpus, CPUS * spec->node + k);
			nrb_idset_add(
				&machine->topology.allowed_cpus, CPUS * spec->node + k);
		}
		nrb_idset_add(&machine->topology.allowed_nodes, spec->node);
		if (spec->dma32) {
			add_zone(spec, "DMA32", spec->mib / 2, spec->free_mib / 2);
		}
		if (spec->mib > 0) {
			add_zone(spec, "Normal", spec->mib - spec->dma32 * spec->mib / 2,
				spec->free_mib - spec->dma32 * spec->free_mib / 2);
		}
	}
	return machine;
}

#endif
