/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which nodes are under test. */
#include "nrb/plandraft.h"

#include "nrb/diag.h"
#include "nrb/topologynodes.h"

/* The first node with CPUs and memory, preferably one without ZONE_DMA32: its walk over the zones
 * is the plain one. */
static int default_target(const struct nrb_plandraft *draft)
{
	int first = -1;

	nrb_for_each_id(node, &draft->memory_nodes) {
		if (!nrb_idset_has(&draft->cpu_nodes, node)) {
			continue;
		}
		if (!nrb_zones_sum(&draft->machine->zones, node).has_dma32) {
			return node;
		}
		first = first < 0 ? node : first;
	}
	if (first < 0 && nrb_plandraft_asks_cpus(draft)) {
		first = nrb_idset_next(&draft->memory_nodes, -1);
	}
	return first;
}

static int check_node(const struct nrb_plandraft *draft, int node)
{
	const struct nrb_topology_node *entry =
		nrb_topology_node(&draft->machine->topology, node);
	char have[256];

	if (entry == NULL || !nrb_idset_has(&draft->memory_nodes, node)) {
		return nrb_refuse(NRB_EXIT_USAGE, NULL,
			entry == NULL ? "this machine has no node %d; it has %s"
				      : "node %d has no memory; %s have",
			node, nrb_idset_format(&draft->memory_nodes, have, sizeof(have)));
	}
	if (!nrb_idset_has(&draft->cpu_nodes, node) && !nrb_plandraft_asks_cpus(draft)) {
		return nrb_refuse(NRB_EXIT_USAGE,
			"say with --cpu-node from which node to allocate on it",
			"node %d has no CPUs", node);
	}
	return 0;
}

/* Who asks for no node gets one. */
static int check_default(const struct nrb_plandraft *draft)
{
	if (nrb_idset_count(&draft->targets) > 0 ||
		!(draft->kinds.needs & NRB_NEEDS_MODES)) {
		return 0;
	}
	return nrb_refuse(NRB_EXIT_USAGE,
		"say with --node and --cpu-node which memory and whose CPUs",
		"no node has both CPUs and memory");
}

/* --node all: every node that can be a target. */
static void take_all(struct nrb_plandraft *draft)
{
	draft->targets = draft->memory_nodes;
	nrb_for_each_id(node, &draft->memory_nodes) {
		if (!nrb_plandraft_asks_cpus(draft) &&
			!nrb_idset_has(&draft->cpu_nodes, node)) {
			nrb_idset_remove(&draft->targets, node);
		}
	}
}

static void take_default(struct nrb_plandraft *draft)
{
	int node = default_target(draft);

	nrb_idset_clear(&draft->targets);
	if (node >= 0) {
		nrb_idset_add(&draft->targets, node);
	}
}

int nrb_plantargets_find(struct nrb_plandraft *draft)
{
	const struct nrb_run_options *options = draft->options;
	int rc = 0;

	nrb_topology_memory_nodes(&draft->machine->topology, &draft->memory_nodes);
	nrb_topology_cpu_nodes(&draft->machine->topology, &draft->cpu_nodes);
	nrb_for_each_id(cpu_node, &options->cpu_nodes) {
		if (!nrb_idset_has(&draft->cpu_nodes, cpu_node)) {
			return nrb_refuse(NRB_EXIT_USAGE, NULL,
				"--cpu-node: node %d has no CPUs", cpu_node);
		}
	}
	if (options->nodes_given) {
		draft->targets = options->nodes;
	} else if (options->all_nodes) {
		take_all(draft);
	} else {
		take_default(draft);
	}
	nrb_for_each_id(node, &draft->targets) {
		rc = rc == 0 ? check_node(draft, node) : rc;
	}
	return rc == 0 ? check_default(draft) : rc;
}
