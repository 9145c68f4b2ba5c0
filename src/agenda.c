/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Turns of a plan: who is run when, and how long it will take. */
#include "nrb/agenda.h"

#include "nrb/diag.h"
#include "nrb/rng.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static bool belongs(const struct nrb_plan *plan, int turn, int arm)
{
	return !plan->by_scenario || plan->arms[arm].kind == turn;
}

/* Of arms that cannot be run there is nothing to compare. */
static void add_arm(struct nrb_turn *turn, const struct nrb_plan *plan, int i)
{
	const struct nrb_arm *arm = &plan->arms[i];
	bool runs = arm->unsupported[0] == '\0';

	turn->arms[turn->n++] = i;
	turn->cost = nrb_arm_cost(arm);
	turn->runnable += runs;
	turn->compares = turn->compares || (runs && nrb_arm_needs(arm) & NRB_NEEDS_MODES);
}

static int make_turn(struct nrb_agenda *agenda, int number)
{
	const struct nrb_plan *plan = agenda->plan;
	struct nrb_turn *turn = &agenda->turns[number];

	turn->arms = calloc((size_t)plan->n_arms, sizeof(*turn->arms));
	if (turn->arms == NULL) {
		return nrb_fail(
			-ENOMEM, "no memory for an order of %d cells", plan->n_arms);
	}
	for (int i = 0; i < plan->n_arms; i++) {
		if (belongs(plan, number, i)) {
			add_arm(turn, plan, i);
		}
	}
	return 0;
}

/* Of a whole turn. Those of one cost stay in the order of the plan. */
static int compare_turns(const void *a, const void *b)
{
	const struct nrb_turn *x = a, *y = b;
	int one = x->cost * x->runnable, two = y->cost * y->runnable;

	return one != two ? (one > two) - (one < two) : x->arms[0] - y->arms[0];
}

int nrb_agenda_begin(struct nrb_agenda *agenda, const struct nrb_plan *plan)
{
	int rc = 0;

	*agenda = (struct nrb_agenda){ .plan = plan,
		.n = plan->by_scenario ? plan->n_kinds : 1 };
	agenda->turns = calloc((size_t)agenda->n, sizeof(*agenda->turns));
	if (agenda->turns == NULL) {
		agenda->n = 0;
		return nrb_fail(-ENOMEM, "no memory for the order of a block");
	}
	for (int i = 0; i < agenda->n && rc == 0; i++) {
		rc = make_turn(agenda, i);
	}
	if (rc == 0) {
		qsort(agenda->turns, (size_t)agenda->n, sizeof(*agenda->turns),
			compare_turns);
	}
	return rc;
}

void nrb_agenda_finish(struct nrb_agenda *agenda)
{
	for (int i = 0; i < agenda->n; i++) {
		free(agenda->turns[i].arms);
	}
	free(agenda->turns);
	*agenda = (struct nrb_agenda){ 0 };
}

static struct nrb_turn *turn_of(struct nrb_agenda *agenda, int arm)
{
	for (int i = 0; i < agenda->n; i++) {
		for (int k = 0; k < agenda->turns[i].n; k++) {
			if (agenda->turns[i].arms[k] == arm) {
				return &agenda->turns[i];
			}
		}
	}
	return NULL;
}

/* A turn has its own dice, or every one would put its modes in the same order. */
void nrb_agenda_order(const struct nrb_agenda *agenda, const struct nrb_turn *turn,
	int64_t block, int *order)
{
	uint64_t seed = (uint64_t)agenda->plan->seed ^ (uint64_t)block << 32 ^
			(uint64_t)turn->arms[0] << 16;
	struct nrb_rng rng = nrb_rng_init(seed);

	for (int i = 0; i < turn->n; i++) {
		int k = (int)nrb_rng_below(&rng, (uint64_t)i + 1);

		order[i] = order[k];
		order[k] = turn->arms[i];
	}
}

void nrb_agenda_note(struct nrb_agenda *agenda, int arm, int64_t wall_ns)
{
	struct nrb_turn *turn = turn_of(agenda, arm);

	if (turn == NULL) {
		return;
	}
	turn->cells++;
	turn->wall_ns += wall_ns;
	agenda->cost += turn->cost;
	agenda->wall_ns += wall_ns;
}

double nrb_agenda_estimate_s(const struct nrb_agenda *agenda, const struct nrb_turn *turn)
{
	double cell_ns = 0;

	if (turn->cells > 0) {
		cell_ns = (double)turn->wall_ns / (double)turn->cells;
	} else if (agenda->cost > 0) {
		cell_ns = (double)agenda->wall_ns / (double)agenda->cost * turn->cost;
	}
	return cell_ns * turn->runnable / 1e9;
}

const char *nrb_agenda_name(const struct nrb_agenda *agenda, const struct nrb_turn *turn,
	char *buf, size_t len)
{
	const struct nrb_arm *arm = &agenda->plan->arms[turn->arms[0]];
	bool named = arm->variant->name[0] != '\0';

	if (!agenda->plan->by_scenario) {
		buf[0] = '\0';
		return buf;
	}
	snprintf(buf, len, "%s%s%s", arm->scenario->name, named ? ", " : "",
		named ? arm->variant->name : "");
	return buf;
}
