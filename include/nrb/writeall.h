/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A whole text into a descriptor. */
#ifndef NRB_WRITEALL_H
#define NRB_WRITEALL_H

#include <stddef.h>

/** Write all of it, however many calls that takes. Returns 0 or a negative errno, silent. */
int nrb_write_all(int fd, const char *text, size_t len);

#endif
