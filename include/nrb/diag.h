/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What went wrong, said once, where it happened; and which exit code it leads to. Threads may say it;
 * what is set here is set before they start. */
#ifndef NRB_DIAG_H
#define NRB_DIAG_H

#include <stdbool.h>
#include <stddef.h>

/* The exit codes are a contract (numa-reclaim-bench(8), EXIT STATUS); bigger is worse. */
enum nrb_exit {
	NRB_EXIT_OK = 0,
	NRB_EXIT_USAGE = 2,
	NRB_EXIT_NOT_HERE = 3,
	NRB_EXIT_BUSY = 4,
	NRB_EXIT_INCONCLUSIVE = 5,
	NRB_EXIT_DISTURBED = 6,
	NRB_EXIT_FAILED = 7,
	NRB_EXIT_NOT_RESTORED = 8,
	NRB_EXIT_SIGNAL = 128, /* plus the signal's number */
};

#define NRB_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

/**
 * Report a failed operation on stderr as "message: strerror(-err)" and hand its errno on:
 * `return nrb_fail(-errno, "mbind %zu bytes to node %d", ...)`.
 * err     negative errno
 * The first message of a run is kept for --json; its exit code is NRB_EXIT_FAILED.
 * Returns err.
 */
int nrb_fail(int err, const char *fmt, ...) NRB_PRINTF(2, 3);

/**
 * Refuse to go on, for a reason that has an exit code of its own.
 * way_out  what the user can do about it, one clause; NULL if there is none
 * Printed as "message (way out)"; both are kept for --json. NRB_EXIT_NOT_RESTORED replaces an
 * earlier failure: it is the one that must page someone.
 * Returns -ECANCELED, which no system call of ours returns.
 */
int nrb_refuse(enum nrb_exit code, const char *way_out, const char *fmt, ...)
	NRB_PRINTF(3, 4);

/** Keep a failure that another process of ours has said already, as if it had happened here:
 * for --json, not printed again. Returns err. */
int nrb_diag_adopt(int err, const char *message);

/** Say something that the user should know but that stops nothing; on stderr. */
void nrb_warn(const char *fmt, ...) NRB_PRINTF(1, 2);

/** Say something in passing on stderr; silent under nrb_diag_set_quiet(true). */
void nrb_note(const char *fmt, ...) NRB_PRINTF(1, 2);

/** The exit code that belongs to a command's return value: 0 for rc >= 0, else the code of
 * the first failure reported, NRB_EXIT_FAILED if none was. */
enum nrb_exit nrb_diag_exit(int rc);

/** The first failure's message and way out; "" and NULL if there was none. Borrowed. */
const char *nrb_diag_message(void);
const char *nrb_diag_way_out(void);

/** Forget the kept failure (tests, and a child that starts afresh). */
void nrb_diag_reset(void);

/** Print nothing at all; failures are still kept (a command that shows them as findings). */
void nrb_diag_set_muted(bool muted);

/** Whether a message may wait for its reader (it may, at first). Whoever holds a setting must not:
 * then a line that a stopped terminal or a full pipe does not take at once is dropped. */
void nrb_diag_set_patient(bool patient);

/** Write to stderr as it is; for what is no message. Returns false if it was dropped. */
bool nrb_diag_write(const char *text, size_t len);

/** Say before each message what it is about (one of several guests); NULL: nothing. name is borrowed. */
void nrb_diag_set_about(const char *name);

/** Silence nrb_note. */
void nrb_diag_set_quiet(bool quiet);

/** Call hook before each line on stderr, so that a progress line can be cleared; NULL: none. */
void nrb_diag_set_before_line(void (*hook)(void));

/**
 * Copy every failure message into buf too, cut to len: how a child tells its parent why it
 * gave up. buf is the caller's (shared memory) and must outlive the process; NULL ends it.
 */
void nrb_diag_set_copy(char *buf, size_t len);

#endif
