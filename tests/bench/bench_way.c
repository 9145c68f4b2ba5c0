/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One thing that the program does, as a process of its own, to be timed beside programs of others:
 *	bench_way fill FILE MIB     bring a file into page cache
 *	bench_way touch MIB         first touch of new memory, each page timed into a histogram
 *	bench_way zero MIB          the limit of both: zero memory that is there, in long runs
 */
#include "nrb/arena.h"
#include "nrb/pagecache.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

enum { RUN = 2 << 20, ROOM = 64 << 20 };

static int fill(const char *path, int64_t len)
{
	volatile int64_t progress = 0;
	volatile int32_t stop = 0;
	int fd = open(path, O_RDWR | O_CLOEXEC);

	return fd < 0 ? -1 : nrb_pagecache_fill(fd, 0, len, &progress, &stop);
}

static int touch(int64_t len)
{
	static struct nrb_histogram hist;
	struct nrb_clock clock = nrb_clock_init(true);
	volatile int64_t written = 0;
	volatile int32_t stop = 0;
	struct nrb_arena arena;
	int rc = nrb_arena_map(&arena, (size_t)len, NRB_PAGE_4K);

	if (rc == 0) {
		nrb_arena_touch(&arena, 0, arena.len / arena.page_bytes, &clock, &hist,
			&written, &stop);
		nrb_arena_unmap(&arena);
	}
	return rc;
}

static int zero(int64_t len)
{
	struct nrb_arena arena;
	int rc = nrb_arena_map(&arena, ROOM, NRB_PAGE_4K);

	if (rc < 0) {
		return rc;
	}
	for (int64_t done = 0; done < len; done += RUN) {
		char *at = arena.mem + done % ROOM;

		memset(at, 0, RUN);
		__asm__ volatile("" : : "r"(at) : "memory");
	}
	nrb_arena_unmap(&arena);
	return 0;
}

int main(int argc, char **argv)
{
	int64_t len = argc > 2 ? (int64_t)atoi(argv[argc - 1]) << 20 : 0;
	const char *what = argc > 1 ? argv[1] : "";
	int rc = -1;

	if (strcmp(what, "fill") == 0 && argc == 4) {
		rc = fill(argv[2], len);
	} else if (strcmp(what, "touch") == 0 && argc == 3) {
		rc = touch(len);
	} else if (strcmp(what, "zero") == 0 && argc == 3) {
		rc = zero(len);
	}
	return rc == 0 ? 0 : 1;
}
