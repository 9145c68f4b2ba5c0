/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The memory under test: mapped, first-touched with a clock. */
#include "nrb/arena.h"

#include "nrb/diag.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { SMALL_PAGE = 4096, HUGE_PAGE = 2 << 20 };

static size_t round_up(size_t n, size_t to)
{
	return (n + to - 1) / to * to;
}

static int advise(const struct nrb_arena *arena, enum nrb_page_size page_size)
{
	if (page_size == NRB_PAGE_THP) {
		if (madvise(arena->mem, arena->len, MADV_HUGEPAGE) < 0) {
			return nrb_fail(-errno, "cannot ask for huge pages");
		}
	} else if (madvise(arena->mem, arena->len, MADV_NOHUGEPAGE) < 0 &&
		   errno != EINVAL) { /* EINVAL: a kernel without THP */
		return nrb_fail(-errno, "cannot ask for small pages");
	}
	return 0;
}

/* The range lies in inaccessible space on both sides: as a mapping of its own, never merged with
 * a neighbour's, it has its own lines in numa_maps and smaps. */
int nrb_arena_map(struct nrb_arena *arena, size_t len, enum nrb_page_size page_size)
{
	uintptr_t first;
	int rc;

	*arena = (struct nrb_arena){ 0 };
	arena->page_bytes = page_size == NRB_PAGE_THP ? HUGE_PAGE : SMALL_PAGE;
	arena->len = round_up(len, arena->page_bytes);
	arena->map_len = arena->len + 2 * (size_t)HUGE_PAGE;
	arena->map = mmap(NULL, arena->map_len, PROT_NONE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (arena->map == MAP_FAILED) {
		rc = nrb_fail(-errno, "cannot map %zu bytes", arena->map_len);
		*arena = (struct nrb_arena){ 0 };
		return rc;
	}
	first = round_up((uintptr_t)arena->map + SMALL_PAGE, HUGE_PAGE);
	arena->mem = (char *)arena->map + (first - (uintptr_t)arena->map);
	if (mprotect(arena->mem, arena->len, PROT_READ | PROT_WRITE) < 0) {
		rc = nrb_fail(-errno, "cannot map %zu bytes for writing", arena->len);
	} else {
		rc = advise(arena, page_size);
	}
	if (rc < 0) {
		nrb_arena_unmap(arena);
	}
	return rc;
}

void nrb_arena_unmap(struct nrb_arena *arena)
{
	if (arena->map != NULL) {
		munmap(arena->map, arena->map_len);
	}
	*arena = (struct nrb_arena){ 0 };
}

/* A unit of several base pages counts as one fault: with a huge page it is one, without as many as
 * there are pages, which is what asking for huge pages then costs. */
static size_t touch_units(const struct nrb_arena *arena, size_t from, size_t to,
	const struct nrb_clock *clock, struct nrb_histogram *hist,
	volatile int64_t *written, const volatile int32_t *stop)
{
	volatile char *page = arena->mem + from * arena->page_bytes;
	uint64_t start = nrb_clock_ticks(clock);
	const int64_t before = *written;
	size_t done = 0;

	while (from + done < to && *stop == 0) {
		volatile char *next = page + arena->page_bytes;
		uint64_t end;

		for (; page < next; page += SMALL_PAGE) {
			*(volatile uint64_t *)page = 1;
		}
		end = nrb_clock_ticks(clock);
		nrb_histogram_add(hist, nrb_clock_ticks_to_ns(clock, end - start));
		start = end;
		*written = before + (int64_t)++done;
	}
	return done;
}

size_t nrb_arena_touch(const struct nrb_arena *arena, size_t from, size_t to,
	const struct nrb_clock *clock, struct nrb_histogram *hist,
	volatile int64_t *written, const volatile int32_t *stop)
{
	volatile char *page = arena->mem + from * arena->page_bytes;
	uint64_t start;
	const int64_t before = *written;
	size_t done = 0;

	if (arena->page_bytes > SMALL_PAGE) {
		return touch_units(arena, from, to, clock, hist, written, stop);
	}
	start = nrb_clock_ticks(clock);
	while (from + done < to && *stop == 0) {
		uint64_t end;

		*(volatile uint64_t *)page = 1;
		end = nrb_clock_ticks(clock);
		nrb_histogram_add(hist, nrb_clock_ticks_to_ns(clock, end - start));
		start = end; /* one stamp a fault; the bookkeeping counts to the next one */
		page += SMALL_PAGE;
		*written = before + (int64_t)++done;
	}
	return done;
}

/* One line of smaps: a mapping's head says whether what follows is the arena's. */
static void read_smaps_line(const char *line, const struct nrb_arena *arena, bool *inside,
	bool *found, int64_t *bytes)
{
	uintptr_t mem = (uintptr_t)arena->mem, from, to;
	long long kb;

	if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " ", &from, &to) == 2) {
		*inside = from >= mem && to <= mem + arena->len;
		*found |= *inside;
	} else if (*inside && sscanf(line, "AnonHugePages: %lld kB", &kb) == 1 &&
		   kb >= 0 && kb <= ((int64_t)arena->len - *bytes) / 1024) {
		*bytes += kb * 1024;
	}
}

int nrb_arena_huge_bytes(
	const struct nrb_root *root, const struct nrb_arena *arena, int64_t *bytes)
{
	bool inside = false, found = false;
	char *text, *rest, *line;
	int rc = nrb_fsroot_read_all(root, "/proc/self/smaps", &text);

	if (rc < 0) {
		return rc;
	}
	*bytes = 0;
	rest = text;
	while ((line = strsep(&rest, "\n")) != NULL) {
		read_smaps_line(line, arena, &inside, &found, bytes);
	}
	free(text);
	return found ? 0 : -ENOENT;
}
