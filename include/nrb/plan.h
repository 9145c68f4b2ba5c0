/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a run will do: which cells, in which order, how large. Pure logic over the options and a
 * snapshot of the machine; the same options, machine and seed make the same plan.
 */
#ifndef NRB_PLAN_H
#define NRB_PLAN_H

#include "nrb/cell.h"
#include "nrb/idset.h"
#include "nrb/json.h"
#include "nrb/machine.h"
#include "nrb/pace.h"
#include "nrb/placement.h"
#include "nrb/screen.h"
#include "nrb/servedfiles.h"
#include "nrb/words.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum {
	NRB_MAX_SCENARIOS = 16,
	NRB_MAX_VARIANTS = 16,
	NRB_MAX_SETS = 16,
	NRB_N_MODES = 8
};

/* How many pages of an allocation are located. */
enum nrb_locate {
	NRB_LOCATE_BY_SIZE, /* all, of a large allocation a sample */
	NRB_LOCATE_ALL,
	NRB_LOCATE_SAMPLE,
};

/* As parsed by the front; 0, NULL and -1 are "not given" where marked. */
struct nrb_run_options {
	const char *scenarios[NRB_MAX_SCENARIOS]; /* names; none: "clean" */
	int n_scenarios;
	bool all; /* every scenario of the table, one after the other, as the budget allows */
	unsigned int modes; /* a bit for each of 0..7; 0: all */
	bool modes_given;
	int reference;     /* 0..7; -1: the value found at start */
	bool aa;           /* the reference runs twice in each block */
	int64_t blocks;    /* 0 */
	int64_t budget_s;  /* 0 */
	int64_t width_ppm; /* 0; of an interval, that is narrow enough */
	int64_t roi_ppm;   /* 0; differences up to there are none that matter */
	bool seed_given;
	int64_t seed;
	bool all_nodes;
	bool nodes_given;
	struct nrb_idset nodes;
	bool cpu_node_same; /* each target's own CPUs; the default where no cpu_nodes are given */
	struct nrb_idset cpu_nodes;
	/* factors; what is not given is as found, or the first that the words name */
	struct nrb_levels lru_gen, swap, trim;                 /* nrb_off_on_words */
	struct nrb_levels policy, page_size, fill_on, threads; /* 1..NRB_MAX_THREADS */
	struct nrb_set sets[NRB_MAX_SETS];
	int n_sets;
	const char *variants[NRB_MAX_VARIANTS]; /* names */
	int n_variants;
	bool all_variants;
	int64_t fill_bytes, alloc_bytes, max_memory_bytes; /* 0 */
	enum nrb_locate locate;
	bool sparse;
	const char *dir; /* for the cache file */
	int64_t dir_free_bytes,
		dir_total_bytes; /* of its disk; 0: not known, it is not asked */
	const char *files[NRB_MAX_SERVED_FILES]; /* to be served; paths */
	int n_files;
	const struct nrb_servedset *served; /* these, opened; NULL: none */
	const char *output; /* NULL: a new file in the current directory */
	bool yes, dry_run, json;
	bool guest_given; /* what made the guest is among what was asked */
	bool rehearsal; /* inside a guest that rehearse built: mark the record, bound the walks */
	int progress;            /* enum nrb_progress_mode */
	const char *const *argv; /* for the record; ends with NULL */
	struct nrb_words
		asked; /* for the record: what it takes to repeat this run, as "--modes=0,1" */
};

/* What is locked on a node for the whole run: all that is free there but the room for cells. */
struct nrb_plan_ballast {
	int node;
	int64_t room_bytes; /* spare (nrb_zones_spare) that stays: what cells fill, and their headroom */
	int64_t bytes; /* by what was spare when the plan was made */
};

