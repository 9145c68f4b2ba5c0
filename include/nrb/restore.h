/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `restore`: put settings back after a run that was killed. */
#ifndef NRB_RESTORE_H
#define NRB_RESTORE_H

#include "nrb/fsroot.h"

#include <stdbool.h>
#include <stdio.h>

/**
 * Restore what a leftover journal names and say on out what was done, as text or JSON; also says
 * when there was nothing to do (0). A failure prints no JSON: its one document is main.c's error.
 * Returns 0 or a negative errno, with a message and its exit
 * code (NRB_EXIT_BUSY, NRB_EXIT_DISTURBED, NRB_EXIT_NOT_RESTORED).
 */
int nrb_restore(const struct nrb_root *root, bool json, FILE *out);

#endif
