/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How many blocks, of which cells, in which order. */
#include "nrb/blocks.h"

#include "nrb/blockcell.h"
#include "nrb/diag.h"
#include "nrb/pagecache.h"
#include "nrb/units.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How much re-reading fits in half of its deadline, from the warm-up's rate. */
static int64_t reread_for(const struct nrb_sample *sample)
{
	double deadline_s = 10 * (double)sample->reread_ns / 1e9;

	if (sample->reread_ns <= 0) {
		return NRB_FIRST_REREAD_BYTES;
	}
	if (deadline_s < 10) {
		deadline_s = 10;
	}
	return (int64_t)((double)sample->reread_bytes /
			 ((double)sample->reread_ns / 1e9) * deadline_s / 2) /
	       NRB_REREAD_BLOCK * NRB_REREAD_BLOCK;
}

/* What the warm-up cell took becomes, by the budget, the number of blocks. */
static int run_warm_up(struct nrb_blocks *blocks)
{
	const struct nrb_sample *sample = &blocks->shared->sample;
	int rc;

	if (blocks->plan->warm_up < 0) {
		return 0;
	}
	blocks->reread_bytes = NRB_FIRST_REREAD_BYTES;
	rc = nrb_blockcell_run(blocks, 0, blocks->plan->warm_up);
	if (rc == 0 && sample->status == NRB_STATUS_WARM_UP) {
		blocks->reread_bytes = reread_for(sample);
	}
	return rc;
}

static double elapsed_s(const struct nrb_blocks *blocks)
{
	return (double)(nrb_clock_ns() - blocks->start_ns) / 1e9;
}

/* At least one, whatever the budget. Where no warm-up tells how many fit, what was asked for, which the
 * budget may end. */
static int64_t blocks_for_budget(const struct nrb_blocks *blocks, double cell_s)
{
	double left = (double)blocks->plan->budget_s - elapsed_s(blocks);
	double n = cell_s > 0 ? left / (cell_s * nrb_plan_runnable(blocks->plan))
			      : (double)blocks->plan->blocks;

	return n < 1 ? 1 : n > 10000 ? 10000 : (int64_t)n;
}

/* An estimate: cells of other factors and scenarios take other times, and the first one longest. */
static void say_duration(const struct nrb_blocks *blocks, double cell_s)
{
	char block[NRB_UNITS_LEN], all[NRB_UNITS_LEN], more[64] = "";
	int cells = nrb_plan_runnable(blocks->plan);

	if (cell_s <= 0) {
		return; /* there was no warm-up */
	}
	nrb_units_seconds(block, cell_s * cells);
	if (blocks->n > 1) {
		snprintf(more, sizeof(more), "; %" PRId64 " blocks %s", blocks->n,
			nrb_units_seconds(all, cell_s * cells * (double)blocks->n));
	}
	nrb_note("a block of %d cell%s will take about %s, by the warm-up%s", cells,
		cells == 1 ? "" : "s", block, more);
}

/* By scenario the first block's cells tell, not the warm-up: it is of one scenario. */
static void decide_blocks(struct nrb_blocks *blocks)
{
	const struct nrb_plan *plan = blocks->plan;
	double cell_s =
		plan->warm_up >= 0 ? (double)blocks->shared->sample.wall_ns / 1e9 : 0;
	int64_t fit =
		plan->budget_s > 0 ? blocks_for_budget(blocks, cell_s) : plan->blocks;

	if (plan->width_ppm > 0) {
		blocks->n = NRB_WIDTHS_PILOT;
		say_duration(blocks, plan->by_scenario ? 0 : cell_s);
		return;
	}
	if (plan->by_scenario) {
		blocks->n = plan->blocks;
		return;
	}
	blocks->n = plan->blocks > 0 && plan->blocks < fit ? plan->blocks : fit;
	say_duration(blocks, cell_s);
}

static double left_s(const struct nrb_blocks *blocks)
{
	return (double)blocks->plan->budget_s - elapsed_s(blocks);
}

/* In the first block, of a plan by scenario; the first turn that compares is run whatever the budget, and
 * what cannot be run takes none of it. */
static bool has_time(
	const struct nrb_blocks *blocks, int64_t block, const struct nrb_turn *turn)
{
	const struct nrb_plan *plan = blocks->plan;

	return plan->budget_s == 0 || !plan->by_scenario || block > 1 ||
	       turn->runnable == 0 || (turn->compares && !blocks->agenda.compared) ||
	       left_s(blocks) > nrb_agenda_estimate_s(&blocks->agenda, turn);
}

static void note_left_out(
	struct nrb_blocks *blocks, const struct nrb_turn *turn, bool in_part)
{
	size_t used = strlen(blocks->left_out);
	char name[2 * NRB_WORD_LEN];

	nrb_agenda_name(&blocks->agenda, turn, name, sizeof(name));
	snprintf(blocks->left_out + used, sizeof(blocks->left_out) - used, "%s%s%s",
		used > 0 ? "; " : "", name, in_part ? " (in part)" : "");
}

static void leave_out(struct nrb_blocks *blocks, const struct nrb_turn *turn)
{
	char name[2 * NRB_WORD_LEN], takes[NRB_UNITS_LEN], left[NRB_UNITS_LEN];
	double s = left_s(blocks);

	note_left_out(blocks, turn, false);
	nrb_note("%s is left out: it would take about %s, and of the budget %s is left",
		nrb_agenda_name(&blocks->agenda, turn, name, sizeof(name)),
		nrb_units_seconds(takes, nrb_agenda_estimate_s(&blocks->agenda, turn)),
		nrb_units_seconds(left, s > 0 ? s : 0));
}