struct nrb_plan {
	int n_arms;
	struct nrb_arm *arms;
	struct nrb_sizes *sizes; /* of each arm */
	int n_kinds;             /* of arms: combinations of scenario and variant */
	int warm_up;             /* arm that is run before block 1; -1: none */
	int64_t blocks;          /* 0: as many as the budget allows, at least 1 */
	int64_t budget_s;        /* 0: no limit */
	bool by_scenario; /* a block is run scenario by scenario, the cheapest first */
	int reference;    /* mode 0..7; -1: no arm has a mode */
	bool knob_absent; /* arms that compare modes have none: this kernel has no knob */
	bool reference_added; /* it was not in --modes */
	bool has_boost;       /* the machine's */
	int64_t seed;
	int64_t roi_ppm;      /* the options'; 0: a report decides */
	int64_t width_ppm;    /* the options'; 0: blocks and budget alone decide */
	int64_t memory_bytes; /* at most, of ours at a time */
	int64_t file_bytes;   /* the cache file; 0: none */
	struct nrb_idset
		targets; /* nodes whose memory is under test; of arms that compare, if any do */
	bool sparse;    /* it takes nothing of the disk */
	int n_ballasts; /* each filled node that has more to spare than cells fill */
	struct nrb_plan_ballast ballasts[NRB_MAX_NODES];
	const struct nrb_servedset *served; /* the options' */
	bool rehearsal;
	struct nrb_pace
		pace; /* of the machine, where somebody waits for the plan: by it times are told */
};

/**
 * Make the plan, every factor crossed with every other, or refuse: usage (a node that this machine
 * has not, a CPU-less node without --cpu-node, a variant that no scenario asked for has) before what
 * the machine lacks (one node, modes by name without a knob) and --max-memory. An arm that this machine
 * cannot run, or that does not fit its nodes or its disk, is in the plan with its reason; a plan of
 * nothing else is refused with the first one.
 * options  borrowed as long as the plan lives
 * table    scenarios that names are looked up in
 * Returns 0 or a negative errno, with a message and its exit code.
 */
int nrb_plan_make(struct nrb_plan *plan, const struct nrb_run_options *options,
	const struct nrb_machine *machine, const struct nrb_scenario *const *table);
void nrb_plan_finish(struct nrb_plan *plan);

/** A seed for one cell, drawn from the plan's. */
int64_t nrb_plan_cell_seed(const struct nrb_plan *plan, int64_t block, int arm);

/** Whether any arm compares: fills, soaks and allocates. */
bool nrb_plan_compares(const struct nrb_plan *plan);

/** Where parent and guard keep out of the way: CPUs of nodes that are not under test. Where there
 * are none they run anywhere, even on a target's CPU; the nodes are then those with memory that
 * are no targets, so that no page of theirs has a full target reclaimed. */
void nrb_plan_quiet(const struct nrb_plan *plan, const struct nrb_topology *topology,
	struct nrb_place *place);

/** What ballasts take, all together; and of other nodes than one, whatever is filled there. */
int64_t nrb_plan_ballast_bytes(const struct nrb_plan *plan);
int64_t nrb_plan_ballast_beside(const struct nrb_plan *plan, int node);

/** Arms that this machine can run. */
int nrb_plan_runnable(const struct nrb_plan *plan);

/* The rows of nrb_setting_table that cells write, beside the mode. */
enum { NRB_PLAN_MAX_SETTINGS = 32 };
struct nrb_plan_settings {
	int n;
	const struct nrb_setting *list[NRB_PLAN_MAX_SETTINGS];
};
void nrb_plan_settings(const struct nrb_plan *plan, struct nrb_plan_settings *settings);

/** Say what will be done: values, cells, time, memory, directory, what is restored. */
void nrb_plan_print(const struct nrb_plan *plan, const struct nrb_run_options *options,
	const struct nrb_machine *machine, const struct nrb_screen *screen, FILE *out);

/** For the record's header and `run --dry-run --json`; the caller owns it. */
struct nrb_json *nrb_plan_json(const struct nrb_plan *plan,
	const struct nrb_run_options *options, const struct nrb_machine *machine);

#endif
