/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file that its readers see whole or not at all. */
#ifndef NRB_WHOLEFILE_H
#define NRB_WHOLEFILE_H

#include <stddef.h>

/**
 * Write len bytes of text to path, by a new file in the same directory that is synced and renamed;
 * mode 0644. A regular file of that name is replaced; a link, a directory or a device is refused.
 * not_this   a path that must not be replaced, though it is a regular file; NULL: none
 * Returns 0 or a negative errno, with a message; then path is as it was and nothing is left beside it.
 */
int nrb_wholefile_write(
	const char *path, const char *text, size_t len, const char *not_this);

#endif
