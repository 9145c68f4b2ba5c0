/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An instance of tracefs of our own: a buffer and event switches that are nobody else's.
 * It outlives who made it, so that its name says whose it is (pid and start time), and everybody who
 * restores or begins removes those of the dead.
 */
#ifndef NRB_TRACEINSTANCE_H
#define NRB_TRACEINSTANCE_H

#include "nrb/fsroot.h"

#include <stddef.h>

enum { NRB_TRACEINSTANCE_NAME_LEN = 64 };

/* All zero: there is none. */
struct nrb_traceinstance {
	struct nrb_root files; /* its directory, for reading and writing what is in it */
	int parent;            /* tracefs' directory "instances" */
	char name[NRB_TRACEINSTANCE_NAME_LEN];
};

/**
 * Make an instance, recording nothing yet, having removed those that dead processes of ours left.
 * The kernel gives a new one its default buffer for each CPU that there may be (1.4 MiB); a kernel
 * before 6.7 in which nobody has traced yet gives its main buffer the same with the first event that
 * is enabled, until the next boot.
 * why  out, in words, whatever it was: tracing is never worth a run's end
 * Returns 0 or a negative errno, silent. Source: Documentation/trace/ftrace.rst.
 */
int nrb_traceinstance_make(struct nrb_traceinstance *instance,
	const struct nrb_root *root, char *why, size_t why_len);

/** Remove it, without waiting. Again is nothing. Returns 0 or a negative errno, silent; -EBUSY where a
 * process, as a child that does not die, has one of its files open: nrb_traceinstance_clear can wait. */
int nrb_traceinstance_remove(struct nrb_traceinstance *instance);

/** Remove instances of ours whose maker is gone, or is the caller; those of others who live stay. Waits up
 * to 2 s in all for who was killed and has a file of one open. Silent. Returns how many were removed. */
int nrb_traceinstance_clear(const struct nrb_root *root);

/** How many there are that nrb_traceinstance_clear would remove; 0 where that cannot be seen. */
int nrb_traceinstance_left(const struct nrb_root *root);

#endif
