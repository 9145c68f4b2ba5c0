/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether node reclaim runs on a node, and what it then frees: node_reclaim() of mm/vmscan.c and what
 * get_page_from_freelist() asks before it, over a state. Pure.
 * One gate is not here: another task may hold the node's reclaim lock, which nothing tells.
 */
#ifndef NRB_RECLAIMGATES_H
#define NRB_RECLAIMGATES_H

#include "nrb/request.h"
#include "nrb/vmstate.h"

#include <stdbool.h>
#include <stdint.h>

/* In the kernel's order; each is a row of nrb_gate_table. */
enum nrb_gate {
	NRB_GATE_MODE,     /* a bit of vm.zone_reclaim_mode is set */
	NRB_GATE_DISTANCE, /* the node is near enough to the preferred one */
	NRB_GATE_CACHE,    /* enough reclaimable file cache, or slab */
	NRB_GATE_WAITING,  /* the request may wait */
	NRB_GATE_CPU,      /* the running CPU is on the node, or the node has none */
	/* inside, where the scan is counted in zone_reclaim_*, but reclaims nothing: */
	NRB_GATE_REPEATED, /* before 5.19 slab alone does not open it again */
	NRB_GATE_MGLRU,    /* bits 2 and 4 with MGLRU, since 6.3 */
	NRB_GATE_YIELD, /* something may be freed: clean, and unmapped or bit 4 is set */
	NRB_N_GATES,
};

struct nrb_gate_info {
	const char *name;   /* "cache" */
	bool is_inside;     /* node reclaim has begun: it is counted */
	const char *asks;   /* what the kernel asks, one clause */
	const char *closed; /* what that means when the answer is no, one clause */
};

extern const struct nrb_gate_info nrb_gate_table[NRB_N_GATES];

/* A number against its limit, which it must exceed. */
struct nrb_limit {
	int64_t value, limit; /* absent: not known, or nothing to compare */
	int64_t drift;        /* by which value may be off */
};

struct nrb_gate_look {
	enum nrb_gate gate;
	bool is_open;
	/* MODE: value & bits; DISTANCE: open while value <= limit; CACHE, REPEATED: file cache, pages;
	 * CPU: the node and the CPU's node; YIELD: pages that may go, and 0; else absent */
	struct nrb_limit test;
	struct nrb_limit slab; /* of CACHE: what is enough instead, pages; else absent */
};

struct nrb_gates {
	int n; /* looked at: up to the first that is closed */
	struct nrb_gate_look looks[NRB_N_GATES];
	bool is_entered; /* node reclaim runs: zone_reclaim_success or _failed rises by one */
	bool is_passed; /* all are open: it frees something */
	/* that it frees at least and at most, pages; 0 without is_passed. About 32 with folios of one page,
	 * as many as a folio has with large ones. */
	int64_t yield_min_pages, yield_max_pages;
};

/** Look at the gates of a node (whose entry this is) for a request that prefers another or the same. */
void nrb_gates_look(struct nrb_gates *gates, const struct nrb_vmstate *state,
	const struct nrb_request *request, int preferred_node,
	const struct nrb_vmnode *node);

/** Whether a mode has bit 2 (write) or bit 4 (unmap) to this kernel, which may have shifted them. */
bool nrb_gates_may_write(const struct nrb_kernelrules *rules, int mode);
bool nrb_gates_may_unmap(const struct nrb_kernelrules *rules, int mode);

/** The reclaimable file cache of a node as node_pagecache_reclaimable() counts it for a mode, pages.
 * What the kernel does not tell counts as none. */
int64_t nrb_gates_reclaimable(
	const struct nrb_vmstate *state, const struct nrb_vmnode *node, int mode);

/** Whether the request may wait (__GFP_DIRECT_RECLAIM); a huge page's depends on its settings. */
bool nrb_gates_may_wait(
	const struct nrb_vmstate *state, const struct nrb_request *request);

#endif
