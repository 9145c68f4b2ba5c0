/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `rehearse`: the same run inside a throw-away virtual NUMA machine; the host is not touched. */
#ifndef NRB_REHEARSE_H
#define NRB_REHEARSE_H

#include "nrb/kernelspec.h"
#include "nrb/shape.h"

#include <stdbool.h>
#include <stdint.h>

enum { NRB_REHEARSE_MAX_DEBS = 8, NRB_REHEARSE_MAX_ARGS = 64 };

struct nrb_rehearse_options {
	struct nrb_shape_asked asked;      /* nodes of the guest */
	const struct nrb_shape *shape;     /* that they came to */
	bool swap;                         /* the guest gets a swap disk */
	const struct nrb_kernelspec *spec; /* of several kernels this one; NULL: one */
	const char *kernel;                /* FILE; NULL: find or fetch one */
	const char *modules;               /* DIR that goes with kernel */
	const char *debs[NRB_REHEARSE_MAX_DEBS]; /* kernel packages; NULL-ended */
	const char *accel;                       /* "tcg" or "kvm" */
	const char
		*keep; /* leave the guest's files in this new directory; NULL: do not */
	const char *output; /* record; "-" stdout */
	int64_t deadline_s; /* of silence on every port before the guest is given up */
	bool dry_run;
	bool json; /* of the plan */
	/* words for the inner run, as on its command line ("--modes", "0,1"); NULL-ended */
	const char *args[NRB_REHEARSE_MAX_ARGS];
	/* likewise, of rehearse's own what makes the guest ("--nodes=4"), for the record; NULL-ended */
	const char *guest_args[NRB_REHEARSE_MAX_ARGS];
	/* told of each plain progress line of the guest, without its newline */
	void (*on_progress)(void *arg, const char *line);
	void *arg;
};

/** Refuse guests of that shape, so many at once, that this machine has no memory for: they fill theirs.
 * Returns 0 or a negative errno, with a message (NRB_EXIT_NOT_HERE). */
int nrb_rehearse_check_memory(const struct nrb_shape *shape, int guests);

/**
 * Build a guest, run in it, bring the record back to output as its lines come.
 * inner_exit  out, exit code of the inner run (128 + n if this process was told to end by
 *             signal n; the guest is gone and its files removed then, too)
 * Returns 0 or a negative errno, with a message: no kernel, no QEMU, a guest that did not come up
 * in three tries (NRB_EXIT_FAILED).
 */
int nrb_rehearse(const struct nrb_rehearse_options *options, int *inner_exit);

#endif
