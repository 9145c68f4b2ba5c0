/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where `watch` waits and writes: neither keeps it from a signal, and a picture leaves the terminal as it was. */
#ifndef NRB_WATCHOUT_H
#define NRB_WATCHOUT_H

#include "nrb/interrupt.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct nrb_watch_out {
	int fd;
	struct nrb_interrupt interrupt;
	int resized_fd;    /* signalfd of SIGWINCH */
	bool drawn;        /* a picture stands on the terminal */
	int columns, rows; /* when it was drawn */
};

/** Begin to take signals from descriptors. Returns 0 or a negative errno, with a message. */
int nrb_watchout_begin(struct nrb_watch_out *out, int fd);

/** Wait until CLOCK_MONOTONIC is at ns. Returns 1 before that when the terminal was resized, else 0 (also for a
 * signal: out->interrupt.signal). */
int nrb_watchout_wait(struct nrb_watch_out *out, uint64_t ns);

/** Write it all, or until a signal comes. Returns 0 or a negative errno, silent. */
int nrb_watchout_write(struct nrb_watch_out *out, const char *text, size_t len);

/** Draw a page of lines over the one before; no mode of the terminal is changed, so that none has to be put back.
 * Returns 0 or a negative errno, silent. */
int nrb_watchout_draw(struct nrb_watch_out *out, const char *page, int columns, int rows);

/** End; may end the process, of a SIGPIPE that waits. */
void nrb_watchout_end(struct nrb_watch_out *out);

#endif
