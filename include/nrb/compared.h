/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A record reduced to what a comparison with others takes of it. */
#ifndef NRB_COMPARED_H
#define NRB_COMPARED_H

#include "nrb/contrast.h"
#include "nrb/figures.h"
#include "nrb/reportdata.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Counted, not timed: shown as differences. */
enum nrb_compared_counter {
	NRB_COMPARED_RECLAIM_SUCCESS,
	NRB_COMPARED_RECLAIM_FAILED,
	NRB_COMPARED_PGSTEAL_DIRECT,
	NRB_COMPARED_PGSTEAL_KSWAPD,
	NRB_COMPARED_ALLOCSTALL,
	NRB_COMPARED_PSWPOUT,
	NRB_COMPARED_REFAULT_FILE,
	NRB_COMPARED_N_COUNTERS,
};

/** Their figures: names and headings. */
extern const enum nrb_figure_id nrb_compared_counters[NRB_COMPARED_N_COUNTERS];

/* What one arm did against another, in one metric. */
struct nrb_compared_effect {
	enum nrb_metric metric;
	enum nrb_verdict verdict;
	size_t blocks;
	struct nrb_estimate effect; /* ratio or difference, as in struct nrb_contrast */
};

struct nrb_compared_cell {
	int64_t block;
	double v[NRB_N_METRICS]; /* NAN: absent */
};

struct nrb_compared_arm {
	const struct nrb_key *key; /* shared by all records */
	int64_t cells, ok, stalled;
	double counters[NRB_COMPARED_N_COUNTERS]; /* medians of the ok cells; NAN */
	struct nrb_compared_cell *all; /* the ok ones, by block; NULL once dropped */
	size_t n_all;
	struct nrb_compared_effect *own; /* against the record's own reference */
	int n_own;
};

/* What measured. Their times are not of one kind. */
enum nrb_compared_kind {
	NRB_COMPARED_HARDWARE,
	NRB_COMPARED_GUEST,
	NRB_COMPARED_REHEARSAL,
};

struct nrb_compared {
	char *file, *run_id, *host, *host_id, *start_utc, *kernel, *lru_gen;
	/* machines alike: "2 nodes of 512 MiB, distance 21, CPU"; id: also of all distances */
	char *topology;
	uint64_t topology_id;
	enum nrb_compared_kind kind;
	int64_t seed, alloc_bytes, reference_mode; /* NRB_ABSENT */
	double roi;
	int64_t blocks, cells;
	unsigned int varying; /* factors, a bit for each, in which its arms differ */
	struct nrb_compared_arm *arms;
	int n_arms;
};

/* The combinations of factors of all records, each once. */
struct nrb_compared_keys {
	void *tree;
};

/** Take what is needed of a record; data can be freed after. Returns 0, -ENOMEM; compared is to be
 * freed in any case. */
int nrb_compared_make(struct nrb_compared *compared, const struct nrb_report_data *data,
	struct nrb_compared_keys *keys);

/** Forget the values of cells: what is left is bounded by arms. */
void nrb_compared_drop_cells(struct nrb_compared *compared);

void nrb_compared_free(struct nrb_compared *compared);
void nrb_compared_free_keys(struct nrb_compared_keys *keys);

/** The order of two combinations without the factors in ignored, a bit for each; the mode last. */
int nrb_compared_order(
	const struct nrb_key *a, const struct nrb_key *b, unsigned int ignored);

/** The factors in which they differ, a bit for each. */
unsigned int nrb_compared_differing(const struct nrb_key *a, const struct nrb_key *b);

/** The same combination without some factors: absent and "". */
struct nrb_key nrb_compared_without(const struct nrb_key *key, unsigned int ignored);

/** Factors that a machine gives rather than a run asks for, a bit for each: which node, what stood for
 * MGLRU and swap. Where no record varies one, it tells no arms apart. */
extern const unsigned int nrb_compared_given;

/** What a share comes to of which too few blocks were measured for an interval: it is counted, and decided
 * where all differences that its cells allow, from low to high, say the same; else FEW. */
enum nrb_verdict nrb_compared_judge_counted(
	enum nrb_metric metric, double low, double high, double roi);

/** Who it is: the id of the machine, else its name. */
const char *nrb_compared_identity(const struct nrb_compared *compared);

/** "hardware", "a virtual machine", "a rehearsal". */
const char *nrb_compared_kind_text(enum nrb_compared_kind kind);

#endif
