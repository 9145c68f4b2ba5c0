/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The cells of a record as they were run. */
#include "nrb/runorder.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

static bool is_cut(const struct nrb_sample *sample)
{
	for (int i = 0; i < NRB_N_PHASES; i++) {
		if (sample->cut[i]) {
			return true;
		}
	}
	return false;
}

static struct nrb_run_cell *push(struct nrb_runorder *order)
{
	if (order->n == order->room) {
		size_t room = order->room > 0 ? 2 * order->room : 64;
		struct nrb_run_cell *list = realloc(order->list, room * sizeof(*list));

		if (list == NULL) {
			return NULL;
		}
		order->list = list;
		order->room = room;
	}
	return &order->list[order->n++];
}

int nrb_runorder_add(struct nrb_runorder *order, const struct nrb_group *group,
	const struct nrb_sample *sample)
{
	bool allocates = sample->page_size[0] != '\0' || sample->mode != NRB_ABSENT;
	struct nrb_run_cell *cell;

	if (sample->block == 0 || !allocates) {
		return 0;
	}
	if (order->n == NRB_MAX_RUN_CELLS) {
		order->left_out++;
		return 0;
	}
	cell = push(order);
	if (cell == NULL) {
		return -ENOMEM;
	}
	*cell = (struct nrb_run_cell){ .arm = nrb_group_arm(group, sample),
		.cell = sample->cell,
		.block = sample->block,
		.status = sample->status,
		.cut = is_cut(sample),
		.local = nrb_cellvalue(sample, NRB_VALUE_LOCAL_RATIO),
		.p99_ns = nrb_histogram_quantile_ns(&sample->alloc_hist, 0.99) };
	return 0;
}

void nrb_runorder_free(struct nrb_runorder *order)
{
	free(order->list);
	*order = (struct nrb_runorder){ 0 };
}

const char *nrb_runorder_flag(const struct nrb_run_cell *cell)
{
	if (cell->status != NRB_STATUS_OK) {
		return nrb_status_name(cell->status);
	}
	return cell->cut ? "cut" : "";
}
