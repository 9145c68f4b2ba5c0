/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `check`: what this machine is, what would run and what forbids it. Changes nothing. */
#ifndef NRB_CHECK_H
#define NRB_CHECK_H

#include "nrb/fsroot.h"
#include "nrb/screen.h"

#include <stdio.h>

struct nrb_check_options {
	const struct nrb_root *root;
	bool json;
	struct nrb_screen screen; /* of out */
	FILE *out;
};

/** Print the machine. Returns 0 whatever it finds, or a negative errno (unreadable, -EIO). */
int nrb_check(const struct nrb_check_options *options);

#endif
