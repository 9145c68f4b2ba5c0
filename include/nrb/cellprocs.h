/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The processes of a cell: the child that measures and, where its variant has one, the holder beside
 * it. Both stand with the guard until they are reaped. */
#ifndef NRB_CELLPROCS_H
#define NRB_CELLPROCS_H

#include "nrb/cell.h"
#include "nrb/guard.h"
#include "nrb/standstill.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct nrb_cellproc {
	pid_t pid;   /* 0: there is none */
	int fd;      /* pidfd; -1 */
	bool killed; /* by us, while it lived */
	bool ended;  /* reaped, or given up on */
	int status;  /* as of wait4(2); SIGKILL for one that was given up on */
	struct nrb_standstill standstill;
};

struct nrb_cellprocs {
	struct nrb_guard *guard;
	struct nrb_cellproc child, holder;
	int channel;          /* to the child; -1 */
	int64_t major_faults; /* of those reaped */
};

/**
 * Fork the holder, if the variant has one, then the child.
 * signal_fd  the parent's, closed in both
 * Returns 0 or a negative errno, with a message; nrb_cellprocs_end and _close are due all the same.
 */
int nrb_cellprocs_start(struct nrb_cellprocs *procs, struct nrb_cell *cell,
	struct nrb_guard *guard, int signal_fd);

/** Send a signal to one that has not ended; to another nothing. */
void nrb_cellprocs_send(struct nrb_cellproc *proc, int signal);

/** Reap the child, which is dead by its pidfd. Returns 0 or -ETIMEDOUT, as nrb_reap. */
int nrb_cellprocs_reap_child(struct nrb_cellprocs *procs);

/**
 * End both: a holder whose child has ended gets a moment to end by itself; what lives then is
 * killed; both are reaped, within a bound. Again is nothing.
 * Returns 0; -ETIMEDOUT, with a message, for one that hangs in the kernel: it stays with the guard.
 */
int nrb_cellprocs_end(struct nrb_cellprocs *procs);

/** One look at both, in that phase of the cell: whether one of them stands still, stopped by a signal. */
bool nrb_cellprocs_stand_still(struct nrb_cellprocs *procs, enum nrb_phase phase);

/** Whether one of them has stood still for longer than is waited for, as of the last look. */
bool nrb_cellprocs_stand_endlessly(const struct nrb_cellprocs *procs);

/** Why figures hold a stop and are not to be used. Returns buf, filled; NULL if they hold none. */
const char *nrb_cellprocs_stood_still(
	const struct nrb_cellprocs *procs, char *buf, size_t len);

/** Whether one was killed (SIGKILL), and not by us. */
bool nrb_cellprocs_was_killed(const struct nrb_cellproc *proc);

/** Whether the holder died, and not by us. */
bool nrb_cellprocs_holder_died(const struct nrb_cellprocs *procs);

/** "signal 9", "exit code 1": how one ended. Fills and returns buf. */
const char *nrb_cellprocs_how(const struct nrb_cellproc *proc, char *buf, size_t len);

/** Close what is the parent's. */
void nrb_cellprocs_close(struct nrb_cellprocs *procs);

#endif
