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
#include "nrb/levels.h"
#include "nrb/sample.h"
#include "nrb/set.h"
#include "nrb/topology.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct nrb_scenario;
struct nrb_servedset;
struct nrb_variant;

enum { NRB_MAX_THREADS = 64 };

/* One combination of factors. */
struct nrb_arm {
	const struct nrb_scenario *scenario;
	const struct nrb_variant *variant;
	int kind;     /* arms of one scenario and variant have one number: 0.. */
	int node;     /* target */
	int cpu_node; /* where the allocating CPUs are */
	int mode;     /* 0..7; -1: the scenario has none, or this kernel has no knob */
	int lru_gen;  /* 0, 1; -1: as found */
	int swap;     /* 0, 1; -1: as found */
	enum nrb_arm_policy policy;
	enum nrb_page_size page_size;
	int threads;
	bool fill_all; /* every node is filled, not the target alone */
	bool trim;
	const struct nrb_set *set; /* borrowed from the options; NULL: nothing set */
	bool control;              /* the reference once more */
	char unsupported[NRB_NOTE_LEN / 2]; /* why this machine cannot run it; "" */
};

/* Sizes and limits that hold for every cell of a run. */
struct nrb_sizes {
	int64_t fill_bytes; /* asked by --fill, or the room that a ballast leaves; 0: all that fits */
	/* beside a ballast: what more may be filled where others free memory meanwhile; else 0 */
	int64_t slack_bytes;
	int64_t gate_bytes; /* file cache of the target up to which node reclaim does not run */
	int64_t alloc_bytes;
	int64_t file_bytes; /* of the file that fills are read from: the target's part, at its start */
	int64_t other_bytes; /* with fill_all: of each other node's part, behind it by rank of the node */
	int64_t beside_from,
		beside_bytes; /* of the part that is used beside the allocation, behind all of that; 0: none */
	int64_t victim_bytes; /* of a neighbour's working set; 0: there is none */
	int64_t work_ns; /* over which a workload's allocation is spread; 0: as fast as it can */
	int64_t look_ns;     /* between two looks at zones */
	int64_t burst_bytes; /* of kernel memory that datagrams take at a time, at most */
	/* what a file server serves, from the file's start; 0: nothing */
	int64_t served_bytes, serve_ns;
	int64_t serve_requests; /* at most; 0: as many as there is time for */
	int64_t popularity_seed; /* of all cells, so that all have the same popular objects */
	int64_t headroom_bytes; /* left free above the high watermark by a fill */
	int64_t chain_bytes;    /* lines walked at most; 0: all (hardware) */
	int64_t walk_loads;   /* timed of a walk at least; 0: as many as hardware needs */
	int64_t reread_bytes; /* re-read at most; 0: all that the deadline allows */
	int64_t locate_pages; /* a sample of at most so many is located; 0: all */
	bool sparse; /* the file is a hole: what is read from disk costs nothing, and is not timed */
};

/* Shared memory between parent, child and holder; each word has one writer at a time. Of the sample
 * that is the child, or the holder while the child waits for its answer; the parent writes what was
 * asked before the fork, what it counts in its own phases, the headroom, and the end of a child that
 * did not end by itself. */
