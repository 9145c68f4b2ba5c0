/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How much goes on beside an allocation. */
#include "nrb/plandraft.h"

#include "nrb/pagecache.h"
#include "nrb/topologynodes.h"

#define NS_PER_S INT64_C(1000000000)

enum {
	USED_PERCENT =
		40,    /* of what cells have of the node, of file, beside an allocation */
	MOST_READ = 4, /* allocations that are read before one, at most */
	VICTIM_PERCENT =
		10, /* of a neighbour's node: its working set, at most MOST_VICTIM */
	MOST_VICTIM = 256 << 20,
	REHEARSAL_VICTIM = 16 << 20,
	BURST_PERCENT = 2, /* of the node, in datagrams at a time, at most MOST_BURST */
	MOST_BURST = 64 << 20,
	REHEARSAL_BURST =
		4 << 20, /* an emulated CPU sends some thousand datagrams a second */
	LOAD_S = 15,     /* that a load lasts */
	REHEARSAL_LOAD_S = 5,
	LOOKS = 200, /* at zones, a second */
	REHEARSAL_LOOKS = 100,
	PAGE = 4096,
};

/* Enough beside any allocation; up to so much it may be more than twice that. */
static const int64_t small_part = 256LL << 20;

static int64_t smaller(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t node_bytes(const struct nrb_plandraft *draft, int node)
{
	return nrb_zones_sum(&draft->machine->zones, node).managed_pages *
	       nrb_zones_page_bytes();
}

static bool has_neighbour(const struct nrb_arm *arm)
{
	return nrb_arm_needs(arm) & NRB_NEEDS_NEIGHBOUR;
}

static bool has_load(const struct nrb_arm *arm)
{
	return nrb_arm_needs(arm) & NRB_NEEDS_LOAD;
}

/* Of all nodes but the target, beside the ballast that other cells need there. */
static int64_t others_free(const struct nrb_plandraft *draft, const struct nrb_arm *arm)
{
	int64_t bytes = 0 - nrb_plan_ballast_beside(draft->plan, arm->node);

	nrb_for_each_id(node, &draft->memory_nodes) {
		if (node != arm->node) {
			bytes += nrb_zones_sum(&draft->machine->zones, node).free_pages *
				 nrb_zones_page_bytes();
		}
	}
	return bytes;
}

/* What spills fills the other nodes, and half of the allocation would still spill then. On a large
 * machine that would take minutes to read. */
static int64_t find_read(const struct nrb_plandraft *draft, const struct nrb_arm *arm,
	const struct nrb_sizes *sizes)
{
	int64_t bytes = others_free(draft, arm) - sizes->alloc_bytes / 2;

	return smaller(bytes > 0 ? bytes : 0, MOST_READ * sizes->alloc_bytes);
}

/* On a large node no more than twice the allocation, which it is used beside. */
static int64_t find_used(const struct nrb_plandraft *draft, const struct nrb_arm *arm,
	const struct nrb_sizes *sizes)
{
	int64_t used =
		sizes->slack_bytes > 0 ? sizes->fill_bytes : node_bytes(draft, arm->node);
	int64_t bytes = used / 100 * USED_PERCENT;
	int64_t most = 2 * sizes->alloc_bytes;

	return smaller(bytes, most > small_part ? most : small_part);
}

/* Behind the other nodes' parts of the file. */
static void find_part(const struct nrb_plandraft *draft, const struct nrb_arm *arm,
	struct nrb_sizes *sizes)
{
	int64_t bytes = has_neighbour(arm) ? find_read(draft, arm, sizes)
					   : find_used(draft, arm, sizes);

	sizes->beside_from =
		sizes->file_bytes + sizes->other_bytes * nrb_plandraft_other_nodes(draft);
	sizes->beside_bytes =
		(bytes + NRB_REREAD_BLOCK - 1) / NRB_REREAD_BLOCK * NRB_REREAD_BLOCK;
}

/* More than a cache holds. */
static void find_victim(const struct nrb_plandraft *draft, const struct nrb_arm *arm,
	struct nrb_sizes *sizes)
{
	int node = nrb_topology_neighbour(&draft->machine->topology, arm->node);
	int64_t bytes = node_bytes(draft, node) / 100 * VICTIM_PERCENT;

	bytes = smaller(
		bytes, draft->options->rehearsal ? REHEARSAL_VICTIM : MOST_VICTIM);
	sizes->victim_bytes = bytes / PAGE * PAGE;
}

/* To be felt by a node, and by nobody else. */
static void find_load(const struct nrb_plandraft *draft, const struct nrb_arm *arm,
	struct nrb_sizes *sizes)
{
	bool rehearsal = draft->options->rehearsal;

	sizes->work_ns = (rehearsal ? REHEARSAL_LOAD_S : LOAD_S) * NS_PER_S;
	sizes->look_ns = NS_PER_S / (rehearsal ? REHEARSAL_LOOKS : LOOKS);
	sizes->burst_bytes = smaller(node_bytes(draft, arm->node) / 100 * BURST_PERCENT,
		rehearsal ? REHEARSAL_BURST : MOST_BURST);
}

void nrb_planbeside_find(const struct nrb_plandraft *draft, const struct nrb_arm *arm,
	struct nrb_sizes *sizes)
{
	if (nrb_arm_needs(arm) & NRB_NEEDS_BESIDE) {
		find_part(draft, arm, sizes);
	}
	if (has_neighbour(arm)) {
		find_victim(draft, arm, sizes);
	}
	if (has_load(arm)) {
		find_load(draft, arm, sizes);
	}
}

/* What is only read gives way to an allocation. */
int64_t nrb_planbeside_spill(const struct nrb_arm *arm, const struct nrb_sizes *sizes)
{
	return sizes->alloc_bytes + sizes->victim_bytes + sizes->burst_bytes +
	       (has_neighbour(arm) || has_load(arm) ? 0 : sizes->beside_bytes);
}
