/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `explain`: where the next page comes from under each mode, and why. Changes nothing. */
#ifndef NRB_EXPLAIN_H
#define NRB_EXPLAIN_H

#include "nrb/fsroot.h"
#include "nrb/request.h"
#include "nrb/screen.h"

#include <stdbool.h>
#include <stdio.h>

struct nrb_explain_options {
	const struct nrb_root *root;
	struct nrb_request_asked asked;
	bool one_mode; /* asked.mode alone, or as set; else each of 0 to 7 */
	bool verify;   /* ask the kernel for the page too */
	int64_t count; /* so often; 0: not given */
	const char *
		dir; /* where a file may lie, for pages that are written; NULL: not given */
	bool json;
	struct nrb_screen screen; /* of out */
	FILE *out;
};

/** Print it. Returns 0 whatever it finds, or a negative errno, with a message (unreadable, -EIO, what
 * nrb_explanation_make refuses). */
int nrb_explain(const struct nrb_explain_options *options);

#endif
