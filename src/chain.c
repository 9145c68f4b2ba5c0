/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Threading a random cycle through memory without any memory beside it.
 * Line number i has a place that is computed, and holds its successor: at first itself. Sattolo's
 * swaps are made on those successors, so that there is no list of the permutation: on a node
 * under test it would be an eighth of the arena more.
 */
#include "nrb/chain.h"

#include <errno.h>
#include <stdbool.h>

enum { PAGE_BYTES = 4096, LOOK_LINES = 64 << 10 };

/* Which lines take part: all, or rounds of one line a page. */
struct layout {
	char *mem;
	const uint32_t *pages;
	size_t n_pages, n_lines;
	size_t line_bytes, lines_per_page;
	uint64_t seed;
};

/* Spread a page's number into a random place within it (the finish of splitmix64). */
static uint64_t mix(uint64_t z)
{
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

/* The page (by position in the list) and the place in it of sampled line i. Every round takes one
 * line from each page; the last one, if it has fewer, skips pages evenly. Rounds of one page step
 * by an odd number through a power of two, so they never meet. */
static void sampled(const struct layout *l, size_t i, size_t *page, size_t *place)
{
	size_t round = i / l->n_pages, at = i % l->n_pages;
	size_t rest = l->n_lines - round * l->n_pages;
	uint64_t spot;

	*page = rest < l->n_pages ? at * l->n_pages / rest : at;
	spot = mix(l->seed + *page);
	*place = (spot + round * ((spot >> 32) | 1)) & (l->lines_per_page - 1);
}

static void **line_at(const struct layout *l, size_t i)
{
	size_t page, place;

	if (l->n_lines == l->n_pages * l->lines_per_page) {
		page = i / l->lines_per_page;
		place = i % l->lines_per_page;
	} else {
		sampled(l, i, &page, &place);
	}
	if (l->pages != NULL) {
		page = l->pages[page];
	}
	return (void **)(void *)(l->mem + page * PAGE_BYTES + place * l->line_bytes);
}

/* Once in so many lines: is the phase to end, and does it go on. At 16 GiB and more, building takes
 * longer than a deadline without progress. */
static bool goes_on(size_t n, const volatile int32_t *stop, volatile int64_t *progress)
{
	if (n % LOOK_LINES != 0) {
		return true;
	}
	*progress += LOOK_LINES;
	return *stop == 0;
}

static int sattolo(const struct layout *l, struct nrb_rng *rng,
	const volatile int32_t *stop, volatile int64_t *progress)
{
	for (size_t i = 0; i < l->n_lines; i++) {
		void **line = line_at(l, i);

		*line = line;
		if (!goes_on(i, stop, progress)) {
			return -ECANCELED;
		}
	}
	for (size_t i = l->n_lines - 1; i > 0; i--) {
		/* below i, never i itself: this is what makes it one cycle */
		void **a = line_at(l, i), **b = line_at(l, nrb_rng_below(rng, i));
		void *successor = *a;

		*a = *b;
		*b = successor;
		if (!goes_on(i, stop, progress)) {
			return -ECANCELED;
		}
	}
	return 0;
}

int nrb_chain_build(struct nrb_chain *chain, const struct nrb_arena *arena,
	const struct nrb_chain_lines *lines, struct nrb_rng *rng,
	const volatile int32_t *stop, volatile int64_t *progress)
{
	struct layout l = {
		.mem = arena->mem,
		.pages = lines->pages,
		.n_pages = lines->n_pages,
		.line_bytes = lines->line_bytes,
		.lines_per_page = PAGE_BYTES / lines->line_bytes,
		.seed = nrb_rng_next(rng),
	};
	int rc;

	l.n_lines = l.n_pages * l.lines_per_page;
	if (lines->max_lines > 0 && lines->max_lines < l.n_lines) {
		l.n_lines = lines->max_lines;
	}
	if (l.n_lines < 2) {
		return -EINVAL;
	}
	rc = sattolo(&l, rng, stop, progress);
	if (rc < 0) {
		return rc;
	}
	chain->start = line_at(&l, 0);
	chain->lines = nrb_chain_count(chain->start, l.n_lines, stop, progress);
	if (*stop != 0) {
		return -ECANCELED;
	}
	return chain->lines == l.n_lines ? 0 : -EIO;
}

size_t nrb_chain_count(void *const *start, size_t limit, const volatile int32_t *stop,
	volatile int64_t *progress)
{
	void *const *at = start;
	size_t n = 0;

	do {
		at = (void *const *)*at;
		n++;
	} while (at != start && n <= limit && goes_on(n, stop, progress));
	return n;
}
