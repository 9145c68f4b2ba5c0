/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a measuring child works on: its plan, and the page it shares with the parent.
 * The parent owns the machine's settings and never times; the child times and never writes a
 * setting. They meet in struct nrb_shared alone.
 */
#ifndef NRB_CELL_H
#define NRB_CELL_H

#include "nrb/arena.h"
#include "nrb/clock.h"
#include "nrb/diag.h"
#include "nrb/fsroot.h"
#include "nrb/idset.h"
#include "nrb/sample.h"
#include "nrb/topology.h"

#include <stdbool.h>
#include <stdint.h>

struct nrb_scenario;

/* One combination of factors. */
struct nrb_arm {
	const struct nrb_scenario *scenario;
	int node;     /* target */
	int cpu_node; /* where the allocating CPU is */
	int mode;     /* 0..7; -1: the scenario has none */
};

/* Sizes and limits that hold for every cell of a run. */
struct nrb_sizes {
	int64_t fill_bytes; /* asked by --fill; 0: all that fits */
	int64_t alloc_bytes;
	int64_t file_bytes;     /* of the file that fills are read from */
	int64_t headroom_bytes; /* left free above the high watermark by a fill */
	int64_t chain_bytes;    /* lines walked at most; 0: all (hardware) */
	int64_t reread_bytes;   /* re-read at most; 0: all that the deadline allows */
};

/* Shared memory between parent and child; each word has one writer at a time. Of the sample that is
 * the child; the parent writes what was asked before the fork, what it counts in its own phases, the
 * headroom, and the end of a child that did not end by itself. */
struct nrb_shared {
	/* child to parent */
	volatile int32_t phase;    /* enum nrb_phase the child is in */
	volatile int64_t progress; /* bytes, pages or loads of that phase */
	volatile int32_t finished; /* the sample is whole */
	char why[NRB_NOTE_LEN];    /* last failure message, by nrb_diag_set_copy */
	/* parent to child */
	/* non-zero: end that phase with what you have, its deadline passed. A word for each, never
	 * cleared in a cell: one that comes too late does not cut the next phase. */
	volatile int32_t stop[NRB_N_PHASES];
	struct nrb_sample sample;
};

struct nrb_cell {
	const struct nrb_root *root;
	const struct nrb_topology *topology;
	struct nrb_arm arm;
	struct nrb_sizes sizes;
	struct nrb_shared *shared;
	struct nrb_clock clock;
	int line_bytes; /* cache line */
	int64_t cache_bytes; /* last-level cache; 0 unknown: what must be exceeded to measure memory */
	int file;       /* the cache file's descriptor; -1: the scenario fills nothing */
	int kswapd_pid; /* of the target node; -1 unknown */
	int64_t fill_len; /* bytes of the file that this cell filled with */
	struct nrb_arena soak, arena;
	int16_t *node_of; /* of each page of the arena, by locate */
};

/* A step of a scenario: a phase and what the child does in it. NULL: the parent's own phase
 * (NRB_PHASE_APPLY, NRB_PHASE_COUNT), for which the child waits. */
struct nrb_step {
	enum nrb_phase phase;
	/* Returns 0; -EOPNOTSUPP: cannot be set up here, why is in the diag copy (unsupported);
	 * -ESTALE: disturbed, why likewise; another negative errno: failed. */
	int (*run)(struct nrb_cell *cell);
};

/* What a scenario needs of the machine, as data; plan refuses or leaves out what lacks it. */
enum nrb_needs {
	NRB_NEEDS_MODES = 1 << 0, /* is run for each mode: the sysctl */
	NRB_NEEDS_FILE = 1 << 1,  /* disk space for the cache file */
	NRB_NEEDS_SPILL = 1 << 2, /* a second node with memory */
};

struct nrb_scenario {
	const char *name;
	const char *holds;            /* what the node holds */
	const char *shows;            /* what the comparison shows */
	const char *question;         /* that it answers */
	unsigned int needs;           /* of enum nrb_needs */
	const struct nrb_step *steps; /* ends with NRB_PHASE_DONE */
};

/** The stop word of the phase that the child is in. */
static inline const volatile int32_t *nrb_cell_stop(const struct nrb_cell *cell)
{
	return &cell->shared->stop[cell->shared->phase];
}

/** Add to what else is to know of the cell. */
void nrb_cell_note(struct nrb_cell *cell, const char *fmt, ...) NRB_PRINTF(2, 3);

/** Say why the cell is not ok, before whatever its note says already. */
void nrb_cell_note_why(struct nrb_cell *cell, const char *fmt, ...) NRB_PRINTF(2, 3);

/**
 * Put where the allocation's pages are into the sample; every node of the machine gets its count,
 * 0 too.
 * pages    one count per OS node id, NRB_MAX_NODES of them
 * absent   pages written but not present; written: all pages written
 */
void nrb_cell_note_pages(
	struct nrb_cell *cell, const int64_t *pages, int64_t absent, int64_t written);

#endif
