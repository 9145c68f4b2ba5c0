/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A process of a cell that somebody stops (SIGSTOP, Ctrl-Z) and lets go on: what it times holds the
 * stop, and it does not see it itself. Its parent does.
 */
#ifndef NRB_STANDSTILL_H
#define NRB_STANDSTILL_H

#include "nrb/sample.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* A process stopped for longer is not waited for. */
enum { NRB_STANDSTILL_LIMIT_S = 60 };

/* Of one process; zeroed at first. */
struct nrb_standstill {
	uint64_t since_ns;    /* when it was first seen to stand still; 0: it goes on */
	uint64_t all_ns;      /* how long it did, all stops together, by looks */
	bool counts;          /* in a phase whose figures hold it */
	enum nrb_phase phase; /* the first of these */
};

/**
 * One look at a child of ours, in that phase of its cell. Reaps nothing.
 * The kernel keeps for the parent that a child was stopped and that it was continued: a stop between
 * two looks is seen, too. Not seen: one by a tracer, which alone is told, and one by the freezer of
 * control groups, which is no signal.
 * Returns whether it stands still now.
 * Source: waitid(2), WSTOPPED and WCONTINUED; 6.1 and 7.3, kernel/exit.c, wait_task_continued.
 */
bool nrb_standstill_look(
	struct nrb_standstill *standstill, pid_t pid, enum nrb_phase phase);

/** Whether it has stood still for NRB_STANDSTILL_LIMIT_S now. */
bool nrb_standstill_is_endless(const struct nrb_standstill *standstill);

/**
 * Why the figures are not to be used, who being "the child" or like it.
 * Returns buf, filled; NULL if no stop counts.
 */
const char *nrb_standstill_why(
	const struct nrb_standstill *standstill, const char *who, char *buf, size_t len);

#endif
