/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Waiting for a killed child, with an end. */
#include "nrb/reap.h"

#include "nrb/diag.h"

#include <errno.h>
#include <sys/wait.h>
#include <time.h>

enum { LOOK_MS = 2 };

/* Looks are counted, as by the watchdog; and no poll of its pidfd: also for a child whose pidfd
 * could not be opened. */
int nrb_reap(pid_t pid, int limit_ms, int *status, struct rusage *usage)
{
	static const struct timespec look = { .tv_nsec = LOOK_MS * 1000000L };

	for (int waited = 0;; waited += LOOK_MS) {
		pid_t reaped = wait4(pid, status, WNOHANG, usage);

		if (reaped == pid || (reaped < 0 && errno != EINTR)) {
			return 0; /* gone, or no child of ours: nothing to wait for */
		}
		if (waited >= limit_ms) {
			return nrb_fail(-ETIMEDOUT,
				"process %d was killed and hangs in the kernel",
				(int)pid);
		}
		nanosleep(&look, NULL);
	}
}
