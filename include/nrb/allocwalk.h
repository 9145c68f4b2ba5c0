/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The way of one request through the kernel's zonelist: get_page_from_freelist() as 6.1 and 7.3 have
 * it, over a state that was read before. Pure: no file, no system call.
 */
#ifndef NRB_ALLOCWALK_H
#define NRB_ALLOCWALK_H

#include "nrb/reclaimgates.h"
#include "nrb/request.h"
#include "nrb/vmstate.h"
#include "nrb/zonelist.h"
#include "nrb/zonemark.h"

#include <stdbool.h>
#include <stdint.h>

/* The kernel's passes over the list, in order. Huge ones are for huge pages alone. */
enum nrb_walk_pass {
	NRB_PASS_HUGE_LOW, /* one node, down to low */
	NRB_PASS_HUGE_MIN, /* one node, down to min, its kswapd woken */
	NRB_PASS_LOW,      /* the whole list, down to low */
	NRB_PASS_MIN,      /* the slow path: kswapds are woken, down to min */
	NRB_N_PASSES,
};

/* What became of a zone. */
enum nrb_walk_verdict {
	NRB_VERDICT_TAKEN,     /* enough is free: the page comes from here */
	NRB_VERDICT_RECLAIMED, /* node reclaim makes room: the page comes from here */
	NRB_VERDICT_NO_ROOM,   /* too little is free, and a gate keeps node reclaim out */
	NRB_VERDICT_IN_VAIN,   /* node reclaim runs, and frees nothing or too little */
	NRB_VERDICT_KSWAPD,    /* passed over: the node's kswapd is awake */
	NRB_VERDICT_DIRTY, /* passed over: the node's share of dirty pages is used up */
	NRB_N_VERDICTS,
};

struct nrb_walk_step {
	enum nrb_walk_pass pass;
	int sweep; /* 0..: how often the pass had begun anew with the first zone */
	int zone;  /* position in state->zones */
	enum nrb_walk_verdict verdict;
	struct nrb_zonemark mark; /* all absent for a zone that was passed over */
	struct nrb_limit
		dirty; /* and writeback pages of the node, and its share; absent: not minded */
	struct nrb_gates gates; /* n 0: none was asked */
};

enum nrb_walk_outcome {
	NRB_OUTCOME_PAGE, /* a page of .node */
	NRB_OUTCOME_DIRECT, /* direct reclaim of the whole list, and compaction for order > 0 */
	NRB_OUTCOME_FAILS,   /* may not wait: the request fails */
	NRB_OUTCOME_SMALL,   /* no huge page: the fault takes base pages instead */
	NRB_OUTCOME_NOWHERE, /* no zone may serve it */
	NRB_N_OUTCOMES,
};

struct nrb_allocwalk {
	struct nrb_request request;
	struct nrb_zonelist list; /* of the last pass */
	int n_steps;
	struct nrb_walk_step
		*steps; /* in the kernel's order; with NRB_OUTCOME_PAGE the last is it */
	enum nrb_walk_outcome outcome;
	int zone, node; /* position in state->zones, OS number; -1: none */
	int n_success,
		n_failed; /* by which zone_reclaim_success (6.12) and _failed rise */
	bool wakes_kswapd; /* down to low there was none: kswapds of the list are woken (__GFP_KSWAPD_RECLAIM) */
	/* why it may come otherwise though no number is near a limit: a clause, borrowed; NULL: sure */
	const char *unsure_why;
};

/** Walk. Returns 0, -ENOMEM (with a message). */
int nrb_allocwalk_run(struct nrb_allocwalk *walk, const struct nrb_vmstate *state,
	const struct nrb_request *request);
void nrb_allocwalk_finish(struct nrb_allocwalk *walk);

/** Whether node reclaim runs on the way: zone_reclaim_success or zone_reclaim_failed rises. */
bool nrb_allocwalk_reclaims(const struct nrb_allocwalk *walk);

/* Words for text and JSON: "low", "taken", "page", ... */
extern const char *const nrb_walk_pass_words[NRB_N_PASSES];
extern const char *const nrb_walk_verdict_words[NRB_N_VERDICTS];
extern const char *const nrb_walk_outcome_words[NRB_N_OUTCOMES];

#endif
