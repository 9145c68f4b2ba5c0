/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the pages of cells landed. */
#include "nrb/landing.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

/* The entry of a node, made if need be. 0 with NULL: there is no room for more. */
static int entry_of(struct nrb_landing *landing, int64_t node, struct nrb_landed **entry)
{
	*entry = NULL;
	for (int i = 0; i < landing->n; i++) {
		if (landing->nodes[i].node == node) {
			*entry = &landing->nodes[i];
			return 0;
		}
	}
	if (landing->n == NRB_MAX_LANDED_NODES) {
		return 0;
	}
	if (landing->n == landing->room) {
		int room = landing->room > 0 ? 2 * landing->room : 2;
		struct nrb_landed *nodes =
			realloc(landing->nodes, (size_t)room * sizeof(*nodes));

		if (nodes == NULL) {
			return -ENOMEM;
		}
		landing->nodes = nodes;
		landing->room = room;
	}
	*entry = &landing->nodes[landing->n++];
	**entry = (struct nrb_landed){ .node = node };
	return 0;
}

int nrb_landing_add(struct nrb_landing *landing, const struct nrb_sample *sample)
{
	for (int64_t i = 0; i < sample->n_nodes; i++) {
		const struct nrb_node_sample *node = &sample->nodes[i];
		struct nrb_landed *entry;

		if (node->pages == NRB_ABSENT) {
			continue;
		}
		if (entry_of(landing, node->node, &entry) < 0) {
			return -ENOMEM;
		}
		landing->pages += (double)node->pages;
		if (entry != NULL) {
			entry->pages += (double)node->pages;
		}
	}
	if (sample->pages_absent != NRB_ABSENT) {
		landing->absent += (double)sample->pages_absent;
	}
	return 0;
}

double nrb_landing_share(const struct nrb_landing *landing, int64_t node)
{
	double all = landing->pages + landing->absent;

	for (int i = 0; i < landing->n; i++) {
		if (landing->nodes[i].node == node && all > 0) {
			return landing->nodes[i].pages / all;
		}
	}
	return all > 0 ? 0 : NAN;
}

void nrb_landing_free(struct nrb_landing *landing)
{
	free(landing->nodes);
	*landing = (struct nrb_landing){ 0 };
}
