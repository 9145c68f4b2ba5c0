/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sentences that a record shows for certain, and a list of them. */
#ifndef NRB_CLAIM_H
#define NRB_CLAIM_H

#include "nrb/diag.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

enum nrb_claim_kind {
	NRB_CLAIM_INERT,     /* tried to reclaim and freed next to nothing */
	NRB_CLAIM_UNTRIED,   /* did not even try */
	NRB_CLAIM_LOCAL,     /* keeps more memory local; what it costs in cache */
	NRB_CLAIM_FUTILE,    /* freed pages, but keeps no more memory local */
	NRB_CLAIM_STALLED,   /* the allocation stopped getting on */
	NRB_CLAIM_SLOW,      /* the allocation got on, but did not end in time */
	NRB_CLAIM_DISAGREE,  /* two modes that are one to the kernel are not alike */
	NRB_CLAIM_GATE,      /* reclaimed until only pages were left that do not count */
	NRB_CLAIM_SCANS,     /* looked at many pages and freed next to none */
	NRB_CLAIM_SWAP,      /* swapped out */
	NRB_CLAIM_WRITTEN,   /* dirty pages got written, though not by reclaim */
	NRB_CLAIM_THREADS,   /* several tasks at once, of which one reclaims */
	NRB_CLAIM_WRITER,    /* what a writer beside took of other nodes */
	NRB_CLAIM_NEIGHBOUR, /* what it left of the memory of somebody on another node */
	NRB_CLAIM_HEADROOM,  /* what was free above min at the lowest */
	NRB_CLAIM_SERVED, /* requests that the page cache served, and what came from disk */
	NRB_CLAIM_ALTERNATIVE, /* without node reclaim, as much local as with any mode */
	NRB_CLAIM_TIMES,       /* times beside the reference's, with their intervals */
	NRB_CLAIM_BREAK_EVEN,  /* how much use pays for memory that was kept local */
	NRB_N_CLAIM_KINDS,
};

enum { NRB_CLAIM_LEN = 1024 };

struct nrb_claim {
	enum nrb_claim_kind kind;
	unsigned int modes; /* a bit for each */
	bool timed; /* rests on repetitions; else on what was counted, which one block decides */
	char text[NRB_CLAIM_LEN];
	const void *of; /* struct nrb_arm_cells: an arm it is about, borrowed */
	/* text begins with a label of these factors of it, a bit for each figure; those of its own
	 * belong to the sentence; what follows the label stands at body */
	unsigned int factors, own;
	size_t body;
};

struct nrb_claims {
	int n, room;
	struct nrb_claim *list;
};

/** Append a claim of a sentence. Returns the claim, which is labelled by nothing; NULL: no memory. */
struct nrb_claim *nrb_claim_add(struct nrb_claims *claims, enum nrb_claim_kind kind,
	unsigned int modes, const char *fmt, ...) NRB_PRINTF(4, 5);

/** "inert", "untried", ... */
const char *nrb_claim_kind_name(enum nrb_claim_kind kind);

/** "mode 7", "modes 6 and 7", "modes 0, 2 and 5-7". Fills and returns buf. */
const char *nrb_claim_modes(char *buf, size_t len, unsigned int modes);

#endif
