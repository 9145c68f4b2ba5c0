/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All that `check` shows: the machine, what each mode would do on it, what would run. */
#ifndef NRB_SURVEY_H
#define NRB_SURVEY_H

#include "nrb/counters.h"
#include "nrb/effect.h"
#include "nrb/findings.h"
#include "nrb/fsroot.h"
#include "nrb/machine.h"
#include "nrb/plan.h"
#include "nrb/vmstate.h"

#include <stdbool.h>

struct nrb_survey_node {
	int cpu_node; /* where a run would allocate from: itself, or for a node without CPUs the
			 nearest that has some */
	bool has_memory;
	const struct nrb_vmnode *vm; /* of state; NULL: it has no such node */
	enum nrb_effect
		effects[NRB_N_MODES]; /* of a task on cpu_node; has_memory alone */
};

struct nrb_survey {
	struct nrb_machine machine;
	char host[128];
	int largest_distance;     /* 0 unknown */
	struct nrb_vmstate state; /* that effects are predicted from */
	struct nrb_counters counters;
	struct nrb_survey_node *nodes; /* by position in machine.topology.nodes */
	struct nrb_findings warnings, obstacles;
	bool has_plan; /* the machine is one that a run with default options can be planned on */
	struct nrb_plan plan;
};

/** Look at everything; changes nothing, works unprivileged and on a recorded machine.
 * Returns 0 or a negative errno, with a message. */
int nrb_survey_read(struct nrb_survey *survey, const struct nrb_root *root);
void nrb_survey_finish(struct nrb_survey *survey);

#endif
