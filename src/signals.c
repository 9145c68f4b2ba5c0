/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signals of a run. */
#include "nrb/signals.h"

#include "nrb/diag.h"
#include "nrb/inherited.h"

#include <errno.h>
#include <stddef.h>
#include <sys/signalfd.h>
#include <unistd.h>

static const int stops[NRB_SIGNALS_STOPS] = { SIGTSTP, SIGTTIN, SIGTTOU };

/* A shell ignores SIGINT for what runs in the background, but whoever sends one means us; only
 * nohup's wish to outlive the terminal is honoured. */
static void fill(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGTERM);
	if (!nrb_inherited_ignores(SIGHUP)) {
		sigaddset(set, SIGHUP);
	}
}

int nrb_signals_begin(struct nrb_signals *signals)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	sigset_t set;

	signals->fd = -1;
	fill(&set);
	if (sigprocmask(SIG_BLOCK, &set, &signals->before) < 0) {
		return nrb_fail(-errno, "cannot hold signals back");
	}
	for (int i = 0; i < NRB_SIGNALS_STOPS; i++) {
		sigaction(stops[i], &ignore, &signals->stops_before[i]);
	}
	signals->fd = signalfd(-1, &set, SFD_CLOEXEC);
	return signals->fd < 0 ? nrb_fail(-errno, "cannot receive signals") : 0;
}

int nrb_signals_take(int fd)
{
	struct signalfd_siginfo info;

	return read(fd, &info, sizeof(info)) == sizeof(info) ? (int)info.ssi_signo : 0;
}

void nrb_signals_end(struct nrb_signals *signals)
{
	if (signals->fd < 0) {
		return;
	}
	close(signals->fd);
	signals->fd = -1;
	for (int i = 0; i < NRB_SIGNALS_STOPS; i++) {
		sigaction(stops[i], &signals->stops_before[i], NULL);
	}
	sigprocmask(SIG_SETMASK, &signals->before, NULL);
}
