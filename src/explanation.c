/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Walks a request under each mode, now and once its node is full. */
#include "nrb/explanation.h"

#include "nrb/diag.h"
#include "nrb/fullnode.h"
#include "nrb/units.h"
#include "nrb/zonemark.h"

/* Pages that the node can give before its zones stand at their limits. */
static int64_t spare_pages(
	const struct nrb_vmstate *state, const struct nrb_vmstate *full)
{
	int64_t pages = 0;

	for (int i = 0; i < state->zones.n; i++) {
		pages += state->zones.zones[i].free_pages -
			 full->zones.zones[i].free_pages;
	}
	return pages;
}

static int walk_full(struct nrb_explanation *explanation, int node)
{
	const struct nrb_vmstate *state = &explanation->state;
	struct nrb_zones zones = { 0 };
	struct nrb_vmstate full;
	int rc = nrb_fullnode_make(&full, &zones, state, &explanation->request, node);

	if (rc < 0) {
		return rc;
	}
	explanation->spare_pages = spare_pages(state, &full);
	explanation->has_full = explanation->spare_pages > 0;
	for (int i = 0; i < explanation->n && rc == 0 && explanation->has_full; i++) {
		rc = nrb_allocwalk_run(
			&explanation->full[i], &full, &explanation->walks[i].request);
	}
	nrb_zones_finish(&zones);
	return rc;
}

static int walk_modes(struct nrb_explanation *explanation, bool all_modes)
{
	struct nrb_request request = explanation->request;
	int rc = 0;

	explanation->has_knob = explanation->state.mode != NRB_ABSENT;
	if (!explanation->has_knob) {
		request.mode = 0;
		all_modes = false;
	}
	explanation->n = all_modes ? NRB_N_MODES_OF_KNOB : 1;
	for (int i = 0; i < explanation->n && rc == 0; i++) {
		request.mode = all_modes ? i : request.mode;
		rc = nrb_allocwalk_run(
			&explanation->walks[i], &explanation->state, &request);
		if (rc == 0) {
			explanation->margins[i] = nrb_walkmargin_of(
				&explanation->walks[i], &explanation->state);
		}
	}
	explanation->request = explanation->walks[0].request;
	return rc;
}

/* The node whose memory is wanted first: of the first zone that may serve. */
static int wanted_node(const struct nrb_explanation *explanation)
{
	const struct nrb_allocwalk *walk = &explanation->walks[0];

	return walk->n_steps > 0
		       ? explanation->state.zones.zones[walk->steps[0].zone].node
		       : -1;
}

int nrb_explanation_make(struct nrb_explanation *explanation, const struct nrb_root *root,
	const struct nrb_request_asked *asked, bool all_modes)
{
	int rc;

	*explanation = (struct nrb_explanation){ 0 };
	rc = nrb_vmstate_read(&explanation->state, root);
	if (rc < 0) {
		return rc;
	}
	rc = nrb_request_make(&explanation->request, &explanation->state, asked);
	if (rc == 0 && asked->lru_gen == 1 &&
		explanation->state.lru_gen == NRB_LRU_GEN_NONE) {
		rc = nrb_refuse(NRB_EXIT_NOT_HERE, NULL,
			"--lru-gen on: this kernel has no MGLRU");
	}
	if (rc == 0) {
		nrb_zonelist_build(&explanation->list, &explanation->state,
			nrb_request_list_node(&explanation->request),
			nrb_zonemark_highest(
				&explanation->state, explanation->request.gfp),
			false);
		rc = walk_modes(explanation, all_modes);
	}
	if (rc == 0 && explanation->walks[0].n_steps > 0) {
		rc = walk_full(explanation, wanted_node(explanation));
	}
	if (rc < 0) {
		nrb_explanation_finish(explanation);
	}
	return rc;
}

void nrb_explanation_finish(struct nrb_explanation *explanation)
{
	for (int i = 0; i < NRB_N_MODES_OF_KNOB; i++) {
		nrb_allocwalk_finish(&explanation->walks[i]);
		nrb_allocwalk_finish(&explanation->full[i]);
	}
	nrb_vmstate_finish(&explanation->state);
}
