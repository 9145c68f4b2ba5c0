/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Scenario clean: the node is full of clean file cache that was read once. */
#include "nrb/scenarios.h"
#include "nrb/steps.h"

static const struct nrb_step steps[] = {
	NRB_STEPS_EMPTY,
	{ NRB_PHASE_FILL, nrb_step_fill_once },
	NRB_STEPS_MEASURE(nrb_step_soak, nrb_step_allocate),
	{ NRB_PHASE_REREAD, nrb_step_reread },
	{ NRB_PHASE_DONE, NULL },
};

static const struct nrb_variant variants[] = { { .name = "", .steps = steps }, { 0 } };

const struct nrb_scenario nrb_scenario_clean = {
	.name = "clean",
	.holds = "clean, read-once file cache",
	.shows = "0 against 1: locality against cache kept and stalls",
	.question = "the classic file-server case",
	.limits = "the file is read once and by nobody else: the easiest cache to take",
	.needs = NRB_NEEDS_MODES | NRB_NEEDS_FILE | NRB_NEEDS_SPILL,
	.variants = variants,
};
