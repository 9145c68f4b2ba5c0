/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What memory of another node costs: measured, beside what the firmware says. */
#include "nrb/reportdata.h"

#include <math.h>

static int position(const struct nrb_header *header, int64_t node)
{
	for (int i = 0; i < header->n_nodes; i++) {
		if (header->nodes[i] == node) {
			return i;
		}
	}
	return -1;
}

static int distance(const struct nrb_header *header, int64_t from, int64_t to)
{
	int row = position(header, from), column = position(header, to);

	return row >= 0 && column >= 0 ? header->distances[row][column] : 0;
}

int nrb_penalty_largest_distance(const struct nrb_header *header)
{
	int largest = 0;

	for (int i = 0; i < header->n_nodes; i++) {
		for (int j = 0; j < header->n_nodes; j++) {
			largest = header->distances[i][j] > largest
					  ? header->distances[i][j]
					  : largest;
		}
	}
	return largest;
}

struct nrb_penalty nrb_penalty_of(
	const struct nrb_report_data *data, const struct nrb_arm_cells *arm)
{
	struct nrb_penalty penalty = {
		.distance = distance(data->header, arm->key.cpu_node, arm->key.node),
		.small_ns = nrb_group_median(arm, NRB_VALUE_ACCESS_NS),
		.huge_ns = nrb_group_median(arm, NRB_VALUE_ACCESS_HUGE_NS),
		.small_ratio = NAN,
		.huge_ratio = NAN,
	};
	struct nrb_key key = arm->key;
	const struct nrb_arm_cells *local;

	key.node = key.cpu_node;
	local = nrb_group_find(&data->group, &key);
	if (local != NULL && !data->header->rehearsal) { /* times mean nothing there */
		penalty.small_ratio =
			penalty.small_ns / nrb_group_median(local, NRB_VALUE_ACCESS_NS);
		penalty.huge_ratio = penalty.huge_ns /
				     nrb_group_median(local, NRB_VALUE_ACCESS_HUGE_NS);
	}
	return penalty;
}
