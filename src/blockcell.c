/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One cell of a block: asked for, announced, measured, on record. */
#include "nrb/blockcell.h"

#include "nrb/armname.h"
#include "nrb/diag.h"
#include "nrb/factors.h"
#include "nrb/kswapd.h"
#include "nrb/progress.h"
#include "nrb/signals.h"
#include "nrb/steadiness.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void put_word(char *into, const char *word)
{
	snprintf(into, NRB_WORD_LEN, "%s", word);
}

/* As used: a factor that was left as found says what was found. */
static void ask_factors(struct nrb_sample *sample, const struct nrb_arm *arm,
	const struct nrb_machine *machine)
{
	bool allocates = arm->scenario->needs & NRB_NEEDS_MODES;

	put_word(sample->variant, arm->variant->name);
	put_word(sample->lru_gen,
		arm->lru_gen >= 0 ? nrb_off_on_words[arm->lru_gen] : machine->lru_gen);
	put_word(sample->swap,
		nrb_off_on_words[arm->swap >= 0 ? arm->swap : machine->has_swap]);
	put_word(sample->policy, nrb_policy_words[arm->policy]);
	put_word(sample->page_size, allocates ? nrb_page_size_words[arm->page_size] : "");
	put_word(sample->fill_on, allocates ? nrb_fill_on_words[arm->fill_all] : "");
	put_word(sample->trim, nrb_off_on_words[arm->trim]);
	sample->threads = arm->threads;
	snprintf(sample->set, sizeof(sample->set), "%s",
		arm->set != NULL ? arm->set->text : "");
}

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
	sample->control = arm->control ? 1 : NRB_ABSENT;
	ask_factors(sample, arm, blocks->machine);
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
		.served = nrb_arm_needs(&blocks->plan->arms[arm]) & NRB_NEEDS_SERVED
				  ? blocks->plan->served
				  : NULL,
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
	const struct nrb_plan *plan = blocks->plan;
	int64_t extra = plan->warm_up >= 0;
	char what[256];

	nrb_progress_cell(block, blocks->n,
		blocks->n > 0 ? blocks->n * plan->n_arms + extra : 0, blocks->cells,
		nrb_armname(plan, arm_index, what, sizeof(what)));
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

/* The first whole cell of a kind becomes the deadlines of the others. */
static void learn(struct nrb_blocks *blocks, int kind)
{
	int64_t *known = blocks->known_ns[kind];

	if (known[NRB_PHASE_ACCESS] <= 0) {
		memcpy(known, blocks->shared->sample.phase_ns,
			sizeof(blocks->known_ns[kind]));
	}
}

static void note_ballast(struct nrb_blocks *blocks)
{
	const struct nrb_plan *plan = blocks->plan;

	for (int i = 0; i < plan->n_ballasts && blocks->cellrun.ballast != NULL; i++) {
		int node = plan->ballasts[i].node;
		struct nrb_node_sample *entry =
			nrb_sample_node(&blocks->shared->sample, node);

		if (entry != NULL) {
			entry->ballast_bytes =
				nrb_ballastproc_held(blocks->cellrun.ballast, node);
		}
	}
}

static int measure_cell(struct nrb_blocks *blocks, int64_t block, int arm)
{
	struct nrb_sample *sample = &blocks->shared->sample;
	struct nrb_cell cell;
	int rc;

	prepare_cell(blocks, &cell, arm);
	blocks->cellrun.known_ns = blocks->known_ns[cell.arm.kind];
	blocks->cellrun.swap = blocks->machine->swap;
	rc = nrb_cellrun(&blocks->cellrun, &cell, &blocks->signal);
	note_ballast(blocks);
	nrb_agenda_note(&blocks->agenda, arm, sample->wall_ns);
	sample->not_steady = nrb_steadiness_lacks(sample);
	nrb_surroundings_look(
		&blocks->surroundings, sample->changed, sizeof(sample->changed));
	nrb_widths_note(&blocks->widths, arm, block, sample);
	nrb_firstblock_note(&blocks->first, arm, block, sample);
	if (sample->status == NRB_STATUS_OK) {
		learn(blocks, cell.arm.kind);
	}
	if (block == 0 && sample->status == NRB_STATUS_OK) {
		sample->status = NRB_STATUS_WARM_UP;
	}
	return rc;
}

/* Known before: nothing is started for it. */
static void note_unsupported(struct nrb_sample *sample, const struct nrb_arm *arm)
{
	sample->start_ns = (int64_t)nrb_clock_ns();
	sample->wall_ns = 0;
	sample->status = NRB_STATUS_UNSUPPORTED;
	snprintf(sample->note, sizeof(sample->note), "%s", arm->unsupported);
}

static int write_cell(struct nrb_blocks *blocks, int64_t block)
{
	const struct nrb_sample *sample = &blocks->shared->sample;
	int rc;

	for (int phase = 0; phase < NRB_N_PHASES; phase++) {
		blocks->phases_ns +=
			sample->phase_ns[phase] > 0 ? sample->phase_ns[phase] : 0;
	}
	rc = nrb_record_write_cell(blocks->record, sample);
	if (rc == -EINTR) {
		blocks->signal = nrb_signals_take(blocks->cellrun.signal_fd);
	}
	blocks->cells += rc == 0;
	blocks->usable += block > 0 && (sample->status == NRB_STATUS_OK ||
					       sample->status == NRB_STATUS_STALLED);
	nrb_progress_cell_done(sample);
	return rc;
}

int nrb_blockcell_run(struct nrb_blocks *blocks, int64_t block, int arm_index)
{
	const struct nrb_arm *arm = &blocks->plan->arms[arm_index];
	struct nrb_sample *sample = &blocks->shared->sample;
	int rc = 0, written;

	ask(blocks, block, arm_index);
	announce(blocks, block, arm_index);
	if (arm->unsupported[0] != '\0') {
		note_unsupported(sample, arm);
	} else {
		rc = measure_cell(blocks, block, arm_index);
	}
	if (rc == -EINTR) {
		return rc; /* a cell that was cut short is not a cell */
	}
	written = write_cell(blocks, block);
	if (rc == 0) {
		rc = judge(sample, blocks->shared);
	}
	return rc < 0 ? rc : written;
}
