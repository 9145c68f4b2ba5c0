/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file that is there whole or not at all, and never in the place of another. */
#ifndef NRB_NEWFILE_H
#define NRB_NEWFILE_H

#include "nrb/nameless.h"

#include <stdio.h>

struct nrb_newfile {
	FILE *out; /* what goes in */
	char *path;
	struct nrb_nameless nameless;
};

/**
 * Begin a file that has no name yet (nrb_nameless_open); path is one that no one may have.
 * what  "page", for messages
 * Returns 0 or a negative errno, with a message (-EEXIST: nothing is ever overwritten).
 */
int nrb_newfile_begin(struct nrb_newfile *file, const char *path, const char *what);

/** Say why writing to it failed. Returns a negative errno. */
int nrb_newfile_fail(const struct nrb_newfile *file);

/** All is written: fsync it and give it its name, unless that was taken meanwhile. Frees all.
 * Returns 0 or a negative errno, with a message; then it is gone. */
int nrb_newfile_commit(struct nrb_newfile *file);

/** Remove it, and free all. A zeroed one is left alone. */
void nrb_newfile_abandon(struct nrb_newfile *file);

#endif
