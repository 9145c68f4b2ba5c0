/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What child and parent both put into a cell's sample. */
#include "nrb/cell.h"

#include <stdarg.h>
#include <stdio.h>

/* In front of or behind what stands there, cut to what a sample holds. */
static void add_note(struct nrb_cell *cell, bool in_front, const char *fmt, va_list args)
{
	char *note = cell->shared->sample.note, added[NRB_NOTE_LEN],
	     both[2 * NRB_NOTE_LEN + 4];

	vsnprintf(added, sizeof(added), fmt, args);
	snprintf(both, sizeof(both), "%s%s%s", in_front ? added : note,
		added[0] != '\0' && note[0] != '\0' ? "; " : "", in_front ? note : added);
	snprintf(note, NRB_NOTE_LEN, "%.*s", NRB_NOTE_LEN - 1, both);
}

void nrb_cell_note(struct nrb_cell *cell, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	add_note(cell, false, fmt, args);
	va_end(args);
}

void nrb_cell_note_why(struct nrb_cell *cell, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	add_note(cell, true, fmt, args);
	va_end(args);
}

void nrb_cell_note_pages(
	struct nrb_cell *cell, const int64_t *pages, int64_t absent, int64_t written)
{
	struct nrb_sample *sample = &cell->shared->sample;

	sample->alloc_pages = written;
	sample->pages_absent = absent;
	for (int i = 0; i < cell->topology->n_nodes; i++) {
		int node = cell->topology->nodes[i].node;
		struct nrb_node_sample *entry = nrb_sample_node(sample, node);

		if (entry != NULL) {
			entry->pages = pages[node];
		}
	}
}
