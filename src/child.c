/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The measuring child: one process per cell, so that no address space carries over. */
#include "nrb/child.h"

#include "nrb/diag.h"
#include "nrb/holder.h"
#include "nrb/placement.h"
#include "nrb/process.h"
#include "nrb/rights.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

/* Wait while the parent does its part of the cell. */
static int meet_parent(int channel)
{
	char byte = 0;
	ssize_t n;

	if (write(channel, &byte, 1) != 1) {
		return -EPIPE;
	}
	do {
		n = read(channel, &byte, 1);
	} while (n < 0 && errno == EINTR);
	return n == 1 ? 0 : -EPIPE;
}

/* One CPU of the node, its first: a walk that moves between cores measures two caches. */
static int pin(struct nrb_cell *cell)
{
	struct nrb_idset usable, one;
	int cpu;

	nrb_topology_usable_cpus(cell->topology, cell->arm.cpu_node, &usable);
	cpu = nrb_idset_next(&usable, -1);
	if (cpu < 0) {
		return nrb_fail(-EINVAL, "node %d has no CPU", cell->arm.cpu_node);
	}
	nrb_idset_clear(&one);
	nrb_idset_add(&one, cpu);
	cell->shared->sample.cpu = cpu;
	return nrb_placement_pin(&one);
}

static int run_step(struct nrb_cell *cell, const struct nrb_step *step, int channel)
{
	struct nrb_shared *shared = cell->shared;
	struct nrb_sample *sample = &shared->sample;
	uint64_t start = nrb_clock_ns();
	int rc;

	shared->progress = 0;
	shared->phase = (int32_t)step->phase;
	rc = step->run != NULL ? step->run(cell) : meet_parent(channel);
	sample->phase_ns[step->phase] = (int64_t)(nrb_clock_ns() - start);
	sample->cut[step->phase] = shared->stop[step->phase] != 0;
	return rc;
}

static int run_steps(struct nrb_cell *cell, int channel)
{
	int rc = pin(cell);

	if (rc == 0 && cell->sizes.alloc_bytes > 0) {
		rc = nrb_arena_map(&cell->arena, (size_t)cell->sizes.alloc_bytes,
			cell->arm.page_size);
		cell->shared->sample.alloc_bytes = (int64_t)cell->arena.len;
		cell->shared->sample.alloc_page_bytes = (int64_t)cell->arena.page_bytes;
		cell->shared->sample.alloc_pid = getpid();
		cell->shared->sample.alloc_address = (int64_t)(uintptr_t)cell->arena.mem;
	}
	for (const struct nrb_step *step = cell->arm.variant->steps;
		rc == 0 && step->phase != NRB_PHASE_DONE; step++) {
		rc = run_step(cell, step, channel);
	}
	/* what it held has to have been there to the end */
	return rc == 0 && cell->arm.variant->hold != NULL
		       ? nrb_holder_ask(cell, NRB_HOLD_ALIVE, 0)
		       : rc;
}

static int64_t us(const struct timeval *t)
{
	return (int64_t)t->tv_sec * 1000000 + t->tv_usec;
}

static void note_usage(struct nrb_sample *sample)
{
	struct rusage usage;

	if (getrusage(RUSAGE_SELF, &usage) < 0) {
		return;
	}
	sample->minor_faults = usage.ru_minflt;
	sample->major_faults = usage.ru_majflt;
	sample->user_us = us(&usage.ru_utime);
	sample->system_us = us(&usage.ru_stime);
	sample->voluntary_switches = usage.ru_nvcsw;
	sample->involuntary_switches = usage.ru_nivcsw;
}

static enum nrb_status status_of(int rc)
{
	return rc == -EOPNOTSUPP ? NRB_STATUS_UNSUPPORTED
	       : rc == -ESTALE   ? NRB_STATUS_DISTURBED
	       : rc < 0          ? NRB_STATUS_KILLED
				 : NRB_STATUS_OK;
}

_Noreturn void nrb_child_main(struct nrb_cell *cell, pid_t parent, int channel)
{
	struct nrb_shared *shared = cell->shared;
	int rc;

	nrb_diag_reset();
	nrb_diag_set_before_line(NULL);
	nrb_diag_set_copy(shared->why, sizeof(shared->why));
	rc = nrb_process_begin_child(cell->root, parent);
	if (rc == 0) {
		rc = nrb_rights_limit(cell->root, NRB_ROLE_CHILD);
	}
	if (rc == 0) {
		rc = run_steps(cell, channel);
	}
	note_usage(&shared->sample);
	shared->sample.status = status_of(rc);
	if (rc < 0) {
		nrb_cell_note_why(cell, "%s", shared->why);
	}
	shared->phase = NRB_PHASE_DONE;
	shared->finished = 1;
	_exit(rc < 0 && shared->sample.status == NRB_STATUS_KILLED ? 1 : 0);
}
