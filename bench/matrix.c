/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Scenario matrix: what a remote access is worth on this machine. */
#include "nrb/scenarios.h"
#include "nrb/steps.h"

static const struct nrb_step steps[] = {
	{ NRB_PHASE_ACCESS, nrb_step_access_bound },
	{ NRB_PHASE_DONE, NULL },
};

static const struct nrb_variant variants[] = { { .name = "", .steps = steps }, { 0 } };

const struct nrb_scenario nrb_scenario_matrix = {
	.name = "matrix",
	.holds = "nothing",
	.shows = "latency for every (CPU node, memory node)",
	.question = "what is a remote access worth here",
	.limits = "one load at a time: latency, not bandwidth",
	.needs = 0,
	.cost = 2,
	.variants = variants,
};
