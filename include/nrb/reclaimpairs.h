/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Calls of node reclaim, put together from their begins and ends, which come in the order of time. Pure logic: no
 * file is read. Where events were dropped, what lies before and after is never put together.
 */
#ifndef NRB_RECLAIMPAIRS_H
#define NRB_RECLAIMPAIRS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Calls under way: more than one a node there are not. */
enum { NRB_RECLAIMPAIRS_MAX = 64 };

struct nrb_reclaimcall {
	pid_t tid; /* the thread that waited */
	int node, order;
	int64_t reclaimed_pages; /* base pages; 0: it waited for nothing */
	uint64_t start_ns;       /* CLOCK_MONOTONIC */
	uint64_t ns;
};

/* Begin with all zero. */
struct nrb_reclaimpairs {
	struct {
		pid_t tid; /* 0: free */
		int node, order;
		uint64_t ns;
	} begun[NRB_RECLAIMPAIRS_MAX];
	uint64_t blind_ns; /* what came before is not put together; 0: there was no gap */
	int64_t odd;       /* events without their other half, because of a gap */
};

/** A thread begins a call. */
void nrb_reclaimpairs_begin(struct nrb_reclaimpairs *pairs,
	const struct nrb_reclaimcall *call /* tid, node, order, start_ns */);

/** A thread ends one, at ns, having reclaimed pages. Returns whether its begin is known: *call is the call. */
bool nrb_reclaimpairs_end(struct nrb_reclaimpairs *pairs, pid_t tid, uint64_t ns,
	int64_t reclaimed_pages, struct nrb_reclaimcall *call);

/** Events were dropped, the last of them before ns: forget what has begun, and believe nothing of before. */
void nrb_reclaimpairs_gap(struct nrb_reclaimpairs *pairs, uint64_t ns);

/** Forget what has begun: recording begins. */
void nrb_reclaimpairs_clear(struct nrb_reclaimpairs *pairs);

/** Hand over, once, the calls that have not ended, as nrb_reclaimtrace_read_unended. Returns how many. */
int64_t nrb_reclaimpairs_unended(struct nrb_reclaimpairs *pairs, uint64_t now_ns,
	void (*each)(void *arg, const struct nrb_reclaimcall *call), void *arg);

#endif
