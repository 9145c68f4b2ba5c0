/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The snapshot that plans and checks are made from. */
#include "nrb/machine.h"

#include "nrb/confounders.h"
#include "nrb/diag.h"
#include "nrb/settings.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEFAULT_UNMAPPED_RATIO = 1 };

static int read_memory(struct nrb_machine *machine, const struct nrb_root *root)
{
	int n = machine->topology.n_nodes, rc;

	machine->memory = calloc((size_t)n, sizeof(*machine->memory));
	if (machine->memory == NULL) {
		return nrb_fail(-ENOMEM, "no memory for %d nodes", n);
	}
	for (int i = 0; i < n; i++) {
		int node = machine->topology.nodes[i].node;

		rc = nrb_counters_read_node(root, node, &machine->memory[i]);
		if (rc < 0) {
			return nrb_fail(rc, "cannot read node %d's meminfo", node);
		}
	}
	return 0;
}

static int read_mode(struct nrb_machine *machine, const struct nrb_root *root)
{
	int rc = nrb_fsroot_read_i64(
		root, "proc/sys/vm/zone_reclaim_mode", &machine->found_mode);

	if (rc == -ENOENT) {
		machine->found_mode = NRB_ABSENT;
		return 0;
	}
	return rc < 0 ? nrb_fail(rc, "cannot read /proc/sys/vm/zone_reclaim_mode") : 0;
}

static void read_ratio(struct nrb_machine *machine, const struct nrb_root *root)
{
	if (nrb_fsroot_read_percent(root, "proc/sys/vm/min_unmapped_ratio",
		    &machine->min_unmapped_ratio) < 0) {
		machine->min_unmapped_ratio = DEFAULT_UNMAPPED_RATIO;
	}
}

static void read_thp(struct nrb_machine *machine, const struct nrb_root *root)
{
	static const struct nrb_confounder enabled = {
		.path = "sys/kernel/mm/transparent_hugepage/enabled",
		.kind = NRB_CONFOUNDER_CHOICE,
	};

	if (nrb_confounder_read(root, &enabled, machine->thp, sizeof(machine->thp)) < 0) {
		machine->thp[0] = '\0';
	}
}

static void read_swap(struct nrb_machine *machine, const struct nrb_root *root)
{
	const struct nrb_setting *swap = nrb_setting_find("swap");
	char held[NRB_SETTING_LEN];

	/* "several", or a path that needs quotes, is no value */
	if (nrb_setting_read(root, swap, held) == 0 && nrb_setting_valid(swap, held) &&
		strcmp(held, "none") != 0) {
		static_assert(sizeof(machine->swap) >= sizeof(held), "no cut");
		strcpy(machine->swap, held);
	}
}

int nrb_machine_read(struct nrb_machine *machine, const struct nrb_root *root)
{
	int rc;

	*machine = (struct nrb_machine){ 0 };
	rc = nrb_fsroot_read_str(root, "proc/sys/kernel/osrelease", machine->kernel,
		sizeof(machine->kernel));
	if (rc < 0) {
		return nrb_fail(rc, "cannot read /proc/sys/kernel/osrelease");
	}
	rc = nrb_topology_read(&machine->topology, root);
	if (rc == 0) {
		rc = nrb_zones_read(&machine->zones, root);
	}
	if (rc == 0) {
		rc = nrb_cpu_read(&machine->cpu, root);
	}
	if (rc == 0) {
		rc = read_memory(machine, root);
	}
	if (rc == 0) {
		rc = read_mode(machine, root);
	}
	if (rc < 0) {
		nrb_machine_finish(machine);
		return rc;
	}
	snprintf(machine->lru_gen, sizeof(machine->lru_gen), "%s",
		nrb_confounders_lru_gen(root));
	read_ratio(machine, root);
	read_thp(machine, root);
	machine->has_swap = nrb_confounders_has_swap(root);
	read_swap(machine, root);
	machine->has_boost =
		nrb_setting_is_there(root, nrb_setting_find("vm.watermark_boost_factor"));
	machine->can_swap = nrb_setting_can_swap(root);
	machine->can_trim = machine->topology.n_nodes > 0 &&
			    nrb_setting_can_trim(root, machine->topology.nodes[0].node);
	return 0;
}

void nrb_machine_finish(struct nrb_machine *machine)
{
	nrb_topology_finish(&machine->topology);
	nrb_zones_finish(&machine->zones);
	free(machine->memory);
	machine->memory = NULL;
}
