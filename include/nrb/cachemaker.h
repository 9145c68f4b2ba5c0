/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The cache file, written by a process of its own: it may take minutes, and the parent must stay
 * ready for signals and must not allocate. */
#ifndef NRB_CACHEMAKER_H
#define NRB_CACHEMAKER_H

#include "nrb/fsroot.h"
#include "nrb/guard.h"
#include "nrb/idset.h"

#include <stdbool.h>
#include <stdint.h>

struct nrb_cachemaker {
	const struct nrb_root *root;
	struct nrb_guard *guard;
	int signal_fd;
	const struct nrb_idset *cpus; /* where the writer runs; empty: anywhere */
	const char *dir;
	int64_t len;
	int64_t seed;
	bool sparse; /* one hole, which takes nothing of the disk */
};

/**
 * Have the file made (nrb/cachefile.h) and take its descriptor.
 * signal  out, 0 or the signal that ended it
 * Returns 0, -EINTR for a signal, or a negative errno, with a message (said by the writer).
 */
int nrb_cachemaker_run(const struct nrb_cachemaker *maker, int *fd, int *signal);

#endif
