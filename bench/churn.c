/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A worker: memory taken, used and given back. */
#include "nrb/churn.h"

#include <errno.h>
#include <sys/mman.h>

enum { SLOT_BYTES = 1 << 20, USES = 2 };

/* A share of the arena, in its pages. */
struct share {
	int64_t from, to, slot;
};

static struct share share_of(const struct nrb_cell *cell, int number)
{
	const struct nrb_arena *arena = &cell->arena;
	struct share share = { .slot = SLOT_BYTES / (int64_t)arena->page_bytes };

	share.slot = share.slot > 0 ? share.slot : 1;
	nrb_cell_share(number, cell->arm.threads,
		(int64_t)(arena->len / arena->page_bytes), &share.from, &share.to);
	return share;
}

static int64_t end_of_slot(const struct share *share, int64_t at)
{
	return share->to - at < share->slot ? share->to : at + share->slot;
}

/* The sum is of no use, so the compiler must not know. */
static void use(const struct nrb_arena *arena, int64_t from, int64_t to)
{
	const volatile uint64_t *word =
		(const volatile uint64_t *)(const void *)(arena->mem +
							  (size_t)from *
								  arena->page_bytes);
	size_t n = (size_t)(to - from) * arena->page_bytes / sizeof(*word);
	volatile uint64_t sum = 0;

	for (int i = 0; i < USES; i++) {
		uint64_t part = 0;

		for (size_t k = 0; k < n; k++) {
			part += word[k];
		}
		sum += part;
	}
}

static void take(struct nrb_cell *cell, int number, int64_t from, int64_t to,
	volatile int64_t *written)
{
	static const volatile int32_t never =
		0; /* the parent ends a stall, and only that */

	nrb_arena_touch(&cell->arena, (size_t)from, (size_t)to, &cell->clock,
		&cell->shared->thread_hist[number], written, &never);
	use(&cell->arena, from, to);
}

static int give_back(const struct nrb_arena *arena, int64_t from, int64_t to)
{
	return madvise(arena->mem + (size_t)from * arena->page_bytes,
		       (size_t)(to - from) * arena->page_bytes, MADV_DONTNEED) < 0
		       ? -errno
		       : 0;
}

void nrb_churn_fill(struct nrb_cell *cell, int number)
{
	const struct share share = share_of(cell, number);

	for (int64_t at = share.from, end; at < share.to; at = end) {
		end = end_of_slot(&share, at);
		take(cell, number, at, end, &cell->shared->thread_pages[number]);
	}
}

int nrb_churn_again(struct nrb_cell *cell, int number, bool (*goes_on)(const void *arg),
	const void *arg)
{
	const struct share share = share_of(cell, number);
	int64_t at = share.from, end;
	int rc = 0;

	while (rc == 0 && share.from < share.to && goes_on(arg)) {
		end = end_of_slot(&share, at);
		rc = give_back(&cell->arena, at, end);
		if (rc == 0) {
			take(cell, number, at, end, &cell->shared->thread_again[number]);
		}
		at = end < share.to ? end : share.from;
	}
	return rc;
}
