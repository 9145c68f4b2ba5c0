/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where allocating threads run, and where their memory is asked to be. */
#include "nrb/allocator.h"

#include "nrb/cpusetgroup.h"
#include "nrb/placement.h"
#include "nrb/topologynodes.h"

#include <unistd.h>

enum { HOME_LEN = 4096 };

/* The range's policy and not the thread's, so that it holds to the end of the cell: pages that NUMA
 * balancing has marked for a hint fault are absent to move_pages(2) (seen on 6.1), and may be moved.
 * MPOL_LOCAL and not the default one: what is explicit is left alone by it. */
static int set_policy(const struct nrb_cell *cell)
{
	static const enum nrb_policy policies[] = {
		[NRB_ARM_LOCAL] = NRB_POLICY_LOCAL,
		[NRB_ARM_BIND] = NRB_POLICY_BIND,
		[NRB_ARM_PREFERRED] = NRB_POLICY_PREFERRED,
		[NRB_ARM_INTERLEAVE] = NRB_POLICY_INTERLEAVE,
		[NRB_ARM_CPUSET] = NRB_POLICY_LOCAL,
	};
	struct nrb_idset nodes;

	nrb_idset_clear(&nodes);
	nrb_idset_add(&nodes, cell->arm.node);
	if (cell->arm.policy == NRB_ARM_INTERLEAVE) {
		nrb_topology_memory_nodes(cell->topology, &nodes);
	}
	return nrb_placement_bind_range(
		cell->arena.mem, cell->arena.len, policies[cell->arm.policy], &nodes);
}

int nrb_allocator_pin(const struct nrb_cell *cell, int i)
{
	struct nrb_idset usable, one;
	int cpu = -1;

	nrb_topology_usable_cpus(cell->topology, cell->arm.cpu_node, &usable);
	for (int at = 0; at <= i % nrb_idset_count(&usable); at++) {
		cpu = nrb_idset_next(&usable, cpu);
	}
	nrb_idset_clear(&one);
	nrb_idset_add(&one, cpu);
	return nrb_placement_pin(&one);
}

static void prefault(struct nrb_histogram *hist)
{
	volatile char *at = (volatile char *)hist;

	/* the faults are the purpose */
	for (size_t i = 0; i < sizeof(*hist); i += 4096) {
		/* cppcheck-suppress selfAssignment */
		at[i] = at[i];
	}
	/* cppcheck-suppress selfAssignment */
	at[sizeof(*hist) - 1] = at[sizeof(*hist) - 1];
}

void nrb_allocator_prepare(struct nrb_cell *cell, int i)
{
	cell->shared->thread_id[i] = gettid();
	prefault(&cell->shared->thread_hist[i]);
}

/* A cgroup's cpuset may undo what CPU one is pinned to: pinned again on both ways. */
static int run_in_group(struct nrb_cell *cell, int (*work)(struct nrb_cell *cell))
{
	char home[HOME_LEN];
	int rc = nrb_cpusetgroup_enter(cell->root, home, sizeof(home)), left;

	if (rc < 0) {
		return rc;
	}
	rc = nrb_allocator_pin(cell, 0);
	if (rc == 0) {
		rc = work(cell);
	}
	left = nrb_cpusetgroup_leave(cell->root, home);
	if (left == 0) {
		left = nrb_allocator_pin(cell, 0);
	}
	return rc < 0 ? rc : left;
}

int nrb_allocator_run(struct nrb_cell *cell, int (*work)(struct nrb_cell *cell))
{
	int rc = set_policy(cell);

	if (rc < 0) {
		return rc;
	}
	return cell->arm.policy == NRB_ARM_CPUSET ? run_in_group(cell, work) : work(cell);
}
