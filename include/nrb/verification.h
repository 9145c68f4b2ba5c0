/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `explain --verify`: predictions beside what then comes, block by block. */
#ifndef NRB_VERIFICATION_H
#define NRB_VERIFICATION_H

#include "nrb/fsroot.h"
#include "nrb/request.h"
#include "nrb/screen.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct nrb_verification_options {
	const struct nrb_root *root;
	struct nrb_request_asked asked;
	bool names_mode; /* a mode is asked for, whatever is set */
	int64_t count;   /* of blocks; 0: not given, 1 */
	const char *
		dir; /* where a file may lie, for pages that are written; NULL: not given, . */
	bool json;
	struct nrb_screen screen; /* of out */
	FILE *out;
};

/**
 * Print it. It sets nothing, but takes options->count blocks, for which the kernel may reclaim.
 * Returns 0 whatever it finds, or a negative errno, with a message (NRB_EXIT_USAGE: a request that no
 * program can make, or settings that it is not for; NRB_EXIT_NOT_HERE: a recorded machine, a right that is
 * missing).
 */
int nrb_verification(const struct nrb_verification_options *options);

#endif
