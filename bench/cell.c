/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What child and parent both put into a cell's sample. */
#include "nrb/cell.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

bool nrb_cell_has_lru_gen(const struct nrb_cell *cell)
{
	return strcmp(cell->shared->sample.lru_gen, nrb_off_on_words[true]) == 0;
}

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

void nrb_cell_note_pages(struct nrb_cell *cell, const int64_t *pages, int64_t absent,
	int64_t located, int64_t written)
{
	struct nrb_sample *sample = &cell->shared->sample;

	sample->alloc_pages = written;
	sample->pages_located = located;
	sample->pages_absent = absent;
	for (int i = 0; i < cell->topology->n_nodes; i++) {
		int node = cell->topology->nodes[i].node;
		struct nrb_node_sample *entry = nrb_sample_node(sample, node);

		if (entry != NULL) {
			entry->pages = pages[node];
		}
	}
}

void nrb_cell_join(struct nrb_cell *cell, pthread_t thread)
{
	enum { LOOK_MS = 50, LIMIT_MS = 10 * 1000, PAGES = 1024 };
	const struct timespec look = { .tv_nsec = LOOK_MS * 1000000L };

	for (int ms = 0; ms < LIMIT_MS; ms += LOOK_MS) {
		if (pthread_tryjoin_np(thread, NULL) != EBUSY) {
			return;
		}
		nanosleep(&look, NULL);
		cell->shared->progress += PAGES;
	}
	pthread_join(thread, NULL);
}

int64_t nrb_cell_written(const struct nrb_shared *shared)
{
	int64_t sum = 0;

	for (int i = 0; i < NRB_MAX_THREADS; i++) {
		sum += shared->thread_pages[i];
	}
	return sum;
}

/* In base pages, so that what is a stall does not depend on the page size. */
int64_t nrb_cell_progress(const struct nrb_shared *shared)
{
	int64_t units = 1, written = nrb_cell_written(shared);

	if (shared->phase != NRB_PHASE_ALLOCATE) {
		return shared->progress;
	}
	if (shared->sample.alloc_page_bytes > 4096) {
		units = shared->sample.alloc_page_bytes / 4096;
	}
	for (int i = 0; i < NRB_MAX_THREADS; i++) {
		written += shared->thread_again[i];
	}
	return shared->progress + written * units;
}

void nrb_cell_merge_threads(struct nrb_shared *shared)
{
	for (int i = 0; i < NRB_MAX_THREADS; i++) {
		nrb_histogram_merge(&shared->sample.alloc_hist, &shared->thread_hist[i]);
		memset(&shared->thread_hist[i], 0, sizeof(shared->thread_hist[i]));
	}
}
