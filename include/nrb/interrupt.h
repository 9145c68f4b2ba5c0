/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SIGINT, SIGTERM, SIGHUP and SIGQUIT as something to wait for, so that cleaning up is ordinary code. */
#ifndef NRB_INTERRUPT_H
#define NRB_INTERRUPT_H

#include <signal.h>

struct nrb_interrupt {
	int fd;       /* signalfd */
	sigset_t old; /* mask to go back to */
	int signal;   /* the first that came; 0: none yet */
};

/**
 * Block these signals and take them from a descriptor, SIGHUP (nohup) and SIGQUIT unless they were
 * ignored; block SIGPIPE, so that a reader of
 * stdout that went away is an error of write(2) until the end.
 * Returns 0 or a negative errno, with a message.
 */
int nrb_interrupt_begin(struct nrb_interrupt *interrupt);

/** Sleep for ms milliseconds, or until the first signal. Returns that signal, or 0; once one
 * came, always at once. */
int nrb_interrupt_wait(struct nrb_interrupt *interrupt, int ms);

/** Back to the mask of before. */
void nrb_interrupt_end(struct nrb_interrupt *interrupt);

#endif
