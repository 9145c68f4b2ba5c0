/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The step that allocates under the mode: every page once, by one or more threads. */
#include "nrb/steps.h"

#include "nrb/allocator.h"
#include "nrb/gang.h"

/* PARTS: of an allocation that is spread over a time. PART_PROGRESS: of each, beside its pages, or one of
 * few pages at a time would pass for a stall; one that hangs makes none. */
enum { PARTS = 100, PART_PROGRESS = 256 };

static int pin(void *arg, int number)
{
	return nrb_allocator_pin(arg, number);
}

static void prepare(void *arg, int number)
{
	nrb_allocator_prepare(arg, number);
}

static void touch_range(struct nrb_cell *cell, int number, int64_t from, int64_t to)
{
	static const volatile int32_t never =
		0; /* the parent ends a stall, and only that */
	struct nrb_shared *shared = cell->shared;

	nrb_arena_touch(&cell->arena, (size_t)from, (size_t)to, &cell->clock,
		&shared->thread_hist[number], &shared->thread_pages[number], &never);
}

static void touch_share(void *arg, int number)
{
	struct nrb_cell *cell = arg;
	int64_t units = (int64_t)(cell->arena.len / cell->arena.page_bytes), from, to;
	int parts = cell->sizes.work_ns > 0 ? PARTS : 1;
	uint64_t start = nrb_clock_ns();

	nrb_cell_share(number, cell->arm.threads, units, &from, &to);
	for (int i = 0; i < parts; i++) {
		int64_t first, last;

		if (i > 0) {
			nrb_clock_sleep_until(
				start + (uint64_t)(cell->sizes.work_ns / parts * i));
		}
		nrb_cell_share(i, parts, to - from, &first, &last);
		touch_range(cell, number, from + first, from + last);
		if (parts > 1 && number == 0) {
			cell->shared->progress += PART_PROGRESS;
		}
	}
}

static int touch(struct nrb_cell *cell)
{
	struct nrb_gang gang = {
		.n = cell->arm.threads,
		.arg = cell,
		.pin = pin,
		.prepare = prepare,
		.work = touch_share,
	};
	int rc = nrb_gang_run(&gang);

	if (rc == 0) {
		cell->shared->sample.alloc_wall_ns = gang.wall_ns;
	}
	nrb_cell_merge_threads(cell->shared);
	return rc;
}

int nrb_step_allocate(struct nrb_cell *cell)
{
	return nrb_allocator_run(cell, touch);
}
