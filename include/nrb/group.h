/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The cells of a record, brought together by their combination of factors (an arm).
 * Streaming: of a cell only its row of values is kept (nrb/tally.h).
 */
#ifndef NRB_GROUP_H
#define NRB_GROUP_H

#include "nrb/cellvalue.h"
#include "nrb/rule.h"
#include "nrb/sample.h"
#include "nrb/tally.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The factors, as used; absent and "" as in the sample. */
struct nrb_key {
	char scenario[NRB_WORD_LEN], variant[NRB_WORD_LEN];
	int64_t node, cpu_node;
	char lru_gen[NRB_WORD_LEN], policy[NRB_WORD_LEN], page_size[NRB_WORD_LEN];
	int64_t threads;
	char set[NRB_SET_LEN], fill_on[NRB_WORD_LEN], swap[NRB_WORD_LEN],
		trim[NRB_WORD_LEN];
	int64_t control; /* 1: the reference once more; else 0 */
	int64_t mode; /* the last one in the order of arms: neighbours differ in it alone */
};

/* Why a cell stalled: its note begins with it. */
enum nrb_stall {
	NRB_STALL_STOPPED, /* "stalled:": no progress */
	NRB_STALL_FREEING, /* the same, but memory was freed meanwhile */
	NRB_STALL_SLOW,    /* "slow:": progress, but no end within 60 s */
	NRB_N_STALLS,
};

struct nrb_arm_cells {
	struct nrb_key key;
	int64_t cells; /* but the warm-up, as in all counts */
	int64_t with[NRB_N_STATUSES];
	int64_t stalls[NRB_N_STALLS]; /* of those stalled */
	int64_t stall_freed;          /* most pages freed by one of NRB_STALL_FREEING */
	struct nrb_tally ok, stalled;
	/* Of the node's file cache before the mode, less than half was our file: what is kept is
	 * then taken from the node (NRB_VALUE_NODE_KEPT_RATIO). One rule for all arms of a variant. */
	bool cache_is_others;
	int row; /* its place in arms[], after nrb_group_finish; -1: a control */
};

/* A cell that is not ok, for the list of them. */
struct nrb_odd_cell {
	int64_t cell, block;
	struct nrb_key key;
	enum nrb_status status;
	char note[NRB_NOTE_LEN];
};

enum { NRB_MAX_ODD_CELLS = 16, NRB_MAX_ARMS = 100000 };

struct nrb_group {
	int kernel; /* by nrb_rule_kernel; the caller's, before the first cell */
	void *tree; /* of struct nrb_arm_cells */
	/* those that allocate, with a mode or none; the others only walk; controls are among neither */
	int n_arms, n_allocating, n_controls;
	/* after nrb_group_finish: sorted by key, first those that allocate; among them, those
	 * without a mode before their like with one */
	struct nrb_arm_cells **arms;
	struct nrb_arm_cells **controls;            /* sorted likewise */
	int64_t cells, blocks;                      /* blocks: the largest number seen */
	int64_t n_odd;                              /* all of them */
	struct nrb_odd_cell odd[NRB_MAX_ODD_CELLS]; /* the first of them */
};

/** Add a cell. A zeroed group is empty. Of block 0, the warm-up, only a cell that is neither ok nor
 * warm-up is kept, as an odd one. Returns 0, -ENOMEM, -E2BIG (over NRB_MAX_ARMS). */
int nrb_group_add(struct nrb_group *group, const struct nrb_sample *sample);

/** Make arms[], finish all tallies, find whose the cache was. To be called once, after the last cell. Returns 0, -ENOMEM. */
int nrb_group_finish(struct nrb_group *group);

void nrb_group_free(struct nrb_group *group);

/** The arm of a combination of factors, or NULL. */
const struct nrb_arm_cells *nrb_group_find(
	const struct nrb_group *group, const struct nrb_key *key);

/** The arm that a cell was added to, or NULL. */
const struct nrb_arm_cells *nrb_group_arm(
	const struct nrb_group *group, const struct nrb_sample *sample);

/** The cells that an arm's figures come from: its ok ones; without any, its stalled ones. */
const struct nrb_tally *nrb_group_tally(const struct nrb_arm_cells *arm);

/** The rule that decided most cells of an arm; *others: how many of its cells others decided. */
enum nrb_rule nrb_group_rule(const struct nrb_arm_cells *arm, int64_t *others);

/** Whether any of these arms has a cell that figures can come from. */
bool nrb_group_measured(struct nrb_arm_cells *const *arms, int n);

/** What tells how much cache an arm kept. */
enum nrb_cellvalue nrb_group_kept(const struct nrb_arm_cells *arm);

/** Median, smallest, largest and sum over the cells; NAN where none has it. */
double nrb_group_median(const struct nrb_arm_cells *arm, enum nrb_cellvalue value);
double nrb_group_min(const struct nrb_arm_cells *arm, enum nrb_cellvalue value);
double nrb_group_max(const struct nrb_arm_cells *arm, enum nrb_cellvalue value);
double nrb_group_sum(const struct nrb_arm_cells *arm, enum nrb_cellvalue value);

/** The value of the one cell that has the median locality (of two, the lower): what is shown
 * side by side is of one cell. NAN where it has none. */
double nrb_group_typical(const struct nrb_arm_cells *arm, enum nrb_cellvalue value);

/** Whether cells of an arm have shares that are further apart than chance puts them (0.05), so that
 * no median speaks for them. */
bool nrb_group_is_apart(const struct nrb_arm_cells *arm, enum nrb_cellvalue value);

/** Whether two arms differ in their mode alone; whether they are of one variant of a scenario. */
bool nrb_group_same_but_mode(
	const struct nrb_arm_cells *a, const struct nrb_arm_cells *b);
bool nrb_group_same_variant(const struct nrb_arm_cells *a, const struct nrb_arm_cells *b);

#endif
