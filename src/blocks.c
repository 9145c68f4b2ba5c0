/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a plan to cells on record. */
#include "nrb/blocks.h"

#include "nrb/diag.h"
#include "nrb/kswapd.h"
#include "nrb/pagecache.h"
#include "nrb/progress.h"
#include "nrb/signals.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* On hardware the warm-up re-reads so much; later cells as much as half a deadline takes. */
static const int64_t first_reread_bytes = 256LL << 20;

/* A cell's sample with what is asked of it. */
static void ask(struct nrb_blocks *blocks, int64_t block, int arm_index)
{
	const struct nrb_arm *arm = &blocks->plan->arms[arm_index];
	struct nrb_shared *shared = blocks->shared;
	struct nrb_sample *sample = &shared->sample;

	memset(shared, 0, sizeof(*shared));
	nrb_sample_init(sample);
	sample->cell = blocks->cells;
	sample->block = block;
	snprintf(sample->scenario, sizeof(sample->scenario), "%s", arm->scenario->name);
	sample->node = arm->node;
	sample->cpu_node = arm->cpu_node;
	sample->mode = arm->mode >= 0 ? arm->mode : NRB_ABSENT;
	snprintf(
		sample->lru_gen, sizeof(sample->lru_gen), "%s", blocks->machine->lru_gen);
	snprintf(sample->policy, sizeof(sample->policy), "%s",
		arm->mode < 0                ? "bind"
		: arm->node == arm->cpu_node ? "local"
					     : "preferred");
	snprintf(sample->page_size, sizeof(sample->page_size), "%s",
		arm->mode < 0 ? "" : "4k");
	sample->threads = 1;
	snprintf(sample->fill_on, sizeof(sample->fill_on), "%s",
		blocks->plan->sizes[arm_index].file_bytes > 0 ? "target" : "");
	snprintf(sample->swap, sizeof(sample->swap), "%s",
		blocks->machine->has_swap ? "on" : "off");
	snprintf(sample->trim, sizeof(sample->trim), "off");
	sample->seed = nrb_plan_cell_seed(blocks->plan, block, arm_index);
}

static void prepare_cell(struct nrb_blocks *blocks, struct nrb_cell *cell, int arm)
{
	*cell = (struct nrb_cell){
		.root = blocks->root,
		.topology = &blocks->machine->topology,
		.arm = blocks->plan->arms[arm],
		.sizes = blocks->plan->sizes[arm],
		.shared = blocks->shared,
		.clock = blocks->clock,
		.line_bytes = blocks->machine->cpu.line_bytes > 0
				      ? (int)blocks->machine->cpu.line_bytes
				      : 64,
		.cache_bytes = blocks->machine->cpu.l3_bytes > 0
				       ? blocks->machine->cpu.l3_bytes
				       : 0,
		.file = blocks->file,
	};
	if (cell->sizes.reread_bytes == 0) {
		cell->sizes.reread_bytes = blocks->reread_bytes;
	}
	if (nrb_kswapd_find(blocks->root, cell->arm.node, &cell->kswapd_pid) < 0) {
		cell->kswapd_pid = -1;
	}
}

static void announce(const struct nrb_blocks *blocks, int64_t block, int arm_index)
{
	const struct nrb_arm *arm = &blocks->plan->arms[arm_index];
	int64_t extra = blocks->plan->warm_up >= 0;
	char what[128];

	if (arm->mode >= 0) {
		snprintf(what, sizeof(what), "%s, node %d, mode %d", arm->scenario->name,
			arm->node, arm->mode);
	} else {
		snprintf(what, sizeof(what), "%s, CPU on node %d, memory on node %d",
			arm->scenario->name, arm->cpu_node, arm->node);
	}
	nrb_progress_cell(block, blocks->n,
		blocks->n > 0 ? blocks->n * blocks->plan->n_arms + extra : 0,
		blocks->cells, what);
}

/* A killed child is a cell lost, and the run goes on; but one that says it failed would fail in
 * each cell. */
static int judge(const struct nrb_sample *sample, const struct nrb_shared *shared)
{
	if (sample->status != NRB_STATUS_KILLED || !shared->finished) {
		return 0;
	}
	return nrb_diag_adopt(
		-EIO, shared->why[0] != '\0' ? shared->why : "a cell failed");
}

