/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The making of a plan, in steps that share a draft; see nrb_plan_make. All return 0 or a negative
 * errno, with a message and its exit code. */
#ifndef NRB_PLANDRAFT_H
#define NRB_PLANDRAFT_H

#include "nrb/diag.h"
#include "nrb/plan.h"
#include "nrb/plankinds.h"

/* Why nothing of a plan fits: what befell its first arm. */
struct nrb_refusal {
	enum nrb_exit code; /* NRB_EXIT_OK: none so far */
	char way_out[160];
	char why[512];
};

/* Why an arm does not fit. */
struct nrb_misfit {
	enum nrb_exit code;
	const char *way_out; /* copied */
	const char *
		brief; /* without numbers, for the plan's list of what is not supported */
};

/* What is resolved on the way to the arms. */
struct nrb_plandraft {
	const struct nrb_run_options *options;
	const struct nrb_machine *machine;
	struct nrb_kinds kinds;
	struct nrb_idset targets;
	struct nrb_idset memory_nodes, cpu_nodes;
	unsigned int modes; /* with the reference; 0: there is no knob */
	/* while sizes are found */
	int64_t largest_alloc;       /* wanted by any arm that can run */
	const struct nrb_plan *plan; /* its ballasts are known */
	struct nrb_refusal *refusal;
};

/** --cpu-node names nodes. */
static inline bool nrb_plandraft_asks_cpus(const struct nrb_plandraft *draft)
{
	return nrb_idset_count(&draft->options->cpu_nodes) > 0;
}

/** Nodes with memory beside a target. */
static inline int64_t nrb_plandraft_other_nodes(const struct nrb_plandraft *draft)
{
	return (int64_t)nrb_idset_count(&draft->memory_nodes) - 1;
}

/** Its cells serve the user's own files. */
static inline bool nrb_plandraft_serves_files(
	const struct nrb_plandraft *draft, const struct nrb_arm *arm)
{
	return draft->options->served != NULL &&
	       (nrb_arm_needs(arm) & NRB_NEEDS_SERVED) != 0;
}

/** Find the nodes under test, or refuse those that were named. */
int nrb_plantargets_find(struct nrb_plandraft *draft);

/** Refuse (usage) an arm of --set that would starve this machine: vm.min_free_kbytes over 5 % of all
 * its memory, in a rehearsal over 25 %. */
int nrb_plansets_check(const struct nrb_plandraft *draft);

/** Cross all factors into plan->arms, with room for their sizes. */
int nrb_planarms_cross(struct nrb_plan *plan, const struct nrb_plandraft *draft);

/** Say in arm->unsupported what this machine lacks for it, if anything. */
void nrb_planlacks_note(const struct nrb_plandraft *draft, struct nrb_arm *arm);

/** Refuse a plan of which nothing can run, with the first arm's reason. */
int nrb_planlacks_check(const struct nrb_plan *plan, const struct nrb_plandraft *draft);

/** Size what goes on beside an arm's allocation, once its fill and allocation are sized: a part of the
 * file, a neighbour, a load. */
void nrb_planbeside_find(const struct nrb_plandraft *draft, const struct nrb_arm *arm,
	struct nrb_sizes *sizes);

/** Bytes that an arm's cells may take of other nodes' memory, and cannot give back at once. */
int64_t nrb_planbeside_spill(const struct nrb_arm *arm, const struct nrb_sizes *sizes);

/** File cache of a node up to which node reclaim does not run there: vm.min_unmapped_ratio, as found or
 * as any arm of --set has it, the largest, of all of the node; in bytes. */
int64_t nrb_planballast_gate(const struct nrb_plandraft *draft, int node);

/** Left free on a node by a fill, above what it may take (nrb_zones_spare). */
int64_t nrb_planballast_headroom(const struct nrb_plandraft *draft, int node);

/** By how much that arm of --set which raises a node's high watermarks most does so, in bytes: a fill
 * leaves so much more of it free. Source: __setup_per_zone_wmarks (6.1, mm/page_alloc.c). */
int64_t nrb_planballast_most_raised(const struct nrb_plandraft *draft, int node);

/** Whether a fill of so many bytes leaves so much of a node free that a ballast must take it. */
bool nrb_planballast_is_due(
	const struct nrb_plandraft *draft, int node, int64_t fill_bytes);

/** Put a node's ballast beside a fill of so many bytes into the plan, once; the largest fill counts. */
void nrb_planballast_add(struct nrb_plan *plan, const struct nrb_plandraft *draft,
	int node, int64_t fill_bytes);

/** Size what an arm serves, its file_bytes, headroom_bytes and alloc_bytes being known: from the file's
 * start, which makes file_bytes longer; or the user's files, which makes it 0. */
void nrb_planserved_find(
	const struct nrb_plandraft *draft, struct nrb_arm *arm, struct nrb_sizes *sizes);

/** Leave an arm out of the plan: say misfit's words in arm->unsupported, and keep the reason with its
 * numbers as the draft's refusal if it is the first. */
void nrb_planfits_drop(const struct nrb_plandraft *draft, struct nrb_arm *arm,
	const struct nrb_misfit *misfit, const char *fmt, ...) NRB_PRINTF(4, 5);

/** What is to be filled for `bytes` to be cached under the watermarks of each arm of --set. */
int64_t nrb_planfits_beside_marks(
	const struct nrb_plandraft *draft, int node, int64_t bytes);

/** Drop an arm whose fill leaves node reclaim too little to take, beside a ballast. */
void nrb_planfits_check_fill(const struct nrb_plandraft *draft, struct nrb_arm *arm,
	const struct nrb_sizes *sizes);

/** Drop an arm that spills more than the other nodes have, or whose file the directory cannot take. */
void nrb_planfits_check(const struct nrb_plandraft *draft, struct nrb_arm *arm,
	const struct nrb_sizes *sizes);

/** Refuse a plan that takes more than --max-memory. */
int nrb_planfits_check_limit(
	const struct nrb_plan *plan, const struct nrb_plandraft *draft);

/** Bytes that the nodes beside a target have to spare: what is free beside the 2 x high that they keep
 * and beside ballasts, which stand there in cells that do not fill them, too; and their read-once cache,
 * which gives way to what comes as it would to anyone's memory. */
int64_t nrb_planfits_elsewhere(const struct nrb_plandraft *draft, int target);

/** Bytes of the cache file that an arm's cells read. */
int64_t nrb_planfits_file(
	const struct nrb_plandraft *draft, const struct nrb_sizes *sizes);

/** Size every arm that can run, and the plan's memory and file. What does not fit is left out with its
 * reason; refuse where nothing does, with the first one. */
int nrb_plansizes_find(struct nrb_plan *plan, const struct nrb_plandraft *draft);

#endif
