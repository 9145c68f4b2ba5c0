/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Threads that serve objects of a set, the popular ones most often: read whole, through the page
 * cache, as a web or file server does.
 */
#ifndef NRB_SERVE_H
#define NRB_SERVE_H

#include "nrb/clock.h"
#include "nrb/sample.h"
#include "nrb/servedset.h"
#include "nrb/zipf.h"

#include <stdbool.h>
#include <stdint.h>

enum { NRB_MIN_READERS = 4, NRB_MAX_READERS = 16 };

struct nrb_reader;

struct nrb_serve {
	/* given, and borrowed */
	const struct nrb_clock *clock;
	const struct nrb_servedset *set;
	int n; /* readers, 1..NRB_MAX_READERS */
	int64_t for_ns;
	int64_t requests; /* at most, of all together; 0: as many as there is time for */
	uint64_t popularity_seed;     /* which objects are popular */
	uint64_t seed;                /* which are asked for when */
	volatile int64_t *progress;   /* bytes are added to it; NULL: nowhere */
	const volatile int32_t *stop; /* non-zero: end; NULL: nobody says so */
	/* its own */
	struct nrb_zipf zipf;
	struct nrb_shuffle shuffle;
	struct nrb_reader *readers;
	/* atomic: requests that were begun, readers that have not ended */
	int64_t begun;
	int running;
};

/** Readers for so many CPUs. */
int nrb_serve_readers(int cpus);

/** Take memory for the readers, and have the kernel read no more than what is asked for. Returns 0 or a
 * negative errno, with a message; nrb_serve_end is due only after 0. */
int nrb_serve_begin(struct nrb_serve *serve);

/** In reader i's thread: touch what it will use; then serve. They say nothing. */
void nrb_serve_prepare(struct nrb_serve *serve, int i);
void nrb_serve_work(struct nrb_serve *serve, int i);

/** Whether some reader is still at work. */
bool nrb_serve_is_running(const struct nrb_serve *serve);

/**
 * The threads are gone: put serve_* into the sample (left absent if they did not work), let everything
 * go. Returns 0; -ESTALE for a file that became shorter meanwhile; or another negative errno; each with
 * a message.
 */
int nrb_serve_end(struct nrb_serve *serve, struct nrb_sample *sample);

#endif
