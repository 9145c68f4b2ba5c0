/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The figures of an arm: one const table that CSV, JSON, the text table and the help come from.
 * Names and order are those of `report --csv`; a name is never reused for another meaning.
 */
#ifndef NRB_FIGURES_H
#define NRB_FIGURES_H

#include "nrb/group.h"

#include <stdbool.h>

enum nrb_figure_format {
	NRB_FORMAT_TEXT,
	NRB_FORMAT_INTEGER,
	NRB_FORMAT_COUNT,
	NRB_FORMAT_RATIO, /* 0..1 */
	NRB_FORMAT_NS,
	NRB_FORMAT_BYTES,
	NRB_FORMAT_RATE, /* bytes per second */
};

enum nrb_figure_id {
	NRB_FIGURE_SCENARIO,
	NRB_FIGURE_VARIANT,
	NRB_FIGURE_NODE,
	NRB_FIGURE_CPU_NODE,
	NRB_FIGURE_MODE,
	NRB_FIGURE_LRU_GEN,
	NRB_FIGURE_POLICY,
	NRB_FIGURE_PAGE_SIZE,
	NRB_FIGURE_THREADS,
	NRB_FIGURE_SET,
	NRB_FIGURE_FILL_ON,
	NRB_FIGURE_SWAP,
	NRB_FIGURE_TRIM,
	NRB_N_FIGURE_FACTORS, /* the figures before it are factors */
	NRB_FIGURE_CELLS = NRB_N_FIGURE_FACTORS,
	NRB_FIGURE_CELLS_OK,
	NRB_FIGURE_LOCAL_RATIO,
	NRB_FIGURE_PAGES_ABSENT,
	NRB_FIGURE_ALLOC_MEAN,
	NRB_FIGURE_ALLOC_P50,
	NRB_FIGURE_ALLOC_P99,
	NRB_FIGURE_ALLOC_P999,
	NRB_FIGURE_ALLOC_MAX,
	NRB_FIGURE_ACCESS,
	NRB_FIGURE_ACCESS_LOCAL,
	NRB_FIGURE_ACCESS_REMOTE,
	NRB_FIGURE_CACHE_KEPT,
	NRB_FIGURE_REREAD_RATE,
	NRB_FIGURE_REREAD_DISK,
	NRB_FIGURE_HEADROOM_MIN,
	NRB_FIGURE_RECLAIM_SUCCESS,
	NRB_FIGURE_RECLAIM_FAILED,
	NRB_FIGURE_PGSTEAL_DIRECT,
	NRB_FIGURE_PGSTEAL_KSWAPD,
	NRB_FIGURE_ALLOCSTALL,
	NRB_FIGURE_PSWPOUT,
	NRB_FIGURE_REFAULT_FILE,
	NRB_FIGURE_PGSCAN_DIRECT,
	NRB_FIGURE_VMSCAN_WRITE,
	NRB_FIGURE_WRITTEN_PAGES,
	NRB_FIGURE_SWAPOUT_KSWAPD,
	NRB_FIGURE_RETURN,
	NRB_FIGURE_RETURN_DISK,
	NRB_FIGURE_WRITER_RATE,
	NRB_FIGURE_WRITER_MAX,
	NRB_FIGURE_ALLOC_HUGE,
	NRB_FIGURE_TRIM_FREED,
	NRB_FIGURE_OTHERS_FREE_LOST,
	NRB_FIGURE_OTHERS_CACHE_GAINED,
	NRB_FIGURE_HOLD,
	NRB_FIGURE_ALLOC_SLOWEST,
	NRB_FIGURE_VICTIM_ACCESS,
	NRB_FIGURE_VICTIM_ALLOC_P50,
	NRB_FIGURE_VICTIM_ALLOC_P99,
	NRB_FIGURE_VICTIM_REMOTE,
	NRB_FIGURE_VICTIM_LOST,
	NRB_FIGURE_VICTIM_FREE_LOST,
	NRB_FIGURE_HEADROOM_LOWEST,
	NRB_FIGURE_HEADROOM_P1,
	NRB_FIGURE_HEADROOM_P50,
	NRB_FIGURE_FREE_LOWEST,
	NRB_FIGURE_BELOW_LOW,
	NRB_FIGURE_BELOW_MIN,
	NRB_FIGURE_KSWAPD_RUNS,
	NRB_FIGURE_ALLOC_FAILURES,
	NRB_FIGURE_REQUESTS_PER_S,
	NRB_FIGURE_REQUEST_P50,
	NRB_FIGURE_REQUEST_P99,
	NRB_FIGURE_REQUEST_P999,
	NRB_FIGURE_HIT_RATIO,
	NRB_FIGURE_SERVED_DISK,
	NRB_FIGURE_ZSWPOUT,
	NRB_FIGURE_TRIM_NS,
	NRB_FIGURE_DIRTY_FIRST,
	NRB_FIGURE_DIRTY_LAST,
	NRB_FIGURE_OTHERS_DIRTY_HIGHEST,
	NRB_FIGURE_PSWPIN,
	NRB_FIGURE_REQUESTS_LOWEST,
	NRB_FIGURE_REQUESTS_HIGHEST,
	NRB_FIGURE_NODE_CACHE,
	NRB_FIGURE_NODE_CACHE_KEPT,
	NRB_FIGURE_SERVED_DISK_RATIO,
	NRB_FIGURE_RECLAIM_CALLS,
	NRB_FIGURE_RECLAIM_FUTILE,
	NRB_FIGURE_RECLAIM_STALL_P50,
	NRB_FIGURE_RECLAIM_STALL_P99,
	NRB_FIGURE_RECLAIM_STALL_MAX,
	NRB_FIGURE_RECLAIM_STALL_RATIO,
	NRB_FIGURE_LOCAL_ERROR,
	NRB_N_FIGURES,
};