struct nrb_shared {
	/* child to parent */
	volatile int32_t phase;    /* enum nrb_phase the child is in */
	volatile int64_t progress; /* bytes, pages or loads of that phase */
	/* of the allocation, instead: units of arm.page_size that each thread has written */
	volatile int64_t thread_pages[NRB_MAX_THREADS];
	/* and those that it has written again, having given them back */
	volatile int64_t thread_again[NRB_MAX_THREADS];
	volatile int32_t thread_id[NRB_MAX_THREADS]; /* gettid(2), from its start on */
	volatile int32_t finished;                   /* the sample is whole */
	char why[NRB_NOTE_LEN];        /* last failure message, by nrb_diag_set_copy */
	char holder_why[NRB_NOTE_LEN]; /* the holder's, likewise */
	/* parent to child */
	/* non-zero: end that phase with what you have, its deadline passed. A word for each, never
	 * cleared in a cell: one that comes too late does not cut the next phase. */
	volatile int32_t stop[NRB_N_PHASES];
	struct nrb_histogram thread_hist[NRB_MAX_THREADS]; /* until they are merged */
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
	int file; /* the cache file's descriptor; -1: the scenario fills nothing */
	/* the user's files, which are served and filled from instead; NULL: none */
	const struct nrb_servedset *served;
	int kswapd_pid;   /* of the target node; -1 unknown */
	int64_t fill_len; /* bytes of the file that this cell filled with */
	bool full; /* the node was, of others' cache: that is the fill, and little of ours fitted */
	struct nrb_arena soak, arena;
	/* by locate: numbers of the base pages of the arena that were looked at (NULL: the first ones, which
	 * are all), how many, and the node of each, -1 where it is nowhere */
	uint32_t *located;
	size_t n_located;
	int16_t *node_of;
	int holder; /* channel to the holder, or in it to the child; -1: there is none */
	void *hold_state; /* the variant's hold's own, from request to request; NULL at first */
};

/* A step of a scenario: a phase and what the child does in it. NULL: the parent's own phase
 * (NRB_PHASE_APPLY, NRB_PHASE_COUNT), for which the child waits. */
struct nrb_step {
	enum nrb_phase phase;
	/* Returns 0; -EOPNOTSUPP: cannot be set up here, why is in the diag copy (unsupported);
	 * -ESTALE: disturbed, why likewise; another negative errno: failed. */
	int (*run)(struct nrb_cell *cell);
};

/* What a scenario needs of the machine, as data; plan says what of it is missing. */
enum nrb_needs {
	NRB_NEEDS_MODES =
		1 << 0, /* compares modes: has a fill, a soak and an allocation */
	NRB_NEEDS_FILE = 1 << 1,  /* disk space for the cache file */
	NRB_NEEDS_SPILL = 1 << 2, /* a second node with memory */
	NRB_NEEDS_SWAP = 1 << 3,  /* swap, and on */
	NRB_USES_SWAP =
		1
		<< 4, /* swapping is its subject: is no reason to stop; rehearsed with swap */
	NRB_NEEDS_LOOKS = 1 << 5, /* nodes are looked at over time */
	NRB_NEEDS_BESIDE =
		1 << 6, /* a part of the file that is used beside the allocation */
	NRB_NEEDS_NEIGHBOUR = 1 << 7, /* another node with memory and CPUs */
	NRB_NEEDS_LOAD =
		1 << 8,         /* a load for a time, and the kernel's complaints of it */
	NRB_FILLS_ALL = 1 << 9, /* fills every node, unless --fill-on says otherwise */
	/* blocks of the file on the disk: it is written to, or the time to read it is a figure */
	NRB_NEEDS_SPACE = 1 << 10,
	NRB_NEEDS_SERVED = 1 << 12, /* a set of files that readers ask for */
};

/* What a holder is asked to do; what each means is the variant's. */
enum nrb_hold {
	NRB_HOLD_ALIVE, /* nothing: the answer is the news; the holder's loop answers it itself */
	NRB_HOLD_TAKE, /* take what the node is to hold; value: bytes; notes hold_asked_bytes */
	NRB_HOLD_CHECK,  /* note hold_bytes, what of it is there; -ESTALE if too little */
	NRB_HOLD_BEGIN,  /* begin what goes on throughout the allocation */
	NRB_HOLD_END,    /* end it and note it */
	NRB_HOLD_RETURN, /* touch it all again, timed; notes return_* */
};

/* A setting of a variant: applied before the fill, back at the end of the cell. */
struct nrb_value {
	const char *name, *value; /* as nrb_guard_set takes them */
	bool if_there;            /* a kernel that has it not needs it not */
};

