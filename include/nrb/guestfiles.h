/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The scripts that `rehearse` writes out and runs: embedded, so that the binary travels alone. */
#ifndef NRB_GUESTFILES_H
#define NRB_GUESTFILES_H

/**
 * The text of rehearsal/init, rehearsal/build-guest and rehearsal/fetch-kernel.
 * NUL-terminated, read-only. Source: rehearsal/embed.py makes the definitions at build time.
 */
extern const char nrb_guest_init[];
extern const char nrb_guest_build_guest[];
extern const char nrb_guest_fetch_kernel[];

#endif
