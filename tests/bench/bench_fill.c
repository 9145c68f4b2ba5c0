/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Filling page cache from a sparse file (no disk in the way), against other ways to do it.
 * Only those that leave the pages inactive are rivals; what the node's lists grew by is printed.
 */
#include "bench.h"

#include "nrb/clock.h"
#include "nrb/counters.h"
#include "nrb/pagecache.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <unistd.h>

enum { LEN = 1 << 30, MIB = 1 << 20, ROUNDS = 7 };

static int null;

static void fill_ours(int fd)
{
	static volatile int64_t progress;
	static volatile int32_t stop;

	if (nrb_pagecache_fill(fd, 0, LEN, &progress, &stop) < 0) {
		exit(1);
	}
}

static void read_blocks(int fd, size_t block, bool write_out)
{
	static char buf[MIB];

	for (off_t at = 0; at < LEN; at += (off_t)block) {
		if (pread(fd, buf, block, at) != (ssize_t)block ||
			(write_out && write(null, buf, block) < 0)) {
			exit(1);
		}
	}
}

static void fill_dd(int fd)
{
	read_blocks(fd, MIB, true);
}

static void fill_read_256k(int fd)
{
	read_blocks(fd, MIB / 4, false);
}

static void fill_sendfile(int fd)
{
	off_t at = 0;

	while (at < LEN && sendfile(null, fd, &at, MIB) > 0) {
	}
}

static void fill_populate(int fd)
{
	for (off_t at = 0; at < LEN; at += 2 * MIB) {
		void *map = mmap(NULL, 2 * (size_t)MIB, PROT_READ, MAP_SHARED, fd, at);

		if (map == MAP_FAILED || madvise(map, 2 * (size_t)MIB, 22) < 0) {
			exit(1); /* 22: MADV_POPULATE_READ, 5.14 */
		}
		munmap(map, 2 * (size_t)MIB);
	}
}

static void fill_mapped(int fd)
{
	volatile char *map = mmap(NULL, LEN, PROT_READ, MAP_SHARED, fd, 0);

	if (map == MAP_FAILED) {
		exit(1);
	}
	for (size_t at = 0; at < LEN; at += 4096) {
		(void)map[at];
	}
	munmap((void *)(uintptr_t)map, LEN);
}

static const struct way {
	const char *name;
	void (*fill)(int fd);
} ways[] = {
	{ "ours", fill_ours },
	{ "dd bs=1M", fill_dd },
	{ "read 256K", fill_read_256k },
	{ "sendfile 1M", fill_sendfile },
	{ "MADV_POPULATE_READ", fill_populate },
	{ "one mapping, touched", fill_mapped },
};

enum { N_WAYS = sizeof(ways) / sizeof(ways[0]) };

/* One fill from nothing: ns a page; *active out: the share that became active. */
static double once(
	const struct nrb_root *root, const struct way *way, int fd, double *active)
{
	struct nrb_node_memory before, after;
	int64_t left = 0;
	uint64_t start;
	double ns;

	if (nrb_pagecache_evict(fd, LEN, &left) < 0 || left > 0 ||
		nrb_counters_read_node(root, 0, &before) < 0) {
		exit(1);
	}
	start = nrb_clock_ns();
	way->fill(fd);
	ns = (double)(nrb_clock_ns() - start) / (LEN / 4096);
	if (nrb_counters_read_node(root, 0, &after) < 0) {
		exit(1);
	}
	*active = (double)(after.active_file_bytes - before.active_file_bytes) / LEN;
	return ns;
}

int main(void)
{
	double ns[N_WAYS][ROUNDS], active[N_WAYS], ratios[ROUNDS], fastest[ROUNDS];
	int fd = open(".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	struct nrb_root root;
	bool ok;

	null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	if (fd < 0 || null < 0 || ftruncate(fd, LEN) < 0 ||
		nrb_fsroot_open(&root, "/") < 0) {
		return 1;
	}
	once(&root, &ways[0], fd,
		&active[0]); /* the host backs a guest's memory on first use */
	for (int round = 0; round < ROUNDS; round++) {
		for (int i = 0; i < N_WAYS; i++) {
			ns[i][round] = once(&root, &ways[i], fd, &active[i]);
		}
		ratios[round] = ns[0][round] / ns[1][round];
		fastest[round] = 1;
		for (int i = 1; i < N_WAYS; i++) {
			double ratio = ns[0][round] / ns[i][round];

			if (active[i] < 0.01 && ratio > fastest[round]) {
				fastest[round] = ratio;
			}
		}
	}
	for (int i = 0; i < N_WAYS; i++) {
		printf("%-22s %6.0f ns a page, %5.1f %% active\n", ways[i].name,
			nrb_stats_median(ns[i], ROUNDS), 100 * active[i]);
	}
	ok = active[0] < 0.01;
	ok = bench_verdict("fill / dd bs=1M", ratios, ROUNDS, 0.99) && ok;
	ok = bench_verdict("fill / fastest that leaves pages inactive", fastest, ROUNDS,
		     1 / 0.95) &&
	     ok;
	return ok ? 0 : 1;
}