static int run_cell(struct nrb_blocks *blocks, int64_t block, int arm)
{
	struct nrb_sample *sample = &blocks->shared->sample;
	struct nrb_cell cell;
	int rc, written;

	ask(blocks, block, arm);
	prepare_cell(blocks, &cell, arm);
	announce(blocks, block, arm);
	rc = nrb_cellrun(&blocks->cellrun, &cell, &blocks->signal);
	if (rc == -EINTR) {
		return rc; /* a cell that was cut short is not a cell */
	}
	if (block == 0 && sample->status == NRB_STATUS_OK) {
		sample->status = NRB_STATUS_WARM_UP;
	}
	for (int phase = 0; phase < NRB_N_PHASES; phase++) {
		blocks->phases_ns +=
			sample->phase_ns[phase] > 0 ? sample->phase_ns[phase] : 0;
	}
	written = nrb_record_write_cell(blocks->record, sample);
	if (written == -EINTR) {
		blocks->signal = nrb_signals_take(blocks->cellrun.signal_fd);
	}
	blocks->cells += written == 0;
	blocks->usable += block > 0 && (sample->status == NRB_STATUS_OK ||
					       sample->status == NRB_STATUS_STALLED);
	nrb_progress_cell_done(sample);
	if (rc == 0) {
		rc = judge(sample, blocks->shared);
	}
	return rc < 0 ? rc : written;
}

/* How much re-reading fits in half of its deadline, from the warm-up's rate. */
static int64_t reread_for(const struct nrb_sample *sample)
{
	double deadline_s = 10 * (double)sample->reread_ns / 1e9;

	if (sample->reread_ns <= 0) {
		return first_reread_bytes;
	}
	if (deadline_s < 10) {
		deadline_s = 10;
	}
	return (int64_t)((double)sample->reread_bytes /
			 ((double)sample->reread_ns / 1e9) * deadline_s / 2) /
	       NRB_REREAD_BLOCK * NRB_REREAD_BLOCK;
}

/* What the warm-up cell took becomes the deadlines and, by the budget, the number of blocks. */
static int run_warm_up(struct nrb_blocks *blocks)
{
	const struct nrb_sample *sample = &blocks->shared->sample;
	int rc;

	if (blocks->plan->warm_up < 0) {
		return 0;
	}
	blocks->reread_bytes = first_reread_bytes;
	rc = run_cell(blocks, 0, blocks->plan->warm_up);
	if (rc == 0 && sample->status == NRB_STATUS_WARM_UP) {
		memcpy(blocks->cellrun.warm_up_ns, sample->phase_ns,
			sizeof(sample->phase_ns));
		blocks->reread_bytes = reread_for(sample);
	}
	return rc;
}

static double elapsed_s(const struct nrb_blocks *blocks)
{
	return (double)(nrb_clock_ns() - blocks->start_ns) / 1e9;
}

/* At least one, whatever the budget. */
static int64_t blocks_for_budget(const struct nrb_blocks *blocks, double cell_s)
{
	double left = (double)blocks->plan->budget_s - elapsed_s(blocks);
	double n = cell_s > 0 ? left / (cell_s * blocks->plan->n_arms) : 1;

	return n < 1 ? 1 : n > 10000 ? 10000 : (int64_t)n;
}

static void decide_blocks(struct nrb_blocks *blocks)
{
	const struct nrb_plan *plan = blocks->plan;
	double cell_s =
		plan->warm_up >= 0 ? (double)blocks->shared->sample.wall_ns / 1e9 : 0;
	int64_t fit =
		plan->budget_s > 0 ? blocks_for_budget(blocks, cell_s) : plan->blocks;

	blocks->n = plan->blocks > 0 && plan->blocks < fit ? plan->blocks : fit;
}

static int run_blocks(struct nrb_blocks *blocks)
{
	const struct nrb_plan *plan = blocks->plan;
	int *order = calloc((size_t)plan->n_arms, sizeof(*order)), rc = 0;

	if (order == NULL) {
		return nrb_fail(
			-ENOMEM, "no memory for an order of %d cells", plan->n_arms);
	}
	decide_blocks(blocks);
	for (int64_t block = 1; block <= blocks->n && rc == 0; block++) {
		if (block > 1 && plan->budget_s > 0 &&
			elapsed_s(blocks) > (double)plan->budget_s) {
			nrb_note("the budget ends after %" PRId64 " of %" PRId64
				 " blocks",
				block - 1, blocks->n);
			break;
		}
		nrb_plan_order(plan, block, order);
		for (int i = 0; i < plan->n_arms && rc == 0; i++) {
			rc = run_cell(blocks, block, order[i]);
		}
	}
	free(order);
	return rc;
}

int nrb_blocks_run(struct nrb_blocks *blocks)
{
	int rc = run_warm_up(blocks);

	if (rc == 0) {
		rc = run_blocks(blocks);
	}
	if (rc == 0 && blocks->usable == 0) {
		nrb_refuse(NRB_EXIT_INCONCLUSIVE, "the record says of each cell why",
			"no cell measured anything");
		rc = -ENODATA;
	}
	return rc;
}
