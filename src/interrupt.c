/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SIGINT, SIGTERM, SIGHUP and SIGQUIT as something to wait for. */
#include "nrb/interrupt.h"

#include "nrb/diag.h"
#include "nrb/inherited.h"

#include <errno.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

/* A shell ignores SIGINT and SIGQUIT for what runs in the background; whoever sends a SIGINT means us all
 * the same, as a run has it. */
static void fill(sigset_t *ends)
{
	static const int unless_ignored[] = { SIGHUP, SIGQUIT };

	sigemptyset(ends);
	sigaddset(ends, SIGINT);
	sigaddset(ends, SIGTERM);
	for (size_t i = 0; i < sizeof(unless_ignored) / sizeof(unless_ignored[0]); i++) {
		if (!nrb_inherited_ignores(unless_ignored[i])) {
			sigaddset(ends, unless_ignored[i]);
		}
	}
}

int nrb_interrupt_begin(struct nrb_interrupt *interrupt)
{
	sigset_t ends, blocked;

	*interrupt = (struct nrb_interrupt){ .fd = -1 };
	fill(&ends);
	blocked = ends;
	sigaddset(&blocked, SIGPIPE);
	interrupt->fd = signalfd(-1, &ends, SFD_CLOEXEC | SFD_NONBLOCK);
	if (interrupt->fd < 0) {
		return nrb_fail(-errno, "signalfd");
	}
	if (sigprocmask(SIG_BLOCK, &blocked, &interrupt->old) < 0) {
		int rc = nrb_fail(-errno, "sigprocmask");

		close(interrupt->fd);
		interrupt->fd = -1;
		return rc;
	}
	return 0;
}

int nrb_interrupt_wait(struct nrb_interrupt *interrupt, int ms)
{
	struct pollfd look = { .fd = interrupt->fd, .events = POLLIN };
	struct signalfd_siginfo info;

	if (interrupt->signal) {
		return interrupt->signal;
	}
	if (poll(&look, 1, ms) > 0 &&
		read(interrupt->fd, &info, sizeof(info)) == sizeof(info)) {
		interrupt->signal = (int)info.ssi_signo;
	}
	return interrupt->signal;
}

void nrb_interrupt_end(struct nrb_interrupt *interrupt)
{
	if (interrupt->fd < 0) {
		return;
	}
	close(interrupt->fd);
	interrupt->fd = -1;
	sigprocmask(SIG_SETMASK, &interrupt->old, NULL);
}
