/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signals of a run: those that end it are read as events, those that would stop it with a setting
 * changed are ignored. */
#ifndef NRB_SIGNALS_H
#define NRB_SIGNALS_H

#include <signal.h>

enum { NRB_SIGNALS_STOPS = 3 };

struct nrb_signals {
	int fd; /* readable: a signal came; -1 before begin and after end */
	sigset_t before;
	struct sigaction stops_before[NRB_SIGNALS_STOPS];
};

/**
 * Take SIGINT and SIGTERM, and SIGHUP unless it was ignored (nohup), through signals->fd; ignore
 * SIGTSTP, SIGTTIN and SIGTTOU: a run that is stopped holds the machine in a changed state and its
 * guard sees only death. Returns 0 or a negative errno, with a message.
 * Source: signalfd(2).
 */
int nrb_signals_begin(struct nrb_signals *signals);

/** Take the next signal from fd, which is readable; 0 if it cannot be read. */
int nrb_signals_take(int fd);

/** Put all back as it was; one that came meanwhile acts now. fd -1 is left alone. */
void nrb_signals_end(struct nrb_signals *signals);

#endif
