/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a record shows for certain, in sentences: locality and what reclaim did. They are counted,
 * not timed, and hold for every cell, so that one block decides them. Nothing is said of times.
 */
#ifndef NRB_CLAIMS_H
#define NRB_CLAIMS_H

#include "nrb/group.h"
#include "nrb/record.h"

enum nrb_claim_kind {
	NRB_CLAIM_INERT,    /* tried to reclaim and freed nothing */
	NRB_CLAIM_UNTRIED,  /* did not even try */
	NRB_CLAIM_LOCAL,    /* keeps more memory local; what it costs in cache */
	NRB_CLAIM_FUTILE,   /* freed pages, but keeps no more memory local */
	NRB_CLAIM_STALLED,  /* the allocation stopped getting on */
	NRB_CLAIM_SLOW,     /* the allocation got on, but did not end in time */
	NRB_CLAIM_DISAGREE, /* two modes that are one to the kernel are not alike */
	NRB_N_CLAIM_KINDS,
};

enum { NRB_CLAIM_LEN = 512 };

struct nrb_claim {
	enum nrb_claim_kind kind;
	unsigned int modes; /* a bit for each */
	char text[NRB_CLAIM_LEN];
};

struct nrb_claims {
	int n, room;
	struct nrb_claim *list;
};

/** Find them; group is finished. Returns 0, -ENOMEM. */
int nrb_claims_make(struct nrb_claims *claims, const struct nrb_group *group,
	const struct nrb_header *header);
void nrb_claims_free(struct nrb_claims *claims);

/** "inert", "untried", ... */
const char *nrb_claim_kind_name(enum nrb_claim_kind kind);

/** "mode 7", "modes 6 and 7", "modes 0, 2 and 5-7". Fills and returns buf. */
const char *nrb_claim_modes(char *buf, size_t len, unsigned int modes);

#endif