struct nrb_figure {
	const char *name;    /* column and JSON key */
	const char *heading; /* in tables for people */
	enum nrb_figure_format format;
	size_t offset; /* of a factor in struct nrb_key */
	int value;     /* that each cell has: enum nrb_cellvalue; else -1 */
	/* what the cells' come to: the median; of what is rare or the worst, the sum or the extreme */
	double (*over)(const struct nrb_arm_cells *arm, enum nrb_cellvalue value);
	double (*compute)(const struct nrb_arm_cells *arm); /* where there is no value */
	const char *help;
};

extern const struct nrb_figure nrb_figure_table[NRB_N_FIGURES];

/** A figure of an arm; NAN where it is absent or a text. */
double nrb_figure_number(enum nrb_figure_id id, const struct nrb_arm_cells *arm);

/** A factor that is a text; NULL for any other figure. */
const char *nrb_figure_text(enum nrb_figure_id id, const struct nrb_arm_cells *arm);

/** The factors in which two arms differ, a bit for each id. */
unsigned int nrb_figure_differing(
	const struct nrb_arm_cells *a, const struct nrb_arm_cells *b);

/** The factors that are not the same in all of n arms, a bit for each id; not cpu_node where it
 * only follows node. */
unsigned int nrb_figure_varying(struct nrb_arm_cells *const *arms, int n);

enum { NRB_FIGURE_LEN = NRB_SET_LEN };

/** "MGLRU on, policy bind": the factors of an arm that a mask has, a bit for each id, but the mode
 * and what is empty. Fills and returns buf. */
const char *nrb_figure_label(
	char *buf, size_t len, const struct nrb_arm_cells *arm, unsigned int mask);

/** As shown to people: three digits and a unit, "-" where absent. Fills and returns buf, which
 * holds NRB_FIGURE_LEN bytes. */
const char *nrb_figure_show(
	char *buf, enum nrb_figure_id id, const struct nrb_arm_cells *arm, bool ascii);

/** A number as shown to people. */
const char *nrb_figure_show_number(
	char *buf, enum nrb_figure_format format, double number, bool ascii);

/** As read by programs: base units, as many digits as it has, "" where absent. */
const char *nrb_figure_plain(
	char *buf, enum nrb_figure_id id, const struct nrb_arm_cells *arm);

#endif
