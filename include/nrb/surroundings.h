/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What of a machine's settings changes while a run measures, by others than the run. */
#ifndef NRB_SURROUNDINGS_H
#define NRB_SURROUNDINGS_H

#include "nrb/fsroot.h"
#include "nrb/plan.h"

#include <stddef.h>

struct nrb_surroundings {
	const struct nrb_root *root; /* borrowed */
	int n;
	struct nrb_surrounding
		*list; /* of nrb_confounder_table those that the plan does not write */
};

/** Read them for the first time. Returns 0 or -ENOMEM, with a message; nrb_surroundings_finish is due
 * all the same. */
int nrb_surroundings_begin(struct nrb_surroundings *surroundings,
	const struct nrb_root *root, const struct nrb_plan *plan);
void nrb_surroundings_finish(struct nrb_surroundings *surroundings);

/** Read them again and put what is another than last time into changed, as "vm.swappiness 60 to 10;
 * ...", as much as there is room for; "" where nothing is. */
void nrb_surroundings_look(
	struct nrb_surroundings *surroundings, char *changed, size_t len);

#endif
