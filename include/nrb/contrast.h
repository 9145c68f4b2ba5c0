/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An arm against the reference, paired by block: how much more or less, with its interval, and what
 * that comes to. Times are compared as ratios (Hodges-Lehmann of log ratios), shares as differences.
 * Rules: numa-reclaim-bench-method(7).
 */
#ifndef NRB_CONTRAST_H
#define NRB_CONTRAST_H

#include "nrb/group.h"
#include "nrb/record.h"
#include "nrb/stats.h"

/* What is compared. The first two were declared before any run: what else is found is secondary. */
enum nrb_metric {
	NRB_METRIC_ALLOC_P99,
	NRB_METRIC_LOCAL,
	NRB_N_PRIMARY_METRICS,
	NRB_METRIC_ALLOC_P50 = NRB_N_PRIMARY_METRICS,
	NRB_METRIC_ALLOC_P999, /* of cells with 10,000 faults alone */
	NRB_METRIC_ALLOC_MEAN,
	NRB_METRIC_ACCESS,
	NRB_METRIC_CACHE_KEPT,
	NRB_METRIC_REREAD_RATE,
	NRB_METRIC_REQUESTS_PER_S,
	NRB_METRIC_REQUEST_P99,
	NRB_METRIC_HIT_RATIO,
	NRB_METRIC_VICTIM_ACCESS,
	NRB_N_METRICS,
};

struct nrb_metric_info {
	const char *name;    /* key, that of the figure */
	const char *heading; /* for people */
	enum nrb_cellvalue value;
	bool is_time;  /* means nothing in a rehearsal */
	bool is_share; /* 0..1: compared as a difference */
	bool more_is_better;
	bool is_bucketed; /* a quantile of a histogram, known to NRB_CONTRAST_BUCKET */
};

/* What a quantile may be off by, as a ratio: the width of a bucket of struct nrb_histogram. */
#define NRB_CONTRAST_BUCKET (1 + 1. / (1 << NRB_HISTOGRAM_BITS))

extern const struct nrb_metric_info nrb_metric_table[NRB_N_METRICS];

enum nrb_verdict {
	NRB_VERDICT_NONE,     /* the arm or the reference does not have it in one block */
	NRB_VERDICT_FEW,      /* under NRB_STATS_LEAST blocks: there is no interval */
	NRB_VERDICT_UNRANKED, /* a time of a rehearsal */
	NRB_VERDICT_BETTER,   /* the interval lies wholly outside the band */
	NRB_VERDICT_WORSE,
	NRB_VERDICT_SAME, /* wholly inside */
	NRB_VERDICT_UNCLEAR,
	NRB_N_VERDICTS,
};

struct nrb_contrast {
	const struct nrb_arm_cells *arm, *reference; /* borrowed */
	enum nrb_metric metric;
	size_t blocks; /* in which both are ok, and have it */
	/* cells that would have spoken against the arm, or for it: stalled ones (of times), and those of
	 * whose rate or time nothing was left to compare (0). No verdict that they might turn is given. */
	size_t lost_against, lost_for;
	/* ratio (1: the same) or difference (0: the same); NAN ends without interval, and all NAN for a
	 * time of a rehearsal */
	struct nrb_estimate effect;
	double p; /* signed rank, Holm over the modes and the primary metrics; NAN: not tested */
	double delta; /* Cliff's; NAN */
	enum nrb_verdict verdict;
};

struct nrb_contrasts {
	double roi; /* half of the band of equivalence: 0.05 */
	int n, room;
	struct nrb_contrast *
		list; /* by arm in the group's order, then by metric; verdict never NONE */
	int n_controls; /* behind these n: of controls against what they repeat, p as it is */
	int n_arms;
	int *first; /* of each arm of the group, by its row, and one more: where its own begin in list */
};

/** Compare every arm of a finished group with its like that has the reference mode (the one without
 * modes: with nothing). roi: as in struct nrb_contrasts. Returns 0, -ENOMEM. */
int nrb_contrasts_make(struct nrb_contrasts *contrasts, const struct nrb_group *group,
	const struct nrb_header *header, double roi);
void nrb_contrasts_free(struct nrb_contrasts *contrasts);

/** One metric of one arm against any other: p is NAN. Returns 0, -ENOMEM. */
int nrb_contrast_make(struct nrb_contrast *contrast, const struct nrb_arm_cells *arm,
	const struct nrb_arm_cells *reference, enum nrb_metric metric,
	const struct nrb_header *header, double roi);

/** What an effect, a ratio or a difference, comes to: where its interval lies, be the ratio of quantiles off
 * by a bucket; FEW without one. */
enum nrb_verdict nrb_contrast_judge(
	enum nrb_metric metric, const struct nrb_estimate *effect, double roi);

/** That of an arm and metric, or NULL. */
const struct nrb_contrast *nrb_contrast_find(const struct nrb_contrasts *contrasts,
	const struct nrb_arm_cells *arm, enum nrb_metric metric);

/** Of the primary metrics: comparisons that enough blocks could decide, and did not. */
int nrb_contrasts_unclear(const struct nrb_contrasts *contrasts);

/** "better", "worse", "same", "unclear", "unranked", "few"; "" for NONE. */
const char *nrb_verdict_name(enum nrb_verdict verdict);

#endif
