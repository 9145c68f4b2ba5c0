/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls of node reclaim by node. */
#include "nrb/watchcalls.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int position_of(const struct nrb_watch_calls *calls, int node)
{
	int i = 0;

	while (i < calls->n && calls->of[i].node != node) {
		i++;
	}
	return i;
}

int nrb_watchcalls_add(struct nrb_watch_calls *calls, int node, int64_t ns, int64_t pages)
{
	int i = position_of(calls, node);
	struct nrb_watch_calls_of *of = &calls->of[i];

	if (i == NRB_MAX_NODES) {
		return -ENOSPC;
	}
	if (i == calls->n) {
		*of = (struct nrb_watch_calls_of){ .node = node };
		of->stalls = calloc(1, sizeof(*of->stalls));
		if (of->stalls == NULL) {
			return -ENOMEM;
		}
		calls->n++;
	}
	nrb_histogram_add(of->stalls, (uint64_t)ns);
	of->futile += pages == 0;
	of->pages += pages;
	return 0;
}

const struct nrb_watch_calls_of *nrb_watchcalls_of(
	const struct nrb_watch_calls *calls, int node)
{
	int i = position_of(calls, node);

	return i < calls->n && calls->of[i].stalls->n > 0 ? &calls->of[i] : NULL;
}

void nrb_watchcalls_clear(struct nrb_watch_calls *calls)
{
	calls->lost = 0;
	for (int i = 0; i < calls->n; i++) {
		calls->of[i].futile = calls->of[i].pages = 0;
		memset(calls->of[i].stalls, 0, sizeof(*calls->of[i].stalls));
	}
}

void nrb_watchcalls_finish(struct nrb_watch_calls *calls)
{
	for (int i = 0; i < calls->n; i++) {
		free(calls->of[i].stalls);
	}
	*calls = (struct nrb_watch_calls){ 0 };
}