/* A way of running a scenario. */
struct nrb_variant {
	const char *name;   /* as --variant takes it; "" where a scenario has but one */
	const char *shows;  /* what is peculiar to it; NULL for the only one */
	unsigned int needs; /* of enum nrb_needs, beside the scenario's */
	const struct nrb_value *settings; /* ends with name NULL; NULL: none */
	const struct nrb_step *steps;     /* ends with NRB_PHASE_DONE */
	/* Serve one request, in the holder: a process of its own that holds memory, maps the cache or
	 * writes while the child measures. Returns as a step does. NULL: it needs none. */
	int (*hold)(struct nrb_cell *cell, enum nrb_hold what, int64_t value);
};

struct nrb_scenario {
	const char *name;
	const char *holds;    /* what the node holds */
	const char *shows;    /* what the comparison shows */
	const char *question; /* that it answers */
	const char *limits;   /* what it does not tell */
	unsigned int needs;   /* of enum nrb_needs */
	int alloc_percent; /* of the node, allocated unless --alloc says otherwise; 0: 40 */
	int cost;          /* about: time of a cell beside 10 for one of clean; 0: 10 */
	const struct nrb_variant
		*variants; /* the first is the default; ends with name NULL */
};

/** What an arm needs in all. */
static inline unsigned int nrb_arm_needs(const struct nrb_arm *arm)
{
	return arm->scenario->needs | arm->variant->needs;
}

/** What a cell of an arm takes, about, beside 10 for one of clean. */
static inline int nrb_arm_cost(const struct nrb_arm *arm)
{
	return arm->scenario->cost > 0 ? arm->scenario->cost : 10;
}

/** Whether the cell runs with MGLRU, which keeps what read(2) uses in its generation and counts the
 * references: its Active(file) is that of the two youngest generations, however they were used. */
bool nrb_cell_has_lru_gen(const struct nrb_cell *cell);

/** Thread i's part of an allocation of n units: from *from to before *to. */
static inline void nrb_cell_share(
	int i, int threads, int64_t n, int64_t *from, int64_t *to)
{
	*from = n * i / threads;
	*to = n * (i + 1) / threads;
}

/** Units of arm.page_size that the threads have written, all together. */
int64_t nrb_cell_written(const struct nrb_shared *shared);

/** How far the child is in its phase; in the allocation in base pages, all threads together. */
int64_t nrb_cell_progress(const struct nrb_shared *shared);

/** Merge the threads' histograms into the sample, once. */
void nrb_cell_merge_threads(struct nrb_shared *shared);

/** The stop word of the phase that the child is in. */
static inline const volatile int32_t *nrb_cell_stop(const struct nrb_cell *cell)
{
	return &cell->shared->stop[cell->shared->phase];
}

/**
 * Wait for a thread beside an allocation that was told to end. The parent takes a phase in which
 * nothing moves for stalled: for 10 s waiting is progress, so that a starved guest is none; then no
 * more.
 */
void nrb_cell_join(struct nrb_cell *cell, pthread_t thread);

/** Add to what else is to know of the cell. */
void nrb_cell_note(struct nrb_cell *cell, const char *fmt, ...) NRB_PRINTF(2, 3);

/** Say why the cell is not ok, before whatever its note says already. */
void nrb_cell_note_why(struct nrb_cell *cell, const char *fmt, ...) NRB_PRINTF(2, 3);

/**
 * Put where the allocation's pages are into the sample; every node of the machine gets its count,
 * 0 too.
 * pages    base pages, one count per OS node id, NRB_MAX_NODES of them
 * absent   base pages looked at, but not present
 * located  base pages looked at
 * written  units of alloc_page_bytes written
 */
void nrb_cell_note_pages(struct nrb_cell *cell, const int64_t *pages, int64_t absent,
	int64_t located, int64_t written);

#endif
