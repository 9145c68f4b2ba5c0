/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names for the moments at which a kill would hurt most, so that tests can stop there. */
#ifndef NRB_MOMENT_H
#define NRB_MOMENT_H

/**
 * Does nothing. A test replaces it by its own (--wrap) and kills, stops or changes things there.
 * Setting: before-journal, journal-temp (written, not yet in place), after-journal, after-write,
 * after-confirm. The way back, in whichever process walks it: before-restore, after-restore.
 */
void nrb_moment_pass(const char *moment);

#endif
