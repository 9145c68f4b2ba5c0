/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The memory under test: mapped, first-touched with a clock, walked. */
#ifndef NRB_ARENA_H
#define NRB_ARENA_H

#include "nrb/clock.h"
#include "nrb/fsroot.h"
#include "nrb/histogram.h"

#include <stddef.h>
#include <stdint.h>

enum nrb_page_size { NRB_PAGE_4K, NRB_PAGE_THP };

struct nrb_arena {
	char *mem; /* 2 MiB-aligned; not touched yet */
	size_t len;
	size_t page_bytes; /* step of first touch: 4096, or 2 MiB for THP */
	void *map;
	size_t map_len;
};

/**
 * Map private anonymous memory of its own, MADV_NOHUGEPAGE or MADV_HUGEPAGE; nothing is touched.
 * len   rounded up to arena->page_bytes
 * The range lies between inaccessible pages, so that the kernel never merges it with another one.
 * Returns 0 or a negative errno, with a message; then the arena is zeroed.
 */
int nrb_arena_map(struct nrb_arena *arena, size_t len, enum nrb_page_size page_size);

/** Unmap it and zero the arena; a zeroed one is left alone. */
void nrb_arena_unmap(struct nrb_arena *arena);

/**
 * First touch: write one word in each 4 KiB page of a range, in address order, timing each of the
 * arena's pages as one fault (on huge pages from its first word to its last).
 * from, to   page numbers within the arena
 * hist       one value per page is added; prefaulted by the caller
 * written    progress word: pages written are added, after each (another process may read it)
 * stop       ends early when it becomes non-zero
 * Calls nothing but the time stamp. Returns the number of pages written.
 */
size_t nrb_arena_touch(const struct nrb_arena *arena, size_t from, size_t to,
	const struct nrb_clock *clock, struct nrb_histogram *hist,
	volatile int64_t *written, const volatile int32_t *stop);

/** Bytes of the arena that huge pages back now (AnonHugePages in the caller's own smaps).
 * Returns 0, -ENOENT (the range is not listed) or a negative errno, silent. Source: proc(5). */
int nrb_arena_huge_bytes(
	const struct nrb_root *root, const struct nrb_arena *arena, int64_t *bytes);

#endif
