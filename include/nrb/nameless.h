/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file without a name until it is whole: who is killed leaves nothing behind. */
#ifndef NRB_NAMELESS_H
#define NRB_NAMELESS_H

#include <sys/types.h>

struct nrb_nameless {
	int fd;           /* to be written; -1: closed by whom it was handed to */
	int dir;          /* where it is to be, whatever becomes of the path meanwhile */
	const char *name; /* there; into path */
	char *temporary;  /* there, where the file system must have a name; else NULL */
};

/**
 * Open a new file, to be written, in the directory of path; with O_TMPFILE, or, where the file system
 * or a missing /proc does not allow it, as a hidden one beside. Nothing that is there is followed.
 * path  borrowed until it is closed
 * Returns 0 or a negative errno, silent. Source: open(2), O_TMPFILE.
 */
int nrb_nameless_open(struct nrb_nameless *file, const char *path, mode_t mode);

/** Give it its name. Returns 0 or a negative errno, silent: -EEXIST where that is taken, by a link too. */
int nrb_nameless_name(struct nrb_nameless *file);

/** Give it its name, in the place of who has it. For a moment, in which signals wait, it has another one
 * (.NAME.RANDOM beside it), which only a SIGKILL or a loss of power then leaves: whole, as the file.
 * Returns as above. */
int nrb_nameless_replace(struct nrb_nameless *file);

/** Close it; without a name it is gone. */
void nrb_nameless_close(struct nrb_nameless *file);

#endif
