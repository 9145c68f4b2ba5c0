/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Programs of others: found where nobody can have planted one, and what of our environment they see. */
#ifndef NRB_PROGRAM_H
#define NRB_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>

/**
 * Whether nobody but user 0 can put another file in the place of path: it, what it links to and all
 * directories above are his, and others write none of them. A directory above may be sticky, as /tmp is.
 * False also where it is not there.
 */
bool nrb_program_is_safe(const char *path);

/** The same of a directory in which something is to be made that nobody else may replace: it may be
 * sticky itself. */
bool nrb_program_is_safe_above(const char *path);

/**
 * PATH as far as one may rely on it: absolute directories; for user 0 only those that are safe.
 * Returns 0, or -ENAMETOOLONG.
 */
int nrb_program_path(char *path, size_t len);

/** A program's file, looked up there, links resolved; for user 0 only one that is safe.
 * Returns 0, -ENOENT, -ENAMETOOLONG; silent. */
int nrb_program_find(const char *name, char *path, size_t len);

/** The environment for a program: that PATH, LC_ALL=C, and what it takes to find the user's cache and
 * his proxy. Fresh, NULL-ended; NULL: no memory. */
char **nrb_program_environment(void);

#endif
