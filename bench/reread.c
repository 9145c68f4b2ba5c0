/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The step that reads the file again: what the lost cache costs. */
#include "nrb/steps.h"

#include "nrb/pagecache.h"

int nrb_step_reread(struct nrb_cell *cell)
{
	struct nrb_sample *sample = &cell->shared->sample;
	struct nrb_rng rng = nrb_rng_init((uint64_t)sample->seed + 1);
	int64_t most = cell->sizes.reread_bytes;
	struct nrb_reread reread = { 0 };
	int rc;

	if (cell->sizes.sparse) {
		return 0;
	}
	if (most == 0 || most > cell->fill_len) {
		most = cell->fill_len;
	}
	rc = nrb_pagecache_reread(cell->file, cell->fill_len, most, &rng,
		&sample->reread_hist, &cell->shared->progress, nrb_cell_stop(cell),
		&reread);
	if (rc < 0) {
		return rc;
	}
	sample->reread_bytes = reread.bytes;
	sample->reread_disk_bytes = reread.disk_bytes;
	sample->reread_ns = reread.ns;
	return 0;
}
