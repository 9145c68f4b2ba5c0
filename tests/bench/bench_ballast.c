/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Taking a ballast, locked, against bare threads that populate a part of the same range each. */
#include "bench.h"

#include "nrb/ballast.h"
#include "nrb/clock.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { LEN = 256 << 20, MAX_THREADS = 64 };

static int n_threads;

struct part {
	char *mem;
	size_t len;
};

static void *populate(void *arg)
{
	const struct part *part = arg;

	if (madvise(part->mem, part->len, MADV_POPULATE_WRITE) < 0) {
		perror("MADV_POPULATE_WRITE");
		exit(77);
	}
	return NULL;
}

static void take_bare(char *mem)
{
	struct part parts[MAX_THREADS];
	pthread_t threads[MAX_THREADS];

	for (int i = 0; i < n_threads; i++) {
		parts[i] = (struct part){ mem + (size_t)i * (LEN / (size_t)n_threads),
			LEN / (size_t)n_threads };
		if (pthread_create(&threads[i], NULL, populate, &parts[i]) != 0) {
			exit(1);
		}
	}
	for (int i = 0; i < n_threads; i++) {
		pthread_join(threads[i], NULL);
	}
}

static void take_locked(char *mem)
{
	volatile int64_t progress = 0;

	if (mlock2(mem, LEN, MLOCK_ONFAULT) < 0) {
		perror("mlock2");
		exit(77);
	}
	if (nrb_ballast_populate(mem, LEN, n_threads, &progress) < 0) {
		exit(1);
	}
}

static double once(void (*take)(char *mem))
{
	uint64_t start;
	double ns;
	char *mem = mmap(
		NULL, LEN, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (mem == MAP_FAILED) {
		exit(1);
	}
	start = nrb_clock_ns();
	take(mem);
	ns = (double)(nrb_clock_ns() - start);
	munmap(mem, LEN);
	return ns;
}

int main(void)
{
	double ratios[BENCH_ROUNDS], bare = 0, locked = 0;

	n_threads = (int)sysconf(_SC_NPROCESSORS_ONLN);
	n_threads = n_threads > 16 ? 16 : n_threads;
	once(take_bare); /* the host backs a guest's memory on first use */
	for (int i = 0; i < BENCH_ROUNDS; i++) {
		if (i % 2 == 0) {
			bare = once(take_bare);
			locked = once(take_locked);
		} else {
			locked = once(take_locked);
			bare = once(take_bare);
		}
		ratios[i] = locked / bare;
	}
	printf("%d threads, last round: bare %.2f GiB/s, locked %.2f\n", n_threads,
		LEN / bare / 1.073741824, LEN / locked / 1.073741824);
	/* at least 0.95 of the speed */
	return bench_verdict("ballast / bare populate", ratios, BENCH_ROUNDS, 1 / 0.95)
		       ? 0
		       : 1;
}
