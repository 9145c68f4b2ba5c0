/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether a library gets through what another machine's file says, tried where it can do no harm. */
#ifndef NRB_TRIAL_H
#define NRB_TRIAL_H

#include <stdbool.h>

/**
 * Do act(arg) in a child process first: what it sets there is gone with the child, and nothing that it
 * says is printed.
 * *survived  out, false where it crashed or took longer than 10 s
 * Returns 0 or a negative errno, with a message.
 */
int nrb_trial(void (*act)(void *arg), void *arg, bool *survived);

#endif
