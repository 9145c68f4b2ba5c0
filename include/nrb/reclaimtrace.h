/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Each call of node reclaim: who waited in it, how long, for how many pages. By the tracepoints
 * mm_vmscan_node_reclaim_begin and _end (5.2 and later), in an instance of tracefs of our own. Also
 * a write of nodeN/reclaim is such a call. What node reclaim refuses to begin leaves no trace.
 */
#ifndef NRB_RECLAIMTRACE_H
#define NRB_RECLAIMTRACE_H

#include "nrb/fsroot.h"
#include "nrb/idset.h"
#include "nrb/reclaimpairs.h"

#include <stddef.h>
#include <stdint.h>

struct nrb_reclaimtrace;

/**
 * Make the instance and have it ready; nothing is recorded yet.
 * cpus  whose calls are wanted: those of the nodes looked at, for a node is reclaimed by its own CPUs
 * busy  those of them where most are expected, which get bigger buffers; NULL: none more than others.
 *       Buffers lie on the CPUs' own nodes: 4 MiB for all busy ones together, but no less than 64 KiB for each,
 *       and 64 KiB for each other. A descriptor for each: the soft limit on files is raised where it is too low
 * why   out, in words: what cannot be traced here (no root, no tracefs, before 5.2)
 * Returns 0 or a negative errno, silent; *trace is NULL then. Whoever ends must close it; after who is
 * killed nrb_traceinstance_clear removes the instance.
 */
int nrb_reclaimtrace_open(struct nrb_reclaimtrace **trace, const struct nrb_root *root,
	const struct nrb_idset *cpus, const struct nrb_idset *busy, char *why,
	size_t why_len);

/**
 * Take in CPUs that came online since, with the buffer of a busy one; one that went stays open, for the kernel
 * keeps its buffer until it comes back. Returns 0 or a negative errno, silent: of *cpu, which may be tried again.
 * Source: trace_rb_cpu_prepare() of kernel/trace/ring_buffer.c.
 */
int nrb_reclaimtrace_follow(
	struct nrb_reclaimtrace *trace, const struct nrb_idset *cpus, int *cpu);

/** Record from now on; what was not read before is forgotten. Returns 0 or a negative errno, silent. */
int nrb_reclaimtrace_start(struct nrb_reclaimtrace *trace);

/** Record no more; what is recorded can still be read. From here to the next start a call costs its
 * caller some nanoseconds, and no code of the kernel's is patched for either. Silent. */
void nrb_reclaimtrace_stop(struct nrb_reclaimtrace *trace);

/**
 * Hand over the calls that have ended since the last time and before now, in the order of their ends, without
 * waiting. A buffer that is full takes no more: read ten times a second. A call that was under way at the start
 * is left out, and so is one that may have lost its begin or end to a full buffer. Returns how many it handed
 * over.
 */
int64_t nrb_reclaimtrace_read(struct nrb_reclaimtrace *trace,
	void (*each)(void *arg, const struct nrb_reclaimcall *call), void *arg);

/** Hand over, once, the calls that have not ended, as if they ended at now_ns (CLOCK_MONOTONIC), with
 * reclaimed_pages absent. After a stop and a read. Returns how many. */
int64_t nrb_reclaimtrace_read_unended(struct nrb_reclaimtrace *trace, uint64_t now_ns,
	void (*each)(void *arg, const struct nrb_reclaimcall *call), void *arg);

/** Calls since the opening that are not told of, because a buffer was full. */
int64_t nrb_reclaimtrace_lost(const struct nrb_reclaimtrace *trace);

/** Remove the instance and free. NULL is left alone. Returns 0 or a negative errno, silent: -EBUSY as
 * nrb_traceinstance_remove. */
int nrb_reclaimtrace_close(struct nrb_reclaimtrace *trace);

#endif
