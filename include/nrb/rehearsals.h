/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The same rehearsal on several kernels: a process and a record for each. */
#ifndef NRB_REHEARSALS_H
#define NRB_REHEARSALS_H

#include "nrb/diag.h"
#include "nrb/kernelspec.h"
#include "nrb/rehearse.h"
#include "nrb/words.h"

struct nrb_rehearsals_options {
	/* of each; its output and its keep are names that a kernel's are made of */
	const struct nrb_rehearse_options *rehearse;
	const struct nrb_kernelspec *specs;
	int n;
	int guests;       /* at once */
	bool tells_cells; /* a line for each cell */
};

struct nrb_rehearsals_result {
	struct nrb_words
		whole; /* records of rehearsals that came to their end, as specs are */
	struct nrb_words lost; /* names of the other specs that were started */
	enum nrb_exit worst;   /* that a lost one ended with */
	int signal;            /* that this process was told to end by; 0: none */
};

/**
 * Run them, and return when all have ended. Each is a child that cleans up after itself, also where this
 * process dies; a signal is passed on to all, and none is started after it. One that fails does not end
 * the others. What each says begins with its kernel's name.
 * rehearse->dry_run: print the plans instead, one after the other, or as one JSON array.
 * result  zeroed; the caller finishes it
 * Returns 0, also where some were lost, or a negative errno, with a message, before any was started: a
 * record's name is taken, a directory has no kernel, too many guests for this machine (NRB_EXIT_NOT_HERE).
 */
int nrb_rehearsals_run(const struct nrb_rehearsals_options *options,
	struct nrb_rehearsals_result *result);

void nrb_rehearsals_finish(struct nrb_rehearsals_result *result);

#endif
