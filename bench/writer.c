/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A process that writes a file beside an allocation. */
#include "nrb/writer.h"

#include "nrb/diag.h"
#include "nrb/histogram.h"
#include "nrb/holder.h"
#include "nrb/pagecache.h"
#include "nrb/steps.h"
#include "nrb/stopword.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

enum { LOOK_MS = 50, LIMIT_MS = 10 * 1000 };

/* A thread of the holder, which meanwhile answers. */
struct writer {
	struct nrb_cell *cell;
	pthread_t thread;
	volatile int64_t bytes;
	volatile int32_t stop;
	bool cut; /* by its own time limit */
	int rc;
	uint64_t start_ns, end_ns;
	struct nrb_histogram hist;
};

static void *write_part(void *arg)
{
	struct writer *writer = arg;
	const struct nrb_sizes *sizes = &writer->cell->sizes;

	writer->start_ns = nrb_clock_ns();
	writer->rc = nrb_pagecache_write(writer->cell->file, sizes->beside_from,
		sizes->beside_bytes, &writer->hist, &writer->bytes, &writer->stop);
	writer->end_ns = nrb_clock_ns();
	return NULL;
}

static int begin(struct nrb_cell *cell)
{
	struct writer *writer = calloc(1, sizeof(*writer));
	int rc;

	if (writer == NULL) {
		return nrb_fail(-ENOMEM, "no memory for a writer");
	}
	writer->cell = cell;
	rc = -pthread_create(&writer->thread, NULL, write_part, writer);
	if (rc < 0) {
		free(writer);
		return nrb_fail(rc, "cannot start a writer");
	}
	cell->hold_state = writer;
	return 0;
}

/* The child waits in the phase of the allocation, which the parent takes for stalled where nothing
 * moves: this wait has an end of its own. */
static void wait_for(struct nrb_cell *cell, struct writer *writer)
{
	const struct timespec look = { .tv_nsec = LOOK_MS * 1000000L };
	int ms = 0;

	while (pthread_tryjoin_np(writer->thread, NULL) == EBUSY) {
		nanosleep(&look, NULL);
		ms += LOOK_MS;
		if (!nrb_stopword_is_said(&writer->stop)) {
			writer->cut = ms >= LIMIT_MS;
			if (writer->cut || nrb_stopword_is_said(nrb_cell_stop(cell))) {
				nrb_stopword_say(&writer->stop);
			}
		}
		cell->shared->progress += 1024;
	}
}

/* Then its speed is of what it wrote till then, and its share is not all that was to be written. */
static void note_cut(struct nrb_cell *cell, const struct writer *writer)
{
	int64_t asked = cell->sizes.beside_bytes;

	if (writer->rc == 0 && writer->cut && writer->bytes < asked) {
		nrb_cell_note(cell,
			"the writer was stopped %d s after the allocation with %lld of "
			"%lld MiB written",
			LIMIT_MS / 1000, (long long)writer->bytes >> 20,
			(long long)asked >> 20);
	}
}

static int end(struct nrb_cell *cell)
{
	struct nrb_sample *sample = &cell->shared->sample;
	struct writer *writer = cell->hold_state;
	int rc;

	wait_for(cell, writer);
	sample->writer_bytes = writer->bytes;
	sample->writer_ns = (int64_t)(writer->end_ns - writer->start_ns);
	sample->writer_max_ns = (int64_t)writer->hist.max_ns;
	note_cut(cell, writer);
	rc = writer->rc;
	if (rc < 0) {
		nrb_fail(rc,
			"the writer beside cannot write the cache file at byte %" PRId64,
			cell->sizes.beside_from + writer->bytes);
	}
	free(writer);
	cell->hold_state = NULL;
	return rc;
}

int nrb_writer_hold(struct nrb_cell *cell, enum nrb_hold what, int64_t value)
{
	(void)value;
	switch (what) {
	case NRB_HOLD_BEGIN:
		return begin(cell);
	case NRB_HOLD_END:
		return end(cell);
	default:
		return 0;
	}
}

static int allocate(struct nrb_cell *cell, void *arg)
{
	(void)arg;
	return nrb_step_allocate(cell);
}

int nrb_writer_allocate(struct nrb_cell *cell)
{
	return nrb_holder_beside(cell, allocate, NULL);
}
