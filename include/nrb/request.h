/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A page that someone asks the kernel for: who, on which CPU, how large, and what it may do for it. */
#ifndef NRB_REQUEST_H
#define NRB_REQUEST_H

#include "nrb/levels.h"
#include "nrb/vmstate.h"

enum nrb_gfp {
	NRB_GFP_MOVABLE, /* a program's memory: GFP_HIGHUSER_MOVABLE */
	NRB_GFP_KERNEL,  /* the kernel's own: GFP_KERNEL */
	NRB_GFP_ATOMIC,  /* from an interrupt: GFP_ATOMIC */
	NRB_GFP_DIRTY_WRITE, /* page cache that is written: GFP_HIGHUSER_MOVABLE | __GFP_WRITE */
	NRB_N_GFPS,
};

struct nrb_gfp_info {
	const char *name;    /* as --gfp takes it */
	const char *flags;   /* as the kernel calls it */
	const char *meaning; /* a noun phrase: "a page of a program's memory" */
	bool is_movable;     /* may lie in ZONE_MOVABLE and CMA */
	bool may_reclaim;    /* __GFP_DIRECT_RECLAIM: may wait */
	bool uses_reserves;  /* may go below min (__GFP_HIGH) and past the cpuset */
	bool spreads_dirty;  /* __GFP_WRITE: minds each node's share of dirty pages */
};

extern const struct nrb_gfp_info nrb_gfp_table[NRB_N_GFPS];
extern const char *const nrb_gfp_words[]; /* the names; ends with NULL */

struct nrb_request {
	int cpu;      /* that asks; -1: any of cpu_node */
	int cpu_node; /* its node: numa_node_id() */
	enum nrb_arm_policy
		policy; /* local, bind, preferred or interleave (its turn for node) */
	int node;       /* of the policy; cpu_node for local */
	int order;      /* 2^order pages */
	enum nrb_gfp gfp;
	int mode;        /* vm.zone_reclaim_mode, whatever is set now */
	bool lru_gen;    /* MGLRU, whatever is set now */
	bool is_advised; /* a huge page's range has MADV_HUGEPAGE */
};

/* What a command line names of it; -1 and NRB_ABSENT: not given. */
struct nrb_request_asked {
	int64_t node, cpu, order; /* order: not given is 0 */
	int policy, gfp;          /* enum nrb_arm_policy, enum nrb_gfp */
	int mode, lru_gen;        /* -1: as set now */
};

extern const struct nrb_request_asked nrb_request_nothing_asked;

/**
 * Fill in what is not given: the CPU is the first of node (or of the nearest node with CPUs), the node
 * is the CPU's, without both the first node with CPUs and memory; the policy is local where CPU and
 * node agree, else preferred.
 * Returns 0, or -ECANCELED with a message (NRB_EXIT_USAGE: no such node or CPU, a node without memory,
 * local for another node's memory).
 */
int nrb_request_make(struct nrb_request *request, const struct nrb_vmstate *state,
	const struct nrb_request_asked *asked);

/** Whether it is for a huge page (2 MiB on x86), for which the kernel tries one node first. */
bool nrb_request_is_huge(const struct nrb_request *request);

/** The node whose zonelist is walked. A policy that binds takes the list of the CPU's node, and of it
 * what it may. Source: policy_nodemask() in mm/mempolicy.c (7.3). */
int nrb_request_list_node(const struct nrb_request *request);

/** Whether a node's memory may serve it: the cpuset and the policy allow it. An interrupt minds
 * neither. */
bool nrb_request_may_use(
	const struct nrb_request *request, const struct nrb_vmnode *node);

#endif
