/* SPDX-License-Identifier: GPL-2.0-or-later */
/* By how much a node's file cache rose, into the sample. */
#include "nrb/rise.h"

#include "nrb/diag.h"
#include "nrb/source.h"

int nrb_rise_look(const struct nrb_cell *cell, struct nrb_node_memory *memory)
{
	int rc = nrb_counters_read_node(cell->root, cell->arm.node, memory);

	return rc < 0 ? nrb_fail(rc, "cannot read node %d's meminfo", cell->arm.node) : 0;
}

static void add(int64_t *sum, int64_t before, int64_t after)
{
	*sum = after - before + nrb_units_or_0(*sum);
}

int nrb_rise_note(struct nrb_cell *cell, const struct nrb_node_memory *before,
	struct nrb_node_memory *after)
{
	struct nrb_sample *sample = &cell->shared->sample;
	int rc = nrb_source_cached(cell, cell->fill_len, &sample->fill_cached_bytes);

	if (rc < 0) {
		return nrb_fail(rc, "cannot see what is cached of the cache file");
	}
	rc = nrb_rise_look(cell, after);
	if (rc < 0) {
		return rc;
	}
	add(&sample->fill_node_bytes, before->file_bytes, after->file_bytes);
	add(&sample->fill_active_bytes, before->active_file_bytes,
		after->active_file_bytes);
	add(&sample->fill_inactive_bytes, before->inactive_file_bytes,
		after->inactive_file_bytes);
	return 0;
}
