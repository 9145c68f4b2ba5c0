/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the pages of cells landed, node by node. */
#ifndef NRB_LANDING_H
#define NRB_LANDING_H

#include "nrb/sample.h"

enum { NRB_MAX_LANDED_NODES = 64 };

struct nrb_landed {
	int64_t node;
	double pages;
};

/* Sums over cells, which no integer may hold; zeroed is empty. */
struct nrb_landing {
	struct nrb_landed *nodes; /* in the order seen */
	int n, room;
	double pages;  /* on all nodes, also on those that there is no room for */
	double absent; /* on none any more */
};

/** Add a cell's. Returns 0, -ENOMEM. */
int nrb_landing_add(struct nrb_landing *landing, const struct nrb_sample *sample);

/** Share of all pages that landed on a node; NAN if none is known. */
double nrb_landing_share(const struct nrb_landing *landing, int64_t node);

void nrb_landing_free(struct nrb_landing *landing);

#endif
