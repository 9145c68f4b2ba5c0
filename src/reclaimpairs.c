/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Begins and ends of node reclaim, paired by thread. */
#include "nrb/reclaimpairs.h"

#include "nrb/units.h"

#include <string.h>

enum { NONE = -1 };

static int find(const struct nrb_reclaimpairs *pairs, pid_t tid)
{
	for (int i = 0; i < NRB_RECLAIMPAIRS_MAX; i++) {
		if (pairs->begun[i].tid == tid) {
			return i;
		}
	}
	return NONE;
}

void nrb_reclaimpairs_begin(
	struct nrb_reclaimpairs *pairs, const struct nrb_reclaimcall *call)
{
	int i = find(pairs, call->tid);

	if (call->start_ns < pairs->blind_ns) {
		pairs->odd++;
		return;
	}
	if (i == NONE) {
		i = find(pairs, 0);
	}
	if (i == NONE) {
		i = call->tid % NRB_RECLAIMPAIRS_MAX;
	}
	pairs->odd += pairs->begun[i].tid != 0;
	pairs->begun[i].tid = call->tid;
	pairs->begun[i].node = call->node;
	pairs->begun[i].order = call->order;
	pairs->begun[i].ns = call->start_ns;
}

/* Without a gap, an end without a begin is of a call that began before the start. */
bool nrb_reclaimpairs_end(struct nrb_reclaimpairs *pairs, pid_t tid, uint64_t ns,
	int64_t reclaimed_pages, struct nrb_reclaimcall *call)
{
	int i = find(pairs, tid);

	if (i == NONE || ns < pairs->begun[i].ns) {
		pairs->odd += pairs->blind_ns != 0;
		return false;
	}
	*call = (struct nrb_reclaimcall){ .tid = tid,
		.node = pairs->begun[i].node,
		.order = pairs->begun[i].order,
		.reclaimed_pages = reclaimed_pages,
		.start_ns = pairs->begun[i].ns,
		.ns = ns - pairs->begun[i].ns };
	pairs->begun[i].tid = 0;
	return true;
}

void nrb_reclaimpairs_gap(struct nrb_reclaimpairs *pairs, uint64_t ns)
{
	for (int i = 0; i < NRB_RECLAIMPAIRS_MAX; i++) {
		pairs->odd += pairs->begun[i].tid != 0;
	}
	nrb_reclaimpairs_clear(pairs);
	pairs->blind_ns = ns;
}

void nrb_reclaimpairs_clear(struct nrb_reclaimpairs *pairs)
{
	memset(pairs->begun, 0, sizeof(pairs->begun));
}

int64_t nrb_reclaimpairs_unended(struct nrb_reclaimpairs *pairs, uint64_t now_ns,
	void (*each)(void *arg, const struct nrb_reclaimcall *call), void *arg)
{
	int64_t n = 0;

	for (int i = 0; i < NRB_RECLAIMPAIRS_MAX; i++) {
		if (pairs->begun[i].tid != 0 && pairs->begun[i].ns < now_ns) {
			const struct nrb_reclaimcall call = { .tid = pairs->begun[i].tid,
				.node = pairs->begun[i].node,
				.order = pairs->begun[i].order,
				.reclaimed_pages = NRB_ABSENT,
				.start_ns = pairs->begun[i].ns,
				.ns = now_ns - pairs->begun[i].ns };

			n++;
			each(arg, &call);
		}
	}
	nrb_reclaimpairs_clear(pairs);
	return n;
}