/* An estimate may have been too low: what a turn has beyond the budget is left out too. */
static bool is_over(const struct nrb_blocks *blocks)
{
	const struct nrb_plan *plan = blocks->plan;

	return plan->by_scenario && plan->budget_s > 0 && blocks->agenda.compared &&
	       left_s(blocks) <= 0;
}

static int run_turn(struct nrb_blocks *blocks, int64_t block, struct nrb_turn *turn)
{
	int *order = calloc((size_t)turn->n, sizeof(*order)), rc = 0;

	if (order == NULL) {
		return nrb_fail(-ENOMEM, "no memory for an order of %d cells", turn->n);
	}
	rc = nrb_agenda_order(&blocks->agenda, turn, block, order);
	for (int i = 0; i < turn->n && rc == 0; i++) {
		if (i > 0 && block == 1 && is_over(blocks)) {
			note_left_out(blocks, turn, true);
			break;
		}
		rc = nrb_blockcell_run(blocks, block, order[i]);
	}
	free(order);
	return rc;
}

/* Whether a block after the first is begun: mixed, while there is time; by scenario, only where all of
 * it fits, or the cheapest would be measured again and again for what others were left out. */
static bool has_time_for_block(const struct nrb_blocks *blocks)
{
	const struct nrb_agenda *agenda = &blocks->agenda;
	double s = 0;

	if (blocks->plan->budget_s == 0) {
		return true;
	}
	for (int i = 0; i < agenda->n && blocks->plan->by_scenario; i++) {
		s += nrb_agenda_estimate_s(agenda, &agenda->turns[i]);
	}
	return blocks->left_out[0] == '\0' && left_s(blocks) > s;
}

static int run_block(struct nrb_blocks *blocks, int64_t block)
{
	struct nrb_agenda *agenda = &blocks->agenda;
	int rc = 0;

	for (int i = 0; i < agenda->n && rc == 0; i++) {
		struct nrb_turn *turn = &agenda->turns[i];

		if (has_time(blocks, block, turn)) {
			rc = run_turn(blocks, block, turn);
			agenda->compared = agenda->compared || turn->compares;
		} else {
			leave_out(blocks, turn);
		}
	}
	return rc;
}

/* At a look: whether it goes on, and to which one. What the intervals say of the modes plays no part. */
static void look(struct nrb_blocks *blocks, int64_t block)
{
	double wished = (double)blocks->plan->width_ppm / 1e6;
	int64_t next;

	if (blocks->plan->width_ppm == 0 || block != blocks->n) {
		return;
	}
	blocks->width = nrb_widths_widest(&blocks->widths);
	next = blocks->width <= wished ? 0
				       : nrb_widths_next(block, blocks->width, wished);
	if (next > 0) {
		blocks->n = next;
		nrb_note("after %" PRId64
			 " blocks the widest interval of p99 is %.3g %%: on "
			 "to %" PRId64 ", for %g %%",
			block, 100 * blocks->width, next, 100 * wished);
	}
}

static int run_blocks(struct nrb_blocks *blocks)
{
	int rc = 0;

	decide_blocks(blocks);
	for (int64_t block = 1; (blocks->n == 0 || block <= blocks->n) && rc == 0;
		block++) {
		if (block > 1 && !has_time_for_block(blocks)) {
			nrb_note("the budget ends after %" PRId64 " block%s", block - 1,
				block == 2 ? "" : "s");
			break;
		}
		rc = run_block(blocks, block);
		if (rc == 0 && block == 1 &&
			blocks->n != 1) { /* of one, the report is next */
			nrb_firstblock_say(&blocks->first);
		}
		if (rc == 0) {
			look(blocks, block);
		}
	}
	if (blocks->plan->width_ppm > 0) {
		blocks->width = nrb_widths_widest(&blocks->widths);
	}
	return rc;
}

int nrb_blocks_run(struct nrb_blocks *blocks)
{
	int rc;

	blocks->known_ns =
		calloc((size_t)blocks->plan->n_kinds, sizeof(*blocks->known_ns));
	if (blocks->known_ns == NULL) {
		return nrb_fail(-ENOMEM, "no memory for deadlines");
	}
	blocks->width = NAN;
	rc = nrb_agenda_begin(&blocks->agenda, blocks->plan);
	if (rc == 0) {
		rc = nrb_widths_begin(&blocks->widths, blocks->plan);
	}
	if (rc == 0) {
		rc = nrb_firstblock_begin(&blocks->first, blocks->plan);
	}
	if (rc == 0) {
		rc = nrb_surroundings_begin(
			&blocks->surroundings, blocks->root, blocks->plan);
	}
	if (rc == 0) {
		rc = run_warm_up(blocks);
	}
	if (rc == 0) {
		rc = run_blocks(blocks);
	}
	nrb_agenda_finish(&blocks->agenda);
	nrb_widths_finish(&blocks->widths);
	nrb_firstblock_finish(&blocks->first);
	nrb_surroundings_finish(&blocks->surroundings);
	free(blocks->known_ns);
	blocks->known_ns = NULL;
	if (rc == 0 && blocks->usable == 0) {
		nrb_refuse(NRB_EXIT_INCONCLUSIVE, "the record says of each cell why",
			"no cell measured anything");
		rc = -ENODATA;
	}
	return rc;
}
