/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A private directory for the files of one rehearsal, and the scripts that run in it. */
#ifndef NRB_WORKDIR_H
#define NRB_WORKDIR_H

#include "nrb/interrupt.h"
#include "nrb/words.h"

#include <stdbool.h>
#include <stddef.h>

/* Everything in it is named relative to fd; programs run with it as their working directory. */
struct nrb_workdir {
	char *path;
	int fd;
	bool keep;
};

/**
 * Create a directory, mode 0700: a fresh one below $TMPDIR (/tmp), or keep, which must not exist.
 * Returns 0 or a negative errno, with a message.
 */
int nrb_workdir_create(struct nrb_workdir *workdir, const char *keep);

/** Write a file, over one of that name. Returns 0 or a negative errno, with a message. */
int nrb_workdir_write(
	const struct nrb_workdir *workdir, const char *name, const char *text);

/** Open (create, empty) a file for writing; *fd is the caller's. Returns 0 or a negative errno,
 * with a message. */
int nrb_workdir_open(const struct nrb_workdir *workdir, const char *name, int *fd);

/** Copy the last line of a file that is not empty, without control characters, into buf; "" if
 * there is none. Returns buf. */
const char *nrb_workdir_last_line(
	const struct nrb_workdir *workdir, const char *name, char *buf, size_t len);

/**
 * Write a script as NAME and run it by /bin/sh in the directory; stdout goes to NAME.out, stderr
 * to NAME.err.
 * reason  out, the last line of its stderr when it failed; reason_len bytes
 * Returns 0, -EINTR (silent; an interrupt came), -ECHILD (silent; the script failed, see
 * reason), or another negative errno, with a message.
 */
int nrb_workdir_run(const struct nrb_workdir *workdir, struct nrb_interrupt *interrupt,
	const char *name, const char *script, const struct nrb_words *args, char *reason,
	size_t reason_len);

/** Remove it with all that is in it, unless it is to be kept. A zeroed one is left alone. */
void nrb_workdir_remove(struct nrb_workdir *workdir);

#endif
