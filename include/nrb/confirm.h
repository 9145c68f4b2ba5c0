/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ask before a machine's settings are changed. */
#ifndef NRB_CONFIRM_H
#define NRB_CONFIRM_H

#include <stdbool.h>

/** Refuse (NRB_EXIT_USAGE) where neither yes was given nor a terminal is there to ask on: said
 * before the machine is looked at. Returns 0 or a negative errno, with a message. */
int nrb_confirm_possible(bool yes);

/**
 * Ask once on the terminal whether to go on; without one, yes (-y) must have been given.
 * Returns 0, or a negative errno, with a message: NRB_EXIT_USAGE without a terminal and -y,
 * NRB_EXIT_FAILED for "no".
 */
int nrb_confirm(bool yes);

#endif
