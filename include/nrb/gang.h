/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Threads that begin together. They are made behind a closed gate, so that one that cannot be made
 * leaves none waiting for it.
 */
#ifndef NRB_GANG_H
#define NRB_GANG_H

#include <stdint.h>

enum { NRB_MAX_GANG = 128 };

struct nrb_gang {
	int n; /* 1..NRB_MAX_GANG; number 0 is the caller */
	void *arg;
	/* In the maker: choose the CPUs of the thread of that number, which begins on those of who
	 * makes it; in the end of number 0's again. Returns 0 or a negative errno, with a message. Not
	 * called where n is 1. */
	int (*pin)(void *arg, int number);
	void (*prepare)(void *arg, int number); /* in the thread, before the start */
	void (*work)(void *arg, int number);
	int64_t wall_ns; /* out: from the start of all to the end of the last */
};

/** Run them to their ends. Returns 0 or a negative errno, with a message: then none has worked. */
int nrb_gang_run(struct nrb_gang *gang);

#endif
