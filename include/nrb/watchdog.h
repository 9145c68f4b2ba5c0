/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every phase has a deadline. Looks are counted, not wall time, where a starved guest could be
 * mistaken for a stall. Pure logic: the caller looks ten times a second and acts.
 */
#ifndef NRB_WATCHDOG_H
#define NRB_WATCHDOG_H

#include "nrb/sample.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	NRB_STALL_LOOKS = 20,
	NRB_STALL_PAGES =
		256, /* fewer over NRB_STALL_LOOKS looks: the allocation stalls */
	/* once it is done: who works beside it may be kept waiting by a disk */
	NRB_WAIT_LOOKS = 100,
	NRB_ALLOCATE_LIMIT_S = 60,
};

struct nrb_watchdog {
	const int64_t
		*known_ns; /* what each phase took before; 0 or absent: not known yet */
	enum nrb_phase phase;
	uint64_t phase_since_ns;
	uint64_t risen_ns; /* when progress last rose */
	int64_t progress;
	bool told; /* to stop */
	uint64_t told_ns;
	int64_t window[NRB_WAIT_LOOKS]; /* progress at the last looks of the allocation */
	int looks;
	bool all_written; /* of the allocation */
	bool waits;       /* and nothing of it is freed and taken again */
};

enum nrb_watchdog_verdict {
	NRB_WATCHDOG_FINE,
	NRB_WATCHDOG_STOP,    /* tell the child to end the phase with what it has */
	NRB_WATCHDOG_KILL,    /* it was told and did not */
	NRB_WATCHDOG_STALLED, /* the allocation makes no progress */
	NRB_WATCHDOG_SLOW,    /* it does, and did not end in NRB_ALLOCATE_LIMIT_S */
};

/** Begin a cell. known_ns is borrowed. */
void nrb_watchdog_begin(struct nrb_watchdog *watchdog, const int64_t *known_ns);

/** All of the allocation is written: the wait for what goes on beside it has the limit for itself. To
 * be told with each look; the first one counts. again: it is freed and taken again meanwhile, and may
 * stall as before. */
void nrb_watchdog_all_written(struct nrb_watchdog *watchdog, bool again);

/** One look at the child's phase and progress word. */
enum nrb_watchdog_verdict nrb_watchdog_look(
	struct nrb_watchdog *watchdog, enum nrb_phase phase, int64_t progress);

#endif
