/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a machine lacks for an arm. */
#include "nrb/plandraft.h"

#include "nrb/diag.h"
#include "nrb/topologynodes.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

static bool has_one_node(const struct nrb_plandraft *draft)
{
	return nrb_idset_count(&draft->memory_nodes) < 2;
}

static bool lacks_spill(const struct nrb_plandraft *draft, const struct nrb_arm *arm)
{
	return (nrb_arm_needs(arm) & NRB_NEEDS_SPILL) && has_one_node(draft);
}

static bool lacks_neighbour(const struct nrb_plandraft *draft, const struct nrb_arm *arm)
{
	return (nrb_arm_needs(arm) & NRB_NEEDS_NEIGHBOUR) &&
	       nrb_topology_neighbour(&draft->machine->topology, arm->node) < 0;
}

static bool lacks_cpuset(const struct nrb_plandraft *draft, const struct nrb_arm *arm)
{
	return arm->policy == NRB_ARM_CPUSET && has_one_node(draft);
}

/* Off on this arm. */
static bool is_swap_off(const struct nrb_plandraft *draft, const struct nrb_arm *arm)
{
	return arm->swap == 0 || (arm->swap < 0 && !draft->machine->has_swap);
}

static bool lacks_swap(const struct nrb_plandraft *draft, const struct nrb_arm *arm)
{
	return (nrb_arm_needs(arm) & NRB_NEEDS_SWAP) && is_swap_off(draft, arm);
}

/* What the holder took is all that is there, and only swap could take it: the allocation, that may
 * go nowhere else, would meet the out-of-memory killer. */
static bool lacks_victims(const struct nrb_plandraft *draft, const struct nrb_arm *arm)
{
	return arm->policy == NRB_ARM_BIND && arm->variant->hold != NULL &&
	       !(nrb_arm_needs(arm) & NRB_NEEDS_FILE) && is_swap_off(draft, arm);
}

static bool lacks_device(const struct nrb_plandraft *draft, const struct nrb_arm *arm)
{
	return arm->swap >= 0 && draft->machine->swap[0] == '\0';
}

static bool lacks_lru_gen(const struct nrb_plandraft *draft, const struct nrb_arm *arm)
{
	return arm->lru_gen == 1 && draft->machine->lru_gen[0] == '\0';
}

static bool lacks_trim(const struct nrb_plandraft *draft, const struct nrb_arm *arm)
{
	return arm->trim && !draft->machine->can_trim;
}

static bool lacks_huge_pages(const struct nrb_plandraft *draft, const struct nrb_arm *arm)
{
	const char *thp = draft->machine->thp;

	return arm->page_size == NRB_PAGE_THP &&
	       (thp[0] == '\0' || strcmp(thp, "never") == 0);
}

static bool lacks_file(const struct nrb_plandraft *draft, const struct nrb_arm *arm)
{
	(void)draft;
	return arm->fill_all && !(nrb_arm_needs(arm) & NRB_NEEDS_FILE);
}

/* The comparison is of the scenario's settings: it would be of others under its name. */
static bool lacks_own_settings(
	const struct nrb_plandraft *draft, const struct nrb_arm *arm)
{
	const struct nrb_value *own = arm->variant->settings;

	(void)draft;
	for (; own != NULL && own->name != NULL; own++) {
		for (int i = 0; arm->set != NULL && i < arm->set->n; i++) {
			if (strcmp(arm->set->items[i].setting->name, own->name) == 0) {
				return true;
			}
		}
	}
	return false;
}

/* The user's own files are as they are. */
static bool lacks_space(const struct nrb_plandraft *draft, const struct nrb_arm *arm)
{
	return draft->options->sparse && (nrb_arm_needs(arm) & NRB_NEEDS_SPACE) &&
	       !nrb_plandraft_serves_files(draft, arm);
}

struct lack {
	bool (*is)(const struct nrb_plandraft *draft, const struct nrb_arm *arm);
	const char *why, *way_out;
};

/* clang-format off */
static const struct lack lacks[] = {
	{ lacks_spill, "this machine has one NUMA node with memory: nothing to compare",
	  "try `numa-reclaim-bench rehearse` for a virtual machine with two" },
	{ lacks_neighbour, "no other node has both memory and CPUs: nobody works there",
	  "try `numa-reclaim-bench rehearse` for a virtual machine with one" },
	{ lacks_cpuset, "a cpuset without the node needs another node with memory",
	  "leave --policy cpuset out" },
	{ lacks_swap, "swap is off",
	  "turn a swap device on, or try `numa-reclaim-bench rehearse`" },
	{ lacks_victims, "nothing on the node could be reclaimed: it would be killed",
	  "leave --policy bind out, or turn a swap device on" },
	{ lacks_device, "swap is not on exactly one device",
	  "leave --swap out: then it stays as found" },
	{ lacks_lru_gen, "this kernel has no MGLRU (6.1 and later may)",
	  "leave --lru-gen on out" },
	{ lacks_trim, "this kernel has no nodeN/reclaim to trim with (6.17 and later do)",
	  "leave --trim on out" },
	{ lacks_huge_pages, "transparent_hugepage is never, or not in this kernel",
	  "leave --page-size thp out, or set it to madvise" },
	{ lacks_file, "this scenario fills its target alone, and not with file cache",
	  "leave --fill-on all out" },
	{ lacks_own_settings, "--set names a setting that this scenario sets itself",
	  "leave that one out of --set" },
	{ lacks_space, "a sparse file has no blocks on the disk to be written to",
	  "leave --sparse out" },
	{ NULL, NULL, NULL },
};
/* clang-format on */

static const struct lack *first_lack(
	const struct nrb_plandraft *draft, const struct nrb_arm *arm)
{
	for (const struct lack *lack = lacks; lack->is != NULL; lack++) {
		if (lack->is(draft, arm)) {
			return lack;
		}
	}
	return NULL;
}

void nrb_planlacks_note(const struct nrb_plandraft *draft, struct nrb_arm *arm)
{
	const struct lack *lack = first_lack(draft, arm);

	snprintf(arm->unsupported, sizeof(arm->unsupported), "%s",
		lack != NULL ? lack->why : "");
}

int nrb_planlacks_check(const struct nrb_plan *plan, const struct nrb_plandraft *draft)
{
	const struct lack *lack;

	for (int i = 0; i < plan->n_arms; i++) {
		if (plan->arms[i].unsupported[0] == '\0') {
			return 0;
		}
	}
	lack = first_lack(draft, &plan->arms[0]);
	/* words that contradict each other do so on any machine */
	return nrb_refuse(lack->is == lacks_own_settings || lack->is == lacks_space
				  ? NRB_EXIT_USAGE
				  : NRB_EXIT_NOT_HERE,
		lack->way_out, "%s", lack->why);
}
