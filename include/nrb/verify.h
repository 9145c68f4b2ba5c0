/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What `explain` says against what the kernel does: read the state, predict, ask for one block, look.
 * Sets nothing of the machine's; takes one block, which may have the kernel reclaim.
 */
#ifndef NRB_VERIFY_H
#define NRB_VERIFY_H

#include "nrb/allocwalk.h"
#include "nrb/nextpage.h"
#include "nrb/request.h"
#include "nrb/sample.h"
#include "nrb/vmstate.h"

#include <stdbool.h>

/* Whether node reclaim ran for the block, as far as that can be seen. */
enum nrb_verify_ran {
	NRB_RAN_NOT,
	NRB_RAN,
	NRB_RAN_UNKNOWN, /* this kernel counts none, or others reclaimed meanwhile */
	NRB_N_RANS,
};

extern const char *const nrb_verify_ran_words[NRB_N_RANS];

/* One block: the prediction, with all that it rests on, and what came. */
struct nrb_verified {
	struct nrb_vmstate state; /* read last before the block was asked for */
	struct nrb_allocwalk walk;
	bool is_steady; /* two readings running were alike */
	int node;       /* where it lies */
	bool whole;     /* no whole one was to be had: single pages */
	enum nrb_verify_ran ran;
	bool node_is_right, reclaim_is_right; /* the latter also where it is not known */
};

/* Who asks. */
struct nrb_verifier {
	const struct nrb_root *root;
	struct nrb_request request;
	struct nrb_nextpage next;
	struct nrb_idset
		elsewhere; /* a node whose memory is taken for all but the block; or empty */
	/* Whether node reclaim ran, by who can see it better than counters tell; NULL: counters alone.
	 * Called before the block (begin) and after it. Returns what it saw. */
	enum nrb_verify_ran (*watch)(void *arg, bool begin);
	void *arg;
};

/**
 * Refuse a request that no program can make, or whose turn nobody knows.
 * Returns 0, or -ECANCELED with a message (NRB_EXIT_USAGE).
 */
int nrb_verify_check(const struct nrb_request *request);

/**
 * Get ready: the calling thread runs on the request's CPU from now on, and takes its own memory from another
 * node, so that reading the state does not change it.
 * root  this machine's own
 * dir   where a nameless file of a few pages may lie, for requests that write; borrowed
 * Returns 0 or a negative errno, with a message.
 */
int nrb_verify_open(struct nrb_verifier *verifier, const struct nrb_root *root,
	const struct nrb_request *request, const char *dir);

/**
 * Predict and look, once. The request's mode and MGLRU are taken from what is set now.
 * verified  out, to be finished where 0 is returned
 * Returns 0 or a negative errno, with a message.
 */
int nrb_verify_once(struct nrb_verifier *verifier, struct nrb_verified *verified);

/* Of several blocks running. */
struct nrb_verify_tally {
	int n, node_right, reclaim_right, reclaim_known;
};

void nrb_verify_tally_add(
	struct nrb_verify_tally *tally, const struct nrb_verified *verified);

void nrb_verify_finish(struct nrb_verified *verified);
void nrb_verify_close(struct nrb_verifier *verifier);

#endif
