/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The user's own files, opened to be served. */
#ifndef NRB_SERVEDFILES_H
#define NRB_SERVEDFILES_H

#include "nrb/servedset.h"

enum { NRB_MAX_SERVED_FILES = 256 };

struct nrb_servedfiles {
	struct nrb_served_file list[NRB_MAX_SERVED_FILES];
	int n;
	struct nrb_servedset set;
};

/**
 * Open files for reading alone, without following a symbolic link or waiting for anyone: regular ones, on
 * a file system whose page cache can be reclaimed and read back from a disk. Empty ones are warned of and
 * left out.
 * paths  n of them, at most NRB_MAX_SERVED_FILES; 0: none
 * Returns 0 or a negative errno, with a message that names the path, and its exit code; what is open is the
 * caller's to close, also then.
 */
int nrb_servedfiles_open(struct nrb_servedfiles *files, const char *const *paths, int n);

void nrb_servedfiles_close(struct nrb_servedfiles *files);

#endif
