/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The buffers of CPUs in an instance of tracefs, read as one: event by event, in the order of time. */
#ifndef NRB_TRACEBUFFERS_H
#define NRB_TRACEBUFFERS_H

#include "nrb/fsroot.h"
#include "nrb/tracepage.h"

#include <stdbool.h>
#include <stdint.h>

struct nrb_tracebuffer;

/* Begin with files and layout, which must outlive it, and all else zero. */
struct nrb_tracebuffers {
	const struct nrb_root *files; /* of the instance */
	const struct nrb_tracepage_layout *layout;
	int n;
	struct nrb_tracebuffer *cpus;
	int n_waiting; /* that have an event: a heap, the earliest first */
	struct nrb_tracebuffer **waiting;
};

/** Size a CPU's buffer and have it read. The soft limit on open files is raised where it is too low.
 * Not between gather and the last pass. Returns 0 or a negative errno, silent. */
int nrb_tracebuffers_open(struct nrb_tracebuffers *buffers, int cpu, int kib);

bool nrb_tracebuffers_has(const struct nrb_tracebuffers *buffers, int cpu);

/** Begin a reading, without waiting: then first and pass, as often as wanted. */
void nrb_tracebuffers_gather(struct nrb_tracebuffers *buffers);

/** The earliest event that was not passed; NULL: there is none. It lasts until it is passed. */
const struct nrb_traceevent *nrb_tracebuffers_first(
	const struct nrb_tracebuffers *buffers);

void nrb_tracebuffers_pass(struct nrb_tracebuffers *buffers);

/** Whether a buffer that was read since the last time had been full, so that events are missing. */
bool nrb_tracebuffers_had_gap(struct nrb_tracebuffers *buffers);

/** Events that they had no room for, ever. */
int64_t nrb_tracebuffers_dropped(const struct nrb_tracebuffers *buffers);

void nrb_tracebuffers_close(struct nrb_tracebuffers *buffers);

#endif
