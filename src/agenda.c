/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Turns of a plan: who is run when, and how long it will take. */
#include "nrb/agenda.h"

#include "nrb/diag.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static bool belongs(const struct nrb_plan *plan, int turn, int arm)
{
	return !plan->by_scenario || plan->arms[arm].kind == turn;
}

static bool runs(const struct nrb_arm *arm)
{
	return arm->unsupported[0] == '\0';
}

/* Of arms that cannot be run there is nothing to compare. */
static void add_arm(struct nrb_turn *turn, const struct nrb_plan *plan, int i)
{
	const struct nrb_arm *arm = &plan->arms[i];

	turn->arms[turn->n++] = i;
	turn->cost = nrb_arm_cost(arm);
	turn->runnable += runs(arm);
	turn->compares =
		turn->compares || (runs(arm) && nrb_arm_needs(arm) & NRB_NEEDS_MODES);
}

static void add_arms(
	struct nrb_turn *turn, const struct nrb_plan *plan, int number, bool runnable)
{
	for (int i = 0; i < plan->n_arms; i++) {
		if (belongs(plan, number, i) && runs(&plan->arms[i]) == runnable) {
			add_arm(turn, plan, i);
		}
	}
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
	add_arms(turn, plan, number, true);
	add_arms(turn, plan, number, false);
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
		nrb_balance_finish(&agenda->turns[i].balance);
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
static uint64_t seed_of(const struct nrb_agenda *agenda, const struct nrb_turn *turn)
{
	return (uint64_t)agenda->plan->seed ^ (uint64_t)turn->arms[0] << 48;
}

/* Blocks are asked for one after the other; else they are drawn again from the first on. */
static int rewind_to(struct nrb_balance *balance, int n, uint64_t seed, int64_t block)
{
	if (balance->n == n && balance->seed == seed && balance->blocks == block - 1) {
		return 0;
	}
	nrb_balance_finish(balance);
	return nrb_balance_begin(balance, n, seed) == 0
		       ? 0
		       : nrb_fail(-ENOMEM, "no memory for an order of %d cells", n);
}

int nrb_agenda_order(
	const struct nrb_agenda *agenda, struct nrb_turn *turn, int64_t block, int *order)
{
	struct nrb_balance *balance = &turn->balance;
	int rc = rewind_to(balance, turn->runnable, seed_of(agenda, turn), block);

	if (rc < 0) {
		return rc;
	}
	while (balance->blocks < block) {
		nrb_balance_next(balance, order);
	}
	for (int i = 0; i < turn->n; i++) {
		order[i] = turn->arms[i < turn->runnable ? order[i] : i];
	}
	return 0;
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
