/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The end of all processes of a test. */
#ifndef NRB_TEST_ENDS_H
#define NRB_TEST_ENDS_H

#include "nrb/clock.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

/* For processes of a test, in which a cmocka assertion would go on as a second test program. */
#define must(condition)                                                                  \
	do {                                                                             \
		if (!(condition)) {                                                      \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);  \
			_exit(99);                                                       \
		}                                                                        \
	} while (0)

/* Whether all processes of the test, orphans too, are gone by then. */
static inline bool all_end_within(int ms)
{
	uint64_t deadline_ns = nrb_clock_ns() + (uint64_t)ms * 1000000;

	while (nrb_clock_ns() < deadline_ns) {
		pid_t pid = waitpid(-1, NULL, WNOHANG);

		if (pid < 0 && errno == ECHILD) {
			return true;
		}
		if (pid == 0) {
			poll(NULL, 0, 2);
		}
	}
	return false;
}

#endif
