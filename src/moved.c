/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memory and CPUs that come and go. */
#include "nrb/moved.h"

#include "nrb/counters.h"
#include "nrb/diag.h"
#include "nrb/idset.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

enum { TOLERANCE = 100 /* the node's hundredth part */ };

static int check_memory(const struct nrb_root *root, const struct nrb_topology_node *node)
{
	struct nrb_node_memory now;

	if (node->memory_bytes == 0 ||
		nrb_counters_read_node(root, node->node, &now) < 0 ||
		now.total_bytes == NRB_ABSENT ||
		llabs(now.total_bytes - node->memory_bytes) <=
			node->memory_bytes / TOLERANCE) {
		return 0;
	}
	nrb_refuse(NRB_EXIT_DISTURBED, "run it again when memory stays where it is",
		"node %d had %" PRId64
		" MiB of memory when the plan was made and has %" PRId64 " MiB now",
		node->node, node->memory_bytes >> 20, now.total_bytes >> 20);
	return -ESTALE;
}

static int check_cpus(
	const struct nrb_root *root, const struct nrb_topology *topology, int node)
{
	struct nrb_idset usable, online;
	char text[256];

	if (nrb_fsroot_read_str(
		    root, "sys/devices/system/cpu/online", text, sizeof(text)) < 0 ||
		nrb_idset_parse(text, &online) < 0) {
		return 0;
	}
	nrb_topology_usable_cpus(topology, node, &usable);
	nrb_for_each_id(cpu, &usable) {
		if (!nrb_idset_has(&online, cpu)) {
			nrb_refuse(NRB_EXIT_DISTURBED,
				"run it again when CPUs stay online",
				"CPU %d of node %d was online when the plan was made and is not now",
				cpu, node);
			return -ESTALE;
		}
	}
	return 0;
}

int nrb_moved_check(const struct nrb_root *root, const struct nrb_topology *topology,
	int node, int cpu_node)
{
	const struct nrb_topology_node *entry = nrb_topology_node(topology, node);
	int rc = entry != NULL ? check_memory(root, entry) : 0;

	return rc == 0 ? check_cpus(root, topology, cpu_node) : rc;
}
