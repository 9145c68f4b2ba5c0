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

enum {
	PAGE_BYTES = 4096,
	LOOK_LINES = 64 << 10,
	/* loads of one core that are under way at a time: 10 to 16 on x86-64 of 2012 to 2023, more in L2 */
	SWAPS_AHEAD = 32,
	WALKERS = 16,
	/* stretches differ in length: many of them, so that all walkers have one until the end */
	MAX_STRETCHES = 1024,
	STRETCH_LINES = 64, /* of a short chain, on average */
};

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

/* Lines that hold themselves: the permutation that swaps begin with. */
static int lay(
	const struct layout *l, const volatile int32_t *stop, volatile int64_t *progress)
{
	for (size_t i = 0; i < l->n_lines; i++) {
		void **line = line_at(l, i);

		*line = line;
		if (!goes_on(i, stop, progress)) {
			return -ECANCELED;
		}
	}
	return 0;
}

/* What line i is swapped with: one below i, never i itself, which is what makes it one cycle. It is
 * drawn some swaps before it is needed, so that a memory's answers to many of them are awaited at a
 * time and not one by one. */
static void **draw(const struct layout *l, struct nrb_rng *rng, size_t i)
{
	void **line = line_at(l, nrb_rng_below(rng, i));

	__builtin_prefetch(line, 1);
	return line;
}

static int swap_all(const struct layout *l, struct nrb_rng *rng,
	const volatile int32_t *stop, volatile int64_t *progress)
{
	void **drawn[SWAPS_AHEAD];
	size_t last = l->n_lines - 1;

	for (size_t i = last; i > 0 && last - i < SWAPS_AHEAD; i--) {
		drawn[i % SWAPS_AHEAD] = draw(l, rng, i);
	}
	for (size_t i = last; i > 0; i--) {
		void **a = line_at(l, i), **b = drawn[i % SWAPS_AHEAD];
		void *successor = *a;

		*a = *b;
		*b = successor;
		if (i > SWAPS_AHEAD) {
			drawn[i % SWAPS_AHEAD] = draw(l, rng, i - SWAPS_AHEAD);
		}
		if (!goes_on(i, stop, progress)) {
			return -ECANCELED;
		}
	}
	return 0;
}

/* -- counting -- */

/* A part of the cycle: from a line that is marked up to the next one that is. */
struct stretch {
	void **start;
	void *successor; /* what the start holds, while a mark stands there */
	size_t next;     /* stretch that begins where this one ends */
};

struct walker {
	void *const *at;
	size_t stretch;
};

/* What no pointer to a line is: odd. */
static void *mark_of(size_t stretch)
{
	return (void *)(uintptr_t)(stretch << 1 | 1);
}

static bool is_mark(const void *value)
{
	return (uintptr_t)value & 1;
}

/* Returns how many could be marked: fewer where a line comes twice. */
static size_t mark(const struct layout *l, struct stretch *stretches, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		void **start = line_at(l, l->n_lines / n * i);

		if (is_mark(*start)) {
			return i;
		}
		stretches[i] = (struct stretch){ .start = start, .successor = *start };
		*start = mark_of(i);
	}
	return n;
}

/* Walk all stretches, several at a time: a walk from line to line would wait for each alone. Returns the
 * lines met. */
static size_t walk_all(struct stretch *stretches, size_t n, const volatile int32_t *stop,
	volatile int64_t *progress)
{
	struct walker walkers[WALKERS];
	size_t begun = 0, walking = 0, lines = n;

	for (; begun < n && begun < WALKERS; begun++) {
		walkers[walking++] = (struct walker){ stretches[begun].successor, begun };
	}
	for (size_t i = 0; walking > 0; i = i + 1 < walking ? i + 1 : 0) {
		struct walker *walker = &walkers[i];
		void *value = *walker->at;

		if (!is_mark(value)) {
			walker->at = value;
			lines++;
			if (!goes_on(lines, stop, progress)) {
				break;
			}
			continue;
		}
		stretches[walker->stretch].next = (uintptr_t)value >> 1;
		if (begun < n) {
			*walker = (struct walker){ stretches[begun].successor, begun };
			begun++;
		} else {
			*walker = walkers[--walking];
		}
	}
	return lines;
}

/* Stretches in the cycle of the first one. */
static size_t linked(const struct stretch *stretches, size_t n)
{
	size_t at = 0, met = 0;

	do {
		at = stretches[at].next;
		met++;
	} while (at != 0 && met <= n);
	return met;
}

/* The length of the one cycle; 0: it is none, or it was stopped. */
static size_t count(
	const struct layout *l, const volatile int32_t *stop, volatile int64_t *progress)
{
	struct stretch stretches[MAX_STRETCHES];
	size_t want = l->n_lines / STRETCH_LINES + 1;
	size_t lines = 0, n;

	want = want < MAX_STRETCHES ? want : MAX_STRETCHES;
	n = mark(l, stretches, want);
	if (n == want) {
		lines = walk_all(stretches, n, stop, progress);
	}
	for (size_t i = 0; i < n; i++) {
		*stretches[i].start = stretches[i].successor;
	}
	return n == want && *stop == 0 && linked(stretches, n) == n ? lines : 0;
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
	rc = lay(&l, stop, progress);
	if (rc == 0) {
		rc = swap_all(&l, rng, stop, progress);
	}
	if (rc < 0) {
		return rc;
	}
	chain->start = line_at(&l, 0);
	chain->lines = count(&l, stop, progress);
	if (*stop != 0) {
		return -ECANCELED;
	}
	return chain->lines == l.n_lines ? 0 : -EIO;
}
